// All databases of an engine over one arena, with what they share: time, randomness, large values, watches, snapshots.
import { Arena, type Ref } from '../data/arena.ts';
import type { FunctionLibrary } from '../data/function-library.ts';
import { Database } from './database.ts';
import { ObjectSlots } from './object-slots.ts';
import { OwnExpiries } from './own-expiries.ts';
import { SingleKey } from './single-key.ts';
import { KeyspaceSnapshot, type SnapshotEnd, type SnapshotVisitor } from './snapshot.ts';
import { Watches } from './watches.ts';

/** What happens to a key past its time. */
export type ExpiryMode =
  /** A master: it is deleted when met, and the deletion is told. */
  | 'delete'
  /** A replica: it is hidden, and deleted when the master says so. */
  | 'hide'
  /** Commands of the master: the key is there, since the master thought so. */
  | 'ignore';

export interface KeyspaceOptions {
  readonly databases: number;
  /** A whole number from 0 to `below - 1`. */
  readonly randomBelow: (below: number) => number;
  /** Any 32 bits; random ones make collisions hard to plan. */
  readonly hashSeed: number;
}

export class Keyspace {
  arena = new Arena();
  slots = new ObjectSlots();
  databases: Database[];
  /** By name. They are data as well: saved and sent with the keys, though FLUSHALL leaves them. */
  libraries: Map<string, FunctionLibrary> = new Map();
  /** The version of the RDB that the data came in; null where they began here. */
  loadedVersion: number | null = null;
  hashSeed: number;
  readonly randomBelow: (below: number) => number;
  /** The clock of this turn, in milliseconds since 1970; whoever starts a turn sets it. */
  nowMs = 0;
  expiryMode: ExpiryMode = 'delete';
  /** We are a replica that takes writes: whoever is not the master and gives a key an expiry is remembered. */
  tracksOwnExpiries = false;
  readonly ownExpiries = new OwnExpiries(this);
  /** Null while nobody watches: one comparison for each change. */
  watches: Watches | null = null;
  hits = 0;
  misses = 0;
  expiredKeys = 0;
  /** Told of each key that was deleted because its time was up, before it goes; `key` is good during the call only. */
  onExpired: (databaseIndex: number, key: Buffer) => void = () => {};
  /** Told of the fields of a hash that are about to go because their time is up; `key` is good during the call only. */
  onFieldsExpired: (databaseIndex: number, key: Buffer, fields: readonly string[]) => void = () => {};
  #snapshot: KeyspaceSnapshot | null = null;

  constructor(options: KeyspaceOptions) {
    this.randomBelow = options.randomBelow;
    this.hashSeed = options.hashSeed | 0;
    this.databases = Array.from({ length: options.databases }, (_, index) => new Database(index, this));
  }

  /** Keys in all databases. */
  get size(): number {
    return this.databases.reduce((sum, database) => sum + database.size, 0);
  }

  /** About how many bytes the data set holds: records, tables and large values. */
  get usedBytes(): number {
    let bytes = this.arena.usedBytes + this.slots.estimatedBytes();
    for (const database of this.databases) bytes += database.table.tableBytes + database.expiry.indexBytes;
    return bytes;
  }

  /** Deals with a key past its time by the mode; true if it counts as gone. */
  timeIsUp(database: Database, ref: Ref): boolean {
    if (this.expiryMode === 'ignore') return false;
    if (this.expiryMode === 'delete') this.expire(database, ref);
    return true;
  }

  /** Deletes a key because its time is up, and says so. */
  expire(database: Database, ref: Ref): void {
    this.expiredKeys++;
    this.onExpired(database.index, database.keyBytes(ref));
    database.remove(ref);
  }

  /** Empties one database. A running snapshot is aborted. */
  flush(database: Database): void {
    if (database.size === 0) return;
    this.#abortSnapshot('flushed');
    this.#touchAll(database);
    if (this.databases.every((other) => other === database || other.size === 0)) {
      this.#startOver();
      return;
    }
    const refs: Ref[] = [];
    database.forEach((ref) => void refs.push(ref));
    for (const ref of refs) database.remove(ref);
    database.table.shrinkIfSparse();
  }

