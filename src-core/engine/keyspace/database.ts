// One of the sixteen databases: keys to typed values with expiry, as records in the keyspace's arena.
// Hot: guarded by `npm run bench -- throughput`.
import { type Arena, type Ref, sameClass } from '../data/arena.ts';
import { ExpiryIndex } from './expiry-index.ts';
import { hashBytes } from './hash.ts';
import { KeyTable } from './key-table.ts';
import type { Keyspace } from './keyspace.ts';
import {
  byteOffset,
  type Encoding,
  EXPIRY_BYTES,
  encoding,
  HAS_EXPIRY,
  headBytes,
  IN_SLOT,
  KeyTooLongError,
  MAX_INLINE_BYTES,
  MAX_KEY_BYTES,
  makeMeta,
  metaEncoding,
  metaKeyLength,
  metaType,
  type ValueType,
  valueType,
} from './record.ts';
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
/** Up to this many bytes a loop of words is faster than a native copy. */
const SHORT_COPY_BYTES = 256;
/** The same for a loop of bytes. */
const SHORT_BYTES = 64;

/**
 * A `Ref` is good until the next store, replace, remove or expiry change of the same key, which answer the new one.
 * Bytes got from here (`inlineBytes`, `keyBytes`) are good until the next store of any key: the arena may move them.
 */
export class Database {
  /** Its number for SELECT; SWAPDB changes it. */
  index: number;
  space: Keyspace;
  readonly table: KeyTable;
  readonly expiry: ExpiryIndex;
  /** Which buckets a running snapshot has already taken; null when there is none. */
  marks: BucketMarks | null = null;

  constructor(index: number, space: Keyspace) {
    this.index = index;
    this.space = space;
    this.table = new KeyTable(space.arena);
    this.expiry = new ExpiryIndex();
  }

  /** How many keys, those included that are past their time and not yet deleted. */
  get size(): number {
    return this.table.count;
  }

  /** How many keys have an expiry. */
  get expiring(): number {
    return this.expiry.count;
  }

  get arena(): Arena {
    return this.table.arena;
  }

  /** The arena's bytes, for `valueStart`. Read it again after every store. */
  get memory(): Buffer {
    return this.table.arena.buffer;
  }

  /** The same memory as `memory`. */
  get memoryView(): DataView {
    return this.table.arena.view;
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
    return ref !== NO_REF && this.#goneByTime(ref) ? NO_REF : ref;
  }

