// Loads an RDB into a keyspace while its bytes arrive, cut anywhere: from a file, or from a master.
// Hot: what is whole is parsed where it lies; guarded by the full syncs of `npm run bench -- replication`.
//
//              magic, version          EOF, from version 5 on            8 bytes, the sum is right
//     header ------------------> items ------------------------> checksum -------------------------> finished
//                                  |                                                                    ^
//                                  +--------------------------------------------------------------------+
//                                                      EOF, before version 5
import { hashBytes } from '../../keyspace/hash.ts';
import { Crc64 } from './crc64.ts';
import { RdbCursor } from './cursor.ts';
import {
  RdbError,
  rdbChecksumBytes,
  rdbChecksumSinceVersion,
  rdbHeaderBytes,
  rdbMagic,
  rdbVersionReadMax,
} from './format.ts';
import { ItemLoader, type ItemLoadOptions, shown } from './item-loader.ts';

/** The memory for an item that was cut is kept for the next one up to this size. */
const pendingBytesKept = 1 << 20;
const pendingBytesAtFirst = 1 << 12;
/** From 9.0 on Valkey has a magic of its own. */
const valkeyMagic = /^VALKEY\d{3}$/;

export interface RdbLoadOptions extends ItemLoadOptions {
  /** False: the sum at the end is not looked at (`rdbchecksum no`). */
  readonly verifyChecksum: boolean;
}

/** What was found on the way, for the log and for INFO. */
export interface RdbLoadReport {
  readonly version: number;
  /** `redis-ver`, `ctime`, `repl-id` … as the file has them. */
  readonly aux: ReadonlyMap<string, string>;
  readonly keysLoaded: number;
  readonly keysExpired: number;
  readonly emptyKeysSkipped: number;
  readonly librariesLoaded: number;
  readonly checksum: 'right' | 'absent' | 'unchecked';
}

type LoadState = 'header' | 'items' | 'checksum' | 'finished';

export class RdbLoader {
  readonly #options: RdbLoadOptions;
  readonly #items: ItemLoader;
  readonly #cursor = new RdbCursor();
  readonly #crc = new Crc64();
  #state: LoadState = 'header';
  #version = 0;
  #checksum: RdbLoadReport['checksum'] = 'absent';
  /** Bytes of whole items so far. */
  #offset = 0;
  /** The beginning of an item whose end has not arrived, and how much of it must be there before another try. */
  #pending = nothing;
  #pendingView = new DataView(new ArrayBuffer(0));
  #pendingBytes = 0;
  #neededBytes = 0;

  constructor(options: RdbLoadOptions) {
    this.#options = options;
    this.#items = new ItemLoader(options);
  }

  /** The end was read and the checksum was right: nothing more is taken, and the keyspace may be used. */
  get finished(): boolean {
    return this.#state === 'finished';
  }

  /** Bytes taken so far, those of an unfinished item among them. */
  get takenBytes(): number {
    return this.#offset + this.#pendingBytes;
  }

  get keysLoaded(): number {
    return this.#items.keysLoaded;
  }

  get report(): RdbLoadReport {
    const { aux, keysLoaded, keysExpired, emptyKeysSkipped, librariesLoaded } = this.#items;
    return {
      version: this.#version,
      aux,
      keysLoaded,
      keysExpired,
      emptyKeysSkipped,
      librariesLoaded,
      checksum: this.#checksum,
    };
  }

