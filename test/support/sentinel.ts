// A real redis-sentinel that watches one master: `await using sentinel = await startSentinel('shop', master)`.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RealServerName, startReal } from './redis-server.ts';
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

/** It asks the servers for INFO each ten seconds. */
const replicaKnownMs = 60_000;

/** Waits until the Sentinel knows one replica of the master, and has heard from it that it follows: it would take it. */
export async function untilReplicaKnown(sentinel: ServerProcess, masterName: string): Promise<void> {
  const client = sentinel.client();
  const follows = (replica: unknown) => {
    const fields = Array.isArray(replica) ? replica.map(String) : [];
    const fieldOf = (name: string) => fields[fields.indexOf(name) + 1];
    return fieldOf('flags') === 'slave' && fieldOf('master-link-status') === 'ok';
  };
  await waitFor(
    'the Sentinel to know the replica',
    () => client.call('SENTINEL', 'REPLICAS', masterName),
    (replicas) => Array.isArray(replicas) && replicas.length === 1 && follows(replicas[0]),
    { timeoutMs: replicaKnownMs },
  );
}
