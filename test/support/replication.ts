// What the tests of replication say and see: attaching, waiting until two servers are equal, and the counters of syncs.
import type { Redis } from 'ioredis';
import { withClient } from './client.ts';
import { comparedAsNames, expectSameData, readBack, releaseOf } from './read-back.ts';
import type { ServerProcess } from './server-process.ts';
import { waitFor } from './wait-for.ts';

export interface MasterPlace {
  readonly host: string;
  readonly port: number;
}

/** How often a master gave each kind of sync. */
export interface SyncCounts {
  readonly full: number;
  readonly partialOk: number;
  readonly partialErr: number;
}

const syncTimeoutMs = 20_000;
/** So late a replica may hear of an expiry that counts from when it hears of it. */
const relativeExpirySlackMs = 60_000;

/** The fields of one section of INFO. */
export async function info(client: Redis, section: string): Promise<Readonly<Record<string, string>>> {
  const text = await client.info(section);
  return Object.fromEntries([...text.matchAll(/^([^#:\r\n]+):(.*)\r?$/gm)].map(([, name, value]) => [name, value]));
}

export async function syncCounts(server: ServerProcess): Promise<SyncCounts> {
  const client = server.client();
  const fields = await info(client, 'stats');
  client.disconnect();
  return {
    full: Number(fields.sync_full),
    partialOk: Number(fields.sync_partial_ok),
    partialErr: Number(fields.sync_partial_err),
  };
}

/** REPLICAOF, without waiting for what comes of it. */
export async function attach(replica: ServerProcess, master: MasterPlace): Promise<void> {
  const client = replica.client();
  await client.call('REPLICAOF', master.host, String(master.port));
  client.disconnect();
}

export async function promote(server: ServerProcess): Promise<void> {
  const client = server.client();
  await client.call('REPLICAOF', 'NO', 'ONE');
  client.disconnect();
}

/** Waits until the replica's link is up. */
export async function linkUp(replica: ServerProcess): Promise<void> {
  const client = replica.client();
  await waitFor(
    `the link of ${replica.name} on ${replica.port} to be up`,
    () => info(client, 'replication'),
    (fields) => fields.master_link_status === 'up',
    { timeoutMs: syncTimeoutMs },
  );
  client.disconnect();
}

/** Waits until the master, for its part, counts so many replicas as online: later than their links are up. */
export async function replicasOnline(master: ServerProcess, count = 1): Promise<void> {
  const client = master.client();
  await waitFor(
    `${count} replicas of ${master.name} on ${master.port} to be online`,
    () => info(client, 'replication'),
    (fields) => Object.values(fields).filter((value) => value.includes('state=online')).length === count,
    { timeoutMs: syncTimeoutMs },
  );
  client.disconnect();
}

/**
 * Waits until all replicas stand at the master's offset, in the master's history, and compares every key, by what the
 * oldest of them keeps.
 */
export async function expectInSync(master: ServerProcess, ...replicas: readonly ServerProcess[]): Promise<void> {
  const masterClient = master.client();
  for (const replica of replicas) {
    const client = replica.client();
    await waitFor(
      `${replica.name} on ${replica.port} to stand where ${master.name} on ${master.port} stands`,
      async () => ({ master: await info(masterClient, 'replication'), replica: await info(client, 'replication') }),
      (at) =>
        at.replica.master_link_status === 'up' &&
        at.replica.master_repl_offset === at.master.master_repl_offset &&
        at.replica.master_replid === at.master.master_replid,
      { timeoutMs: syncTimeoutMs },
    );
    client.disconnect();
  }
  masterClient.disconnect();
  const releases = await Promise.all([master, ...replicas].map((server) => withClient(server, releaseOf)));
  const comparedAs = comparedAsNames.find((name) => releases.includes(name))!;
  const slackMs = releases[0] === 'Redis 6.0' ? relativeExpirySlackMs : 0;
  const expected = await readBack(master, comparedAs);
  for (const replica of replicas) expectSameData(await readBack(replica, comparedAs), expected, slackMs);
}
