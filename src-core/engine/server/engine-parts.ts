// What an engine is made of: every part once, each handed what it needs of the others.
import { type Disposable, DisposableStore } from '../../base/lifecycle.ts';
import type { Ports } from '../../base/ports.ts';
import type { ProcessFacts } from '../../base/process-facts.ts';
import { ReplyWriter } from '../../resp/reply-writer.ts';
import { Executor } from '../commands/execute.ts';
import { commandTable } from '../commands/families.ts';
import { Gates, gate } from '../commands/gates.ts';
import type { Services, ValueLimits } from '../commands/services.ts';
import type { CommandTable } from '../commands/table.ts';
import { Keyspace } from '../keyspace/keyspace.ts';
import { LoadWatch } from '../persistence/load-watch.ts';
import { Persistence } from '../persistence/persistence.ts';
import { Replication } from '../replication/replication.ts';
import { replicationFields } from '../replication/report.ts';
import { Acl } from './acl.ts';
import { ClientRegistry } from './client-registry.ts';
import type { Config } from './config.ts';
import { ConfigRewriter } from './config-rewrite.ts';
import { Cron } from './cron.ts';
import { Doors } from './doors.ts';
import { Info } from './info.ts';
import { LocalCalls } from './local-calls.ts';
import { Log, type LogLevel } from './log.ts';
import { MemoryFigures } from './memory-figures.ts';
import { Observation } from './observation.ts';
import { PubSub } from './pubsub.ts';
import { Rates } from './rates.ts';
import { Reception } from './reception.ts';
import { ReplicationBridge } from './replication-bridge.ts';
import { Role } from './role.ts';
import { SaveGate } from './save-gate.ts';
import { serverService } from './server-service.ts';
import { configuredMaster, followValueLimits, persistenceSettings, replicationSettings } from './settings.ts';
import { Shutdown } from './shutdown.ts';
import { newStats } from './stats.ts';
import { MasterStream } from './stream-target.ts';
import { Turn } from './turn.ts';

export interface PartsNeeds {
  readonly ports: Ports;
  readonly config: Config;
  readonly process: ProcessFacts;
  readonly runId: string;
  /** SHUTDOWN has done its part: everything is to be closed. */
  readonly end: () => Promise<void>;
}

export class EngineParts implements Disposable {
  readonly log: Log;
  readonly gates = new Gates();
  readonly stats = newStats();
  readonly table: CommandTable = commandTable();
  readonly pubsub = new PubSub();
  readonly keyspace: Keyspace;
  readonly turn: Turn;
  readonly rates: Rates;
  readonly clients: ClientRegistry;
  readonly acl: Acl;
  readonly doors: Doors;
  readonly role: Role;
  readonly saveGate: SaveGate;
  readonly loads: LoadWatch;
  readonly persistence: Persistence;
  readonly replication: Replication;
  readonly memory: MemoryFigures;
  readonly executor: Executor;
  readonly masterStream: MasterStream;
  readonly local: LocalCalls;
  readonly cron: Cron;
  readonly shutdown: Shutdown;
  readonly #needs: PartsNeeds;
  readonly #open = new DisposableStore();