  /** As `lookupRead`, but no hit and no miss is counted. */
  peek(args: KeySource, i: number): Ref {
    const ref = this.#find(args, i);
    return ref !== NO_REF && this.#goneByTime(ref) ? NO_REF : ref;
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

  // ---- reading a record

  type(ref: Ref): ValueType {
    return metaType(this.#meta(ref));
  }

  encoding(ref: Ref): Encoding {
    return metaEncoding(this.#meta(ref));
  }

  /** Whether the value is bytes (a string, a listpack, an intset); else it is an object. */
  isInline(ref: Ref): boolean {
    return metaEncoding(this.#meta(ref)) < encoding.quicklist;
  }

  /** The value's bytes, whether they lie in the arena or, being long, in a Buffer. Good until the next store. */
  inlineBytes(ref: Ref): Buffer {
    const meta = this.#meta(ref);
    if ((meta & IN_SLOT) !== 0) return this.space.slots.get(this.#slot(ref)) as Buffer;
    const start = this.valueStart(ref);
    return this.memory.subarray(start, start + this.#slot(ref));
  }

  /** How long the value's bytes are. */
  inlineLength(ref: Ref): number {
    if ((this.#meta(ref) & IN_SLOT) === 0) return this.#slot(ref);
    return (this.space.slots.get(this.#slot(ref)) as Buffer).length;
  }

  /** Whether the value's bytes lie in the arena, at `valueStart`. */
  inArena(ref: Ref): boolean {
    return (this.#meta(ref) & IN_SLOT) === 0;
  }

  /** Where the value's bytes start in `memory`; only if `inArena`. */
  valueStart(ref: Ref): number {
    const meta = this.#meta(ref);
    return byteOffset(ref) + headBytes(meta) + metaKeyLength(meta);
  }

  /** The value as its object; only if not `isInline`. */
  object<T>(ref: Ref): T {
    return this.space.slots.get(this.#slot(ref)) as T;
  }

  /** The key's bytes, good until the next store. */
  keyBytes(ref: Ref): Buffer {
    const start = this.keyStart(ref);
    return this.memory.subarray(start, start + this.keyLength(ref));
  }

  keyStart(ref: Ref): number {
    return byteOffset(ref) + headBytes(this.#meta(ref));
  }

  keyLength(ref: Ref): number {
    return metaKeyLength(this.#meta(ref));
  }

  /** When it expires, in milliseconds since 1970; -1 for never. */
  expiryMs(ref: Ref): number {
    return (this.#meta(ref) & HAS_EXPIRY) === 0 ? -1 : this.arena.f64[ref + 2]!;
  }

  /** Bytes that the key costs in the arena, with its place in the table; objects in slots are not in it. */
  recordBytes(ref: Ref): number {
    return Math.ceil(this.#blockBytes(ref) / 8) * 8 + 4;
  }

  #meta(ref: Ref): number {
    return this.arena.u32[(ref << 1) + 2]!;
  }

  #slot(ref: Ref): number {
    return this.arena.u32[(ref << 1) + 3]!;
  }

  #blockBytes(ref: Ref): number {
    const meta = this.#meta(ref);
    return headBytes(meta) + metaKeyLength(meta) + ((meta & IN_SLOT) === 0 ? this.#slot(ref) : 0);
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
    this.#copyIn(this.valueStart(ref), args.view, args.buffer, start, end - start);
    return ref;
  }

  /**
   * Stores a value made of bytes under the key of argument `i`, whatever was there before. The bytes are copied; they
   * may be some of this arena's own. Long ones are kept in a Buffer.
   * @throws KeyTooLongError
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
    this.#copyBytes(this.valueStart(ref), safe, safe === source ? start : 0, end - start);
    return ref;
  }

  /** Stores a value that is an object (or a Buffer that is ours to keep). @throws KeyTooLongError */
  storeObject(args: KeySource, i: number, type: ValueType, how: Encoding, object: object, keepExpiry: boolean): Ref {
    const slot = this.space.slots.take(object);
    return this.#place(args, i, type, how, slot, true, keepExpiry);
  }

  /** Puts other bytes in the place of a key's value; type and expiry stay. */
  replaceInline(ref: Ref, how: Encoding, source: Buffer, start: number, end: number): Ref {
    if (end - start > MAX_INLINE_BYTES) return this.replaceObject(ref, how, ownCopy(source, start, end));
    const safe = this.#outsideArena(source, start, end);
    const moved = this.#reshape(ref, this.type(ref), how, end - start, false, true);
    this.#copyBytes(this.valueStart(moved), safe, safe === source ? start : 0, end - start);
    this.#touch(moved);
    return moved;
  }

  /** Puts an object in the place of a key's value; type and expiry stay. */
  replaceObject(ref: Ref, how: Encoding, object: object): Ref {
    const moved = this.#reshape(ref, this.type(ref), how, this.space.slots.take(object), true, true);
    this.#touch(moved);
    return moved;
  }

  /** Makes the key's value `length` bytes long, its first bytes kept, for a value that lies in the arena and stays there. */
  resizeInline(ref: Ref, how: Encoding, length: number): Ref {
    const moved = this.#reshape(ref, this.type(ref), how, length, false, true);
    this.#touch(moved);
    return moved;
  }

  /** Deletes a key. */
  remove(ref: Ref): void {
    if (this.marks !== null) this.marks.before(this.#hash(ref));
    this.#touch(ref);
    const meta = this.#meta(ref);
    if ((meta & HAS_EXPIRY) !== 0) this.#leaveExpiry(ref);
    if ((meta & IN_SLOT) !== 0) this.space.slots.release(this.#slot(ref));
    this.table.unlink(ref);
    this.arena.release(ref, this.#blockBytes(ref));
  }

  /** Gives a key an expiry, in milliseconds since 1970. */
  setExpiry(ref: Ref, atMs: number): Ref {
    if (this.marks !== null) this.marks.before(this.#hash(ref));
    let target = ref;
    if ((this.#meta(ref) & HAS_EXPIRY) === 0) target = this.#rewriteHead(ref, HAS_EXPIRY);
    this.arena.f64[target + 2] = atMs;
    this.#touch(target);
    return target;
  }

  /** Takes a key's expiry away. */
  clearExpiry(ref: Ref): Ref {
    if ((this.#meta(ref) & HAS_EXPIRY) === 0) return ref;
    if (this.marks !== null) this.marks.before(this.#hash(ref));
    const target = this.#rewriteHead(ref, 0);
    this.#touch(target);
    return target;
  }

  /**
   * Adds a key that is surely not there, for loading a snapshot: nothing is looked up, nobody is told.
   * `value` is bytes of `source`, or an object. `expiryMs` is -1 for never.
   * @throws KeyTooLongError
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
      ref = this.#create(hash, key.view, key.buffer, key.start, keyLength, type, how, flags, length);
      this.#copyIn(this.valueStart(ref), value.view, value.buffer, value.start, length);
    } else {
      const object = isByteRange(value) ? ownCopy(value.buffer, value.start, value.end) : value;
      const slot = this.space.slots.take(object);
      ref = this.#create(hash, key.view, key.buffer, key.start, keyLength, type, how, flags | IN_SLOT, slot);
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
    if (ref !== NO_REF && keepExpiry && this.#goneByTime(ref)) ref = NO_REF;
    if (ref === NO_REF) {
      ref = this.#create(hash, args.view, args.buffer, start, keyLength, type, how, inSlot ? IN_SLOT : 0, lengthOrSlot);
    } else ref = this.#reshape(ref, type, how, lengthOrSlot, inSlot, keepExpiry);
    if (this.space.watches !== null) this.space.watches.touch(this.index, this.keyBytes(ref));
    return ref;
  }

  #create(
    hash: number,
    view: DataView,
    buffer: Buffer,
    keyStart: number,
    keyLength: number,
    type: number,
    how: number,
    flags: number,
    lengthOrSlot: number,
  ): Ref {
    if (keyLength > MAX_KEY_BYTES) throw new KeyTooLongError();
    const meta = makeMeta(keyLength, type, how, flags);
    const head = headBytes(meta);
    const ref = this.arena.allocate(head + keyLength + ((flags & IN_SLOT) === 0 ? lengthOrSlot : 0));
    const u32 = this.arena.u32;
    const word = ref << 1;
    u32[word + 1] = hash;
    u32[word + 2] = meta;
    u32[word + 3] = lengthOrSlot;
    this.#copyIn(byteOffset(ref) + head, view, buffer, keyStart, keyLength);
    this.table.link(ref);
    if ((flags & HAS_EXPIRY) !== 0) u32[word + 6] = this.expiry.add(ref);
    return ref;
  }

  /** Changes type, encoding, size and place of a value, in place if the block allows. The first bytes of an arena value stay. */
  #reshape(ref: Ref, type: number, how: number, lengthOrSlot: number, inSlot: boolean, keepExpiry: boolean): Ref {
    const meta = this.#meta(ref);
    if (this.marks !== null) this.marks.before(this.#hash(ref));
    if ((meta & IN_SLOT) !== 0) this.space.slots.release(this.#slot(ref));
    const keyLength = metaKeyLength(meta);
    const flags = (keepExpiry ? meta & HAS_EXPIRY : 0) | (inSlot ? IN_SLOT : 0);
    const newMeta = makeMeta(keyLength, type, how, flags);
    const oldBytes = headBytes(meta) + keyLength + ((meta & IN_SLOT) === 0 ? this.#slot(ref) : 0);
    const newBytes = headBytes(newMeta) + keyLength + (inSlot ? 0 : lengthOrSlot);
    if (((meta ^ newMeta) & HAS_EXPIRY) === 0 && sameClass(oldBytes, newBytes)) {
      const word = ref << 1;
      this.arena.u32[word + 2] = newMeta;
      this.arena.u32[word + 3] = lengthOrSlot;
      return ref;
    }
    return this.#move(ref, meta, newMeta, oldBytes, newBytes, lengthOrSlot);
  }

  /** Copies a record into a block of another size or with another head, and gives the old block back. */
  #move(ref: Ref, meta: number, newMeta: number, oldBytes: number, newBytes: number, lengthOrSlot: number): Ref {
    const arena = this.arena;
    const moved = arena.allocate(newBytes);
    const u32 = arena.u32;
    const from = ref << 1;
    const to = moved << 1;
    u32[to + 1] = u32[from + 1]!;
    u32[to + 2] = newMeta;
    u32[to + 3] = lengthOrSlot;
    const oldHead = headBytes(meta);
    const newHead = headBytes(newMeta);
    const oldStart = byteOffset(ref) + oldHead;
    const kept = Math.min(oldBytes - oldHead, newBytes - newHead);
    if (kept > SHORT_COPY_BYTES) arena.buffer.copyWithin(byteOffset(moved) + newHead, oldStart, oldStart + kept);
    else this.#copyIn(byteOffset(moved) + newHead, arena.view, arena.buffer, oldStart, kept);
    if ((meta & HAS_EXPIRY) !== 0) {
      if ((newMeta & HAS_EXPIRY) !== 0) {
        arena.f64[moved + 2] = arena.f64[ref + 2]!;
        u32[to + 6] = u32[from + 6]!;
        this.expiry.moved(u32[to + 6]!, moved);
      } else this.#leaveExpiry(ref);
    } else if ((newMeta & HAS_EXPIRY) !== 0) u32[to + 6] = this.expiry.add(moved);
    this.table.relink(ref, moved);
    arena.release(ref, oldBytes);
    return moved;
  }

  /** Gives the record a head with or without an expiry. */
  #rewriteHead(ref: Ref, expiryFlag: number): Ref {
    const meta = this.#meta(ref);
    const newMeta = (meta & ~HAS_EXPIRY) | expiryFlag;
    const oldBytes = this.#blockBytes(ref);
    const newBytes = oldBytes + (expiryFlag === 0 ? -EXPIRY_BYTES : EXPIRY_BYTES);
    return this.#move(ref, meta, newMeta, oldBytes, newBytes, this.#slot(ref));
  }

  #leaveExpiry(ref: Ref): void {
    const place = this.arena.u32[(ref << 1) + 6]!;
    const filler = this.expiry.removeAt(place);
    if (filler !== NO_REF) this.arena.u32[(filler << 1) + 6] = place;
  }

  #hash(ref: Ref): number {
    return this.arena.u32[(ref << 1) + 1]!;
  }

  #copyIn(to: number, view: DataView, buffer: Buffer, start: number, length: number): void {
    const arena = this.table.arena;
    if (length > SHORT_COPY_BYTES) {
      buffer.copy(arena.buffer, to, start, start + length);
      return;
    }
    const ours = arena.view;
    const words = length & ~3;
    let at = 0;
    for (; at < words; at += 4) ours.setUint32(to + at, view.getUint32(start + at, true), true);
    for (; at < length; at++) ours.setUint8(to + at, view.getUint8(start + at));
  }

  #copyBytes(to: number, source: Buffer, start: number, length: number): void {
    const memory = this.table.arena.buffer;
    if (length > SHORT_BYTES) source.copy(memory, to, start, start + length);
    else for (let i = 0; i < length; i++) memory[to + i] = source[start + i]!;
  }

  /** Bytes of the arena would go away if it grew while they are stored. */
  #outsideArena(source: Buffer, start: number, end: number): Buffer {
    return this.arena.holds(source) ? ownCopy(source, start, end) : source;
  }

  // ---- time

  /** True for a key past its time; on a master it is then deleted and the deletion told. */
  #goneByTime(ref: Ref): boolean {
    if ((this.#meta(ref) & HAS_EXPIRY) === 0) return false;
    if (this.arena.f64[ref + 2]! >= this.space.nowMs) return false;
    return this.space.timeIsUp(this, ref);
  }

  /** Whether the key is past its time, without deleting it. */
  isPastExpiry(ref: Ref): boolean {
    return (this.#meta(ref) & HAS_EXPIRY) !== 0 && this.arena.f64[ref + 2]! < this.space.nowMs;
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
