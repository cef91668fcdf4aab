// What a link does after each fault, as rows of a table: faults by the kinds of servers and the ways of a snapshot.
import { expect } from 'vitest';
import { Cluster, type ServerKind, type SyncEvidence } from './cluster.ts';
import { change } from './fill.ts';
import { info } from './replication.ts';
import type { ServerSettings } from './server-process.ts';
import { waitFor } from './wait-for.ts';

/** `first`: a full one that asks for nothing else; `full`: one that is given because what was asked is not there. */
export type SyncKind = 'none' | 'partial' | 'full' | 'first';

export type Transfer = 'disk' | 'diskless';

/** Where servers stand, and by which ways their snapshots travel. */
export interface Place {
  /** From the top: each server follows the one before it. */
  readonly kinds: readonly ServerKind[];
  readonly expects: 'ofTwo' | 'ofThree';
  readonly transfers: readonly Transfer[];
}

export interface FaultCase {
  readonly fault: string;
  /** The kind of sync that each link makes after the fault, from the top; chains left out have no such fault. */
  readonly ofTwo?: readonly SyncKind[];
  readonly ofThree: readonly SyncKind[];
  /** Played with every release; what the others ask of a server is asked by these too, or by its relay. */
  readonly isForAll?: true;
  /** What each link does where Redis 6.0 is at the top, if that is something else; null: it has no such fault. */
  readonly belowRedis6?: SyncKind | null;
  readonly settings?: ServerSettings;
  act(chain: Chain): Promise<void>;
}

const changesPerWrite = 120;
const backlogSizeBytes = 64 * 1024;
const backlogTtlSeconds = 1;
/** Nothing gets into a stream by itself: a master that is lost had not told one replica more than the other. */
const silence: ServerSettings = { 'repl-ping-replica-period': 3600, 'repl-timeout': 3600 };

