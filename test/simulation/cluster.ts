// The language of stories: `cluster.cut('b')`, `cluster.attach('c', 'b')`, `await cluster.pass(300)`.
import type { LogRecord } from '#core/engine/server/log.ts';
import { type SeededRandom, seededRandom } from '../support/random.ts';
import { Checks, type Closeness } from './checks.ts';
import { SimulatedClient } from './client.ts';
import { SimulatedTime } from './clock.ts';
import { Machine, type Process, port } from './machine.ts';
import { SimulatedNetwork } from './network.ts';
import type { Weather } from './weather.ts';
import { drawLoad, drawWrites, quietDatabase, type Words } from './writes.ts';

/** How long a healed cluster may take until all machines have the same data. */
const healedWithinMs = 60_000;
/** In good weather, with all links up, what is written reaches all within this time. */
const reachedWithinMs = 2500;
const lastWrites = 10;
const lastBursts = 3;
/** What was told to machines is done long before. */
const gatherEveryMs = 5000;
const lookEveryMs = 100;
/** A failover that is given up, or whose target answers or does not, is over by then. */
const failedOverWithinMs = 20_000;
/** How long a clean end may take: `shutdown-timeout`, and a save. */
const endedWithinMs = 20_000;
const waitTimeoutMs = 1000;
const clientHost = 'clients';

export class Cluster {
  readonly time = new SimulatedTime();
  readonly network: SimulatedNetwork;
  readonly machines = new Map<string, Machine>();
  readonly checks: Checks;
  /** What happened so far, line by line; shown when the story fails. */
  readonly journal: string[] = [];
  readonly #random: SeededRandom;
  readonly #clients = new Map<string, SimulatedClient>();
  readonly #clientLife = { alive: true };
  #failure: unknown = null;
  #waits = 0;

  /** Everything that happens comes from `random`. */
  constructor(random: SeededRandom, closeness: Closeness) {
    this.#random = random;
    this.network = new SimulatedNetwork(this.time, seededRandom(random.below(2 ** 32)));
    this.checks = new Checks(this.machines, closeness);
    this.network.tap = (wire, direction, bytes) => this.checks.saw(wire, direction, bytes);
    this.time.watch = () => this.checks.look();
    this.time.promisesWait = () => [...this.machines.values()].some((machine) => machine.waitsForPromises);
  }

  // ---- machines

