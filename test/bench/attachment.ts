// A replica of the benchmarks: attached and let go, and how far it has come, as its own INFO says.
import { attach, info, promote } from '../support/replication.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { waitFor } from '../support/wait-for.ts';

/** Looking costs the one looked at, so not more often; of a second it is one per cent. */
const lookEveryMs = 10;
const syncTimeoutMs = 120_000;
const bounds = { intervalMs: lookEveryMs, timeoutMs: syncTimeoutMs };

/** REPLICAOF, and the milliseconds from there until the link is up and as many keys are there as the master has. */
export async function attachUntilLoaded(replica: ServerProcess, master: ServerProcess, keys: number): Promise<number> {
  const client = replica.client();
  await client.ping();
  const startedMs = performance.now();
  await attach(replica, master);
  await waitFor(
    `${replica.name} to have loaded ${keys} keys of ${master.name}`,
    async () => ((await info(client, 'replication')).master_link_status === 'up' ? await client.dbsize() : 0),
    (found) => found === keys,
    bounds,
  );
  const elapsedMs = performance.now() - startedMs;
  client.disconnect();
  return elapsedMs;
}

/** Lets the replica go, with no keys left, so that the next load has nothing to clear away. */
export async function detachEmpty(replica: ServerProcess): Promise<void> {
  await promote(replica);
  const client = replica.client();
  await client.flushall();
  client.disconnect();
}

export async function offsetOf(server: ServerProcess): Promise<number> {
  const client = server.client();
  const fields = await info(client, 'replication');
  client.disconnect();
  return Number(fields.master_repl_offset);
}

/** The milliseconds until the replica has taken so many bytes of the stream. */
export async function untilOffset(replica: ServerProcess, offset: number): Promise<number> {
  const client = replica.client();
  const startedMs = performance.now();
  await waitFor(
    `${replica.name} to have applied ${offset} bytes`,
    async () => Number((await info(client, 'replication')).slave_repl_offset),
    (found) => found >= offset,
    bounds,
  );
  const elapsedMs = performance.now() - startedMs;
  client.disconnect();
  return elapsedMs;
}

/** Waits until no snapshot is being made: the fork of a Redis then counts among the children that ended. */
export async function snapshotOver(server: ServerProcess): Promise<void> {
  const client = server.client();
  await waitFor(
    `the snapshot of ${server.name} to be over`,
    () => info(client, 'persistence'),
    (fields) => fields.rdb_bgsave_in_progress === '0',
    bounds,
  );
  client.disconnect();
}