export const faultCases: readonly FaultCase[] = [
  {
    fault: 'no cut',
    isForAll: true,
    ofTwo: ['none'],
    ofThree: ['none', 'none'],
    act: async (chain) => chain.write(),
  },
  {
    fault: 'a cut within the backlog',
    isForAll: true,
    ofTwo: ['partial'],
    ofThree: ['partial', 'partial'],
    act: async (chain) => {
      for (const name of chain.replicas) await chain.cluster.hold(name);
      await chain.write();
      for (const name of chain.replicas) await chain.cluster.release(name);
    },
  },
  {
    fault: 'a cut past the backlog',
    isForAll: true,
    ofTwo: ['full'],
    ofThree: ['full', 'full'],
    act: async (chain) => {
      for (const name of chain.replicas) await chain.cluster.hold(name);
      await pastTheBacklog(chain);
      for (const name of chain.replicas) await chain.cluster.release(name);
    },
  },
  {
    fault: 'a backlog that has expired (repl-backlog-ttl)',
    ofTwo: ['full'],
    ofThree: ['full', 'full'],
    settings: { 'repl-backlog-ttl': backlogTtlSeconds },
    act: async (chain) => {
      for (const name of chain.replicas) await chain.cluster.hold(name);
      await fieldOfTop(chain, 'repl_backlog_active', '0');
      await chain.write();
      for (const name of chain.replicas) await chain.cluster.release(name);
    },
  },
  {
    fault: 'a backlog of a replica, which never expires',
    ofThree: ['none', 'partial'],
    settings: { 'repl-backlog-ttl': backlogTtlSeconds },
    act: async (chain) => {
      const [second, third] = chain.replicas;
      await chain.cluster.hold(third!);
      await secondsOf(chain, second!, backlogTtlSeconds + 2);
      await chain.write();
      await chain.cluster.release(third!);
    },
  },
  {
    fault: 'a master that is lost, and a sibling promoted in its place',
    isForAll: true,
    ofTwo: ['partial'],
    ofThree: ['partial', 'partial'],
    act: async (chain) => {
      const { cluster } = chain;
      await cluster.start('sibling', chain.kinds[0]!, chain.settings);
      await cluster.follow('sibling', 'top');
      await chain.write();
      await cluster.expectSame('top', 'sibling', ...chain.replicas);
      await cluster.kill('top');
      await cluster.promote('sibling');
      await cluster.follow('second', 'sibling');
      chain.names = ['sibling', ...chain.replicas];
      await chain.write();
    },
  },
  {
    fault: 'a master that is lost, and the second promoted, whose replica stays',
    isForAll: true,
    // It would have to understand a master that is newer, which passes SET with EX on as SET with PXAT.
    belowRedis6: null,
    ofThree: ['partial'],
    act: async (chain) => {
      await chain.cluster.kill('top');
      await chain.cluster.promote('second');
      chain.names = chain.replicas;
      await chain.write();
    },
  },
  {
    fault: 'a replica promoted and brought back, which asks with an id of its own',
    ofTwo: ['full'],
    ofThree: ['none', 'full'],
    act: async (chain) => {
      const last = chain.replicas.at(-1)!;
      const above = chain.names.at(-2)!;
      await chain.cluster.promote(last);
      await chain.cluster.server(last).client().set('own', 'lost');
      await chain.cluster.follow(last, above);
      await chain.write();
    },
  },
  {
    fault: 'a master restarted with its RDB',
    isForAll: true,
    ofTwo: ['partial'],
    ofThree: ['partial', 'partial'],
    // It takes an id of its own at each start.
    belowRedis6: 'full',
    act: async (chain) => {
      await chain.cluster.restart('top', 'with its RDB');
      await chain.write();
    },
  },
  {
    fault: 'a master restarted without an RDB',
    ofTwo: ['full'],
    ofThree: ['full', 'full'],
    act: async (chain) => {
      await chain.cluster.restart('top', 'without an RDB');
      await chain.write();
    },
  },
  {
    fault: 'a replica restarted with its RDB',
    isForAll: true,
    ofTwo: ['partial'],
    ofThree: ['partial', 'partial'],
    act: async (chain) => {
      await chain.cluster.restart('second', 'with its RDB');
      await chain.write();
    },
  },
  {
    fault: 'a replica restarted without an RDB',
    ofTwo: ['first'],
    // The third lacks nothing: the second has got anew just what it had.
    ofThree: ['first', 'partial'],
    act: async (chain) => {
      await chain.cluster.restart('second', 'without an RDB');
      await chain.expectSame();
      await chain.write();
    },
  },
];

async function pastTheBacklog(chain: Chain): Promise<void> {
  const client = chain.cluster.server(chain.top).client();
  for (let key = 0; key < 4; key++) await client.set(`past:${key}`, Buffer.alloc(backlogSizeBytes, `${key}`));
  await chain.write();
}

async function fieldOfTop(chain: Chain, name: string, value: string): Promise<void> {
  const client = chain.cluster.server(chain.top).client();
  await waitFor(
    `${name} of the top to be ${value}`,
    () => info(client, 'replication'),
    (fields) => fields[name] === value,
  );
}

/** Until a server's own clock has gone on by so many seconds. */
async function secondsOf(chain: Chain, name: string, seconds: number): Promise<void> {
  const client = chain.cluster.server(name).client();
  const uptime = async () => Number((await info(client, 'server')).uptime_in_seconds);
  const before = await uptime();
  await waitFor(`${seconds} seconds of ${name}`, uptime, (now) => now >= before + seconds);
}

/** The servers of a row by their places: top, second and, in a chain of three, third. */
class Chain {
  readonly cluster: Cluster;
  readonly kinds: readonly ServerKind[];
  readonly settings: ServerSettings;
  names: readonly string[];
  #seed = 0;

  constructor(cluster: Cluster, kinds: readonly ServerKind[], settings: ServerSettings) {
    this.cluster = cluster;
    this.kinds = kinds;
    this.settings = settings;
    this.names = ['top', 'second', 'third'].slice(0, kinds.length);
  }

