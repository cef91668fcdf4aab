// One snapshot for all replicas that waited for it: streamed to them as it is made, or spooled to a file first.
import type { Files, Random, WritableFile } from '../../../base/ports.ts';
import type { ReplicationHost, RunningSnapshot, SnapshotSink } from '../replication-host.ts';
import type { Log } from '../replication-log.ts';
import type { ReplicationStream } from '../stream.ts';
import type { ReplicaSession } from './replica-session.ts';

const markBytes = 20;
const spoolPieceBytes = 256 * 1024;

export interface FullSyncNeeds {
  readonly host: ReplicationHost;
  readonly stream: ReplicationStream;
  readonly files: Files;
  readonly random: Random;
  readonly log: Log;
  /** The folder for the spool. */
  readonly directory: string;
  /** The database in which the stream goes on after the snapshot. */
  readonly streamDatabase: number;
  /** They want a snapshot without keys. */
  readonly withoutData: boolean;
  /** Every replica has all of the snapshot, or is gone; the next sync may begin. */
  readonly onEnd: () => void;
  /** This replica has its snapshot; its stream may begin. */
  readonly onServed: (replica: ReplicaSession) => void;
}

/** A running full sync. Replicas are dropped from it with `leave` when their connection closes. */
export interface FullSync {
  readonly target: 'disk' | 'sockets';
  /** The offset at which the snapshot was taken: a replica that joins later gets the stream from there. */
  readonly offset: number;
  /** True while a further replica may share the snapshot. */
  readonly joinable: boolean;
  join(replica: ReplicaSession): void;
  leave(replica: ReplicaSession): void;
  drained(replica: ReplicaSession): void;
  abort(): void;
}

/** Begins a full sync for these replicas. No other snapshot may be running. */
export function startFullSync(
  target: FullSync['target'],
  replicas: readonly ReplicaSession[],
  needs: FullSyncNeeds,
): FullSync {
  const sync = target === 'disk' ? new SpooledSync(needs) : new StreamedSync(needs);
  sync.begin(replicas);
  return sync;
}

/** Tells a replica that its snapshot begins now, and keeps the stream for it from this moment. */
function announce(replica: ReplicaSession, offset: number, historyId: string): void {
  replica.move({ kind: 'wait-bgsave-end' });
  if (!replica.announcement.rdbOnly) replica.follow(offset);
  if (!replica.asksOldWay) replica.write(Buffer.from(`+FULLRESYNC ${historyId} ${offset}\r\n`));
}

/** The snapshot is all there: the stream may follow, unless only the snapshot was wanted. */
function complete(replica: ReplicaSession, next: 'await-ack' | 'online', { log, onServed }: FullSyncNeeds): void {
  if (!replica.announcement.rdbOnly) {
    replica.move({ kind: next });
    onServed(replica);
    return;
  }
  replica.move({ kind: 'transmitted' });
  log('notice', `RDB transfer completed, rdb only replica (${replica.name}) should be disconnected asap`);
  replica.end();
}

/** `$EOF:<mark>`, the snapshot, the mark again. The slowest replica sets the pace, as with Redis. */
class StreamedSync implements FullSync, SnapshotSink {
  readonly target = 'sockets';
  readonly joinable = false;
  readonly offset: number;
  onDrain: () => void = () => {};
  readonly #needs: FullSyncNeeds;
  readonly #members = new Set<ReplicaSession>();
  readonly #mark: Buffer;
  #snapshot: RunningSnapshot | null = null;

  constructor(needs: FullSyncNeeds) {
    this.#needs = needs;
    this.offset = needs.stream.offset;
    this.#mark = Buffer.from(Buffer.from(needs.random.bytes(markBytes)).toString('hex'));
  }

