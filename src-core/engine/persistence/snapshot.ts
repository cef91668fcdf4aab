// Writes all data as it is at one moment, without a fork: in slices of a millisecond, while commands go on.
// Hot: a million keys of 16 + 64 bytes in 0.3 s of CPU; guarded by the rows of full syncs and of the longest wait of
// `npm run bench -- replication`.
//
// The keyspace visits bucket after bucket, and before a bucket changes it visits that one first; each visited record
// is written at once. Large values are written in pieces of their own, one value at a time: what is visited meanwhile
// goes to a second writer, whose bytes follow when the value is complete. An RDB may name its databases in any order.
//
//   visited record --small--> writer (aside while a value is in pieces) --+
//                  \-large--> queue --one at a time, piece by piece-------+--> chunks, summed --> sink
import type { Disposable } from '../../base/lifecycle.ts';
import type { Clock, Timers } from '../../base/ports.ts';
import type { Ref } from '../data/arena.ts';
import type { Database } from '../keyspace/database.ts';
import type { Keyspace } from '../keyspace/keyspace.ts';
import { SingleKey } from '../keyspace/single-key.ts';
import type { KeyspaceSnapshot, SnapshotEnd, SnapshotVisitor } from '../keyspace/snapshot.ts';
import { ChunkQueue } from './chunk-queue.ts';
import { KeyPace } from './key-pace.ts';
import { rdbRedisVersion } from './rdb/format.ts';
import { isLarge, type ValuePieces, valuePieces, writeRecordHead, writeSmallValue } from './rdb/value-writer.ts';
import { RdbWriter } from './rdb/writer.ts';

/** A slice ends once it took this long: the longest that a command should have to wait for a snapshot. */
const sliceMs = 1;
/** The clock is read after this many buckets, since reading it costs as much as writing a short key. */
const bucketsPerLook = 32;
/** Bytes that wait for a slow sink. Changes go on meanwhile, and each may add a bucket; beyond this the snapshot gives up. */
export const snapshotPendingBytesMax = 1024 * 1024 * 1024;

/** Takes the RDB's bytes, in order: a socket, a file, memory. */
export interface SnapshotSink {
  /**
   * True: the bytes were taken at once, and the memory may be used again. False: they are queued, their memory must not
   * change, and `onDrain` is called once all of them have left, never from within `write`; until then nothing more comes.
   */
  write(chunk: Buffer): boolean;
  /** Set by the snapshot that writes here. */
  onDrain: () => void;
}

/** What an RDB says of itself in its AUX fields. */
export interface SnapshotAux {
  readonly usedMemoryBytes: number;
  /** Where in which history a replica that loads this stands; null for a server without one. */
  readonly replication: {
    readonly id: string;
    readonly offset: number;
    /** The database that the stream has selected; -1 for none. */
    readonly streamDatabase: number;
  } | null;
}

export interface SnapshotOptions {
  readonly keyspace: Keyspace;
  readonly aux: SnapshotAux;
  readonly sink: SnapshotSink;
  readonly timers: Timers;
  readonly clock: Clock;
  /** The RDB version to write: see `writtenVersion`. */
  readonly version: number;
  /** `rdbcompression` */
  readonly compress: boolean;
  /** `rdbchecksum`; false writes 0, which readers take as "not made". */
  readonly checksum: boolean;
  /** `rdb-key-save-delay`, as it is at the start. */
  readonly keyDelayMicroseconds: number;
  /** Called once, never from within `startSnapshot`. After `finished` the sink has been given every byte. */
  readonly onDone: (outcome: SnapshotOutcome) => void;
}

export type SnapshotOutcome =
  | { readonly kind: 'finished'; readonly figures: SnapshotFigures }
  | { readonly kind: 'aborted'; readonly reason: SnapshotAbortReason };

/** Of the keyspace, or `cancelled`: by `abort`; `too slow`: the sink did not keep up. */
export type SnapshotAbortReason = SnapshotEnd | 'cancelled' | 'too slow';

export interface SnapshotFigures {
  readonly sizeBytes: number;
  readonly keys: number;
  readonly elapsedMs: number;
  readonly slices: number;
  readonly longestSliceMs: number;
  /** Records that were written early, because they were about to change. */
  readonly beforeImages: number;
}

