// One of the sixteen databases: keys to typed values with expiry, as records in the keyspace's arena.
// Hot: guarded by `npm run bench -- throughput` and `-- replication`.
import type { Ref } from '../data/arena.ts';
import type { HashValue } from '../data/hash-value.ts';
import { ExpiringFields } from './expiring-fields.ts';
import { hashBytes } from './hash.ts';
import type { Keyspace } from './keyspace.ts';
import { type Encoding, encoding, HAS_EXPIRY, IN_SLOT, MAX_INLINE_BYTES, type ValueType, valueType } from './record.ts';
import { RecordStore } from './record-store.ts';
import type { BucketMarks } from './snapshot.ts';

/** Where a key's bytes are: a request's arguments are one, `SingleKey` is for code that has no request. */
export interface KeySource {
  readonly buffer: Buffer;
  readonly view: DataView;
  start(i: number): number;
  end(i: number): number;
  /** The hash of key 1, if `hasKeyHash`. */
  readonly keyHash: number;
  readonly hasKeyHash: boolean;
}

/** What `peek` and the lookups answer for "no such key". */
export const NO_REF: Ref = 0;

/** An average looks at about so many keys. */
const SAMPLED_EXPIRIES = 100;
/** Lookups clear this many buckets of an unfinished rehash on their way. */
const REHASH_STEPS = 1;

/**
 * A `Ref` is good until the next store, replace, remove or expiry change of the same key, which answer the new one.
 * Bytes got from here (`inlineBytes`, `keyBytes`) are good until the next store of any key: the arena may move them.
 */
export class Database extends RecordStore {
  /** Its number for SELECT; SWAPDB changes it. */
  index: number;
  space: Keyspace;
  /** Which buckets a running snapshot has already taken; null when there is none. */
  marks: BucketMarks | null = null;
  /** Hashes with fields that expire by themselves. */
  readonly expiringFields = new ExpiringFields(this);

  constructor(index: number, space: Keyspace) {
    super(space.arena, space.slots);
    this.index = index;
    this.space = space;
  }

  /** How many keys, those included that are past their time and not yet deleted. */
  get size(): number {
    return this.table.count;
  }

  /** How many keys have an expiry. */
  get expiring(): number {
    return this.expiry.count;
  }

  // ---- looking up

  /** The key of argument `i` for reading, or 0. Counts a hit or a miss; a key past its time is not there. */
  lookupRead(args: KeySource, i: number): Ref {
    const ref = this.#find(args, i);
    if (ref === NO_REF || this.#goneByTime(ref)) {
      this.space.misses++;
      return NO_REF;
    }
    this.space.hits++;
    return ref;
  }

  /** The key of argument `i` for changing, or 0. A running snapshot takes the key's bucket first. */
  lookupWrite(args: KeySource, i: number): Ref {
    if (this.marks !== null) this.marks.before(this.hashOf(args, i));
    const ref = this.#find(args, i);
    return ref !== NO_REF && this.#goneForWriting(ref) ? NO_REF : ref;
  }

  /** As `lookupRead`, but no hit and no miss is counted. */
  peek(args: KeySource, i: number): Ref {
    const ref = this.#find(args, i);
    return ref !== NO_REF && this.#goneByTime(ref) ? NO_REF : ref;
  }

  /** As `peek`, but a key past its time is there as long as it is not deleted. */
  peekAnyway(args: KeySource, i: number): Ref {
    return this.#find(args, i);
  }

