// One engine: keyspace, commands, persistence, replication and doors, put together. It knows the world by its ports only.
import { DisposableStore, Emitter } from '../../base/lifecycle.ts';
import type { Ports } from '../../base/ports.ts';
import type { ProcessFacts } from '../../base/process-facts.ts';
import { TlsError } from '../../base/tls.ts';
import type { ReplyValue } from '../../resp/reply-decoder.ts';
import { ReplyWriter } from '../../resp/reply-writer.ts';
import { Executor } from '../commands/execute.ts';
import { commandTable } from '../commands/families.ts';
import { Gates, gate } from '../commands/gates.ts';
import type { Services, ShutdownOptions, ValueLimits } from '../commands/services.ts';
import type { CommandTable } from '../commands/table.ts';
import { Keyspace } from '../keyspace/keyspace.ts';
import { LoadWatch } from '../persistence/load-watch.ts';
import { Persistence } from '../persistence/persistence.ts';
import type { SyncTrace } from '../replication/replica/sync-trace.ts';
import { Replication } from '../replication/replication.ts';
import { replicationFields } from '../replication/report.ts';
import { Acl } from './acl.ts';
import { ClientRegistry } from './client-registry.ts';
import type { Config } from './config.ts';
import { ConfigRewriter } from './config-rewrite.ts';
import { Cron } from './cron.ts';
import { Info } from './info.ts';
import { type Listening, listenEverywhere } from './listeners.ts';
import { LocalCalls } from './local-calls.ts';
import { Log, type LogLevel, type LogRecord } from './log.ts';
import { MemoryFigures } from './memory-figures.ts';
import { Observation } from './observation.ts';
import { PubSub } from './pubsub.ts';
import { Rates } from './rates.ts';
import { Reception } from './reception.ts';
import { ReplicationBridge } from './replication-bridge.ts';
import { serverService } from './server-service.ts';
import { configuredMaster, followValueLimits, persistenceSettings, replicationSettings } from './settings.ts';
import { Shutdown } from './shutdown.ts';
import { StartError } from './start-error.ts';
import { newStats } from './stats.ts';
import { MasterStream } from './stream-target.ts';
import { Tls } from './tls.ts';
import { Turn } from './turn.ts';

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
  readonly keyspace: Keyspace;
  readonly replication: Replication;
  readonly #ports: Ports;
  readonly #options: EngineOptions;
  readonly #log: Log;
  readonly #gates = new Gates();
  readonly #stats = newStats();
  readonly #clients: ClientRegistry;
  readonly #acl: Acl;
  readonly #pubsub = new PubSub();
  readonly #tls: Tls;
  readonly #table: CommandTable = commandTable();
  readonly #executor: Executor;
  readonly #loads: LoadWatch;
  readonly #persistence: Persistence;
  readonly #stream: MasterStream;
  readonly #turn: Turn;
  readonly #cron: Cron;
  readonly #rates: Rates;
  readonly #memory: MemoryFigures;
  readonly #local: LocalCalls;
  readonly #shutdown: Shutdown;
  readonly #open = new DisposableStore();
  readonly #startedMs: number;
  #listening: Listening | null = null;

  constructor(ports: Ports, config: Config, options: EngineOptions) {
    this.#ports = ports;
    this.config = config;
    this.#options = options;
    this.runId = Buffer.from(ports.random.bytes(RUN_ID_BYTES)).toString('hex');
    this.#startedMs = ports.clock.nowMs();
    this.#log = new Log(ports.clock);
    this.#tls = this.#open.add(new Tls({ transport: ports.transport, config, log: this.#log }));
    this.keyspace = this.#emptyKeyspace();
    this.#turn = new Turn(ports.clock, ports.timers, this.keyspace);
    this.#rates = new Rates(ports.clock, this.#stats);
    this.#clients = new ClientRegistry({
      ...ports,
      config,
      pubsub: this.#pubsub,
      gates: this.#gates,
      masterSession: () => (this.replication.isLinkUp ? this.#stream.session : null),
      killMasterLink: () => this.replication.killLink(),
      interrupt: (session, how) =>
        this.#executor.interrupt(session, how) || this.replication.replicas.waiters.interrupt(session, how),
      heldForReplica: (session) => this.replication.replicas.heldBytes(session),
    });
    this.#acl = new Acl({
      ...ports,
      config,
      log: this.#log,
      pubsub: this.#pubsub,
      kill: (session, me) => this.#clients.kill(session, me),
      table: this.#table,
      sessions: () => this.#clients.sessions,
      describe: (session) => this.#clients.describe(session),
    });
    const limits = followValueLimits(config);
    this.#loads = new LoadWatch(ports.clock, (kind) => {
      this.#gates.set(gate.loading, kind === 'shut');
      this.#gates.set(gate.loadingBeside, kind === 'open');
    });
    this.#persistence = this.#makePersistence(limits);
    this.replication = this.#makeReplication(limits);
    this.#memory = new MemoryFigures(this.keyspace, this.replication.stream);
    const services: Services = {
      ports,
      config,
      limits,
      gates: this.#gates,
      stats: this.#stats,
      propagation: this.replication.stream,
      clients: this.#clients,
      acl: this.#acl,
      pubsub: this.#pubsub,
      info: this.#makeInfo(),
      replication: this.replication,
      persistence: this.#persistence,
      server: serverService({
        config,
        rewriter: new ConfigRewriter({
          config,
          files: ports.files,
          random: ports.random,
          log: this.#log,
          users: () => this.#acl.configLines,
        }),
        replication: this.replication,
        cron: () => this.#cron,
        shutdown: () => this.#shutdown,
      }),
      observation: new Observation(ports.clock, config),
      log: this.#log,
    };
    this.#executor = new Executor(this.#table, this.keyspace, services, new ReplyWriter());
    this.#stream = new MasterStream({
      executor: this.#executor,
      turn: this.#turn,
      nextId: () => this.#clients.nextId(),
      masterAddress: () => addressText(this.replication.link?.address ?? null),
    });
    this.#local = new LocalCalls(this.#executor, this.#turn, this.#clients.nextId());
    this.#cron = new Cron({
      ...ports,
      config,
      keyspace: this.keyspace,
      clients: this.#clients,
      rates: this.#rates,
      begin: () => this.#turn.begin(),
      end: () => this.#endOfRound(),
    });
    this.#shutdown = new Shutdown({
      clock: ports.clock,
      config,
      log: this.#log,
      clients: this.#clients,
      replication: this.replication,
      persistence: this.#persistence,
      end: () => this.#end(),
    });
    this.events = { log: this.#log.records, syncTrace: this.replication.traces.changed, ended: new Emitter() };
    this.#acl.followPassword();
    this.#acl.load(config.userLines);
    this.#followConfig();
  }

  /** The plain TCP port in fact bound; 0 before `start`, and without one. */
  get port(): number {
    return this.#listening?.port ?? 0;
  }

  /** The one port that INFO shows. */
  get #shownPort(): number {
    return this.port === 0 ? this.#tlsPort : this.port;
  }

  get #tlsPort(): number {
    return this.#listening?.tlsPort ?? 0;
  }

  /**
   * Opens the doors, loads the snapshot, and begins to follow the configured master. Clients that come during the load
   * hear LOADING.
   * @throws StartError when it cannot listen, or what it needs for that is wrong; RdbError, or an error with the system's code, when the snapshot cannot be
   * loaded. Nothing stays open then.
   */
  async start(): Promise<{ readonly port: number }> {
    const { transport, files } = this.#ports;
    const reception = new Reception({ executor: this.#executor, clients: this.#clients, turn: this.#turn });
    this.#gates.set(gate.loading, true);
    // Known before anything else: the log carries the mark, and a replica loads keys past their time.
    if (configuredMaster(this.config) !== null) this.#roleChanged('replica');
    this.#configureTls();
    await this.#acl.loadAtStart(this.config.userLines.length > 0);
    this.#listening = await listenEverywhere({
      transport,
      files,
      config: this.config,
      log: this.#log,
      tls: this.#tls.door,
      accept: (connection, unixPath) => reception.receive(connection, unixPath),
    });
    await this.#options.firstActs?.();
    this.#log.notice(`Running mode=standalone, port=${this.#shownPort}.`);
    this.#log.warning('Server initialized');
    this.#memory.noteStartup();
    try {
      const origin = await this.#persistence.load();
      if (origin?.replication) {
        this.replication.resumeFrom(origin.replication, configuredMaster(this.config) === null ? 'master' : 'replica');
      }
    } catch (error) {
      await this.#close();
      throw error;
    }
    this.#gates.set(gate.loading, false);
    this.#cron.start();
    this.#sayReady();
    this.replication.start(configuredMaster(this.config));
    this.#showRole();
    return { port: this.port };
  }

  /** As SHUTDOWN. @throws ShutdownError when the snapshot cannot be written and `force` is not set: it goes on then. */
  stop(options: EngineEnding = {}): Promise<void> {
    return this.#shutdown.run({ save: 'configured', now: false, force: false, ...options });
  }

  /** Runs a command as a trusted client in this process; its errors are values, `{ error }`. */
  execute(argv: readonly (string | Buffer)[]): Promise<ReplyValue> {
    return this.#local.execute(argv);
  }

  /** One line for the log, with the engine's time and mark: the launcher's. */
  say(level: LogLevel, text: string): void {
    this.#log.write(level, text);
  }

  // ---- the start

  #configureTls(): void {
    try {
      this.#tls.configure();
    } catch (error) {
      if (!(error instanceof TlsError)) throw error;
      throw new StartError('Failed to configure TLS. Check logs for more info.');
    }
  }

  #sayReady(): void {
    const path = this.config.text('unixsocket');
    if (this.#shownPort !== 0) this.#log.notice('Ready to accept connections');
    if (path !== '') this.#log.notice(`The server is now ready to accept connections at ${path}`);
  }

  #followConfig(): void {
    const { config } = this;
    const follow = (name: string, act: () => void) => void this.#open.add(config.onChange(name, act));
    this.#log.level = config.text('loglevel') as LogLevel;
    follow('loglevel', () => {
      this.#log.level = config.text('loglevel') as LogLevel;
    });
    follow('requirepass', () => this.#acl.followPassword());
    follow('repl-backlog-size', () => this.replication.resizeBacklog());
    for (const name of [
      'replica-read-only',
      'replica-serve-stale-data',
      'min-replicas-to-write',
      'min-replicas-max-lag',
    ]) {
      follow(name, () => this.replication.settingsChanged());
    }
    follow('replica-read-only', () => this.#updateTracking());
    for (const name of ['stop-writes-on-bgsave-error', 'save']) follow(name, () => this.#updateSaveGate());
    this.#open.add(this.replication.changed.on(() => this.#showRole()));
  }

  /** CONFIG GET replicaof says what is, not what once was said. */
  #showRole(): void {
    const address = this.replication.link?.address ?? null;
    this.config.record('replicaof', address === null ? '' : `${address.host} ${address.port}`);
  }

  // ---- what the parts ask of the whole

  #makePersistence(limits: ValueLimits): Persistence {
    const ports = this.#ports;
    const { config } = this;
    return new Persistence({
      keyspace: this.keyspace,
      emptyKeyspace: () => this.#emptyKeyspace(),
      ports,
      limits,
      settings: persistenceSettings(config),
      changes: this.#stats,
      log: (level, text) => this.#log.write(level, text),
      replicationAux: () => this.replication.place,
      isReplica: () => configuredMaster(config) !== null,
      onSaveStatus: (worked) => this.#saveEnded(worked),
      loads: this.#loads,
    });
  }

  #makeReplication(limits: ValueLimits): Replication {
    const ports = this.#ports;
    const { config } = this;
    const settings = replicationSettings(config, {
      listeningPort: () => (config.flag('tls-replication') && this.#tlsPort !== 0 ? this.#tlsPort : this.#shownPort),
      masterTls: () => this.#tls.forMaster,
    });
    const host = new ReplicationBridge({
      ports,
      config,
      limits,
      keyspace: this.keyspace,
      emptyKeyspace: () => this.#emptyKeyspace(),
      gates: this.#gates,
      loads: this.#loads,
      stats: this.#stats,
      target: () => this.#stream,
      holdWrites: (held) => this.#clients.holdWrites(held),
      describeClient: (id) => this.#clients.describeById(id),
      roleChanged: (role) => this.#roleChanged(role),
    });
    const log = (level: LogLevel, text: string) => this.#log.write(level, text);
    return new Replication({ ports, settings, log, host });
  }

  #emptyKeyspace(): Keyspace {
    const { random } = this.#ports;
    return new Keyspace({
      databases: this.config.number('databases'),
      randomBelow: (below) => random.integer(below),
      hashSeed: random.integer(2 ** 32),
    });
  }

  #roleChanged(role: 'master' | 'replica'): void {
    this.#log.mark = role === 'replica' ? 'S' : 'M';
    this.keyspace.expiryMode = role === 'replica' ? 'hide' : 'delete';
    this.#updateTracking();
    if (role === 'replica') this.#executor.dropWaiting();
  }

  #updateTracking(): void {
    this.keyspace.tracksOwnExpiries = this.keyspace.expiryMode === 'hide' && !this.config.flag('replica-read-only');
  }

  #lastSaveWorked = true;

  #saveEnded(worked: boolean): void {
    this.#lastSaveWorked = worked;
    this.#updateSaveGate();
  }

  #updateSaveGate(): void {
    const stops = this.config.flag('stop-writes-on-bgsave-error') && this.config.text('save') !== '';
    this.#gates.set(gate.saveFailed, stops && !this.#lastSaveWorked);
  }

  #makeInfo(): Info {
    const { replication } = this;
    return new Info({
      clock: this.#ports.clock,
      process: this.#options.process,
      runId: this.runId,
      startedMs: this.#startedMs,
      configFile: () => this.config.file,
      tcpPort: () => this.#shownPort,
      shutdownLeftMs: () => this.#shutdown.waitLeftMs,
      config: this.config,
      stats: this.#stats,
      keyspace: this.keyspace,
      clients: this.#clients,
      pubsub: this.#pubsub,
      table: this.#table,
      rates: this.#rates,
      persistence: this.#persistence,
      loads: this.#loads,
      memory: this.#memory,
      replication: {
        fields: () => replicationFields(replication, this.#ports.clock.nowMs()),
        counters: replication.replicas.counters,
        backlogBytes: () => replication.stream.backlogMemoryBytes,
      },
    });
  }

  #endOfRound(): void {
    this.#memory.notePeak();
    this.replication.stream.flush();
  }

  // ---- the end

  async #end(): Promise<void> {
    await this.#options.lastActs?.();
    if (this.config.text('unixsocket') !== '') this.#log.notice('Removing the unix socket file.');
    await this.#close();
    this.#log.warning('Redis is now ready to exit, bye bye...');
    this.events.ended.emit();
    this.events.log.dispose();
  }

  async #close(): Promise<void> {
    this.#cron.dispose();
    this.#persistence.dispose();
    this.replication.dispose();
    for (const session of [...this.#clients.sessions]) if (session.kind === 'client') session.kill();
    this.#clients.unpause();
    this.#listening?.dispose();
    this.#listening = null;
    this.#open.dispose();
  }
}

function addressText(address: { readonly host: string; readonly port: number } | null): string {
  return address === null ? '' : `${address.host}:${address.port}`;
}