export interface SnapshotJob {
  /** Keys written so far, of `keysTotal`. */
  readonly keysWritten: number;
  readonly keysTotal: number;
  /** Bytes that wait for the sink. */
  readonly pendingBytes: number;
  /** Stops; `onDone` hears `cancelled`. Does nothing once it is done. */
  abort(): void;
}

/**
 * Begins a snapshot of this very moment: changes made after this call are not in it.
 * @throws Error when one is running; see `Keyspace.snapshotRunning`.
 */
export function startSnapshot(options: SnapshotOptions): SnapshotJob {
  return new Snapshot(options);
}

/** A large value that is yet to be written. */
interface LargeRecord {
  readonly database: Database;
  readonly databaseIndex: number;
  readonly ref: Ref;
  readonly hash: number;
}

class Snapshot implements SnapshotJob, SnapshotVisitor {
  readonly #options: SnapshotOptions;
  readonly #walk: KeyspaceSnapshot;
  readonly #queue: ChunkQueue;
  readonly #main: RdbWriter;
  readonly #startedMs: number;
  readonly keysTotal: number;
  keysWritten = 0;
  #aside: RdbWriter | null = null;
  #current: { readonly record: LargeRecord; readonly pieces: ValuePieces } | null = null;
  #waiting: LargeRecord[] = [];
  #advancing = false;
  #sinkIsFull = false;
  /** What the sink has not yet sent: its memory is ours again when it has. */
  #lent: Buffer | null = null;
  #allWritten = false;
  #outcome: SnapshotOutcome | null = null;
  readonly #pace: KeyPace;
  #rest: Disposable | null = null;
  #slices = 0;
  #longestSliceMs = 0;
  #beforeImages = 0;