  /**
   * Takes the bytes of `buffer` from `start` up to, not with, `end`; `view` looks at the same memory. Answers how many
   * were taken: all of them, unless the RDB ended among them. Nothing of `buffer` is kept.
   * @throws RdbError when the bytes are no RDB that we can load; the loader and its keyspace are then of no more use.
   */
  feed(buffer: Buffer, view: DataView, start: number, end: number): number {
    try {
      return this.#feed(buffer, view, start, end);
    } catch (error) {
      // What our own limits refuse (a full arena, a Map or a text past the language's bounds) is, seen
      // from here, an RDB that we cannot load; whoever sent it must hear where.
      if (error instanceof RdbError || !(error instanceof Error)) throw error;
      throw new RdbError(`${error.message}, ${this.#items.where()}`, this.#cursor.offset);
    }
  }

  /** Says that no more bytes will come. @throws RdbError if the RDB is not complete. */
  end(): void {
    if (!this.finished) throw new RdbError(`The RDB ends too early, ${this.#items.where()}`, this.takenBytes);
  }

  #feed(buffer: Buffer, view: DataView, start: number, end: number): number {
    let at = this.#feedPending(buffer, start, end);
    const cursor = this.#cursor;
    while (at < end && !this.finished) {
      cursor.point(buffer, view, at, end, this.#offset);
      const isSummed = this.#state !== 'checksum';
      const isShort = !this.#takeAll(cursor);
      this.#taken(buffer, at, cursor.at, isSummed);
      at = cursor.at;
      if (isShort) {
        this.#neededBytes = cursor.needed - at;
        this.#append(buffer, at, end);
        at = end;
      }
    }
    return at - start;
  }

  /**
   * Completes the item that was cut, if there is one, and answers the position behind the bytes that took. Since
   * `needed` never lies beyond an item's end, the item's last byte is the last one that is appended.
   */
  #feedPending(buffer: Buffer, start: number, end: number): number {
    let at = start;
    const cursor = this.#cursor;
    while (this.#pendingBytes > 0 && at < end) {
      const appended = Math.min(this.#neededBytes - this.#pendingBytes, end - at);
      this.#append(buffer, at, at + appended);
      at += appended;
      if (this.#pendingBytes < this.#neededBytes) break;
      cursor.point(this.#pending, this.#pendingView, 0, this.#pendingBytes, this.#offset);
      const isSummed = this.#state !== 'checksum';
      if (this.#takeOne(cursor)) {
        this.#taken(this.#pending, 0, cursor.at, isSummed);
        this.#pendingBytes = 0;
        if (this.#pending.length > pendingBytesKept) this.#pending = nothing;
      } else {
        this.#neededBytes = cursor.needed;
      }
    }
    return at;
  }

  /** Memory grows with what has arrived, never with what a length promises. */
  #append(buffer: Buffer, start: number, end: number): void {
    const length = this.#pendingBytes + end - start;
    if (length > this.#pending.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(pendingBytesAtFirst, length + (length >> 1)));
      this.#pending.copy(larger, 0, 0, this.#pendingBytes);
      this.#pending = larger;
      this.#pendingView = new DataView(larger.buffer);
    }
    buffer.copy(this.#pending, this.#pendingBytes, start, end);
    this.#pendingBytes = length;
  }

  #taken(buffer: Buffer, start: number, end: number, isSummed: boolean): void {
    if (isSummed && this.#options.verifyChecksum) this.#crc.update(buffer, start, end);
    this.#offset += end - start;
  }

  /** Takes whole items: false when the window ends before the next one does, true when the last one has been taken. */
  #takeAll(cursor: RdbCursor): boolean {
    do {
      if (!this.#takeOne(cursor)) return false;
    } while (this.#state === 'items');
    return true;
  }

  /** Takes one item, or answers false with the cursor where it was. */
  #takeOne(cursor: RdbCursor): boolean {
    const start = cursor.at;
    if (this.#state === 'items') {
      if (this.#items.take(cursor)) {
        if (this.#items.ended) this.#endOfItems();
        return true;
      }
    } else if (this.#state === 'header' ? this.#takeHeader(cursor) : this.#takeChecksum(cursor)) {
      return true;
    }
    cursor.at = start;
    return false;
  }

  #takeHeader(cursor: RdbCursor): boolean {
    if (!cursor.has(rdbHeaderBytes)) return false;
    const text = cursor.buffer.latin1Slice(cursor.at, cursor.at + rdbHeaderBytes);
    if (valkeyMagic.test(text)) cursor.fail(`Can't handle RDB format version ${Number(text.slice(6))} of Valkey`);
    if (!text.startsWith(rdbMagic)) cursor.fail('Wrong signature trying to load DB from file');
    this.#version = Number.parseInt(text.slice(rdbMagic.length), 10);
    if (!(this.#version >= 1 && this.#version <= rdbVersionReadMax)) {
      cursor.fail(`Can't handle RDB format version ${this.#version}`);
    }
    this.#options.keyspace.loadedVersion = this.#version;
    cursor.at += rdbHeaderBytes;
    this.#state = 'items';
    return true;
  }

  #endOfItems(): void {
    if (this.#version >= rdbChecksumSinceVersion) this.#state = 'checksum';
    else this.#finish();
  }

  #takeChecksum(cursor: RdbCursor): boolean {
    if (!cursor.has(rdbChecksumBytes)) return false;
    const expected = cursor.view.getBigUint64(cursor.at, true);
    if (expected !== 0n && this.#options.verifyChecksum) {
      const found = this.#crc.value;
      if (found !== expected) {
        const [says, gives] = [expected, found].map((sum) => sum.toString(16).padStart(16, '0'));
        cursor.fail(`Wrong RDB checksum expected: (${says}) but got (${gives})`);
      }
      this.#checksum = 'right';
    } else if (expected !== 0n) {
      this.#checksum = 'unchecked';
    }
    cursor.at += rdbChecksumBytes;
    this.#finish();
    return true;
  }

  /** Keys were stored without a look-up. Where no checksum vouches for them, this makes sure that none is there twice. */
  #finish(): void {
    for (const database of this.#options.keyspace.databases) database.table.endReserve();
    if (this.#checksum !== 'right') this.#refuseDuplicates();
    this.#state = 'finished';
  }

  #refuseDuplicates(): void {
    const { databases, hashSeed } = this.#options.keyspace;
    for (const database of databases) {
      database.forEach((ref) => {
        const start = database.keyStart(ref);
        const length = database.keyLength(ref);
        const hash = hashBytes(database.memoryView, start, length, hashSeed);
        if (database.table.find(hash, database.memoryView, start, length) !== ref) {
          throw new Error(`The RDB has the key ${shown(database.keyBytes(ref))} of database ${database.index} twice`);
        }
      });
    }
  }
}

const nothing: Buffer = Buffer.alloc(0);
