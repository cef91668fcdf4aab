// What replication asks of the engine: snapshots from and into the keyspace, the stream's executor, gates, the role.
import type { Ports } from '../../base/ports.ts';
import { type Gate, type Gates, gate } from '../commands/gates.ts';
import type { ConfigService, Stats, ValueLimits } from '../commands/services.ts';
import type { Keyspace } from '../keyspace/keyspace.ts';
import type { LoadWatch } from '../persistence/load-watch.ts';
import { rdbVersion } from '../persistence/rdb/format.ts';
import { RdbLoader } from '../persistence/rdb/reader.ts';
import { writtenVersion } from '../persistence/rdb/written-version.ts';
import { startSnapshot } from '../persistence/snapshot.ts';
import type {
  LoadRequest,
  ReplicationGate,
  ReplicationHost,
  RunningSnapshot,
  SnapshotLoad,
  SnapshotRequest,
  StreamTarget,
} from '../replication/replication-host.ts';
import type { Log } from './log.ts';

export interface BridgeNeeds {
  readonly ports: Ports;
  readonly config: ConfigService;
  readonly log: Log;
  readonly limits: ValueLimits;
  readonly keyspace: Keyspace;
  readonly emptyKeyspace: () => Keyspace;
  readonly gates: Gates;
  readonly loads: LoadWatch;
  readonly stats: Pick<Stats, 'lazyFreedObjects'>;
  readonly isReplica: () => boolean;
  readonly target: () => StreamTarget;
  readonly holdWrites: (held: boolean) => void;
  readonly describeClient: (id: number) => string;
  readonly roleChanged: (role: 'master' | 'replica') => void;
}

const GATES: Readonly<Record<ReplicationGate, Gate>> = {
  readOnly: gate.readOnly,
  masterDown: gate.masterDown,
  tooFewReplicas: gate.tooFewReplicas,
};

export class ReplicationBridge implements ReplicationHost {
  readonly #needs: BridgeNeeds;

  constructor(needs: BridgeNeeds) {
    this.#needs = needs;
  }

  get target(): StreamTarget {
    return this.#needs.target();
  }

  get snapshotRunning(): boolean {
    return this.#needs.keyspace.snapshotRunning;
  }

  startSnapshot({ historyId, offset, streamDatabase, withoutData, sink, onEnd }: SnapshotRequest): RunningSnapshot {
    const { ports, config, log, emptyKeyspace } = this.#needs;
    const keyspace = withoutData ? emptyKeyspace() : this.#needs.keyspace;
    keyspace.libraries = this.#needs.keyspace.libraries;
    const version = writtenVersion(this.#needs.keyspace, this.#needs.isReplica());
    if (version > rdbVersion) {
      const words = 'which Redis loads from 7.4 on, and Valkey does not';
      log.write('notice', `Fields of hashes expire here: the snapshot has RDB version ${version}, ${words}`);
    }
    let isWanted = true;
    const job = startSnapshot({
      keyspace,
      aux: { usedMemoryBytes: keyspace.usedBytes, replication: { id: historyId, offset, streamDatabase } },
      version,
      sink,
      timers: ports.timers,
      clock: ports.clock,
      compress: config.flag('rdbcompression'),
      checksum: config.flag('rdbchecksum'),
      keyDelayMicroseconds: config.number('rdb-key-save-delay'),
      onDone: (outcome) => {
        if (!isWanted) return;
        onEnd(outcome.kind === 'finished' ? null : new Error(`the snapshot was given up: ${outcome.reason}`));
      },
    });
    return {
      abort: () => {
        isWanted = false;
        job.abort();
      },
    };
  }

  get isEmpty(): boolean {
    return this.#needs.keyspace.size === 0;
  }

  beginLoad(request: LoadRequest): SnapshotLoad {
    const { keyspace, emptyKeyspace, loads, stats } = this.#needs;
    if (request.place === 'in-place') this.#flush();
    const target = request.place === 'in-place' ? keyspace : emptyKeyspace();
    const loader = this.#newLoader(target, request.sizeBytes);
    loads.begin(request.servesMeanwhile ? 'open' : 'shut', request.sizeBytes ?? 0);
    return {
      feed: (buffer, view, start, end) => {
        const taken = loader.feed(buffer, view, start, end);
        loads.progress(loader.takenBytes, numberOf(loader, 'used-mem'));
        return taken;
      },
      get finished() {
        return loader.finished;
      },
      get keysLoaded() {
        return loader.keysLoaded;
      },
      get keysExpired() {
        return loader.report.keysExpired;
      },
      get streamDatabase() {
        return Math.max(0, numberOf(loader, 'repl-stream-db'));
      },
      get origin() {
        return {
          version: loader.report.aux.get('redis-ver') ?? loader.report.aux.get('valkey-ver') ?? '',
          createdSeconds: numberOf(loader, 'ctime'),
          usedMemoryBytes: numberOf(loader, 'used-mem'),
        };
      },
      adopt: () => {
        if (request.place === 'beside') {
          // Redis always lets the former data go in the background, whatever `replica-lazy-flush` says.
          stats.lazyFreedObjects += keyspace.size;
          keyspace.adopt(target);
        }
        loads.end(loader.report);
      },
      abandon: () => {
        if (request.place === 'in-place') this.#flush();
        loads.end(null);
      },
    };
  }

  /** `replica-lazy-flush` shows in the counter only: dropping an arena takes no time, so nobody waits for it either way. */
  #flush(): void {
    const { keyspace, config, stats } = this.#needs;
    if (config.flag('replica-lazy-flush')) stats.lazyFreedObjects += keyspace.size;
    keyspace.flushAll();
    // FLUSHALL leaves the libraries; a full sync brings the master's.
    keyspace.libraries = new Map();
  }

  #newLoader(keyspace: Keyspace, sizeBytes: number | null): RdbLoader {
    const { limits, config } = this.#needs;
    return new RdbLoader({
      keyspace,
      limits,
      verifyChecksum: config.flag('rdbchecksum'),
      dropExpiredBeforeMs: null,
      sizeBytes,
    });
  }

  holdWrites(held: boolean): void {
    this.#needs.holdWrites(held);
  }

  describeClient(id: number): string {
    return this.#needs.describeClient(id);
  }

  setGate(name: ReplicationGate, shut: boolean): void {
    this.#needs.gates.set(GATES[name], shut);
  }

  roleChanged(role: 'master' | 'replica'): void {
    this.#needs.roleChanged(role);
  }
}

/** A number that the snapshot says of itself; 0 when it says none. */
function numberOf(loader: RdbLoader, name: string): number {
  const value = Number(loader.report.aux.get(name) ?? 0);
  return Number.isSafeInteger(value) ? value : 0;
}
