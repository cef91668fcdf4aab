// Visits every record as it was at one moment, while commands go on changing them: before a bucket changes, it is visited.
import type { Ref } from '../data/arena.ts';
import type { Database } from './database.ts';
import type { KeyTable } from './key-table.ts';

/** Why a snapshot cannot go on: the databases were emptied or replaced, or another one goes first. */
export type SnapshotEnd = 'flushed' | 'replaced' | 'superseded';

export interface SnapshotVisitor {
  /**
   * Called once for each record of the moment. True: what is needed of it has been taken. False: it is large and will be
   * taken bit by bit; `finish` is called before it changes. `databaseIndex` is the database's number at that moment.
   */
  record(database: Database, databaseIndex: number, ref: Ref): boolean;
  /** A key with this hash is about to change: what is not yet taken of it must be taken now. */
  finish(databaseIndex: number, hash: number): void;
  /** No more records will come, and what came is of no use. */
  aborted(reason: SnapshotEnd): void;
}

/** A database as it was when the snapshot began. */
export interface SnapshotDatabase {
  readonly index: number;
  readonly size: number;
  readonly expiring: number;
}

/** What became of a bucket; `begun`: visited, but with a record that the visitor takes bit by bit. */
const bucketState = { unvisited: 0, taken: 1, begun: 2 } as const;

/** Which buckets of one database have been visited. Records do not move between buckets meanwhile. */
export class BucketMarks {
  readonly database: Database;
  readonly #index: number;
  readonly #visitor: SnapshotVisitor;
  readonly #buckets: Uint32Array;
  readonly #next: Uint32Array | null;
  readonly #visitedBuckets: Uint8Array;
  readonly #visitedNext: Uint8Array;
  #cursor = 0;

  constructor(database: Database, visitor: SnapshotVisitor) {
    const table: KeyTable = database.table;
    this.database = database;
    this.#index = database.index;
    this.#visitor = visitor;
    this.#buckets = table.buckets;
    this.#next = table.next;
    this.#visitedBuckets = new Uint8Array(table.buckets.length);
    this.#visitedNext = new Uint8Array(table.next === null ? 0 : table.next.length);
    table.held = true;
    database.marks = this;
  }

  /** Visits the buckets that a key with this hash is in, or would come into, unless they were visited. */
  before(hash: number): void {
    this.#visit(this.#buckets, this.#visitedBuckets, hash & (this.#buckets.length - 1), hash);
    if (this.#next !== null) this.#visit(this.#next, this.#visitedNext, hash & (this.#next.length - 1), hash);
  }

  /** Visits up to `buckets` buckets in their order; true when all are done. */
  advance(buckets: number): boolean {
    const first = this.#buckets.length;
    const all = first + (this.#next === null ? 0 : this.#next.length);
    const end = Math.min(this.#cursor + buckets, all);
    if (this.#cursor < first) this.#touchRecords(this.#cursor, Math.min(end, first));
    for (; this.#cursor < end; this.#cursor++) {
      if (this.#cursor < first) this.#visit(this.#buckets, this.#visitedBuckets, this.#cursor, -1);
      else this.#visit(this.#next!, this.#visitedNext, this.#cursor - first, -1);
    }
    return this.#cursor === all;
  }

  /**
   * Brings the records of the next buckets into the processor's cache: first the heads of all, then what follows them.
   * The reads of one round do not wait for one another, as they would if bucket came after bucket.
   */
  #touchRecords(from: number, to: number): void {
    const { u32 } = this.database.arena;
    const last = u32.length - 1;
    const refs = touched.refs;
    let sum = 0;
    for (let first = from; first < to; first += refs.length) {
      let count = 0;
      for (let bucket = first; bucket < Math.min(first + refs.length, to); bucket++)
        refs[count++] = this.#buckets[bucket]!;
      while (count > 0) {
        let following = 0;
        for (let i = 0; i < count; i++) {
          if (refs[i] === 0) continue;
          const word = refs[i]! << 1;
          refs[following++] = u32[word]!;
          sum ^= u32[Math.min(word + secondLineWords, last)]!;
        }
        count = following;
      }
    }
    touched.sum = sum;
  }

  /** Visits a bucket unless it was visited; `changing` is the hash of a key that is about to change, -1 for none. */
  #visit(buckets: Uint32Array, visited: Uint8Array, bucket: number, changing: number): void {
    if (visited[bucket] === bucketState.taken) return;
    if (visited[bucket] === bucketState.unvisited) {
      visited[bucket] = bucketState.taken;
      for (let ref = buckets[bucket]!; ref !== 0; ref = this.database.arena.u32[ref << 1]!) {
        if (!this.#visitor.record(this.database, this.#index, ref)) visited[bucket] = bucketState.begun;
      }
    }
    if (changing !== -1 && visited[bucket] === bucketState.begun) this.#visitor.finish(this.#index, changing);
  }

  end(): void {
    this.database.table.held = false;
    if (this.database.marks === this) this.database.marks = null;
  }
}

/** Of four bytes; a record of common size reaches into its second line of 64. */
const secondLineWords = 16;
/** What `#touchRecords` works with. The sum keeps the compiler from dropping reads that are made only for the cache. */
const touched = { refs: new Uint32Array(32), sum: 0 };

/**
 * A point-in-time walk in slices. Begin it, then call `advance` until it says true, in slices as short as you like;
 * between the slices commands run. `end` must be called once, also after an abort or to give up.
 */
export class KeyspaceSnapshot {
  /** The databases that had keys, in the order of their numbers: the order in which `advance` goes through them. */
  readonly databases: readonly SnapshotDatabase[];
  readonly #marks: BucketMarks[];
  readonly #visitor: SnapshotVisitor;
  readonly #onEnd: () => void;
  #current = 0;
  #ended = false;

  constructor(databases: readonly Database[], visitor: SnapshotVisitor, onEnd: () => void) {
    this.#visitor = visitor;
    this.#onEnd = onEnd;
    this.#marks = databases
      .filter((database) => database.size > 0)
      .map((database) => new BucketMarks(database, visitor));
    this.databases = this.#marks.map(({ database }) => ({
      index: database.index,
      size: database.size,
      expiring: database.expiring,
    }));
  }

  /** Visits up to `buckets` buckets; true when every record has been visited. */
  advance(buckets: number): boolean {
    if (this.#ended) return true;
    const marks = this.#marks[this.#current];
    if (marks === undefined) return true;
    if (marks.advance(buckets)) this.#current++;
    return this.#current === this.#marks.length;
  }

  /** Lets the tables grow again. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const marks of this.#marks) marks.end();
    this.#onEnd();
  }

  abort(reason: SnapshotEnd): void {
    if (this.#ended) return;
    this.end();
    this.#visitor.aborted(reason);
  }
}
