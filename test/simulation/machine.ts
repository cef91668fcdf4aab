// One machine of a simulated cluster: a disk that lasts, and an engine that runs on it, dies, and is started again.
import type { ProcessFacts } from '#core/base/process-facts.ts';
import { Config } from '#core/engine/server/config.ts';
import { Engine } from '#core/engine/server/engine.ts';
import type { LogRecord } from '#core/engine/server/log.ts';
import { type SeededRandom, seededRandom } from '../support/random.ts';
import { type Life, ProcessClock, ProcessTimers, type SimulatedTime } from './clock.ts';
import { ProcessFiles, SimulatedDisk } from './disk.ts';
import type { ProcessTransport, SimulatedNetwork } from './network.ts';
import { databaseCount } from './writes.ts';

export const port = 6379;

const facts: ProcessFacts = {
  pid: 1,
  os: 'Simulation',
  archBits: 64,
  executable: 'simulation',
  totalMemoryBytes: 2 ** 33,
  version: '0',
  rssBytes: () => 0,
  cpuSeconds: () => ({ user: 0, system: 0 }),
};

/** A running engine with its doors to the world. */
export interface Process {
  readonly engine: Engine;
  readonly life: Life;
  readonly timers: ProcessTimers;
  readonly files: ProcessFiles;
  readonly transport: ProcessTransport;
  /** Starts, stops and commands that have not answered yet. */
  calls: number;
  isReady: boolean;
  isEnding: boolean;
}

/** What a machine tells of itself; an `error` ends the story. */
export interface MachineEvents {
  log(machine: Machine, record: LogRecord): void;
  failed(machine: Machine, error: unknown): void;
}

/** Whatever an act may have set, as it must be for all to become equal and to stay so. */
const calmSettings: Readonly<Record<string, string>> = {
  'min-replicas-to-write': '0',
  'client-output-buffer-limit': 'replica 0 0 0',
  'rdb-key-save-delay': '0',
  'key-load-delay': '0',
};

export class Machine {
  readonly name: string;
  readonly disk = new SimulatedDisk();
  /** Directives by name, for the next start. */
  readonly settings: Record<string, string>;
  /** The machine that it was last told to follow; null for none. */
  master: Machine | null = null;
  process: Process | null = null;
  /** How often its data may have become others: by a start, a death, a copy, another master. */
  turns = 0;
  readonly #time: SimulatedTime;
  readonly #network: SimulatedNetwork;
  readonly #random: SeededRandom;
  readonly #events: MachineEvents;
  readonly #skewMs: number;
  /** It may still be clearing up. */
  #ended: Process | null = null;

  constructor(
    name: string,
    world: { time: SimulatedTime; network: SimulatedNetwork; random: SeededRandom; events: MachineEvents },
    settings: Readonly<Record<string, string>>,
  ) {
    this.name = name;
    this.#time = world.time;
    this.#network = world.network;
    this.#random = world.random;
    this.#events = world.events;
    this.#skewMs = this.#random.below(400) - 200;
    this.settings = { ...settings };
  }

  /** Null while it does not serve. */
  get engine(): Engine | null {
    return this.process?.isReady === true ? this.process.engine : null;
  }

  get isUp(): boolean {
    return this.engine !== null;
  }

  /** It is on its way to a clean end. */
  get isEnding(): boolean {
    return this.process?.isEnding === true;
  }

  /** Promises are to be let through before time goes on. */
  get waitsForPromises(): boolean {
    return isBusy(this.process) || isBusy(this.#ended);
  }

  start(): void {
    const process = this.#boot();
    this.turns++;
    this.process = process;
    this.#call(process, async () => {
      await process.engine.start();
      process.isReady = true;
    });
  }

  /** The end without a word; `loud`: the machine lives on and resets what was connected. */
  crash(loud: boolean): void {
    const { process } = this;
    if (process === null) return;
    process.life.alive = false;
    this.turns++;
    this.#network.bury(process.life, loud);
    this.process = null;
  }

  /** A clean end; what it leaves open is told by `leaks` of the process. */
  stop(save: 'always' | 'never', now: boolean, ended: (process: Process) => void): void {
    const { process } = this;
    if (process === null || process.isEnding) return;
    process.isReady = false;
    process.isEnding = true;
    this.turns++;
    this.#call(process, async () => {
      await process.engine.stop({ save, now, force: true });
      this.turns++;
      this.process = null;
      this.#ended = process;
      ended(process);
    });
  }

  /** A command of the operator, who sits at the machine. */
  command(...words: readonly string[]): void {
    const { process } = this;
    if (process?.isReady !== true) return;
    this.#call(process, async () => void (await process.engine.execute(words)));
  }

  /** Ends what acts have begun: full disks, pauses, failovers, delays, and limits that would send replicas away. */
  calmDown(): void {
    this.disk.fullUntilMs = 0;
    Object.assign(this.settings, calmSettings);
    this.command('CLIENT', 'UNPAUSE');
    this.command('FAILOVER', 'ABORT');
    for (const [name, value] of Object.entries(calmSettings)) this.command('CONFIG', 'SET', name, value);
  }

  #call(process: Process, act: () => Promise<void>): void {
    process.calls++;
    act()
      .catch((error: unknown) => this.#events.failed(this, error))
      .finally(() => {
        process.calls--;
      });
  }

  #boot(): Process {
    const life: Life = { alive: true };
    const random = seededRandom(this.#random.below(2 ** 32));
    const clock = new ProcessClock(this.#time, random, this.#skewMs);
    const timers = new ProcessTimers(this.#time, life);
    const files = new ProcessFiles(this.disk, this.#time, life, random);
    const transport = this.#network.transport(this.name, life);
    const ports = {
      clock,
      timers,
      files,
      transport,
      random: { bytes: (count: number) => random.bytes(count), integer: (below: number) => random.below(below) },
    };
    const engine = new Engine(ports, this.#config(), { process: facts });
    engine.events.log.on((record) => this.#events.log(this, record));
    return { engine, life, timers, files, transport, calls: 0, isReady: false, isEnding: false };
  }

  #config(): Config {
    const config = new Config({ resolveFolder: (path) => path });
    const settings = {
      bind: this.name,
      port: String(port),
      'protected-mode': 'no',
      save: '',
      databases: String(databaseCount),
      replicaof: this.master === null ? '' : `${this.master.name} ${port}`,
      ...this.settings,
    };
    for (const [name, value] of Object.entries(settings))
      if (value !== '' || name === 'save') config.load(name, value.split(' '));
    return config;
  }
}

function isBusy(process: Process | null): boolean {
  return process?.life.alive === true && (process.calls > 0 || process.files.isBusy);
}