  constructor(needs: PartsNeeds) {
    const { ports, config } = needs;
    this.#needs = needs;
    this.log = new Log(ports.clock);
    this.keyspace = this.#emptyKeyspace();
    this.turn = new Turn(ports.clock, ports.timers, this.keyspace);
    this.rates = new Rates(ports.clock, this.stats);
    this.clients = this.#makeClients();
    this.acl = this.#makeAcl();
    this.role = this.#open.add(
      new Role({ config, keyspace: this.keyspace, log: this.log, dropWaiting: () => this.executor.dropWaiting() }),
    );
    this.saveGate = this.#open.add(new SaveGate(config, this.gates));
    this.loads = new LoadWatch(ports.clock, (kind) => {
      this.gates.set(gate.loading, kind === 'shut');
      this.gates.set(gate.loadingBeside, kind === 'open');
    });
    const limits = followValueLimits(config);
    this.doors = this.#open.add(
      new Doors({ ports, config, log: this.log, receive: (...arrived) => reception.receive(...arrived) }),
    );
    this.persistence = this.#makePersistence(limits);
    this.replication = this.#makeReplication(limits);
    this.memory = new MemoryFigures(this.keyspace, this.replication.stream);
    this.executor = new Executor(this.table, this.keyspace, this.#makeServices(limits), new ReplyWriter());
    const reception = new Reception({ executor: this.executor, clients: this.clients, turn: this.turn });
    this.masterStream = new MasterStream({
      executor: this.executor,
      turn: this.turn,
      nextId: () => this.clients.nextId(),
      masterAddress: () => addressText(this.replication.link?.address ?? null),
    });
    this.local = new LocalCalls(this.executor, this.turn, this.clients.nextId());
    this.cron = this.#makeCron();
    this.shutdown = this.#makeShutdown();
    this.#followConfig();
  }

  /** Closes everything; clients are cut. */
  dispose(): void {
    this.cron.dispose();
    this.persistence.dispose();
    this.replication.dispose();
    for (const session of [...this.clients.sessions]) if (session.kind === 'client') session.kill();
    this.clients.unpause();
    this.#open.dispose();
  }

  #followConfig(): void {
    const { config } = this.#needs;
    const setLevel = () => {
      this.log.level = config.text('loglevel') as LogLevel;
    };
    setLevel();
    this.#open.add(config.onChange('loglevel', setLevel));
    this.#open.add(config.onChange('requirepass', () => this.acl.followPassword()));
    this.acl.followPassword();
    this.acl.load(config.userLines);
    this.role.follow(this.replication);
  }

  #makeClients(): ClientRegistry {
    const { ports, config } = this.#needs;
    return new ClientRegistry({
      ...ports,
      config,
      pubsub: this.pubsub,
      gates: this.gates,
      masterSession: () => (this.replication.isLinkUp ? this.masterStream.session : null),
      killMasterLink: () => this.replication.killLink(),
      interrupt: (session, how) =>
        this.executor.interrupt(session, how) || this.replication.replicas.waiters.interrupt(session, how),
      heldForReplica: (session) => this.replication.replicas.heldBytes(session),
    });
  }

  #makeAcl(): Acl {
    const { ports, config } = this.#needs;
    return new Acl({
      ...ports,
      config,
      log: this.log,
      pubsub: this.pubsub,
      kill: (session, me) => this.clients.kill(session, me),
      table: this.table,
      sessions: () => this.clients.sessions,
      describe: (session) => this.clients.describe(session),
    });
  }

  #makePersistence(limits: ValueLimits): Persistence {
    const { ports, config } = this.#needs;
    return new Persistence({
      keyspace: this.keyspace,
      emptyKeyspace: () => this.#emptyKeyspace(),
      ports,
      limits,
      settings: persistenceSettings(config),
      changes: this.stats,
      log: (level, text) => this.log.write(level, text),
      replicationAux: () => this.replication.place,
      isReplica: () => configuredMaster(config) !== null,
      onSaveStatus: (worked) => this.saveGate.saveEnded(worked),
      loads: this.loads,
    });
  }

  #makeReplication(limits: ValueLimits): Replication {
    const { ports, config } = this.#needs;
    const settings = replicationSettings(config, {
      listeningPort: () => this.doors.replicationPort,
      masterTls: () => this.doors.masterTls,
    });
    const host = new ReplicationBridge({
      ports,
      config,
      log: this.log,
      limits,
      keyspace: this.keyspace,
      emptyKeyspace: () => this.#emptyKeyspace(),
      gates: this.gates,
      loads: this.loads,
      stats: this.stats,
      isReplica: () => configuredMaster(config) !== null,
      target: () => this.masterStream,
      holdWrites: (held) => this.clients.holdWrites(held),
      describeClient: (id) => this.clients.describeById(id),
      roleChanged: (role) => this.role.become(role),
    });
    const log = (level: LogLevel, text: string) => this.log.write(level, text);
    return new Replication({ ports, settings, log, host });
  }

  #makeServices(limits: ValueLimits): Services {
    const { ports, config } = this.#needs;
    const { log, acl, replication } = this;
    const rewriter = new ConfigRewriter({ ...ports, config, log, users: () => acl.configLines });
    return {
      ports,
      config,
      limits,
      gates: this.gates,
      stats: this.stats,
      propagation: replication.stream,
      clients: this.clients,
      acl,
      pubsub: this.pubsub,
      info: this.#makeInfo(),
      replication,
      persistence: this.persistence,
      server: serverService({
        config,
        rewriter,
        replication,
        cron: () => this.cron,
        shutdown: () => this.shutdown,
      }),
      observation: new Observation(ports.clock, config),
      log,
    };
  }

  #makeInfo(): Info {
    const { ports, config, process, runId } = this.#needs;
    const { replication } = this;
    return new Info({
      clock: ports.clock,
      process,
      runId,
      startedMs: ports.clock.nowMs(),
      configFile: () => config.file,
      tcpPort: () => this.doors.shownPort,
      shutdownLeftMs: () => this.shutdown.waitLeftMs,
      config,
      stats: this.stats,
      keyspace: this.keyspace,
      clients: this.clients,
      pubsub: this.pubsub,
      table: this.table,
      rates: this.rates,
      persistence: this.persistence,
      loads: this.loads,
      memory: this.memory,
      replication: {
        fields: () => replicationFields(replication, ports.clock.nowMs()),
        counters: replication.replicas.counters,
        backlogBytes: () => replication.stream.backlogMemoryBytes,
      },
    });
  }

  #makeCron(): Cron {
    const { ports, config } = this.#needs;
    return new Cron({
      ...ports,
      config,
      keyspace: this.keyspace,
      clients: this.clients,
      rates: this.rates,
      turn: this.turn,
      end: () => {
        this.memory.notePeak();
        this.replication.stream.flush();
      },
    });
  }

  #makeShutdown(): Shutdown {
    const { ports, config, end } = this.#needs;
    const { log, clients, replication, persistence } = this;
    return new Shutdown({ clock: ports.clock, config, log, clients, replication, persistence, end });
  }

  #emptyKeyspace(): Keyspace {
    const { ports, config } = this.#needs;
    return new Keyspace({
      databases: config.number('databases'),
      randomBelow: (below) => ports.random.integer(below),
      hashSeed: ports.random.integer(2 ** 32),
    });
  }
}

function addressText(address: { readonly host: string; readonly port: number } | null): string {
  return address === null ? '' : `${address.host}:${address.port}`;
}
