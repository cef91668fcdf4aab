// Makes records, moves them to blocks of another size, and copies bytes into them.
// Hot: guarded by `npm run bench -- throughput` and `-- replication`.
import { type Ref, sameClass } from '../data/arena.ts';
import { ExpiryIndex } from './expiry-index.ts';
import {
  byteOffset,
  EXPIRY_BYTES,
  HAS_EXPIRY,
  headBytes,
  IN_SLOT,
  keyLengthOf,
  makeMeta,
  writeLongKey,
} from './record.ts';
import { RecordReader } from './record-reader.ts';

/** Up to this many bytes a loop of words is faster than a native copy. */
const SHORT_COPY_BYTES = 256;
/** The same for a loop of bytes. */
const SHORT_BYTES = 64;

export class RecordStore extends RecordReader {
  readonly expiry = new ExpiryIndex();

  /** Makes a record and links it; the caller writes the value's bytes, and the expiry if `flags` say there is one. */
  protected create(
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
    const meta = makeMeta(keyLength, type, how, flags);
    const head = headBytes(meta);
    const ref = this.arena.allocate(head + keyLength + ((flags & IN_SLOT) === 0 ? lengthOrSlot : 0));
    const u32 = this.arena.u32;
    const word = ref << 1;
    u32[word + 1] = hash;
    u32[word + 2] = meta;
    u32[word + 3] = lengthOrSlot;
    writeLongKey(u32, ref, meta, keyLength);
    this.copyIn(byteOffset(ref) + head, view, buffer, keyStart, keyLength);
    this.table.link(ref);
    if ((flags & HAS_EXPIRY) !== 0) u32[word + 6] = this.expiry.add(ref);
    return ref;
  }

  /** Changes type, encoding, size and place of a value, in place if the block allows. The first bytes of an arena value stay. */
  protected reshape(
    ref: Ref,
    type: number,
    how: number,
    lengthOrSlot: number,
    inSlot: boolean,
    keepExpiry: boolean,
  ): Ref {
    const meta = this.meta(ref);
    if ((meta & IN_SLOT) !== 0) this.slots.release(this.lengthOrSlot(ref));
    const keyLength = keyLengthOf(this.arena.u32, ref, meta);
    const flags = (keepExpiry ? meta & HAS_EXPIRY : 0) | (inSlot ? IN_SLOT : 0);
    const newMeta = makeMeta(keyLength, type, how, flags);
    const oldBytes = headBytes(meta) + keyLength + ((meta & IN_SLOT) === 0 ? this.lengthOrSlot(ref) : 0);
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
    writeLongKey(u32, moved, newMeta, keyLengthOf(u32, ref, meta));
    const oldHead = headBytes(meta);
    const newHead = headBytes(newMeta);
    const oldStart = byteOffset(ref) + oldHead;
    const kept = Math.min(oldBytes - oldHead, newBytes - newHead);
    if (kept > SHORT_COPY_BYTES) arena.buffer.copyWithin(byteOffset(moved) + newHead, oldStart, oldStart + kept);
    else this.copyIn(byteOffset(moved) + newHead, arena.view, arena.buffer, oldStart, kept);
    if ((meta & HAS_EXPIRY) !== 0) {
      if ((newMeta & HAS_EXPIRY) !== 0) {
        arena.f64[moved + 2] = arena.f64[ref + 2]!;
        u32[to + 6] = u32[from + 6]!;
        this.expiry.moved(u32[to + 6]!, moved);
      } else this.leaveExpiry(ref);
    } else if ((newMeta & HAS_EXPIRY) !== 0) u32[to + 6] = this.expiry.add(moved);
    this.table.relink(ref, moved);
    arena.release(ref, oldBytes);
    return moved;
  }

  /** Gives the record a head with or without an expiry. */
  protected rewriteHead(ref: Ref, expiryFlag: number): Ref {
    const meta = this.meta(ref);
    const newMeta = (meta & ~HAS_EXPIRY) | expiryFlag;
    const oldBytes = this.blockBytes(ref);
    const newBytes = oldBytes + (expiryFlag === 0 ? -EXPIRY_BYTES : EXPIRY_BYTES);
    return this.#move(ref, meta, newMeta, oldBytes, newBytes, this.lengthOrSlot(ref));
  }

  /** Takes the record out of the list of those that expire. */
  protected leaveExpiry(ref: Ref): void {
    const place = this.arena.u32[(ref << 1) + 6]!;
    const filler = this.expiry.removeAt(place);
    if (filler !== 0) this.arena.u32[(filler << 1) + 6] = place;
  }

  /** Copies into the arena, from memory that `view` and `buffer` both show. */
  protected copyIn(to: number, view: DataView, buffer: Buffer, start: number, length: number): void {
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

  /** The same where there is no view. */
  protected copyBytes(to: number, source: Buffer, start: number, length: number): void {
    const memory = this.table.arena.buffer;
    if (length > SHORT_BYTES) source.copy(memory, to, start, start + length);
    else for (let i = 0; i < length; i++) memory[to + i] = source[start + i]!;
  }
}
