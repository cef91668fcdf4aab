// Throughput and memory of a key, ours beside Redis, in turn: A B A B.
import { startRedis } from '../support/redis-server.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { startSyncline } from '../support/syncline-server.ts';
import { fillKeys, type Load, runLoad } from './load.ts';
import { residentBytes } from './process-usage.ts';
import { compare, type Row, type Run } from './row.ts';
import { atLeast, type Goal } from './statistics.ts';
import { withServers } from './with-servers.ts';

interface LoadRow {
  readonly work: string;
  readonly load: Load;
  readonly goal: Goal;
}

const keys = 1_000_000;
const clients = 50;

/** The first three rows of the table of goals, SET and GET each on its own. */
const loadRows: readonly LoadRow[] = (
  [
    { pipeline: 1, requests: 300_000, goal: atLeast(0.8, 0.95) },
    { pipeline: 16, requests: 3_000_000, goal: atLeast(1.1, 1.5) },
    { pipeline: 100, requests: 6_000_000, goal: atLeast(1.5, 2.5) },
  ] as const
).flatMap(({ pipeline, requests, goal }) =>
  (['SET', 'GET'] as const).map((command) => ({
    work: `${command}, ${pipeline === 1 ? 'no pipeline' : `pipeline ${pipeline}`}, ${clients} clients, 1M keys`,
    load: { command, clients, pipeline, requests, keys },
    goal,
  })),
);

const memoryGoal: Goal = { solid: 0.85, want: 0.7, better: 'less', of: 'ratio' };

export interface ThroughputOptions {
  readonly pairs: number;
  /** Divides the requests, for a quick look; 1 for figures to quote. */
  readonly divisor: number;
  readonly onRow: (row: Row) => void;
}

/** Starts both servers, fills both with the same keys, and measures row by row. */
export function measureThroughput(options: ThroughputOptions): Promise<readonly Row[]> {
  return withServers([startRedis, startSyncline], ([redis, syncline]) => measureRows(redis, syncline, options));
}

async function measureRows(redis: ServerProcess, syncline: ServerProcess, options: ThroughputOptions): Promise<Row[]> {
  const rows: Row[] = [];
  const add = (row: Row) => {
    rows.push(row);
    options.onRow(row);
  };
  for (const row of await memoryRows(redis, syncline)) add(row);
  for (const { work, load, goal } of loadRows) {
    const scaled = { ...load, requests: Math.ceil(load.requests / options.divisor) };
    const results: { redis: Run[]; syncline: Run[] } = { redis: [], syncline: [] };
    for (let pair = 0; pair < options.pairs; pair++) {
      results.redis.push(await runLoad(redis, scaled));
      results.syncline.push(await runLoad(syncline, scaled));
    }
    add(compare({ work, unit: 'commands/s', goal, ...results }));
  }
  return rows;
}

/** The fill that the loads need anyway is measured: by what each server says, and by what the system says of ours. */
async function memoryRows(redis: ServerProcess, syncline: ServerProcess): Promise<readonly Row[]> {
  const ofRedis = await growthPerKey(redis);
  const ofSyncline = await growthPerKey(syncline);
  const run = (bytes: number): readonly Run[] => [{ figure: bytes, cpu: null }];
  const row = (work: string, bytes: number): Row =>
    compare({ work, unit: 'bytes/key', goal: memoryGoal, redis: run(ofRedis.used), syncline: run(bytes) });
  const rows = [row('memory of a key (16 + 64 bytes), used_memory', ofSyncline.used)];
  if (ofSyncline.resident !== null) {
    rows.push(row('memory of a key, our resident growth to its used_memory', ofSyncline.resident));
  }
  return rows;
}

async function growthPerKey(server: ServerProcess): Promise<{ used: number; resident: number | null }> {
  const usedBefore = await usedMemory(server);
  const residentBefore = residentBytes(server.pid);
  await fillKeys(server, keys);
  const residentAfter = residentBytes(server.pid);
  const resident = residentBefore === null || residentAfter === null ? null : (residentAfter - residentBefore) / keys;
  return { used: ((await usedMemory(server)) - usedBefore) / keys, resident };
}

async function usedMemory(server: ServerProcess): Promise<number> {
  const client = server.client();
  const used = /^used_memory:(\d+)/m.exec(await client.info('memory'))?.[1];
  client.disconnect();
  if (used === undefined) throw new Error(`${server.name} does not tell its used_memory`);
  return Number(used);
}
