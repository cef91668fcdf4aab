// How a key lies in the arena. Everything here is arithmetic on words; the classes above give it meaning.
//
//   word  0          1      2      3                      4 5 (if expiring)   6 (if expiring)
//        | next Ref | hash | meta | value length or slot | expiry, a double  | place in the expiring list | key | value |
//
//   meta: key length (20 bits), type (3), encoding (3), has expiry (1), value in a slot (1), key of 1 MB or more (1)
//
// Of a key of 1 MB or more the rest of its length, in whole MB, is one more word in front of the key: with a key of
// 2 500 000 bytes the meta says 402 848, and the word says 2.
//
// The value follows the key, unless it is in a slot: then it is a JavaScript object (or a Buffer, for a long string).
import type { Ref } from '../data/arena.ts';

/** Redis's numbers for the types of values. */
export const valueType = { string: 0, list: 1, set: 2, zset: 3, hash: 4, stream: 6 } as const;
export type ValueType = (typeof valueType)[keyof typeof valueType];

/** How a value is written down. Those below `quicklist` are bytes; the others are objects. */
export const encoding = {
  /** A string as it came. */
  plain: 0,
  /** A string that was changed in place, which OBJECT ENCODING calls `raw` whatever its length. */
  raw: 1,
  /** Redis's listpack: list node, hash or sorted set. */
  listpack: 2,
  /** Redis's intset. */
  intset: 3,
  quicklist: 4,
  hashtable: 5,
  skiplist: 6,
  /** The nodes and groups of a stream. */
  stream: 7,
} as const;
export type Encoding = (typeof encoding)[keyof typeof encoding];

/** Longer byte values live as Buffers on the JavaScript heap, in slots, so that the arena's blocks stay small. */
export const MAX_INLINE_BYTES = 16 * 1024;

export const HEADER_BYTES = 16;
/** A double, and the place in the list of expiring records. */
export const EXPIRY_BYTES = 12;

/** The word of a long key. */
const LONG_KEY_BYTES = 4;

const KEY_LENGTH_BITS = 20;
const KEY_LENGTH_MASK = (1 << KEY_LENGTH_BITS) - 1;
const TYPE_SHIFT = KEY_LENGTH_BITS;
const ENCODING_SHIFT = 23;
export const HAS_EXPIRY = 1 << 26;
export const IN_SLOT = 1 << 27;
const HAS_LONG_KEY = 1 << 28;

export function makeMeta(keyLength: number, type: number, how: number, flags: number): number {
  const length = keyLength <= KEY_LENGTH_MASK ? keyLength : (keyLength & KEY_LENGTH_MASK) | HAS_LONG_KEY;
  return length | (type << TYPE_SHIFT) | (how << ENCODING_SHIFT) | flags;
}

/** How long the key of a record is, in the arena's words. */
export function keyLengthOf(u32: Uint32Array, ref: Ref, meta: number): number {
  if ((meta & HAS_LONG_KEY) === 0) return meta & KEY_LENGTH_MASK;
  return (meta & KEY_LENGTH_MASK) + u32[longKeyWord(ref, meta)]! * (KEY_LENGTH_MASK + 1);
}

/** Writes down what of a key's length does not stand in the meta. */
export function writeLongKey(u32: Uint32Array, ref: Ref, meta: number, keyLength: number): void {
  if ((meta & HAS_LONG_KEY) === 0) return;
  u32[longKeyWord(ref, meta)] = Math.floor(keyLength / (KEY_LENGTH_MASK + 1));
}

/** The last word of the head. */
function longKeyWord(ref: Ref, meta: number): number {
  return (ref << 1) + (headBytes(meta) >> 2) - 1;
}

export function metaType(meta: number): ValueType {
  return ((meta >>> TYPE_SHIFT) & 7) as ValueType;
}

export function metaEncoding(meta: number): Encoding {
  return ((meta >>> ENCODING_SHIFT) & 7) as Encoding;
}

/** Bytes before the key. */
export function headBytes(meta: number): number {
  const bytes = (meta & HAS_EXPIRY) === 0 ? HEADER_BYTES : HEADER_BYTES + EXPIRY_BYTES;
  return (meta & HAS_LONG_KEY) === 0 ? bytes : bytes + LONG_KEY_BYTES;
}

/** Where a record starts, in bytes. */
export function byteOffset(ref: Ref): number {
  return ref * 8;
}