  add(name: string, settings: Readonly<Record<string, string>>): void {
    const events = {
      log: (machine: Machine, record: LogRecord) => this.#logged(machine, record),
      failed: (machine: Machine, error: unknown) => {
        this.#failure ??= new Error(`${machine.name} failed: ${error}`, { cause: error });
      },
    };
    const { time, network } = this;
    const random = seededRandom(this.#random.below(2 ** 32));
    this.machines.set(name, new Machine(name, { time, network, random, events }, settings));
    this.#say(`${name} is made with ${JSON.stringify(settings)}`);
  }

  machine(name: string): Machine {
    const machine = this.machines.get(name);
    if (machine === undefined) throw new Error(`there is no machine ${name}`);
    return machine;
  }

  start(name: string): void {
    const machine = this.machine(name);
    this.#say(`start(${name}) following ${machine.master?.name ?? 'nobody'}`);
    this.checks.forget(machine);
    machine.start();
  }

  crash(name: string, options: { readonly loud: boolean; readonly disk: 'kept' | 'lost' }): void {
    this.#say(`crash(${name}) ${options.loud ? 'loudly' : 'silently'}, disk ${options.disk}`);
    this.machine(name).crash(options.loud);
    if (options.disk === 'lost') this.machine(name).disk.wipe();
  }

  stop(name: string, options: { readonly save: 'always' | 'never'; readonly now: boolean }): void {
    this.#say(`stop(${name}) save ${options.save}${options.now ? ' now' : ''}`);
    const machine = this.machine(name);
    const before = machine.disk.temporaryFiles.length;
    machine.stop(options.save, options.now, (process) => this.#noteEnd(machine, process, before));
  }

  // ---- who follows whom

  attach(name: string, master: string): void {
    this.#say(`attach(${name}, ${master})`);
    this.machine(name).master = this.machine(master);
    this.machine(name).command('REPLICAOF', master, String(port));
  }

  promote(name: string): void {
    this.#say(`promote(${name})`);
    this.machine(name).master = null;
    this.machine(name).command('REPLICAOF', 'NO', 'ONE');
    this.checks.promises.check(this.machine(name), 'by its promotion');
  }

  /** A failover changes who follows whom without our doing: then the engines know better. */
  observeRoles(): void {
    for (const machine of this.machines.values()) {
      const { engine } = machine;
      if (engine === null) continue;
      const master = this.machines.get(engine.replication.link?.address.host ?? '') ?? null;
      if (master === machine.master) continue;
      this.#say(`${machine.name} follows ${master?.name ?? 'nobody'} now`);
      machine.master = master;
      if (master === null) this.checks.promises.check(machine, 'by a failover');
    }
  }

  /** Whether `name` stands below `above`, or is it. */
  isBelow(name: string, above: string): boolean {
    return this.#upwards(name).some((machine) => machine.name === above);
  }

  depth(name: string): number {
    return this.#upwards(name).length - 1;
  }

  /** From a machine up to its root; or, since failovers can close a circle, until one comes again. */
  #upwards(name: string): Machine[] {
    const path: Machine[] = [];
    for (let at: Machine | null = this.machine(name); at !== null && !path.includes(at); at = at.master) path.push(at);
    return path;
  }

  // ---- what happens to links

  /** Breaks the link of `name` to its master after so many more bytes of the stream, or of its answers. */
  cut(name: string, after = 0, direction: 'toServer' | 'toClient' = 'toClient'): void {
    const { master } = this.machine(name);
    if (master === null) return;
    this.#say(`cut(${name}) after ${after} bytes ${direction === 'toClient' ? 'from' : 'to'} ${master.name}`);
    for (const wire of this.network.between(name, master.name)) wire.cutAfter(after, direction);
  }

  /** Nothing arrives between a machine and its master for a while. */
  stall(name: string, forMs: number): void {
    const { master } = this.machine(name);
    if (master === null) return;
    this.#say(`stall(${name}) for ${forMs} ms`);
    this.network.stall(name, master.name, forMs);
  }

  setWeather(name: string, weather: Weather): void {
    this.#say(`weather ${name}`);
    this.network.weather = weather;
  }

  // ---- commands

  command(name: string, ...words: Words): void {
    this.#say(`${name}: ${words.join(' ')}`);
    this.machine(name).command(...words);
  }

  /** Nothing can be written on the machine's disk for a while. */
  fillDisk(name: string, forMs: number): void {
    this.#say(`fillDisk(${name}) for ${forMs} ms`);
    this.machine(name).disk.fullUntilMs = this.time.nowMs + forMs;
  }

  /** Empties all databases, of which nothing was promised to stay then. */
  empty(name: string): void {
    this.checks.promises.forget();
    this.command(name, 'FLUSHALL');
  }

  /** CONFIG SET, and for every later start. */
  set(name: string, directive: string, value: string): void {
    this.machine(name).settings[directive] = value;
    this.command(name, 'CONFIG', 'SET', directive, value);
  }

  /** A burst of drawn writes by one of the machine's clients. */
  write(name: string, count: number): void {
    if (count === 0) return;
    const requests = drawWrites(this.#random, count);
    this.#say(`write(${name}) ${requests.map((words) => shown(words)).join('; ')}`);
    this.#client(name).say(requests);
  }

  /** Writes a key and waits until so many replicas have it; whoever the answer counts must have it then. */
  wait(name: string, replicas: number): void {
    const key = `wait:${++this.#waits}`;
    this.#say(`wait(${name}) for ${replicas} replicas to have ${key}`);
    const promise = this.checks.promises.expect(this.machine(name), key);
    let heard = '';
    const client = new SimulatedClient(this.network.transport(clientHost, this.#clientLife), name, (text) => {
      heard += text;
      const answer = /^\+OK\r\n\+OK\r\n:(\d+)\r\n$/.exec(heard);
      if (answer !== null) promise(Number(answer[1]));
    });
    client.say([
      ['SELECT', String(quietDatabase)],
      ['SET', key, key],
      ['WAIT', String(replicas), String(waitTimeoutMs)],
    ]);
    this.#clients.set(key, client);
  }

  /** So many bytes of writes. */
  load(name: string, bytes: number): void {
    this.#say(`load(${name}) ${bytes} bytes`);
    this.#client(name).say(drawLoad(this.#random, bytes));
  }

  // ---- time

  async pass(ms: number): Promise<void> {
    await this.time.run(ms);
    if (this.#failure !== null) throw this.#failure;
  }

  /** Waits until `isSo`. @throws Error that names what did not come about. */
  async until(what: string, withinMs: number, isSo: () => boolean): Promise<void> {
    const endMs = this.time.nowMs + withinMs;
    while (!isSo()) {
      if (this.time.nowMs > endMs) throw new Error(`${what} has not come about within ${withinMs} ms`);
      await this.pass(lookEveryMs);
    }
  }

  /** Good weather, all machines up, one master above all; then all must become equal. */
  async heal(): Promise<void> {
    this.#say('heal');
    this.network.heal();
    await this.until('that whoever ends has ended', endedWithinMs, () => this.#all(({ isEnding }) => !isEnding));
    for (const machine of this.machines.values()) if (machine.process === null) this.start(machine.name);
    await this.until('that every machine is up', endedWithinMs, () => this.#all((machine) => machine.isUp));
    for (const machine of this.machines.values()) machine.calmDown();
    await this.until('that no failover goes on', failedOverWithinMs, () =>
      this.#all(({ engine }) => engine?.replication.failover.isRunning === false),
    );
    this.observeRoles();
    for (const machine of this.machines.values()) this.checks.promises.check(machine, 'by the end');
    const root = this.#chooseRoot();
    for (const client of this.#clients.values()) client.leave();
    this.#gatherUnder(root);
    let gatherMs = this.time.nowMs + gatherEveryMs;
    await this.until('that all have the same data', healedWithinMs, () => {
      if (this.checks.areInSync()) return true;
      if (this.time.nowMs < gatherMs) return false;
      // The request of a failover that was given up may arrive late, and make a master yet.
      this.observeRoles();
      this.#gatherUnder(root);
      gatherMs = this.time.nowMs + gatherEveryMs;
      return false;
    });
    this.checks.compareAll();
    for (let burst = 0; burst < lastBursts; burst++) {
      this.write(root.name, lastWrites);
      await this.pass(lookEveryMs);
      await this.until('that the last writes are everywhere', reachedWithinMs, () => this.checks.areInSync());
    }
    this.checks.compareAll();
  }

  /** Ends every engine; nothing of it may stay open. */
  async close(): Promise<void> {
    for (const machine of this.machines.values()) {
      if (machine.isUp) this.stop(machine.name, { save: 'never', now: true });
    }
    await this.until('that every machine has ended', endedWithinMs, () => this.#all(({ process }) => process === null));
    await this.pass(lookEveryMs);
  }

  /** Whoever follows nobody follows the root, and the root nobody. */
  #gatherUnder(root: Machine): void {
    if (root.master !== null) this.promote(root.name);
    for (const other of this.machines.values())
      if (other !== root && other.master === null) this.attach(other.name, root.name);
  }

  /** A master; where all follow one another in a circle, the first of them is made one. */
  #chooseRoot(): Machine {
    const all = [...this.machines.values()];
    const root = all.find(({ master }) => master === null) ?? all[0]!;
    if (root.master !== null) this.promote(root.name);
    for (const machine of all) {
      const above = this.#upwards(machine.name).at(-1)!;
      if (above.master !== null) this.promote(machine.name);
    }
    return root;
  }

  #all(isSo: (machine: Machine) => boolean): boolean {
    return [...this.machines.values()].every(isSo);
  }

  /** A moment later, since connections close in a turn of their own. */
  #noteEnd(machine: Machine, process: Process, temporaryFilesBefore: number): void {
    this.time.after(lookEveryMs / 2, null, () => {
      // Those of a process that has been started since are its own.
      const temporaryFiles = machine.process === null ? machine.disk.temporaryFiles.length : 0;
      const leaks = {
        timers: process.timers.waiting,
        connections: process.transport.open,
        files: process.files.open,
        temporaryFiles: Math.max(0, temporaryFiles - temporaryFilesBefore),
      };
      process.life.alive = false;
      if (Object.values(leaks).some((count) => count > 0)) {
        this.#failure ??= new Error(`${machine.name} ended and left open ${JSON.stringify(leaks)}`);
      }
    });
  }

  #client(name: string): SimulatedClient {
    const id = `${name}${this.#random.below(2)}`;
    let client = this.#clients.get(id);
    if (client === undefined) {
      client = new SimulatedClient(this.network.transport(clientHost, this.#clientLife), name);
      this.#clients.set(id, client);
    }
    return client;
  }

  #logged(machine: Machine, { mark, level, text }: LogRecord): void {
    this.#note(`  ${machine.name} ${mark} ${level}: ${text}`);
    try {
      this.checks.logged(machine, text);
    } catch (error) {
      // Thrown into the engine it would be the engine's to deal with: it is the story that ends.
      this.#failure ??= error;
    }
  }

  #say(text: string): void {
    this.#note(text);
  }

  #note(text: string): void {
    this.journal.push(`${((this.time.nowMs - 1_000_000_000) / 1000).toFixed(3).padStart(9)} ${text}`);
  }
}

function shown(words: Words): string {
  return words
    .map((word) => (word.length > 24 ? `<${word.length} bytes>` : JSON.stringify(word).slice(1, -1)))
    .join(' ');
}
