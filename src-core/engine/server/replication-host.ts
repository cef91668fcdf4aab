// What the engine gives to replication: its settings, its snapshots in both directions, and the gates of its commands.
import type { Ports } from '../../base/ports.ts';
import { type Gates, gate } from '../commands/gates.ts';
import type { ConfigService, ValueLimits } from '../commands/services.ts';
import type { Keyspace } from '../keyspace/keyspace.ts';
import { RdbLoader } from '../persistence/rdb/reader.ts';
import { type SnapshotJob, startSnapshot } from '../persistence/snapshot.ts';
import type {
  ReplicationGate,
  ReplicationHost,
  RunningSnapshot,
  SnapshotLoad,
  SnapshotRequest,
  StreamTarget,
} from '../replication/replication-host.ts';

export interface ReplicationSurroundings {
  readonly ports: Ports;
  readonly config: ConfigService;
  readonly keyspace: Keyspace;
  readonly gates: Gates;
  readonly limits: ValueLimits;
  readonly target: StreamTarget;
  /** An empty keyspace like ours, to load into. */
  readonly emptyKeyspace: () => Keyspace;
  /** The role has changed: the log's mark, blocked clients. */
  readonly roleChanged: (role: 'master' | 'replica') => void;
}

const gateOf = {
  readOnly: gate.readOnly,
  masterDown: gate.masterDown,
  tooFewReplicas: gate.tooFewReplicas,
} as const satisfies Record<ReplicationGate, number>;

export class EngineReplicationHost implements ReplicationHost {
  readonly #around: ReplicationSurroundings;

  constructor(around: ReplicationSurroundings) {
    this.#around = around;
  }

  get target(): StreamTarget {
    return this.#around.target;
  }

  get snapshotRunning(): boolean {
    return this.#around.keyspace.snapshotRunning;
  }

  startSnapshot({ historyId, offset, streamDatabase, sink, onEnd }: SnapshotRequest): RunningSnapshot {
    const { keyspace, config, ports } = this.#around;
    const job: SnapshotJob = startSnapshot({
      keyspace,
      aux: { usedMemoryBytes: keyspace.usedBytes, replication: { id: historyId, offset, streamDatabase } },
      sink,
      timers: ports.timers,
      clock: ports.clock,
      compress: config.flag('rdbcompression'),
      checksum: config.flag('rdbchecksum'),
      onDone: (outcome) => {
        if (outcome.kind === 'finished') onEnd(null);
        else if (outcome.reason !== 'cancelled') onEnd(new Error(`The snapshot was given up: ${outcome.reason}`));
      },
    });
    return { abort: () => job.abort() };
  }

  beginLoad(sizeBytes: number | null): SnapshotLoad {
    const { keyspace, config, limits, emptyKeyspace } = this.#around;
    const fresh = emptyKeyspace();
    const loader = new RdbLoader({
      keyspace: fresh,
      limits,
      // Keys expire by the master's word only, also those whose time was up on the way.
      dropExpiredBeforeMs: null,
      sizeBytes,
      verifyChecksum: config.flag('rdbchecksum'),
    });
    return new KeyspaceLoad(loader, fresh, keyspace);
  }

  setGate(which: ReplicationGate, shut: boolean): void {
    this.#around.gates.set(gateOf[which], shut);
  }

  roleChanged(role: 'master' | 'replica'): void {
    this.#around.keyspace.expiryMode = role === 'master' ? 'delete' : 'hide';
    this.#around.roleChanged(role);
  }
}

/** Loads beside the data that is served, and takes its place in one step: a broken snapshot loses nothing. */
class KeyspaceLoad implements SnapshotLoad {
  readonly #loader: RdbLoader;
  readonly #fresh: Keyspace;
  readonly #served: Keyspace;

  constructor(loader: RdbLoader, fresh: Keyspace, served: Keyspace) {
    this.#loader = loader;
    this.#fresh = fresh;
    this.#served = served;
  }

  get finished(): boolean {
    return this.#loader.finished;
  }

  get keysLoaded(): number {
    return this.#loader.keysLoaded;
  }

  get keysExpired(): number {
    return this.#loader.report.keysExpired;
  }

  get streamDatabase(): number {
    const database = this.#auxNumber('repl-stream-db');
    return database >= 0 && database < this.#served.databases.length ? database : 0;
  }

  get origin(): SnapshotLoad['origin'] {
    return {
      version: this.#loader.report.aux.get('redis-ver') ?? 'unknown',
      createdSeconds: this.#auxNumber('ctime'),
      usedMemoryBytes: this.#auxNumber('used-mem'),
    };
  }

  feed(buffer: Buffer, view: DataView, start: number, end: number): number {
    return this.#loader.feed(buffer, view, start, end);
  }

  adopt(): void {
    this.#served.adopt(this.#fresh);
  }

  #auxNumber(name: string): number {
    const value = Number(this.#loader.report.aux.get(name) ?? '0');
    return Number.isSafeInteger(value) ? value : 0;
  }
}
