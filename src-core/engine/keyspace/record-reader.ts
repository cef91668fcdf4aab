// Reads what is written down in a record: type, value, key and expiry of a `Ref`.
// Hot: guarded by `npm run bench -- throughput` and `-- replication`.
import type { Arena, Ref } from '../data/arena.ts';
import { KeyTable } from './key-table.ts';
import type { ObjectSlots } from './object-slots.ts';
import {
  byteOffset,
  type Encoding,
  encoding,
  HAS_EXPIRY,
  headBytes,
  IN_SLOT,
  keyLengthOf,
  metaEncoding,
  metaType,
  type ValueType,
} from './record.ts';

export class RecordReader {
  readonly table: KeyTable;
  readonly slots: ObjectSlots;

  constructor(arena: Arena, slots: ObjectSlots) {
    this.table = new KeyTable(arena);
    this.slots = slots;
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

  type(ref: Ref): ValueType {
    return metaType(this.meta(ref));
  }

  encoding(ref: Ref): Encoding {
    return metaEncoding(this.meta(ref));
  }

  /** Whether the value is bytes (a string, a listpack, an intset); else it is an object. */
  isInline(ref: Ref): boolean {
    return metaEncoding(this.meta(ref)) < encoding.quicklist;
  }

  /** The value's bytes, whether they lie in the arena or, being long, in a Buffer. Good until the next store. */
  inlineBytes(ref: Ref): Buffer {
    const meta = this.meta(ref);
    if ((meta & IN_SLOT) !== 0) return this.slots.get(this.lengthOrSlot(ref)) as Buffer;
    const start = this.valueStart(ref);
    return this.memory.subarray(start, start + this.lengthOrSlot(ref));
  }

  /** How long the value's bytes are. */
  inlineLength(ref: Ref): number {
    if ((this.meta(ref) & IN_SLOT) === 0) return this.lengthOrSlot(ref);
    return (this.slots.get(this.lengthOrSlot(ref)) as Buffer).length;
  }

  /** Whether the value's bytes lie in the arena, at `valueStart`. */
  inArena(ref: Ref): boolean {
    return (this.meta(ref) & IN_SLOT) === 0;
  }

  /** Where the value's bytes start in `memory`; only if `inArena`. */
  valueStart(ref: Ref): number {
    const meta = this.meta(ref);
    return byteOffset(ref) + headBytes(meta) + keyLengthOf(this.arena.u32, ref, meta);
  }

  /** The value as its object; only if not `isInline`. */
  object<T>(ref: Ref): T {
    return this.slots.get(this.lengthOrSlot(ref)) as T;
  }

  /** The key's bytes, good until the next store. */
  keyBytes(ref: Ref): Buffer {
    const start = this.keyStart(ref);
    return this.memory.subarray(start, start + this.keyLength(ref));
  }

  keyStart(ref: Ref): number {
    return byteOffset(ref) + headBytes(this.meta(ref));
  }

  keyLength(ref: Ref): number {
    return keyLengthOf(this.arena.u32, ref, this.meta(ref));
  }

  /** When it expires, in milliseconds since 1970; -1 for never. */
  expiryMs(ref: Ref): number {
    return (this.meta(ref) & HAS_EXPIRY) === 0 ? -1 : this.arena.f64[ref + 2]!;
  }

  /** Bytes that the key costs in the arena, with its place in the table; objects in slots are not in it. */
  recordBytes(ref: Ref): number {
    return Math.ceil(this.blockBytes(ref) / 8) * 8 + 4;
  }

  /** About what the key and its value cost in all. */
  usedBytes(ref: Ref): number {
    const inSlot = (this.meta(ref) & IN_SLOT) !== 0;
    return this.recordBytes(ref) + (inSlot ? this.slots.estimatedBytesOf(this.lengthOrSlot(ref)) : 0);
  }

  protected meta(ref: Ref): number {
    return this.arena.u32[(ref << 1) + 2]!;
  }

  /** How long the value's bytes are, or the number of its slot. */
  protected lengthOrSlot(ref: Ref): number {
    return this.arena.u32[(ref << 1) + 3]!;
  }

  /** Bytes that the record needs of its block. */
  protected blockBytes(ref: Ref): number {
    const meta = this.meta(ref);
    const head = headBytes(meta) + keyLengthOf(this.arena.u32, ref, meta);
    return (meta & IN_SLOT) === 0 ? head + this.lengthOrSlot(ref) : head;
  }
}