  begin(replicas: readonly ReplicaSession[]): void {
    const { host, stream, streamDatabase, withoutData } = this.#needs;
    const historyId = stream.history.id;
    for (const replica of replicas) {
      this.#members.add(replica);
      announce(replica, this.offset, historyId);
      replica.write(Buffer.from(`$EOF:${this.#mark.toString('latin1')}\r\n`));
    }
    this.#snapshot = host.startSnapshot({
      historyId,
      offset: this.offset,
      streamDatabase,
      withoutData,
      sink: this,
      onEnd: (error) => this.#ended(error),
    });
  }

  join(): void {}

  write(chunk: Buffer): boolean {
    for (const replica of this.#members) replica.write(chunk);
    return !this.#isBlocked();
  }

  leave(replica: ReplicaSession): void {
    const wasBlocked = this.#isBlocked();
    if (!this.#members.delete(replica)) return;
    if (this.#members.size === 0) {
      this.#needs.log('warning', 'Diskless rdb transfer, last replica dropped, killing fork child.');
      this.abort();
      this.#needs.onEnd();
    } else if (wasBlocked && !this.#isBlocked()) this.onDrain();
  }

  drained(): void {
    if (!this.#isBlocked()) this.onDrain();
  }

  abort(): void {
    this.#snapshot?.abort();
    this.#snapshot = null;
  }

  #isBlocked(): boolean {
    for (const replica of this.#members) if (replica.isBlocked) return true;
    return false;
  }

  #ended(error: Error | null): void {
    this.#snapshot = null;
    const members = [...this.#members];
    this.#members.clear();
    this.#needs.onEnd();
    if (error !== null) {
      this.#needs.log('warning', `SYNC failed. ${error.message}`);
      for (const replica of members) replica.kill();
      return;
    }
    const { log } = this.#needs;
    log('warning', `Diskless rdb transfer, done reading from pipe, ${members.length} replicas still up.`);
    log('notice', 'Background RDB transfer terminated with success');
    for (const replica of members) {
      replica.write(this.#mark);
      log(
        'notice',
        `Streamed RDB transfer with replica ${replica.name} succeeded (socket). ` +
          'Waiting for REPLCONF ACK from slave to enable streaming',
      );
      complete(replica, 'await-ack', this.#needs);
    }
  }
}

/** `$<length>` and the snapshot, out of a file that all members share and the last one removes. */
class SpooledSync implements FullSync, SnapshotSink {
  readonly target = 'disk';
  readonly offset: number;
  onDrain: () => void = () => {};
  readonly #needs: FullSyncNeeds;
  readonly #members = new Set<ReplicaSession>();
  readonly #resume = new Map<ReplicaSession, () => void>();
  readonly #path: string;
  #historyId = '';
  #snapshot: RunningSnapshot | null = null;
  #file: WritableFile | null = null;
  /** Writes to the file follow one another on this chain. */
  #writing: Promise<void>;
  #phase: 'saving' | 'sending' | 'ended' = 'saving';

  constructor(needs: FullSyncNeeds) {
    this.#needs = needs;
    this.offset = needs.stream.offset;
    const name = Buffer.from(needs.random.bytes(8)).toString('hex');
    this.#path = `${needs.directory === '' ? '.' : needs.directory}/temp-sync-${name}.rdb`;
    this.#writing = Promise.resolve();
  }

  get joinable(): boolean {
    return this.#phase === 'saving';
  }

  begin(replicas: readonly ReplicaSession[]): void {
    const { host, stream, streamDatabase, withoutData, files } = this.#needs;
    this.#historyId = stream.history.id;
    this.#writing = files.create(this.#path).then((file) => {
      this.#file = file;
    });
    this.#writing.catch((error) => this.#fail(error));
    for (const replica of replicas) this.join(replica);
    this.#snapshot = host.startSnapshot({
      historyId: this.#historyId,
      offset: this.offset,
      streamDatabase,
      withoutData,
      sink: this,
      onEnd: (error) => void this.#saved(error),
    });
  }

  join(replica: ReplicaSession): void {
    this.#members.add(replica);
    announce(replica, this.offset, this.#historyId);
  }

  write(chunk: Buffer): boolean {
    this.#writing = this.#writing.then(async () => {
      await this.#file?.write(chunk);
      if (this.#phase === 'saving') this.onDrain();
    });
    this.#writing.catch((error) => this.#fail(error));
    return false;
  }

  leave(replica: ReplicaSession): void {
    if (!this.#members.delete(replica)) return;
    this.#wake(replica);
    if (this.#members.size === 0 && this.#phase !== 'ended') {
      this.abort();
      this.#needs.onEnd();
    }
  }

  drained(replica: ReplicaSession): void {
    this.#wake(replica);
  }

  abort(): void {
    this.#snapshot?.abort();
    this.#snapshot = null;
    this.#phase = 'ended';
    void this.#removeFile();
  }

  #wake(replica: ReplicaSession): void {
    this.#resume.get(replica)?.();
    this.#resume.delete(replica);
  }

  async #saved(error: Error | null): Promise<void> {
    this.#snapshot = null;
    if (error !== null) return this.#fail(error);
    try {
      await this.#writing;
      await this.#file?.close();
      this.#file = null;
      const sizeBytes = await this.#needs.files.sizeBytes(this.#path);
      if (this.#phase !== 'saving') return;
      this.#phase = 'sending';
      this.#needs.log('notice', 'Background saving terminated with success');
      await Promise.all([...this.#members].map((replica) => this.#serve(replica, sizeBytes)));
    } catch (failure) {
      this.#fail(failure instanceof Error ? failure : new Error(String(failure)));
      return;
    }
    if (this.#hasEnded()) return;
    this.#phase = 'ended';
    await this.#removeFile();
    this.#needs.onEnd();
  }

  async #serve(replica: ReplicaSession, sizeBytes: number): Promise<void> {
    replica.move({ kind: 'send-bulk' });
    replica.write(Buffer.from(`$${sizeBytes}\r\n`));
    for await (const piece of this.#needs.files.readPieces(this.#path, spoolPieceBytes)) {
      if (!replica.isGone && !replica.write(piece)) await this.#untilDrained(replica);
      if (replica.isGone) return;
    }
    this.#members.delete(replica);
    complete(replica, 'online', this.#needs);
  }

  #untilDrained(replica: ReplicaSession): Promise<void> {
    return new Promise((resolve) => this.#resume.set(replica, resolve));
  }

  #hasEnded(): boolean {
    return this.#phase === 'ended';
  }

  #fail(error: Error): void {
    if (this.#hasEnded()) return;
    this.#needs.log('warning', `SYNC failed. ${error.message}`);
    this.abort();
    this.#needs.onEnd();
    for (const replica of [...this.#members]) replica.kill();
    this.#members.clear();
  }

  /** The file is of no use to anyone else; that it is gone already, or cannot be removed, changes nothing for the sync. */
  async #removeFile(): Promise<void> {
    // The sync may be given up while the file is still being made.
    await this.#writing.catch(() => {});
    const file = this.#file;
    this.#file = null;
    await file?.close().catch(() => {});
    await this.#needs.files.remove(this.#path).catch(() => {});
  }
}