  constructor(options: SnapshotOptions) {
    this.#options = options;
    this.#startedMs = options.clock.monotonicMs();
    this.#pace = new KeyPace(() => options.keyDelayMicroseconds);
    this.#queue = new ChunkQueue(options.checksum);
    this.#main = new RdbWriter(this.#queue, options);
    this.#walk = options.keyspace.beginSnapshot(this);
    this.keysTotal = this.#walk.databases.reduce((sum, { size }) => sum + size, 0);
    this.#writeHeader();
    options.sink.onDrain = () => this.#onDrain();
    options.timers.soon(() => this.#slice());
  }

  get pendingBytes(): number {
    return this.#queue.pendingBytes;
  }

  abort(): void {
    this.#end({ kind: 'aborted', reason: 'cancelled' });
  }

  // ---- called by the keyspace

  record(database: Database, databaseIndex: number, ref: Ref): boolean {
    if (!this.#advancing) this.#beforeImages++;
    if (isLarge(database, ref)) {
      const hash = database.hashOf(new SingleKey(database.keyBytes(ref)), 0);
      this.#waiting.push({ database, databaseIndex, ref, hash });
      return false;
    }
    const writer = this.#current === null ? this.#main : this.#asideWriter();
    writeRecordHead(writer, database, databaseIndex, ref);
    writeSmallValue(writer, database, ref);
    this.keysWritten++;
    return true;
  }

  finish(databaseIndex: number, hash: number): void {
    const isThis = (record: LargeRecord) => record.hash === hash && record.databaseIndex === databaseIndex;
    while (this.#current !== null && isThis(this.#current.record)) this.#writePiece();
    for (const record of this.#waiting.filter(isThis)) {
      this.#waiting.splice(this.#waiting.indexOf(record), 1);
      const writer = this.#current === null ? this.#main : this.#asideWriter();
      const pieces = this.#beginLarge(writer, record);
      while (!pieces.next().done);
      this.keysWritten++;
    }
  }

  aborted(reason: SnapshotEnd): void {
    this.#end({ kind: 'aborted', reason });
  }

  // ---- the slices

  #slice(): void {
    if (this.#outcome !== null || this.#sinkIsFull) return;
    const { clock, timers } = this.#options;
    const startedMs = clock.monotonicMs();
    do {
      this.#send();
      if (this.#sinkIsFull || this.#allWritten || this.#outcome !== null) break;
      this.#writeSome();
    } while (!this.#pace.isSlow && clock.monotonicMs() - startedMs < sliceMs);
    this.#slices++;
    this.#longestSliceMs = Math.max(this.#longestSliceMs, clock.monotonicMs() - startedMs);
    if (this.#sinkIsFull || this.#outcome !== null) return;
    if (this.#allWritten && this.#queue.pendingBytes === 0) this.#finish();
    else this.#goOnAfter(this.#pace.rest(this.keysWritten), timers);
  }

  #goOnAfter(restMs: number, timers: Timers): void {
    const goOn = () => this.#slice();
    this.#rest = restMs === 0 ? timers.soon(goOn) : timers.after(restMs, goOn);
  }

  /** One step of work, well below a slice. */
  #writeSome(): void {
    if (this.#current !== null) {
      this.#writePiece();
      return;
    }
    const record = this.#waiting.shift();
    if (record !== undefined) {
      this.#current = { record, pieces: this.#beginLarge(this.#main, record) };
      return;
    }
    this.#advancing = true;
    const isComplete = this.#walk.advance(this.#pace.isSlow ? 1 : bucketsPerLook);
    this.#advancing = false;
    if (isComplete && this.#waiting.length === 0) this.#writeEnd();
  }

  #beginLarge(writer: RdbWriter, { database, databaseIndex, ref }: LargeRecord): ValuePieces {
    writeRecordHead(writer, database, databaseIndex, ref);
    return valuePieces(writer, database, ref);
  }

  /** Writes a piece of the current large value; after the last, what was set aside follows. */
  #writePiece(): void {
    if (this.#current === null || !this.#current.pieces.next().done) return;
    this.#current = null;
    this.keysWritten++;
    if (this.#aside === null) return;
    this.#main.flush();
    this.#main.forgetSelection();
    this.#aside.flush();
    this.#aside = null;
    this.#queue.appendAside();
  }

  #asideWriter(): RdbWriter {
    this.#aside ??= new RdbWriter(this.#queue.aside, this.#options);
    return this.#aside;
  }

  #writeHeader(): void {
    const { aux, clock } = this.#options;
    const main = this.#main;
    main.header();
    main.aux('redis-ver', rdbRedisVersion);
    main.aux('redis-bits', '64');
    main.aux('ctime', String(Math.floor(clock.nowMs() / 1000)));
    main.aux('used-mem', String(aux.usedMemoryBytes));
    if (aux.replication !== null) {
      main.aux('repl-stream-db', String(aux.replication.streamDatabase));
      main.aux('repl-id', aux.replication.id);
      main.aux('repl-offset', String(aux.replication.offset));
    }
    main.aux('aof-base', '0');
    for (const { source } of this.#options.keyspace.libraries.values()) main.functionLibrary(source);
    for (const { index, size, expiring } of this.#walk.databases) {
      main.selectDatabase(index);
      main.resizeDatabase(size, expiring);
    }
  }

  #writeEnd(): void {
    this.#walk.end();
    this.#main.endOfFile();
    this.#main.flush();
    this.#queue.appendChecksum();
    this.#allWritten = true;
  }

  // ---- to the sink

  #send(): void {
    if (this.#queue.pendingBytes > snapshotPendingBytesMax) {
      this.#end({ kind: 'aborted', reason: 'too slow' });
      return;
    }
    while (!this.#sinkIsFull) {
      const chunk = this.#queue.shift();
      if (chunk === null) return;
      if (this.#options.sink.write(chunk)) this.#queue.recycle(chunk);
      else {
        this.#sinkIsFull = true;
        this.#lent = chunk;
      }
    }
  }

  #onDrain(): void {
    if (!this.#sinkIsFull) return;
    this.#sinkIsFull = false;
    if (this.#lent !== null) this.#queue.recycle(this.#lent);
    this.#lent = null;
    this.#slice();
  }

  #finish(): void {
    this.#end({
      kind: 'finished',
      figures: {
        sizeBytes: this.#queue.totalBytes,
        keys: this.keysWritten,
        elapsedMs: this.#options.clock.monotonicMs() - this.#startedMs,
        slices: this.#slices,
        longestSliceMs: this.#longestSliceMs,
        beforeImages: this.#beforeImages,
      },
    });
  }

  #end(outcome: SnapshotOutcome): void {
    if (this.#outcome !== null) return;
    this.#outcome = outcome;
    this.#rest?.dispose();
    this.#walk.end();
    this.#waiting = [];
    this.#current = null;
    this.#queue.clear();
    this.#options.onDone(outcome);
  }
}
