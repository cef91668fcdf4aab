// A chained hash table of records in an arena, which doubles and halves a few buckets at a time.
// Hot: guarded by `npm run bench -- throughput` and `-- replication`.
import type { Arena, Ref } from '../data/arena.ts';
import { byteOffset, headBytes, keyLengthOf } from './record.ts';

const INITIAL_BUCKETS = 16;
/** 2^30 buckets of four bytes: the arena is full long before. */
const MAX_BUCKETS = 1 << 30;
/** A table shrinks when fewer than one bucket in this many has a record. */
const SPARSE_BUCKETS_PER_RECORD = 10;
/** A rehash step gives up after passing this many empty buckets for each it was asked to move. */
const EMPTY_BUCKETS_PER_STEP = 10;

export class KeyTable {
  arena: Arena;
  count = 0;
  /** While a snapshot runs no record changes its bucket. */
  held = false;
  buckets: Uint32Array = new Uint32Array(INITIAL_BUCKETS);
  /** The table that records are moving to; null when none is. */
  next: Uint32Array | null = null;
  /** Buckets below this one have moved. */
  #moved = 0;
  /** It was made large for records that are still to come. */
  #awaits = false;

  constructor(arena: Arena) {
    this.arena = arena;
  }

  get tableBytes(): number {
    return (this.buckets.length + (this.next === null ? 0 : this.next.length)) * 4;
  }

  /** The record of this key, or 0. */
  find(hash: number, view: DataView, start: number, length: number): Ref {
    const found = this.#findIn(this.buckets, hash, view, start, length);
    if (found !== 0 || this.next === null) return found;
    return this.#findIn(this.next, hash, view, start, length);
  }

  #findIn(buckets: Uint32Array, hash: number, view: DataView, start: number, length: number): Ref {
    const u32 = this.arena.u32;
    let ref = buckets[hash & (buckets.length - 1)]!;
    while (ref !== 0) {
      const word = ref << 1;
      if (u32[word + 1] === hash) {
        const meta = u32[word + 2]!;
        const isAsLong = keyLengthOf(u32, ref, meta) === length;
        if (isAsLong && this.#sameKey(byteOffset(ref) + headBytes(meta), view, start, length)) return ref;
      }
      ref = u32[word]!;
    }
    return 0;
  }

