// The longest that a client has to wait: for a snapshot to begin and be written, and for the collector of garbage.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { info } from '../support/replication.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { startServerProcess } from '../support/server-process.ts';
import { waitFor } from '../support/wait-for.ts';
import { snapshotOver } from './attachment.ts';
import { keyOf, runLoad } from './load.ts';
import { compare, type Row, type Run } from './row.ts';
import type { Goal } from './statistics.ts';

const snapshotGoal: Goal = { solid: 10, want: 4, better: 'less', of: 'figure' };
const collectionGoal: Goal = { solid: 30, want: 10, better: 'less', of: 'figure' };
const quietMs = 500;

/** Each value is a pause in milliseconds, without CPU: what is slow here is somebody who waits. */
const pause = (figure: number): Run => ({ figure, cpu: null });

/**
 * One client writes to keys at random, one SET after the other, and its longest wait is taken: while BGSAVE runs, and for
 * comparison while nothing does.
 */
export async function measureSnapshotPauses(
  servers: { readonly redis: ServerProcess; readonly syncline: ServerProcess },
  keys: number,
  pairs: number,
): Promise<readonly Row[]> {
  const quiet = { redis: [] as Run[], syncline: [] as Run[] };
  const saving = { redis: [] as Run[], syncline: [] as Run[] };
  for (let pair = 0; pair < pairs; pair++) {
    for (const kind of ['redis', 'syncline'] as const) {
      quiet[kind].push(pause(await longestWait(servers[kind], keys, () => delay(quietMs))));
      saving[kind].push(pause(await longestWait(servers[kind], keys, () => saveOnce(servers[kind]))));
    }
  }
  const work = "a client's longest wait";
  return [
    compare({ work: `${work} while nothing else runs`, unit: 'ms', goal: null, ...quiet }),
    compare({ work: `${work} while a snapshot is taken`, unit: 'ms', goal: snapshotGoal, ...saving }),
  ];
}

async function saveOnce(server: ServerProcess): Promise<void> {
  const client = server.client();
  await client.bgsave();
  client.disconnect();
  await snapshotOver(server);
}

/** The longest round trip of a SET until `act` is over, in milliseconds. */
async function longestWait(server: ServerProcess, keys: number, act: () => Promise<unknown>): Promise<number> {
  const probe = new Probe(server, keys);
  await probe.start();
  await act();
  return probe.stop();
}

/** Sends a SET, waits for its answer, sends the next. */
class Probe {
  readonly #socket: Socket;
  readonly #keys: number;
  #sentMs = 0;
  #longestMs = 0;

  constructor({ host, port }: ServerProcess, keys: number) {
    this.#socket = connect({ host, port, noDelay: true });
    this.#keys = keys;
  }

  async start(): Promise<void> {
    await once(this.#socket, 'connect');
    this.#socket.on('data', () => {
      this.#longestMs = Math.max(this.#longestMs, performance.now() - this.#sentMs);
      this.#send();
    });
    this.#send();
  }

  stop(): number {
    this.#socket.destroy();
    return this.#longestMs;
  }

  #send(): void {
    const key = keyOf(Math.floor(Math.random() * this.#keys));
    this.#sentMs = performance.now();
    this.#socket.write(`*3\r\n$3\r\nSET\r\n$${key.length}\r\n${key}\r\n$5\r\nprobe\r\n`);
  }
}

/** Runs inside our server: tells the longest pause of the collector since it was last asked, at SIGUSR2. */
const pauseTeller = `
import { PerformanceObserver } from 'node:perf_hooks';
let longest = 0;
const take = (list) => { for (const { duration } of list.getEntries()) longest = Math.max(longest, duration); };
const observer = new PerformanceObserver(take);
observer.observe({ entryTypes: ['gc'] });
process.on('SIGUSR2', () => {
  take({ getEntries: () => observer.takeRecords() });
  console.log('longest collection ' + longest.toFixed(3) + ' ms');
  longest = 0;
});`;

/** Our server with somebody inside who watches its collector. */
export function startWatchedSyncline(): Promise<ServerProcess> {
  const teller = `data:text/javascript,${encodeURIComponent(pauseTeller)}`;
  const leadingArguments = ['--import', teller, 'out/main/cli.js', 'server'];
  return startServerProcess({ name: 'syncline server', command: process.execPath, leadingArguments }, {});
}

/**
 * Our collector's longest pause, beside what Redis stands still for its fork: with strings under load and a snapshot, as
 * the goal has it, and then with one large collection of each type, which are objects that the collector has to visit.
 */
export async function measureCollections(
  servers: { readonly redis: ServerProcess; readonly watched: ServerProcess },
  work: { readonly keys: number; readonly requests: number },
  pairs: number,
): Promise<readonly Row[]> {
  const forks: Run[] = [];
  const withStrings: Run[] = [];
  const withCollections: Run[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    forks.push(pause(await forkOf(servers.redis)));
    await longestCollection(servers.watched);
    await loadStrings(servers.watched, work);
    withStrings.push(pause(await longestCollection(servers.watched)));
    await loadCollections(servers.watched, work);
    withCollections.push(pause(await longestCollection(servers.watched)));
    await dropCollections(servers.watched);
  }
  const row = (load: string, goal: Goal | null, syncline: readonly Run[]) =>
    compare({
      work: `longest pause of the garbage collector, ${load}; Redis: its fork`,
      unit: 'ms',
      goal,
      redis: forks,
      syncline,
    });
  return [row('strings', collectionGoal, withStrings), row('large collections', null, withCollections)];
}

async function forkOf(redis: ServerProcess): Promise<number> {
  await saveOnce(redis);
  const client = redis.client();
  const { latest_fork_usec: microseconds } = await info(client, 'stats');
  client.disconnect();
  return Number(microseconds) / 1000;
}

/** SET and GET in pipelines, and a snapshot. */
async function loadStrings(server: ServerProcess, { keys, requests }: { keys: number; requests: number }) {
  for (const command of ['SET', 'GET'] as const) {
    await runLoad(server, { command, clients: 50, pipeline: 16, requests, keys });
  }
  await saveOnce(server);
}

/** redis-benchmark writes each type to one key. */
async function loadCollections(server: ServerProcess, { keys, requests }: { keys: number; requests: number }) {
  const types = 'lpush,rpush,lpop,sadd,hset,spop,zadd,zpopmin,lrange_100';
  const flags = ['-h', server.host, '-p', String(server.port), '-t', types, '-r', String(keys), '-P', '16', '-q'];
  await promisify(execFile)('redis-benchmark', [...flags, '-n', String(Math.ceil(requests / 10))]);
  await saveOnce(server);
}

async function dropCollections(server: ServerProcess): Promise<void> {
  const client = server.client();
  await client.del('mylist', 'myset', 'myhash', 'myzset');
  client.disconnect();
}

async function longestCollection(server: ServerProcess): Promise<number> {
  const told = () => [...server.output().matchAll(/^longest collection ([\d.]+) ms$/gm)];
  const before = told().length;
  process.kill(server.pid, 'SIGUSR2');
  await waitFor('the server to tell its longest collection', told, (lines) => lines.length > before);
  return Number(told().at(-1)?.[1]);
}
