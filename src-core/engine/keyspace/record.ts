// How a key lies in the arena. Everything here is arithmetic on words; the classes above give it meaning.
//
//   word  0          1      2      3                      4 5 (if expiring)   6 (if expiring)
//        | next Ref | hash | meta | value length or slot | expiry, a double  | place in the expiring list | key | value |
//
//   meta: key length (20 bits), type (3), encoding (3), has expiry (1), value in a slot (1)
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

/** 1 MB less one: what 20 bits count. Redis allows 512 MB; nobody is known to want that. */
export const MAX_KEY_BYTES = (1 << 20) - 1;
/** Longer byte values live as Buffers on the JavaScript heap, in slots, so that the arena's blocks stay small. */
export const MAX_INLINE_BYTES = 16 * 1024;

export const HEADER_BYTES = 16;
/** A double, and the place in the list of expiring records. */
export const EXPIRY_BYTES = 12;

const TYPE_SHIFT = 20;
const ENCODING_SHIFT = 23;
export const HAS_EXPIRY = 1 << 26;
export const IN_SLOT = 1 << 27;

export function makeMeta(keyLength: number, type: number, how: number, flags: number): number {
  return keyLength | (type << TYPE_SHIFT) | (how << ENCODING_SHIFT) | flags;
}

export function metaKeyLength(meta: number): number {
  return meta & MAX_KEY_BYTES;
}

export function metaType(meta: number): ValueType {
  return ((meta >>> TYPE_SHIFT) & 7) as ValueType;
}

export function metaEncoding(meta: number): Encoding {
  return ((meta >>> ENCODING_SHIFT) & 7) as Encoding;
}

/** Bytes before the key. */
export function headBytes(meta: number): number {
  return (meta & HAS_EXPIRY) === 0 ? HEADER_BYTES : HEADER_BYTES + EXPIRY_BYTES;
}

/** Where a record starts, in bytes. */
export function byteOffset(ref: Ref): number {
  return ref * 8;
}

/** A key longer than `MAX_KEY_BYTES` was to be stored. */
export class KeyTooLongError extends Error {
  constructor() {
    super(`a key is longer than ${MAX_KEY_BYTES} bytes`);
    this.name = 'KeyTooLongError';
  }
}