  #sameKey(keyStart: number, view: DataView, start: number, length: number): boolean {
    const ours = this.arena.view;
    const words = length & ~3;
    let at = 0;
    for (; at < words; at += 4) {
      if (ours.getUint32(keyStart + at, true) !== view.getUint32(start + at, true)) return false;
    }
    for (; at < length; at++) if (ours.getUint8(keyStart + at) !== view.getUint8(start + at)) return false;
    return true;
  }

  /** Puts a record, whose hash is written, at the head of its bucket. */
  link(ref: Ref): void {
    const u32 = this.arena.u32;
    const word = ref << 1;
    const buckets = this.next ?? this.buckets;
    const bucket = u32[word + 1]! & (buckets.length - 1);
    u32[word] = buckets[bucket]!;
    buckets[bucket] = ref;
    this.count++;
    if (this.count > this.buckets.length) this.#startGrowing();
  }

  /** Takes a record out; its block stays as it is. */
  unlink(ref: Ref): void {
    if (!this.#replaceIn(this.buckets, ref, this.arena.u32[ref << 1]!) && this.next !== null) {
      this.#replaceIn(this.next, ref, this.arena.u32[ref << 1]!);
    }
    this.count--;
  }

  /** Lets `moved`, a copy of the record's head, take its place in the chain. */
  relink(ref: Ref, moved: Ref): void {
    const u32 = this.arena.u32;
    u32[moved << 1] = u32[ref << 1]!;
    if (!this.#replaceIn(this.buckets, ref, moved) && this.next !== null) this.#replaceIn(this.next, ref, moved);
  }

  #replaceIn(buckets: Uint32Array, ref: Ref, by: Ref): boolean {
    const u32 = this.arena.u32;
    const bucket = u32[(ref << 1) + 1]! & (buckets.length - 1);
    let at = buckets[bucket]!;
    if (at === ref) {
      buckets[bucket] = by;
      return true;
    }
    while (at !== 0) {
      const following = u32[at << 1]!;
      if (following === ref) {
        u32[at << 1] = by;
        return true;
      }
      at = following;
    }
    return false;
  }

  /** Makes room for this many records at once, before a load; it is kept until `endReserve`, be they few as yet. */
  reserve(records: number): void {
    this.#awaits = true;
    if (this.count !== 0 || this.next !== null) return;
    const wanted = 2 ** Math.ceil(Math.log2(Math.max(records, INITIAL_BUCKETS)));
    this.buckets = new Uint32Array(Math.min(wanted, MAX_BUCKETS));
  }

  /** All have come that will. */
  endReserve(): void {
    this.#awaits = false;
  }

  #startGrowing(): void {
    if (this.next !== null || this.held || this.buckets.length >= MAX_BUCKETS) return;
    this.next = new Uint32Array(this.buckets.length * 2);
    this.#moved = 0;
  }

  /** Starts to shrink if it is worth it: called by the cron. */
  shrinkIfSparse(): void {
    if (this.next !== null || this.held || this.#awaits || this.buckets.length <= INITIAL_BUCKETS) return;
    if (this.count * SPARSE_BUCKETS_PER_RECORD >= this.buckets.length) return;
    const wanted = 2 ** Math.ceil(Math.log2(Math.max(this.count, INITIAL_BUCKETS)));
    this.next = new Uint32Array(wanted);
    this.#moved = 0;
  }

  /** Moves up to `steps` buckets; true while there is more to move. */
  rehash(steps: number): boolean {
    if (this.next === null || this.held) return false;
    const { buckets, next } = this;
    const u32 = this.arena.u32;
    const mask = next.length - 1;
    let at = this.#moved;
    let empty = steps * EMPTY_BUCKETS_PER_STEP;
    for (let left = steps; left > 0 && empty > 0 && at < buckets.length; at++) {
      let ref = buckets[at]!;
      if (ref === 0) {
        empty--;
        continue;
      }
      left--;
      while (ref !== 0) {
        const word = ref << 1;
        const following = u32[word]!;
        const bucket = u32[word + 1]! & mask;
        u32[word] = next[bucket]!;
        next[bucket] = ref;
        ref = following;
      }
      buckets[at] = 0;
    }
    this.#moved = at;
    if (at < buckets.length) return true;
    this.buckets = next;
    this.next = null;
    return false;
  }

  /**
   * Visits some buckets from `cursor` on and answers the next cursor, 0 at the end. The cursor counts with its bits
   * reversed, so that a record that was there all the time is visited at least once even if the table changes its size
   * between the calls: the buckets into which a bucket splits are visited with it.
   */
  scanStep(cursor: number, visit: (ref: Ref) => void): number {
    let small = this.buckets;
    let large = this.next;
    if (large === null) {
      this.#visit(small, cursor & (small.length - 1), visit);
      return nextCursor(cursor, small.length - 1);
    }
    if (small.length > large.length) [small, large] = [large, small];
    const smallMask = small.length - 1;
    const largeMask = large.length - 1;
    this.#visit(small, cursor & smallMask, visit);
    let at = cursor;
    do {
      this.#visit(large, at & largeMask, visit);
      at = nextCursor(at, largeMask);
    } while ((at & (smallMask ^ largeMask)) !== 0);
    return at;
  }

  #visit(buckets: Uint32Array, bucket: number, visit: (ref: Ref) => void): void {
    let ref = buckets[bucket]!;
    while (ref !== 0) {
      const following = this.arena.u32[ref << 1]!;
      visit(ref);
      ref = following;
    }
  }

  /** A record from a random bucket that has any; 0 when the table is empty. Long chains make theirs a little rarer. */
  random(below: (count: number) => number): Ref {
    if (this.count === 0) return 0;
    const first = this.buckets.length;
    const all = first + (this.next === null ? 0 : this.next.length);
    let head = 0;
    while (head === 0) {
      const bucket = below(all);
      head = bucket < first ? this.buckets[bucket]! : this.next![bucket - first]!;
    }
    const u32 = this.arena.u32;
    let length = 0;
    for (let ref = head; ref !== 0; ref = u32[ref << 1]!) length++;
    let ref = head;
    for (let skip = below(length); skip > 0; skip--) ref = u32[ref << 1]!;
    return ref;
  }
}

/** Adds one to the bits of `cursor` under `mask`, counted from the highest. */
function nextCursor(cursor: number, mask: number): number {
  let at = reverseBits((cursor | ~mask) >>> 0);
  at = (at + 1) >>> 0;
  return reverseBits(at);
}

function reverseBits(value: number): number {
  let bits = value >>> 0;
  bits = ((bits >>> 1) & 0x55555555) | ((bits & 0x55555555) << 1);
  bits = ((bits >>> 2) & 0x33333333) | ((bits & 0x33333333) << 2);
  bits = ((bits >>> 4) & 0x0f0f0f0f) | ((bits & 0x0f0f0f0f) << 4);
  bits = ((bits >>> 8) & 0x00ff00ff) | ((bits & 0x00ff00ff) << 8);
  return ((bits >>> 16) | (bits << 16)) >>> 0;
}