  #find(args: KeySource, i: number): Ref {
    const table = this.table;
    if (table.next !== null) table.rehash(REHASH_STEPS);
    const start = args.start(i);
    return table.find(this.hashOf(args, i), args.view, start, args.end(i) - start);
  }

  hashOf(args: KeySource, i: number): number {
    if (i === 1 && args.hasKeyHash) return args.keyHash;
    const start = args.start(i);
    return hashBytes(args.view, start, args.end(i) - start, this.space.hashSeed);
  }

  // ---- storing

  /** SET's way: the string of argument `valueIndex` under the key of argument `i`, whatever was there. */
  storeArgument(args: KeySource, i: number, valueIndex: number, keepExpiry: boolean): Ref {
    const start = args.start(valueIndex);
    const end = args.end(valueIndex);
    if (end - start > MAX_INLINE_BYTES) {
      return this.storeInline(args, i, valueType.string, encoding.plain, args.buffer, start, end, keepExpiry);
    }
    const ref = this.#place(args, i, valueType.string, encoding.plain, end - start, false, keepExpiry);
    this.copyIn(this.valueStart(ref), args.view, args.buffer, start, end - start);
    return ref;
  }

  /**
   * Stores a value made of bytes under the key of argument `i`, whatever was there before. The bytes are copied; they
   * may be some of this arena's own. Long ones are kept in a Buffer.
   */
  storeInline(
    args: KeySource,
    i: number,
    type: ValueType,
    how: Encoding,
    source: Buffer,
    start: number,
    end: number,
    keepExpiry: boolean,
  ): Ref {
    if (end - start > MAX_INLINE_BYTES)
      return this.storeObject(args, i, type, how, ownCopy(source, start, end), keepExpiry);
    const safe = this.#outsideArena(source, start, end);
    const ref = this.#place(args, i, type, how, end - start, false, keepExpiry);
    this.copyBytes(this.valueStart(ref), safe, safe === source ? start : 0, end - start);
    return ref;
  }

  /** Stores a value that is an object (or a Buffer that is ours to keep). */
  storeObject(args: KeySource, i: number, type: ValueType, how: Encoding, object: object, keepExpiry: boolean): Ref {
    const slot = this.slots.take(object);
    const ref = this.#place(args, i, type, how, slot, true, keepExpiry);
    this.expiringFields.noteStored(ref, object);
    return ref;
  }

  /** Puts other bytes in the place of a key's value; type and expiry stay. */
  replaceInline(ref: Ref, how: Encoding, source: Buffer, start: number, end: number): Ref {
    if (end - start > MAX_INLINE_BYTES) return this.replaceObject(ref, how, ownCopy(source, start, end));
    const safe = this.#outsideArena(source, start, end);
    this.#beforeChange(ref);
    const moved = this.reshape(ref, this.type(ref), how, end - start, false, true);
    this.copyBytes(this.valueStart(moved), safe, safe === source ? start : 0, end - start);
    this.#touch(moved);
    return moved;
  }

  /** Puts an object in the place of a key's value; type and expiry stay. */
  replaceObject(ref: Ref, how: Encoding, object: object): Ref {
    this.#beforeChange(ref);
    const moved = this.reshape(ref, this.type(ref), how, this.slots.take(object), true, true);
    this.expiringFields.noteStored(moved, object);
    this.#touch(moved);
    return moved;
  }

  /** Makes the key's value `length` bytes long, its first bytes kept, for a value that lies in the arena and stays there. */
  resizeInline(ref: Ref, how: Encoding, length: number): Ref {
    this.#beforeChange(ref);
    const moved = this.reshape(ref, this.type(ref), how, length, false, true);
    this.#touch(moved);
    return moved;
  }

  /** Deletes a key. */
  remove(ref: Ref): void {
    this.#beforeChange(ref);
    this.#touch(ref);
    const meta = this.meta(ref);
    if ((meta & HAS_EXPIRY) !== 0) this.leaveExpiry(ref);
    if ((meta & IN_SLOT) !== 0) this.slots.release(this.lengthOrSlot(ref));
    this.table.unlink(ref);
    this.arena.release(ref, this.blockBytes(ref));
  }

  /** Gives a key an expiry, in milliseconds since 1970. */
  setExpiry(ref: Ref, atMs: number): Ref {
    this.#beforeChange(ref);
    let target = ref;
    if ((this.meta(ref) & HAS_EXPIRY) === 0) target = this.rewriteHead(ref, HAS_EXPIRY);
    this.arena.f64[target + 2] = atMs;
    if (this.space.tracksOwnExpiries && this.space.expiryMode === 'hide') {
      this.space.ownExpiries.add(this.index, this.keyBytes(target));
    }
    this.#touch(target);
    return target;
  }

  /** Takes a key's expiry away. */
  clearExpiry(ref: Ref): Ref {
    if ((this.meta(ref) & HAS_EXPIRY) === 0) return ref;
    this.#beforeChange(ref);
    const target = this.rewriteHead(ref, 0);
    this.#touch(target);
    return target;
  }

  /**
   * Adds a key that is surely not there, for loading a snapshot: nothing is looked up, nobody is told.
   * `value` is bytes of `source`, or an object. `expiryMs` is -1 for never.
   */
  insertLoaded(
    key: { readonly view: DataView; readonly buffer: Buffer; readonly start: number; readonly end: number },
    type: ValueType,
    how: Encoding,
    value: { readonly view: DataView; readonly buffer: Buffer; readonly start: number; readonly end: number } | object,
    expiryMs: number,
  ): Ref {
    const keyLength = key.end - key.start;
    const hash = hashBytes(key.view, key.start, keyLength, this.space.hashSeed);
    const table = this.table;
    if (table.next !== null) table.rehash(REHASH_STEPS);
    const flags = expiryMs >= 0 ? HAS_EXPIRY : 0;
    let ref: Ref;
    if (isByteRange(value) && value.end - value.start <= MAX_INLINE_BYTES) {
      const length = value.end - value.start;
      ref = this.create(hash, key.view, key.buffer, key.start, keyLength, type, how, flags, length);
      this.copyIn(this.valueStart(ref), value.view, value.buffer, value.start, length);
    } else {
      const object = isByteRange(value) ? ownCopy(value.buffer, value.start, value.end) : value;
      const slot = this.slots.take(object);
      ref = this.create(hash, key.view, key.buffer, key.start, keyLength, type, how, flags | IN_SLOT, slot);
      this.expiringFields.noteStored(ref, object);
    }
    if (flags !== 0) this.arena.f64[ref + 2] = expiryMs;
    return ref;
  }

  /** Finds or makes the record of a key with room for a value of this shape; the caller writes the bytes. */
  #place(
    args: KeySource,
    i: number,
    type: number,
    how: number,
    lengthOrSlot: number,
    inSlot: boolean,
    keepExpiry: boolean,
  ): Ref {
    const hash = this.hashOf(args, i);
    if (this.marks !== null) this.marks.before(hash);
    const table = this.table;
    if (table.next !== null) table.rehash(REHASH_STEPS);
    const start = args.start(i);
    const keyLength = args.end(i) - start;
    let ref = table.find(hash, args.view, start, keyLength);
    if (ref !== NO_REF && this.#goneForWriting(ref)) ref = NO_REF;
    if (ref === NO_REF) {
      ref = this.create(hash, args.view, args.buffer, start, keyLength, type, how, inSlot ? IN_SLOT : 0, lengthOrSlot);
    } else ref = this.reshape(ref, type, how, lengthOrSlot, inSlot, keepExpiry);
    if (this.space.watches !== null) this.space.watches.touch(this.index, this.keyBytes(ref));
    return ref;
  }

  /** A running snapshot takes the record's bucket first. */
  #beforeChange(ref: Ref): void {
    if (this.marks !== null) this.marks.before(this.arena.u32[(ref << 1) + 1]!);
  }

  /** Bytes of the arena would go away if it grew while they are stored. */
  #outsideArena(source: Buffer, start: number, end: number): Buffer {
    return this.arena.holds(source) ? ownCopy(source, start, end) : source;
  }

  // ---- time

  /** True for a key past its time; on a master it is then deleted and the deletion told. */
  #goneByTime(ref: Ref): boolean {
    if ((this.meta(ref) & HAS_EXPIRY) === 0) return false;
    if (this.arena.f64[ref + 2]! >= this.space.nowMs) return false;
    return this.space.timeIsUp(this, ref);
  }

  /** As `goneByTime`; a writable replica deletes the key too, or what is written next would stand beside it. */
  #goneForWriting(ref: Ref): boolean {
    if (!this.#goneByTime(ref)) return false;
    if (this.space.expiryMode === 'hide' && this.space.tracksOwnExpiries) this.space.expire(this, ref);
    return true;
  }

  /** Takes the fields past their time out of a hash that is an object, and says so; true if the key went with the last. */
  expireFields(ref: Ref): boolean {
    const hash = this.object<HashValue>(ref);
    const due = hash.dueAt(this.space.nowMs);
    if (due.length === 0) return false;
    this.#beforeChange(ref);
    this.space.onFieldsExpired(this.index, this.keyBytes(ref), due);
    for (const field of due) hash.delete(field);
    this.#touch(ref);
    if (hash.size > 0) return false;
    this.remove(ref);
    return true;
  }

  /** Whether the key is past its time, without deleting it. */
  isPastExpiry(ref: Ref): boolean {
    return (this.meta(ref) & HAS_EXPIRY) !== 0 && this.arena.f64[ref + 2]! < this.space.nowMs;
  }

  /** Whether the key is there, and past its time. */
  isKeyPastExpiry(key: KeySource): boolean {
    const ref = this.#find(key, 0);
    return ref !== NO_REF && this.isPastExpiry(ref);
  }

  /** About when the keys with an expiry expire on average, in milliseconds since 1970, from a sample; 0 if there are none. */
  averageExpiryMs(): number {
    const step = Math.max(1, Math.floor(this.expiry.count / SAMPLED_EXPIRIES));
    let sum = 0;
    let sampled = 0;
    for (let place = 0; place < this.expiry.count; place += step, sampled++) {
      sum += this.arena.f64[this.expiry.at(place) + 2]!;
    }
    return sampled === 0 ? 0 : sum / sampled;
  }

  // ---- going through all

  /**
   * Visits at least `count` keys if there are as many, from `cursor` on, and answers the next cursor; 0 is the end.
   * A key that is there from the first call to the last is visited at least once, whatever happens in between.
   * Keys past their time are visited too: see `isPastExpiry`. Nothing may be stored or removed by `visit`.
   */
  scan(cursor: number, count: number, visit: (ref: Ref) => void): number {
    let visited = 0;
    let bucketsLeft = count * 10;
    let at = cursor;
    const counting = (ref: Ref) => {
      visited++;
      visit(ref);
    };
    do at = this.table.scanStep(at, counting);
    while (at !== 0 && visited < count && --bucketsLeft > 0);
    return at;
  }

  /** Visits every key. Nothing may be stored or removed by `visit`. */
  forEach(visit: (ref: Ref) => void): void {
    let at = 0;
    do at = this.table.scanStep(at, visit);
    while (at !== 0);
  }

  /** Any key, or 0 if there is none. */
  randomRef(): Ref {
    return this.table.random(this.space.randomBelow);
  }

  // ---- WATCH

  /** Says that the key's value changed inside its object; stores, replaces, removals and expiry changes say so themselves. */
  modified(args: KeySource, i: number): void {
    if (this.space.watches === null) return;
    this.space.watches.touch(this.index, args.buffer.subarray(args.start(i), args.end(i)));
  }

  #touch(ref: Ref): void {
    if (this.space.watches !== null) this.space.watches.touch(this.index, this.keyBytes(ref));
  }
}

type ByteRange = { readonly view: DataView; readonly buffer: Buffer; readonly start: number; readonly end: number };

function isByteRange(value: ByteRange | object): value is ByteRange {
  return 'view' in value;
}

function ownCopy(source: Buffer, start: number, end: number): Buffer {
  const copied = Buffer.allocUnsafeSlow(end - start);
  source.copy(copied, 0, start, end);
  return copied;
}
