// What must hold at every moment of every story, whatever happens to machines and links.
import { type Decision, decide } from '#core/engine/replication/psync.ts';
import { readKeyspace } from '../support/keyspace-reading.ts';
import type { Machine } from './machine.ts';
import type { Direction, Wire } from './wire.ts';

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
  /** What the rule says; null while it is not asked, or where the master cannot serve just now. */
  expected: Decision | null;
  answer: string;
  isOver: boolean;
}

const psync = /\*3\r\n\$5\r\nPSYNC\r\n\$\d+\r\n([^\r]+)\r\n\$\d+\r\n(-?\d+)\r\n$/;
/** What a replica says before its PSYNC is never longer. */
const handshakeMaxChars = 1000;
const differencesShownMax = 5;

export class Checks {
  /** How often each check had something to look at; a story that looked at nothing proves nothing. */
  readonly counts = { compared: 0, matched: 0, full: 0, partial: 0, waited: 0 };
  readonly #machines: ReadonlyMap<string, Machine>;
  readonly #closeness: Closeness;
  #events = 0;
  /** The data at an offset of a history, as the first machine had them that was seen there. */
  readonly #ledger = new Map<string, { readonly machine: string; readonly data: string }>();
  readonly #places = new Map<Machine, Place>();
  readonly #copied = new Set<Machine>();
  readonly #hasData = new Set<Machine>();
  readonly #syncs = new WeakMap<Wire, Sync>();

  constructor(machines: ReadonlyMap<string, Machine>, closeness: Closeness) {
    this.#machines = machines;
    this.#closeness = closeness;
  }

  /** A machine is started: it stands where its disk says, and has nothing yet that it must ask with. */
  forget(machine: Machine): void {
    this.#places.delete(machine);
    this.#hasData.delete(machine);
  }

  /** After every event. */
  look(): void {
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
    if (text.endsWith('Finished with success')) {
      machine.turns++;
      this.#copied.add(machine);
      this.#hasData.add(machine);
    }
    if (text.startsWith('Starting BGSAVE for SYNC') || text.endsWith('Finished with success')) this.#compare(machine);
  }

  /** A write was sent, and a WAIT; answers what to call with the number of replicas that are said to have it. */
  promise(master: Machine, key: string): (acknowledged: number) => void {
    const others = [...this.#machines.values()].filter((machine) => machine !== master);
    const turns = new Map(others.map((machine) => [machine, machine.turns]));
    const before = master.turns;
    return (acknowledged) => {
      // What the master has lost or deleted meanwhile, the others need not have.
      if (master.turns !== before || !hasKey(master, key)) return;
      this.counts.waited += acknowledged;
      const mayHave = others.filter((machine) => machine.turns !== turns.get(machine) || hasKey(machine, key));
      const counted = mayHave.reduce((sum, machine) => sum + Math.max(1, connectionsFrom(machine, master)), 0);
      if (counted >= acknowledged) return;
      const names = mayHave.map(({ name }) => name).join(', ') || 'nobody';
      throw new Error(`${master.name} said that ${acknowledged} replicas have ${key}, but only ${names} may have it`);
    };
  }

  /** Bytes that are about to be delivered. */
  saw(wire: Wire, direction: Direction, bytes: Buffer): void {
    const master = this.#machines.get(wire.server.host);
    const replica = this.#machines.get(wire.client.host);
    if (master === undefined || replica === undefined) return;
    let sync = this.#syncs.get(wire);
    if (sync === undefined) {
      sync = { said: '', expected: null, answer: '', isOver: false };
      this.#syncs.set(wire, sync);
    }
    if (sync.isOver) return;
    if (direction === 'toServer') this.#sawRequest(sync, master, replica, bytes);
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
    this.counts.compared++;
    if (known === undefined) {
      this.#ledger.set(place, { machine: machine.name, data });
      return;
    }
    if (known.machine !== machine.name) this.counts.matched++;
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
    const { engine } = master;
    if (engine === null) return;
    const { history, window } = engine.replication.stream;
    sync.expected = decide(asked, history, window);
  }

  #sawAnswer(sync: Sync, master: Machine, replica: Machine, bytes: Buffer): void {
    // Empty lines keep the replica awake while the snapshot is made.
    sync.answer = (sync.answer + bytes.toString('latin1')).replace(/^\n+/, '');
    if (!sync.answer.includes('\n')) return;
    sync.isOver = true;
    const { expected, answer } = sync;
    const kind = answer.startsWith('+CONTINUE') ? 'continue' : answer.startsWith('+FULLRESYNC') ? 'full' : null;
    if (kind === null || expected === null) return;
    this.counts[kind === 'full' ? 'full' : 'partial']++;
    if (kind === expected.kind) return;
    const rule = `${expected.code} ${JSON.stringify(expected.params)}`;
    throw new Error(`${master.name} answered ${replica.name} ${answer.split('\r')[0]}, but the rule says ${rule}`);
  }
}

/** A replica that came back is counted twice, as by Redis, until the loss of its former connection is noticed. */
function connectionsFrom(replica: Machine, { engine }: Machine): number {
  return engine?.replication.replicas.replicas.filter(({ ip }) => ip === replica.name).length ?? 0;
}

/** In whatever database it is by now; one that is on its way to its end counts too. */
function hasKey({ process }: Machine, key: string): boolean {
  return process !== null && [...readKeyspace(process.engine.keyspace).keys()].some((name) => name.endsWith(`:${key}`));
}

function dataOf(machine: Machine): string {
  const { engine } = machine;
  if (engine === null) throw new Error(`${machine.name} is not up`);
  return [...readKeyspace(engine.keyspace)]
    .map(([key, value]) => `${key} ${value}`)
    .sort()
    .join('\n');
}
