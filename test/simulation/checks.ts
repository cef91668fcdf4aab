// What must hold at every moment of every story, whatever happens to machines and links.
import { readKeyspace } from '../support/keyspace-reading.ts';
import type { Machine } from './machine.ts';
import { Promises } from './promises.ts';
import { type Verdict, verdict } from './rule.ts';
import type { Direction, Wire } from './wire.ts';
import { isOwnKey } from './writes.ts';

/**
 * How closely a story is watched. Whoever looks at every event sees most; but since a look makes the engine number the
 * bytes that it has put together, it would hide an engine that forgets to.
 */
export interface Closeness {
  readonly eventsPerLook: number;
  /** The data are compared at offsets that this number divides: the same ones on all machines. */
  readonly offsetsPerComparison: number;
}

/** Where a machine stood when it was last looked at. */
interface Place {
  readonly id: string;
  readonly offset: number;
}

/** A request for a sync that is on its way through one connection. */
interface Sync {
  /** What the replica has said so far; null once its PSYNC is complete. */
  said: string | null;
  /** What it asks for; null until its PSYNC is complete. */
  asked: { readonly id: string; readonly byte: number } | null;
  /** What the rule says; null while it is not asked, or where the master cannot serve just now. */
  expected: Verdict | null;
  answer: string;
  isOver: boolean;
}

const psync = /\*3\r\n\$5\r\nPSYNC\r\n\$\d+\r\n([^\r]+)\r\n\$\d+\r\n(-?\d+)\r\n$/;
/** What a master says when it begins with a request. */
const takenUp = /^Replica (\S+):\d+ asks for synchronization$/;
/** What a replica says before its PSYNC is never longer. */
const handshakeMaxChars = 1000;
const differencesShownMax = 5;

export class Checks {
  /** How often each check had something to look at; a story that looked at nothing proves nothing. */
  readonly #counts = { compared: 0, matched: 0, full: 0, partial: 0 };
  readonly promises: Promises;
  readonly #machines: ReadonlyMap<string, Machine>;
  readonly #closeness: Closeness;
  #events = 0;
  /** The data at an offset of a history, as the first machine had them that was seen there. */
  readonly #ledger = new Map<string, { readonly machine: string; readonly data: string }>();
  readonly #places = new Map<Machine, Place>();
  readonly #copied = new Set<Machine>();
  readonly #hasData = new Set<Machine>();
  readonly #syncs = new WeakMap<Wire, Sync>();
  /** The newest sync between two machines, by their names. */
  readonly #newest = new Map<string, Sync>();

  constructor(machines: ReadonlyMap<string, Machine>, closeness: Closeness) {
    this.#machines = machines;
    this.promises = new Promises(machines);
    this.#closeness = closeness;
  }

