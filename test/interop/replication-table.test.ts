// What a link does after each fault, as one table: {ours above, below, between real servers} × {disk, diskless} × faults.
import { describe, expect, it } from 'vitest';
import { Cluster, type ServerKind, type SyncEvidence } from '../support/cluster.ts';
import { change } from '../support/fill.ts';
import { info } from '../support/replication.ts';
import type { ServerSettings } from '../support/server-process.ts';
import { waitFor } from '../support/wait-for.ts';

/** `first`: a full one that asks for nothing else; `full`: one that is given because what was asked is not there. */
type SyncKind = 'none' | 'partial' | 'full' | 'first';

type Transfer = 'disk' | 'diskless';

interface Place {
  /** From the top: each server follows the one before it. */
  readonly kinds: readonly ServerKind[];
  readonly expects: 'ofTwo' | 'ofThree';
  readonly transfers: readonly Transfer[];
}

/** Where ours stands. The chain of real servers alone proves that what we expect is what Redis does. */
const places: readonly Place[] = [
  { kinds: ['Syncline', 'Redis'], expects: 'ofTwo', transfers: ['disk', 'diskless'] },
  { kinds: ['Redis', 'Syncline'], expects: 'ofTwo', transfers: ['disk', 'diskless'] },
  { kinds: ['Redis', 'Syncline', 'Redis'], expects: 'ofThree', transfers: ['disk', 'diskless'] },
  { kinds: ['Syncline', 'Syncline', 'Syncline'], expects: 'ofThree', transfers: ['diskless'] },
  { kinds: ['Redis', 'Redis', 'Redis'], expects: 'ofThree', transfers: ['disk', 'diskless'] },
];

interface Case {
  readonly fault: string;
  /** The kind of sync that each link makes after the fault, from the top; chains left out have no such fault. */
  readonly ofTwo?: readonly SyncKind[];
  readonly ofThree: readonly SyncKind[];
  readonly settings?: ServerSettings;
  act(chain: Chain): Promise<void>;
}

const changesPerWrite = 120;
const backlogSizeBytes = 64 * 1024;
const backlogTtlSeconds = 1;

const cases: readonly Case[] = [
  {
    fault: 'no cut',
    ofTwo: ['none'],
    ofThree: ['none', 'none'],
    act: async (chain) => chain.write(),
  },
  {
    fault: 'a cut within the backlog',
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
    ofTwo: ['partial'],
    ofThree: ['partial', 'partial'],
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

const rows = cases.flatMap((one) =>
  places.flatMap(({ kinds, expects, transfers: ways }) => {
    const expected = one[expects];
    if (expected === undefined) return [];
    return ways.map((transfer) => {
      const title = `${kinds.join(' > ')}, ${transfer}, ${one.fault}: ${expected.join(', ')}`;
      return { title, kinds, transfer, expected, act: one.act, settings: one.settings };
    });
  }),
);

describe('what each link of a chain does', () => {
  it.concurrent.each(rows.map((row) => [row.title, row] as const))(
    '%s',
    async (_, { kinds, transfer, expected, act, settings }) => {
      await using cluster = new Cluster();
      const chain = new Chain(cluster, kinds, {
        'repl-diskless-sync': transfers[transfer].setting,
        'repl-diskless-sync-delay': 0,
        'repl-backlog-size': backlogSizeBytes,
        ...settings,
      });
      await chain.comeUp();
      for (const name of chain.names.slice(0, -1)) {
        expect(cluster.server(name).output()).toContain(transfers[transfer].words);
      }
      await cluster.mark();
      await act(chain);
      await chain.expectSame();
      expect(await chain.evidence()).toEqual(expected.map((kind) => traces[kind]));
    },
  );
});
