// An engine around replication that is a list of notes: snapshots are texts, the data are the bytes that were applied.
import type {
  LoadRequest,
  ReplicationGate,
  ReplicationHost,
  RunningSnapshot,
  SnapshotLoad,
  SnapshotRequest,
  StreamTarget,
} from '#core/engine/replication/replication-host.ts';
import type { ReplicationSettings } from '#core/engine/replication/settings.ts';

export const snapshotBytes = 8;

export function defaultSettings(): { -readonly [Name in keyof ReplicationSettings]: ReplicationSettings[Name] } {
  return {
    backlogSizeBytes: 1024 * 1024,
    backlogTtlSeconds: 3600,
    joinsPackets: false,
    pingPeriodSeconds: 10,
    timeoutSeconds: 60,
    disklessSync: true,
    disklessSyncDelaySeconds: 0,
    disklessSyncMaxReplicas: 0,
    disklessLoad: 'swapdb',
    snapshotFileName: 'dump.rdb',
    removesSyncFiles: false,
    masterUser: '',
    masterAuth: '',
    masterTls: null,
    announceIp: '',
    announcePort: 0,
    announced: true,
    priority: 100,
    readOnly: true,
    serveStaleData: true,
    minReplicasToWrite: 0,
    minReplicasMaxLagSeconds: 10,
    replicaOutputLimit: { hardBytes: 0, softBytes: 0, softSeconds: 0 },
    loadDelay: 0,
    listeningPort: 6379,
    directory: '',
  };
}

export class FakeHost implements ReplicationHost {
  readonly gates = new Set<ReplicationGate>();
  readonly roles: string[] = [];
  readonly snapshots: SnapshotRequest[] = [];
  abortedSnapshots = 0;
  readonly loads: LoadRequest[] = [];
  loadsEnded = 0;
  snapshotRunning = false;
  writesHeld = false;
  /** The data: what was loaded last, and what was applied since. */
  data = '';
  readonly target: StreamTarget & { resets: number };

  constructor() {
    const append = (text: string) => {
      this.data += text;
    };
    this.target = {
      openTransactionBytes: 0,
      databaseIndex: 0,
      resets: 0,
      apply(buffer, _view, start, end) {
        const text = buffer.latin1Slice(start, end);
        if (text.includes('corrupt')) throw new Error('no request');
        append(text);
        return end - start;
      },
      reset() {
        this.resets++;
      },
    };
  }

  get lastSnapshot(): SnapshotRequest {
    const last = this.snapshots.at(-1);
    if (last === undefined) throw new Error('no snapshot was started');
    return last;
  }

  startSnapshot(request: SnapshotRequest): RunningSnapshot {
    this.snapshots.push(request);
    this.snapshotRunning = true;
    return {
      abort: () => {
        this.snapshotRunning = false;
        this.abortedSnapshots++;
      },
    };
  }

  /** Hands the snapshot over in one piece, and ends it. */
  finishSnapshot(text = 'snapshot'): void {
    const { sink, onEnd } = this.lastSnapshot;
    const end = () => {
      this.snapshotRunning = false;
      onEnd(null);
    };
    if (sink.write(Buffer.from(text))) end();
    else sink.onDrain = end;
  }

  get isEmpty(): boolean {
    return this.data === '';
  }

  beginLoad(request: LoadRequest): SnapshotLoad {
    this.loads.push(request);
    if (request.place === 'in-place') this.data = '';
    let text = '';
    const end = (data: string) => {
      this.data = data;
      this.loadsEnded++;
    };
    const adopt = () => end(text);
    const abandon = () => end(request.place === 'in-place' ? '' : this.data);
    return {
      keysLoaded: 1,
      keysExpired: 0,
      streamDatabase: 3,
      origin: { version: '7.0.15', createdSeconds: 1000, usedMemoryBytes: 1024 * 1024 },
      get finished() {
        return text.length === snapshotBytes;
      },
      feed(buffer, _view, start, end) {
        const count = Math.min(end - start, snapshotBytes - text.length);
        const piece = buffer.latin1Slice(start, start + count);
        if (piece.includes('!')) throw new Error('Bad data format');
        text += piece;
        return count;
      },
      adopt,
      abandon,
    };
  }

  holdWrites(held: boolean): void {
    this.writesHeld = held;
  }

  describeClient(id: number): string {
    return `id=${id}`;
  }

  setGate(gate: ReplicationGate, shut: boolean): void {
    if (shut) this.gates.add(gate);
    else this.gates.delete(gate);
  }

  roleChanged(role: 'master' | 'replica'): void {
    this.roles.push(role);
  }
}
