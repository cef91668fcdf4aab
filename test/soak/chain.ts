// One chain of the soak: four servers, a writer at the top, faults between them, and the comparing of all at one offset.
import { setTimeout as delay } from 'node:timers/promises';
import { Cluster, type ServerKind } from '../support/cluster.ts';
import { type SeededRandom, seededRandom } from '../support/random.ts';
import { expectSameData, readBack } from '../support/read-back.ts';
import { info, syncCounts } from '../support/replication.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { waitFor } from '../support/wait-for.ts';
import { type MemorySample, sampleMemory } from './memory.ts';
import { writeGroup } from './writes.ts';

/** What was done and seen; grows while the chain runs. */
export interface Figures {
  writes: number;
  readonly cuts: Record<Fault, number>;
  compares: number;
  /** Each with the first keys that differ. */
  readonly differences: string[];
}

export type Fault = 'cut' | 'cut within a command' | 'away';

const faults: readonly Fault[] = ['cut', 'cut', 'cut within a command', 'away'];
const settings = {
  'repl-diskless-sync-delay': 0,
  'repl-backlog-size': '1mb',
  'enable-debug-command': 'local',
  'repl-timeout': 20,
};
const writesPerGroup = 50;
const groupsPerSecond = 40;
const pauseMinMs = 1000;
const pauseMaxMs = 4000;
/** Long enough that the backlog of 1 MB is sometimes outrun. */
const awayMaxMs = 6000;
const cutWithinBytes = 20_000;
const equalTimeoutMs = 60_000;

export class SoakChain implements AsyncDisposable {
  readonly names: readonly string[];
  readonly kinds: readonly ServerKind[];
  readonly figures: Figures = {
    writes: 0,
    cuts: { cut: 0, 'cut within a command': 0, away: 0 },
    compares: 0,
    differences: [],
  };
  readonly memory: Map<string, MemorySample[]>;
  readonly #cluster = new Cluster();
  readonly #random: SeededRandom;
  #writer: Promise<void> | null = null;
  #writes = false;
  #hasSuffered = false;

  constructor(kinds: readonly ServerKind[], seed: number) {
    this.kinds = kinds;
    this.names = kinds.map((kind, place) => `${place + 1}. ${kind}`);
    this.memory = new Map(this.names.map((name) => [name, []]));
    this.#random = seededRandom(seed);
  }

  async comeUp(): Promise<void> {
    for (const [place, name] of this.names.entries()) {
      await this.#cluster.start(name, this.kinds[place]!, settings);
      if (place > 0) await this.#cluster.follow(name, this.names[place - 1]!);
    }
  }

  /** Writes without an end, at a pace. */
  startWriting(): void {
    this.#writes = true;
    this.#writer ??= this.#write();
  }

  async stopWriting(): Promise<void> {
    this.#writes = false;
    await this.#writer;
    this.#writer = null;
  }

  /** After a while a link breaks in one way or another, and comes together again. */
  async suffer(): Promise<void> {
    const random = this.#random;
    await delay(pauseMinMs + random.below(pauseMaxMs - pauseMinMs));
    const name = random.pick(this.#replicas);
    // The first is one that every link continues after: the shortest soak proves that too.
    const fault = this.#hasSuffered ? random.pick(faults) : 'cut';
    this.#hasSuffered = true;
    if (fault === 'cut') await this.#cluster.cut(name);
    else if (fault === 'cut within a command') await this.#cluster.cutAfter(name, random.below(cutWithinBytes));
    else {
      await this.#cluster.hold(name);
      await delay(random.below(awayMaxMs));
      await this.#cluster.release(name);
    }
    this.figures.cuts[fault]++;
  }

  /** Stops the writes, waits until all stand at one offset, and compares their digests. */
  async compare(): Promise<void> {
    const wasWriting = this.#writes;
    await this.stopWriting();
    const digests = await waitFor(
      `all of ${this.names.join(', ')} to stand at one offset`,
      () => this.#digestsAtOneOffset(),
      (found) => found !== null,
      { timeoutMs: equalTimeoutMs },
    );
    this.figures.compares++;
    if (new Set(digests).size > 1) this.figures.differences.push(await this.#describe(digests ?? []));
    if (wasWriting) this.startWriting();
  }

  async sampleMemory(atMs: number): Promise<void> {
    for (const [name, samples] of this.memory) samples.push(await sampleMemory(this.#server(name), atMs));
  }

  /** Of all links together, as their masters count them. */
  async syncs(): Promise<{ full: number; partialOk: number; partialErr: number }> {
    const counts = await Promise.all(this.names.slice(0, -1).map((name) => syncCounts(this.#server(name))));
    const sum = (field: 'full' | 'partialOk' | 'partialErr') => counts.reduce((total, one) => total + one[field], 0);
    return { full: sum('full'), partialOk: sum('partialOk'), partialErr: sum('partialErr') };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopWriting();
    await this.#cluster[Symbol.asyncDispose]();
  }

  get #replicas(): readonly string[] {
    return this.names.slice(1);
  }

  #server(name: string): ServerProcess {
    return this.#cluster.server(name);
  }

  async #write(): Promise<void> {
    const client = this.#server(this.names[0]!).client();
    try {
      while (this.#writes) {
        const next = delay(1000 / groupsPerSecond);
        this.figures.writes += await writeGroup(client, this.#random, writesPerGroup);
        await next;
      }
    } finally {
      client.disconnect();
    }
  }

  /** Null unless all stood at the same place before and after they were asked. */
  async #digestsAtOneOffset(): Promise<readonly string[] | null> {
    const before = await this.#place();
    if (before === null) return null;
    const digests = await Promise.all(
      this.names.map(async (name) => String(await this.#server(name).client().call('DEBUG', 'DIGEST'))),
    );
    return (await this.#place()) === before ? digests : null;
  }

  /** The history and the offset that all share; null when they do not. */
  async #place(): Promise<string | null> {
    const places = await Promise.all(
      this.names.map(async (name) => {
        const fields = await info(this.#server(name).client(), 'replication');
        const isUp = fields.role === 'master' || fields.master_link_status === 'up';
        return isUp ? `${fields.master_replid}:${fields.master_repl_offset}` : `${name} is without its master`;
      }),
    );
    return new Set(places).size === 1 ? places[0]! : null;
  }

  async #describe(digests: readonly string[]): Promise<string> {
    const lines = this.names.map((name, at) => `${name} ${digests[at]}`);
    const top = await readBack(this.#server(this.names[0]!));
    for (const name of this.#replicas) {
      try {
        expectSameData(await readBack(this.#server(name)), top);
      } catch (error) {
        lines.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    return lines.join('\n');
  }
}
