// Throughput and memory of a key, ours beside Redis, in turn: A B A B.
import { startRedis } from '../support/redis-server.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { startSyncline } from '../support/syncline-server.ts';
import { fillKeys, type Load, type LoadResult, runLoad } from './load.ts';
import { residentBytes } from './process-usage.ts';
import { type Goal, judge, type Spread, spread, type Verdict } from './statistics.ts';

export interface Row {
  readonly work: string;
  readonly unit: 'commands/s' | 'bytes/key';
  readonly redis: Spread;
  readonly syncline: Spread;
  /** Medians, Syncline's to Redis's. */
  readonly ratio: number;
  /** Commands for the same server CPU, Syncline's to Redis's; null where the system does not tell. */
  readonly ratioByCpu: number | null;
  readonly goal: Goal;
  readonly verdict: Verdict;
}

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
    { pipeline: 1, requests: 300_000, goal: { solid: 0.8, want: 0.95, better: 'more' } },
    { pipeline: 16, requests: 3_000_000, goal: { solid: 1.1, want: 1.5, better: 'more' } },
    { pipeline: 100, requests: 6_000_000, goal: { solid: 1.5, want: 2.5, better: 'more' } },
  ] as const
).flatMap(({ pipeline, requests, goal }) =>
  (['SET', 'GET'] as const).map((command) => ({
    work: `${command}, ${pipeline === 1 ? 'no pipeline' : `pipeline ${pipeline}`}, ${clients} clients, 1M keys`,
    load: { command, clients, pipeline, requests, keys },
    goal,
  })),
);

const memoryGoal: Goal = { solid: 0.85, want: 0.7, better: 'less' };

export interface ThroughputOptions {
  readonly pairs: number;
  /** Divides the requests, for a quick look; 1 for figures to quote. */
  readonly divisor: number;
  readonly onRow: (row: Row) => void;
}

/** Starts both servers, fills both with the same keys, and measures row by row. */
export async function measureThroughput(options: ThroughputOptions): Promise<readonly Row[]> {
  // Not `await using`: the bundle of a program that runs outside vitest has no helper to lower it for Node 20.
  const redis = await startRedis();
  try {
    const syncline = await startSyncline();
    try {
      return await measureRows(redis, syncline, options);
    } finally {
      await syncline[Symbol.asyncDispose]();
    }
  } finally {
    await redis[Symbol.asyncDispose]();
  }
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
    const results: { redis: LoadResult[]; syncline: LoadResult[] } = { redis: [], syncline: [] };
    for (let pair = 0; pair < options.pairs; pair++) {
      results.redis.push(await runLoad(redis, scaled));
      results.syncline.push(await runLoad(syncline, scaled));
    }
    add(loadRow(work, goal, results.redis, results.syncline));
  }
  return rows;
}

function loadRow(work: string, goal: Goal, ofRedis: readonly LoadResult[], ofSyncline: readonly LoadResult[]): Row {
  const redis = spread(ofRedis.map(({ perSecond }) => perSecond));
  const syncline = spread(ofSyncline.map(({ perSecond }) => perSecond));
  const ratio = syncline.median / redis.median;
  const ratioByCpu = cpuRatio(ofRedis, ofSyncline);
  return { work, unit: 'commands/s', redis, syncline, ratio, ratioByCpu, goal, verdict: judge(ratio, goal) };
}

function cpuRatio(ofRedis: readonly LoadResult[], ofSyncline: readonly LoadResult[]): number | null {
  const known = (results: readonly LoadResult[]) =>
    results.map(({ cpuMicroseconds }) => cpuMicroseconds).filter((cpu) => cpu !== null);
  if (known(ofRedis).length === 0 || known(ofSyncline).length === 0) return null;
  return spread(known(ofRedis)).median / spread(known(ofSyncline)).median;
}

/** The fill that the loads need anyway is measured: by what each server says, and by what the system says of ours. */
async function memoryRows(redis: ServerProcess, syncline: ServerProcess): Promise<readonly Row[]> {
  const ofRedis = await growthPerKey(redis);
  const ofSyncline = await growthPerKey(syncline);
  const row = (work: string, bytes: number): Row => {
    const ratio = bytes / ofRedis.used;
    const verdict = judge(ratio, memoryGoal);
    const [one, other] = [spread([ofRedis.used]), spread([bytes])];
    return { work, unit: 'bytes/key', redis: one, syncline: other, ratio, ratioByCpu: null, goal: memoryGoal, verdict };
  };
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
