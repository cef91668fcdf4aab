// One engine from its start to its end. It knows the world by its ports only; what it is made of stands in engine-parts.ts.
import { Emitter } from '../../base/lifecycle.ts';
import type { Ports } from '../../base/ports.ts';
import type { ProcessFacts } from '../../base/process-facts.ts';
import type { ReplyValue } from '../../resp/reply-decoder.ts';
import { gate } from '../commands/gates.ts';
import type { ShutdownOptions } from '../commands/services.ts';
import type { Keyspace } from '../keyspace/keyspace.ts';
import type { SyncTrace } from '../replication/replica/sync-trace.ts';
import type { Replication } from '../replication/replication.ts';
import type { Config } from './config.ts';
import { EngineParts } from './engine-parts.ts';
import type { LogLevel, LogRecord } from './log.ts';
import { configuredMaster } from './settings.ts';

/** How it is to end; what is not said is as SHUTDOWN without words. */
export type EngineEnding = Partial<ShutdownOptions>;

export interface EngineOptions {
  readonly process: ProcessFacts;
  /** Called once it listens, before the load: what the launcher must do, such as writing its pid file. */
  readonly firstActs?: () => Promise<void>;
  /** Called at the end, before the last line of the log: what the launcher must take away. */
  readonly lastActs?: () => Promise<void>;
}

export interface EngineEvents {
  readonly log: Emitter<LogRecord>;
  /** Each change of a try to synchronise with a master: the whole trace so far. */
  readonly syncTrace: Emitter<SyncTrace>;
  /** It has ended, by `stop` or by SHUTDOWN. */
  readonly ended: Emitter<void>;
}

const RUN_ID_BYTES = 20;

export class Engine {
  readonly config: Config;
  readonly events: EngineEvents;
  readonly runId: string;
  readonly #options: EngineOptions;
  readonly #parts: EngineParts;

  constructor(ports: Ports, config: Config, options: EngineOptions) {
    this.config = config;
    this.#options = options;
    this.runId = Buffer.from(ports.random.bytes(RUN_ID_BYTES)).toString('hex');
    this.#parts = new EngineParts({
      ports,
      config,
      process: options.process,
      runId: this.runId,
      end: () => this.#end(),
    });
    const { log, replication } = this.#parts;
    this.events = { log: log.records, syncTrace: replication.traces.changed, ended: new Emitter() };
  }

  get keyspace(): Keyspace {
    return this.#parts.keyspace;
  }

  get replication(): Replication {
    return this.#parts.replication;
  }

  /** The plain TCP port in fact bound; 0 before `start`, and without one. */
  get port(): number {
    return this.#parts.doors.port;
  }

  /**
   * Opens the doors, loads the snapshot, and begins to follow the configured master. Clients that come during the load
   * hear LOADING.
   * @throws StartError when it cannot listen, or what it needs for that is wrong; RdbError, or an error with the system's
   * code, when the snapshot cannot be loaded. Nothing stays open then.
   */
  async start(): Promise<{ readonly port: number }> {
    const { gates, role, doors, acl, log, memory, cron, replication } = this.#parts;
    const master = configuredMaster(this.config);
    gates.set(gate.loading, true);
    // Known before anything else: the log carries the mark, and a replica loads keys past their time.
    if (master !== null) role.become('replica');
    doors.prepare();
    await acl.loadAtStart(this.config.userLines.length > 0);
    await doors.open();
    await this.#options.firstActs?.();
    log.notice(`Running mode=standalone, port=${doors.shownPort}.`);
    log.warning('Server initialized');
    memory.noteStartup();
    await this.#load(master === null ? 'master' : 'replica');
    gates.set(gate.loading, false);
    cron.start();
    doors.sayReady();
    replication.start(master);
    role.show(replication);
    return { port: this.port };
  }

  /** As SHUTDOWN. @throws ShutdownError when the snapshot cannot be written and `force` is not set: it goes on then. */
  stop(options: EngineEnding = {}): Promise<void> {
    return this.#parts.shutdown.run({ save: 'configured', now: false, force: false, ...options });
  }

  /** Runs a command as a trusted client in this process; its errors are values, `{ error }`. */
  execute(argv: readonly (string | Buffer)[]): Promise<ReplyValue> {
    return this.#parts.local.execute(argv);
  }

  /** One line for the log, with the engine's time and mark: the launcher's. */
  say(level: LogLevel, text: string): void {
    this.#parts.log.write(level, text);
  }

  /** The snapshot of an earlier life says where in which history it stood. */
  async #load(role: 'master' | 'replica'): Promise<void> {
    const { persistence, replication } = this.#parts;
    try {
      const origin = await persistence.load();
      if (origin?.replication) replication.resumeFrom(origin.replication, role);
    } catch (error) {
      this.#parts.dispose();
      throw error;
    }
  }

  async #end(): Promise<void> {
    const { log } = this.#parts;
    await this.#options.lastActs?.();
    if (this.config.text('unixsocket') !== '') log.notice('Removing the unix socket file.');
    this.#parts.dispose();
    log.warning('Redis is now ready to exit, bye bye...');
    this.events.ended.emit();
    this.events.log.dispose();
  }
}
