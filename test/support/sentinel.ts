// A real redis-sentinel that watches one master: `await using sentinel = await startSentinel('shop', master)`.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RealServerName, startReal } from './redis-server.ts';
import { info } from './replication.ts';
import type { ServerProcess } from './server-process.ts';
import { waitFor } from './wait-for.ts';

export interface SentinelOptions {
  readonly quorum?: number;
  /** After how long of silence a master counts as down. */
  readonly downAfterMs?: number;
  /** Of the master. */
  readonly password?: string;
  /** The machine's own Redis, where it is not said. */
  readonly release?: RealServerName;
}

/** Starts a Sentinel on a free loopback port; it keeps its state in a folder of its own, gone at the end. */
export async function startSentinel(
  masterName: string,
  master: { readonly host: string; readonly port: number },
  options: SentinelOptions = {},
): Promise<ServerProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'syncline-sentinel-'));
  const file = join(folder, 'sentinel.conf');
  await writeFile(
    file,
    [
      `sentinel monitor ${masterName} ${master.host} ${master.port} ${options.quorum ?? 2}`,
      `sentinel down-after-milliseconds ${masterName} ${options.downAfterMs ?? 3000}`,
      ...(options.password === undefined ? [] : [`sentinel auth-pass ${masterName} ${options.password}`]),
      `sentinel failover-timeout ${masterName} 6000`,
      '',
    ].join('\n'),
  );
  const sentinel = await startReal(
    options.release ?? 'Redis 7.0',
    { readyText: '+monitor master' },
    file,
    '--sentinel',
  );
  const end = sentinel[Symbol.asyncDispose].bind(sentinel);
  return Object.assign(sentinel, {
    [Symbol.asyncDispose]: async () => {
      await end();
      await rm(folder, { recursive: true, force: true });
    },
  });
}

/** It asks the servers for INFO each ten seconds, and takes a while to fail over. */
const sentinelMs = 60_000;

/** Waits until the Sentinel knows so many replicas, and has heard from each that it follows: it would take any. */
export async function untilReplicasKnown(sentinel: ServerProcess, masterName: string, count: number): Promise<void> {
  await waitFor(
    `the Sentinel to know ${count} replicas`,
    () => replicasOf(sentinel, masterName),
    (replicas) =>
      replicas.length === count &&
      replicas.every((fields) => fields.flags === 'slave' && fields['master-link-status'] === 'ok'),
    { timeoutMs: sentinelMs },
  );
}

/** Waits until every Sentinel says that this server is the master now, and it says so itself. */
export async function untilPromoted(
  server: ServerProcess,
  masterName: string,
  sentinels: readonly ServerProcess[],
): Promise<void> {
  for (const sentinel of sentinels) {
    const client = sentinel.client();
    await waitFor(
      `a Sentinel to name ${server.name} on ${server.port} as the master`,
      () => client.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', masterName),
      (address) => (address as string[])[1] === String(server.port),
      { timeoutMs: sentinelMs },
    );
  }
  const client = server.client();
  await waitFor(
    'the promoted server to be a master',
    () => info(client, 'replication'),
    (is) => is.role === 'master',
  );
}

/** Waits until the replica's link to this master is up, wherever it was before. */
export async function untilFollows(replica: ServerProcess, master: ServerProcess): Promise<void> {
  const client = replica.client();
  await waitFor(
    `${replica.name} on ${replica.port} to follow ${master.port}`,
    () => info(client, 'replication'),
    (is) => is.master_port === String(master.port) && is.master_link_status === 'up',
    { timeoutMs: sentinelMs },
  );
}

/**
 * Nothing more gets into the stream by itself. Sentinel publishes at the master, also while it hands over, and the
 * replicas hear that: whoever heard more than the promoted one gets everything anew, with Redis as with us.
 */
export async function hush(master: ServerProcess): Promise<void> {
  const client = master.client();
  await client.call('ACL', 'SETUSER', 'default', '-publish');
  await client.config('SET', 'repl-ping-replica-period', '3600');
}

/** The replicas of a master as the Sentinel describes them. */
export async function replicasOf(sentinel: ServerProcess, masterName: string): Promise<Record<string, string>[]> {
  const client = sentinel.client();
  const replicas = (await client.call('SENTINEL', 'REPLICAS', masterName)) as unknown[];
  client.disconnect();
  return replicas.map(fieldsOf);
}

/** The flat list of names and values with which Sentinel describes a server. */
export function fieldsOf(flat: unknown): Record<string, string> {
  const words = flat as string[];
  return Object.fromEntries(words.flatMap((word, i) => (i % 2 === 0 ? [[word, words[i + 1]!]] : [])));
}