  get top(): string {
    return this.names[0]!;
  }

  /** All but the top, from above. */
  get replicas(): readonly string[] {
    return this.names.slice(1);
  }

  /** Starts all with some data at the top, and attaches each to the one above it. */
  async comeUp(): Promise<void> {
    await Promise.all(this.names.map((name, at) => this.cluster.start(name, this.kinds[at]!, this.settings)));
    await this.write();
    for (const [at, name] of this.replicas.entries()) await this.cluster.follow(name, this.names[at]!);
    await this.write();
    await this.expectSame();
  }

  write(count = changesPerWrite): Promise<void> {
    this.#seed++;
    return change(this.cluster.server(this.top), count, this.#seed);
  }

  expectSame(): Promise<void> {
    return this.cluster.expectSame(this.top, ...this.replicas);
  }

  evidence(): Promise<SyncEvidence[]> {
    return Promise.all(this.replicas.map((name) => this.cluster.evidence(name)));
  }
}

/** What a kind of sync leaves behind: in the master's counters, and in the replica's log. */
const traces: Readonly<Record<SyncKind, SyncEvidence>> = {
  none: { counted: { full: 0, partialOk: 0, partialErr: 0 }, logged: { full: 0, partial: 0 } },
  partial: { counted: { full: 0, partialOk: 1, partialErr: 0 }, logged: { full: 0, partial: 1 } },
  full: { counted: { full: 1, partialOk: 0, partialErr: 1 }, logged: { full: 1, partial: 0 } },
  first: { counted: { full: 1, partialOk: 0, partialErr: 0 }, logged: { full: 1, partial: 0 } },
};

const transfers: Readonly<Record<Transfer, { readonly setting: string; readonly words: string }>> = {
  disk: { setting: 'no', words: 'Starting BGSAVE for SYNC with target: disk' },
  diskless: { setting: 'yes', words: 'Starting BGSAVE for SYNC with target: replicas sockets' },
};

/** One row: a fault in one chain, and the kind of sync that each of its links must make, from the top. */
export interface FaultRow {
  readonly title: string;
  readonly kinds: readonly ServerKind[];
  readonly transfer: Transfer;
  readonly expected: readonly SyncKind[];
  readonly fault: FaultCase;
}

/** The faults in every place that has them, by each way of its snapshots. */
export function faultRows(places: readonly Place[], cases: readonly FaultCase[] = faultCases): FaultRow[] {
  return cases.flatMap((fault) =>
    places.flatMap(({ kinds, expects, transfers: ways }) => {
      const ofLinks = kinds[0] === 'Redis 6.0' ? fault.belowRedis6 : undefined;
      const expected = ofLinks ? kinds.slice(1).map(() => ofLinks) : fault[expects];
      if (expected === undefined || ofLinks === null) return [];
      return ways.map((transfer) => {
        const title = `${kinds.join(' > ')}, ${transfer}, ${fault.fault}: ${expected.join(', ')}`;
        return { title, kinds, transfer, expected, fault };
      });
    }),
  );
}

/** Plays a row, and fails where a link made another kind of sync, by its master's counters or its own log, or data differ. */
export async function playFault({ kinds, transfer, expected, fault }: FaultRow): Promise<void> {
  await using cluster = new Cluster();
  const chain = new Chain(cluster, kinds, {
    'repl-diskless-sync': transfers[transfer].setting,
    'repl-diskless-sync-delay': 0,
    'repl-backlog-size': backlogSizeBytes,
    ...silence,
    ...fault.settings,
  });
  await chain.comeUp();
  for (const name of chain.names.slice(0, -1)) {
    expect(cluster.server(name).output()).toContain(transfers[transfer].words);
  }
  await cluster.mark();
  await fault.act(chain);
  await chain.expectSame();
  expect(await chain.evidence()).toEqual(expected.map((kind) => traces[kind]));
}