  /** Empties all databases and gives their memory back at once. A running snapshot is aborted. */
  flushAll(): void {
    this.#abortSnapshot('flushed');
    for (const database of this.databases) this.#touchAll(database);
    this.ownExpiries.clear();
    this.#startOver();
  }

  #startOver(): void {
    this.arena = new Arena();
    this.slots = new ObjectSlots();
    this.databases = this.databases.map((_, index) => new Database(index, this));
  }

  /** SWAPDB: two databases change their numbers. Both indexes are in range. */
  swap(first: number, second: number): void {
    if (first === second) return;
    for (const index of [first, second]) this.#touchSwapped(index, index === first ? second : first);
    const moved = this.databases[first]!;
    this.databases[first] = this.databases[second]!;
    this.databases[second] = moved;
    this.databases[first]!.index = first;
    this.databases[second]!.index = second;
  }

  /** Takes over all data of another keyspace, which is left unusable: a loaded snapshot replaces everything at once. */
  adopt(other: Keyspace): void {
    this.#abortSnapshot('replaced');
    this.ownExpiries.clear();
    for (const database of this.databases) this.#touchAll(database);
    this.arena = other.arena;
    this.slots = other.slots;
    this.hashSeed = other.hashSeed;
    this.databases = other.databases;
    this.libraries = other.libraries;
    this.loadedVersion = other.loadedVersion;
    for (const database of this.databases) {
      database.space = this;
      this.#touchAll(database);
    }
    other.databases = [];
  }

  /** Adds a watcher; `unwatch` takes it away. */
  watch(databaseIndex: number, key: Buffer, watcher: { touched: boolean }): void {
    this.watches ??= new Watches();
    this.watches.add(databaseIndex, key, watcher);
  }

  unwatch(databaseIndex: number, key: Buffer, watcher: { touched: boolean }): void {
    if (this.watches === null) return;
    this.watches.remove(databaseIndex, key, watcher);
    if (this.watches.isEmpty) this.watches = null;
  }

  #touchAll(database: Database): void {
    this.watches?.touchWhere(database.index, (key) => database.peek(new SingleKey(key), 0) !== 0);
  }

  #touchSwapped(index: number, otherIndex: number): void {
    this.watches?.touchWhere(index, (key) => {
      const single = new SingleKey(key);
      return this.databases[index]!.peek(single, 0) !== 0 || this.databases[otherIndex]!.peek(single, 0) !== 0;
    });
  }

  /**
   * Starts to visit every record as it is now, while commands go on: see `KeyspaceSnapshot`. One at a time.
   * @throws Error when one is running.
   */
  beginSnapshot(visitor: SnapshotVisitor): KeyspaceSnapshot {
    if (this.#snapshot !== null) throw new Error('a snapshot is already running');
    const snapshot = new KeyspaceSnapshot(this.databases, visitor, () => {
      if (this.#snapshot === snapshot) this.#snapshot = null;
    });
    this.#snapshot = snapshot;
    return snapshot;
  }

  get snapshotRunning(): boolean {
    return this.#snapshot !== null;
  }

  /** Gives up the running snapshot, whoever wants it: the last save before the end goes first. */
  supersedeSnapshot(): void {
    this.#abortSnapshot('superseded');
  }

  #abortSnapshot(reason: SnapshotEnd): void {
    this.#snapshot?.abort(reason);
  }

  /** Whether the cron has something to look after: expiries that are ours to see to, or a table on the move. */
  get isRestless(): boolean {
    const seesToAll = this.expiryMode === 'delete';
    return (
      this.ownExpiries.size > 0 ||
      this.databases.some(
        ({ table, expiring, expiringFields }) =>
          table.next !== null || (seesToAll && expiring + expiringFields.size > 0),
      )
    );
  }

  /** A little housekeeping of the tables, for the cron: up to `buckets` buckets of unfinished moves in each database. */
  tidy(buckets: number): void {
    for (const database of this.databases) {
      database.table.shrinkIfSparse();
      database.table.rehash(buckets);
    }
  }
}