  get counts() {
    return { ...this.#counts, ...this.promises.counts };
  }

  /** A machine is started: it stands where its disk says, and has nothing yet that it must ask with. */
  forget(machine: Machine): void {
    this.#places.delete(machine);
    this.#hasData.delete(machine);
  }

  /** After every event. */
  look(): void {
    this.promises.look();
    if (this.#events++ % this.#closeness.eventsPerLook !== 0) return;
    for (const machine of this.#machines.values()) {
      const { engine } = machine;
      if (engine === null) continue;
      const { id, offset } = engine.replication.stream.history;
      const before = this.#places.get(machine);
      if (before !== undefined && before.id === id && before.offset === offset) continue;
      this.#mayStandThere(machine, before, { id, offset });
      this.#places.set(machine, { id, offset });
      if (offset % this.#closeness.offsetsPerComparison === 0) this.#compare(machine);
    }
  }

  /** Moments at which the data are looked at whatever the offset: a copy is made, or was taken over. */
  logged(machine: Machine, text: string): void {
    if (text.endsWith('Flushing old data')) {
      machine.turns++;
      this.#hasData.delete(machine);
    }
    if (text.endsWith('Finished with success')) {
      machine.turns++;
      this.#copied.add(machine);
      this.#hasData.add(machine);
    }
    const taken = takenUp.exec(text);
    if (taken !== null) this.#takesUp(machine, taken[1]!);
    if (text.startsWith('Starting BGSAVE for SYNC') || text.endsWith('Finished with success')) this.#compare(machine);
  }

  /** Bytes that are about to be delivered. */
  saw(wire: Wire, direction: Direction, bytes: Buffer): void {
    const master = this.#machines.get(wire.server.host);
    const replica = this.#machines.get(wire.client.host);
    if (master === undefined || replica === undefined) return;
    let sync = this.#syncs.get(wire);
    if (sync === undefined) {
      sync = { said: '', asked: null, expected: null, answer: '', isOver: false };
      this.#syncs.set(wire, sync);
    }
    if (sync.isOver) return;
    // What a replica said on a connection that it has given up since says nothing of where it stands now.
    if (wire.client.isClosed) sync.isOver = true;
    else if (direction === 'toServer') this.#sawRequest(sync, master, replica, bytes);
    else if (sync.said === null) this.#sawAnswer(sync, master, replica, bytes);
  }

  /** All links are up, and every machine stands where the one master stands. */
  areInSync(): boolean {
    const places = new Set<string>();
    for (const { engine, master } of this.#machines.values()) {
      if (engine === null || (master !== null && !engine.replication.isLinkUp)) return false;
      const { id, offset } = engine.replication.stream.history;
      places.add(`${id}:${offset}`);
    }
    return places.size === 1;
  }

  /** Every machine has the same data now. */
  compareAll(): void {
    const [first, ...others] = [...this.#machines.values()];
    if (first === undefined) return;
    const data = dataOf(first);
    for (const other of others) this.#expectSame(first.name, data, other.name, dataOf(other), 'after healing');
  }

  #mayStandThere(machine: Machine, before: Place | undefined, now: Place): void {
    const wasCopied = this.#copied.delete(machine);
    if (before === undefined || before.id !== now.id || now.offset >= before.offset || wasCopied) return;
    throw new Error(`${machine.name} went back from ${before.offset} to ${now.offset} within the history ${now.id}`);
  }

  #compare(machine: Machine): void {
    const { engine } = machine;
    if (engine === null || engine.replication.stream.window === null) return;
    const { id, offset } = engine.replication.stream.history;
    const place = `${id}:${offset}`;
    const data = dataOf(machine);
    const known = this.#ledger.get(place);
    this.#counts.compared++;
    if (known === undefined) {
      this.#ledger.set(place, { machine: machine.name, data });
      return;
    }
    if (known.machine !== machine.name) this.#counts.matched++;
    this.#expectSame(known.machine, known.data, machine.name, data, `at ${offset} of ${id}`);
  }

  #expectSame(oneName: string, one: string, otherName: string, other: string, where: string): void {
    if (one === other) return;
    const oneLines = new Set(one.split('\n'));
    const otherLines = new Set(other.split('\n'));
    const differences = [
      ...[...oneLines].filter((line) => !otherLines.has(line)).map((line) => `  ${oneName} has ${line}`),
      ...[...otherLines].filter((line) => !oneLines.has(line)).map((line) => `  ${otherName} has ${line}`),
    ].sort((a, b) => (a.slice(a.indexOf('has ')) < b.slice(b.indexOf('has ')) ? -1 : 1));
    const shown = differences.slice(0, differencesShownMax * 2).map((line) => line.slice(0, 200));
    throw new Error(`${oneName} and ${otherName} differ ${where}:\n${shown.join('\n')}`);
  }

  #sawRequest(sync: Sync, master: Machine, replica: Machine, bytes: Buffer): void {
    if (sync.said === null) return;
    sync.said = (sync.said + bytes.toString('latin1')).slice(-handshakeMaxChars);
    const match = psync.exec(sync.said);
    if (match === null) return;
    sync.said = null;
    const asked = { id: match[1]!, byte: Number(match[2]) };
    if (asked.id === '?' && this.#hasData.has(replica)) {
      throw new Error(`${replica.name} asks ${master.name} for everything, though it stands in a history`);
    }
    sync.asked = asked;
    sync.expected = verdict(master, asked);
    this.#newest.set(`${replica.name} ${master.name}`, sync);
  }

  /** A paused master takes the request later than it came, and may stand elsewhere by then. */
  #takesUp(master: Machine, replicaName: string): void {
    const sync = this.#newest.get(`${replicaName} ${master.name}`);
    if (sync !== undefined && sync.asked !== null && !sync.isOver) sync.expected = verdict(master, sync.asked);
  }

  #sawAnswer(sync: Sync, master: Machine, replica: Machine, bytes: Buffer): void {
    // Empty lines keep the replica awake while the snapshot is made.
    sync.answer = (sync.answer + bytes.toString('latin1')).replace(/^\n+/, '');
    if (!sync.answer.includes('\n')) return;
    sync.isOver = true;
    const { expected, answer } = sync;
    const kind = answer.startsWith('+CONTINUE') ? 'continue' : answer.startsWith('+FULLRESYNC') ? 'full' : null;
    if (kind === null || expected === null) return;
    this.#counts[kind === 'full' ? 'full' : 'partial']++;
    if (kind === expected.kind) return;
    const said = answer.split('\r')[0];
    throw new Error(
      `${master.name} answered ${replica.name} ${said}, but the rule says ${expected.kind}: ${expected.because}`,
    );
  }
}

function dataOf(machine: Machine): string {
  const { engine } = machine;
  if (engine === null) throw new Error(`${machine.name} is not up`);
  // What a writable replica was told by its own clients is its own affair.
  return [...readKeyspace(engine.keyspace)]
    .filter(([key]) => !isOwnKey(key))
    .map(([key, value]) => `${key} ${value}`)
    .sort()
    .join('\n');
}
