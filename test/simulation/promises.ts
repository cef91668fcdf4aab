// What WAIT promised: a replica that was counted has the write then, and keeps it for as long as it lives.
import { readKeyspace } from '../support/keyspace-reading.ts';
import type { Machine } from './machine.ts';

/** A key that a machine was seen to have when it was counted. */
interface Held {
  readonly machine: Machine;
  readonly key: string;
  /** Its data are the same until it turns: a start, a death, a copy of another's. */
  readonly turn: number;
}

/** A WAIT that is not answered yet. */
interface Waiting {
  readonly master: Machine;
  /** The most connections that each replica had at the master since then: the answer is on its way for a while. */
  readonly connections: Map<Machine, number>;
}

export class Promises {
  /** How many acknowledgements were looked at, and how often a promised key was looked for later. */
  readonly counts = { waited: 0, kept: 0 };
  readonly #machines: ReadonlyMap<string, Machine>;
  readonly #waiting = new Set<Waiting>();
  #held: Held[] = [];
  #areForgotten = false;

  constructor(machines: ReadonlyMap<string, Machine>) {
    this.#machines = machines;
  }

  /** Somebody empties all databases: from now on nothing is promised in this story. */
  forget(): void {
    this.#areForgotten = true;
    this.#held = [];
  }

  /** After every event. */
  look(): void {
    for (const { master, connections } of this.#waiting) {
      for (const [machine, most] of connections) {
        connections.set(machine, Math.max(most, connectionsFrom(machine, master)));
      }
    }
  }

  /** A write was sent, and a WAIT; answers what to call with the number of replicas that are said to have it. */
  expect(master: Machine, key: string): (acknowledged: number) => void {
    const others = [...this.#machines.values()].filter((machine) => machine !== master);
    const turns = new Map(others.map((machine) => [machine, machine.turns]));
    const before = master.turns;
    const waiting: Waiting = { master, connections: new Map(others.map((machine) => [machine, 1])) };
    this.#waiting.add(waiting);
    return (acknowledged) => {
      this.look();
      this.#waiting.delete(waiting);
      // What the master has lost or deleted meanwhile, the others need not have.
      if (master.turns !== before || !hasKey(master, key)) return;
      this.counts.waited += acknowledged;
      const having = others.filter((machine) => hasKey(machine, key));
      if (!this.#areForgotten && acknowledged > 0)
        this.#held.push(...[master, ...having].map((machine) => ({ machine, key, turn: machine.turns })));
      const mayHave = others.filter((machine) => machine.turns !== turns.get(machine) || having.includes(machine));
      const counted = mayHave.reduce((sum, machine) => sum + waiting.connections.get(machine)!, 0);
      if (counted >= acknowledged) return;
      const names = mayHave.map(({ name }) => name).join(', ') || 'nobody';
      throw new Error(`${master.name} said that ${acknowledged} replicas have ${key}, but only ${names} may have it`);
    };
  }

  /** Looked for when a replica is promoted, and at the end. @throws Error that names the first that is lost */
  check(machine: Machine, when: string): void {
    this.#held = this.#held.filter((held) => held.turn === held.machine.turns);
    const mine = this.#held.filter((held) => held.machine === machine);
    if (mine.length === 0 || machine.process === null) return;
    const names = keyNames(machine);
    for (const { key } of mine) {
      this.counts.kept++;
      if (!names.has(key)) throw new Error(`${machine.name} had ${key} when WAIT counted it, and has lost it ${when}`);
    }
  }
}

/** A replica that came back is counted twice, as by Redis, until the loss of its former connection is noticed. */
function connectionsFrom(replica: Machine, { engine }: Machine): number {
  return engine?.replication.replicas.replicas.filter(({ ip }) => ip === replica.name).length ?? 0;
}

/** One that is on its way to its end counts too. */
function hasKey(machine: Machine, key: string): boolean {
  return machine.process !== null && keyNames(machine).has(key);
}

/** Without their databases, which may have been swapped. */
function keyNames({ process }: Machine): ReadonlySet<string> {
  const names = process === null ? [] : [...readKeyspace(process.engine.keyspace).keys()];
  return new Set(names.map((name) => name.slice(name.indexOf(':') + 1)));
}
