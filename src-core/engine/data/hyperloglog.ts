// Redis's HyperLogLog, byte for byte: 16384 registers of 6 bits, sparse while few are set, dense after that.
//
//   string = "HYLL" form:u8 unused*3 cardinality:u64le registers       cardinality's highest bit: it must be counted anew
//   form   = 0: dense, 12288 bytes, registers one after the other, lowest bits first
//          | 1: sparse, runs:  00llllll            l + 1 registers are 0
//                              01llllll llllllll   l + 1 registers are 0
//                              1vvvvvll            l + 1 registers are v + 1
import { SparseRegisters } from './hyperloglog-sparse.ts';
import { murmurHash64 } from './murmur-hash.ts';

export const REGISTERS = 16384;
const REGISTER_BITS = 6;
const REGISTER_MAX = 63;
const INDEX_BITS = 14;
/** The bits of a hash that are no index. */
const RANK_BITS = 64 - INDEX_BITS;
const HASH_SEED = 0xadc83b19;
const MAGIC = Buffer.from('HYLL');
const FORM_AT = 4;
const CARDINALITY_AT = 8;
const HEADER_BYTES = 16;
const DENSE = 0;
const SPARSE = 1;
const DENSE_BYTES = HEADER_BYTES + (REGISTERS * REGISTER_BITS) / 8;
const STALE_AT = CARDINALITY_AT + 7;
const STALE_BIT = 0x80;
const ALPHA = 0.7213475204444817;

/** Where an element falls, and how many zeros its hash ends in, plus one. */
function placeOf(element: Buffer): { readonly index: number; readonly rank: number } {
  const hash = murmurHash64(element, HASH_SEED);
  const index = Number(hash & BigInt(REGISTERS - 1));
  const rest = (hash >> BigInt(INDEX_BITS)) | (1n << BigInt(RANK_BITS));
  let rank = 1;
  for (let bit = 1n; (rest & bit) === 0n; bit <<= 1n) rank++;
  return { index, rank };
}

/** One in memory of its own, to be changed; `bytes` is what a string key then holds. */
export class HyperLogLog {
  #bytes: Buffer;

  private constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Nothing was added; its cardinality is known to be 0. */
  static empty(): HyperLogLog {
    const bytes = Buffer.alloc(HEADER_BYTES);
    MAGIC.copy(bytes);
    bytes[FORM_AT] = SPARSE;
    return new HyperLogLog(Buffer.concat([bytes, SparseRegisters.empty()]));
  }

  /** A copy of a string's bytes; null when they are no HyperLogLog. That the registers are sound shows when they are read. */
  static of(bytes: Buffer): HyperLogLog | null {
    if (bytes.length < HEADER_BYTES || bytes.compare(MAGIC, 0, MAGIC.length, 0, MAGIC.length) !== 0) return null;
    const form = bytes[FORM_AT]!;
    if (form > SPARSE || (form === DENSE && bytes.length !== DENSE_BYTES)) return null;
    return new HyperLogLog(Buffer.from(bytes));
  }

  get bytes(): Buffer {
    return this.#bytes;
  }

  get isDense(): boolean {
    return this.#bytes[FORM_AT] === DENSE;
  }

  /** The counted cardinality, null when something was added since. */
  get cachedCardinality(): bigint | null {
    if ((this.#bytes[STALE_AT]! & STALE_BIT) !== 0) return null;
    return this.#bytes.readBigUInt64LE(CARDINALITY_AT);
  }

  keepCardinality(cardinality: number): void {
    this.#bytes.writeBigUInt64LE(BigInt(cardinality), CARDINALITY_AT);
  }

  forgetCardinality(): void {
    this.#bytes[STALE_AT]! |= STALE_BIT;
  }

  /** Whether a register grew. @throws HyperLogLogError */
  add(element: Buffer, sparseMaxBytes: number): boolean {
    const { index, rank } = placeOf(element);
    return this.raise(index, rank, sparseMaxBytes);
  }

  /** Makes a register at least `value`; false when it was. @throws HyperLogLogError */
  raise(index: number, value: number, sparseMaxBytes: number): boolean {
    if (!this.isDense) {
      const sparse = new SparseRegisters(this.#bytes, HEADER_BYTES);
      const outcome = sparse.raise(index, value, sparseMaxBytes);
      if (outcome === 'unchanged') return false;
      if (outcome === 'changed') {
        this.#bytes = sparse.bytes;
        this.forgetCardinality();
        return true;
      }
      this.makeDense();
    }
    if (denseRegister(this.#bytes, index) >= value) return false;
    setDenseRegister(this.#bytes, index, value);
    return true;
  }

  /** @throws HyperLogLogError */
  makeDense(): void {
    if (this.isDense) return;
    const registers = this.registers();
    const bytes = Buffer.alloc(DENSE_BYTES);
    this.#bytes.copy(bytes, 0, 0, HEADER_BYTES);
    bytes[FORM_AT] = DENSE;
    registers.forEach((value, index) => {
      if (value > 0) setDenseRegister(bytes, index, value);
    });
    this.#bytes = bytes;
  }

  /** All registers. @throws HyperLogLogError */
  registers(): Uint8Array {
    if (!this.isDense) return new SparseRegisters(this.#bytes, HEADER_BYTES).all();
    return Uint8Array.from({ length: REGISTERS }, (_, index) => denseRegister(this.#bytes, index));
  }
}

function denseRegister(bytes: Buffer, index: number): number {
  const bit = index * REGISTER_BITS;
  const at = HEADER_BYTES + (bit >> 3);
  return ((bytes[at]! | ((bytes[at + 1] ?? 0) << 8)) >> (bit & 7)) & REGISTER_MAX;
}

function setDenseRegister(bytes: Buffer, index: number, value: number): void {
  const bit = index * REGISTER_BITS;
  const at = HEADER_BYTES + (bit >> 3);
  const shift = bit & 7;
  const pair = bytes[at]! | ((bytes[at + 1] ?? 0) << 8);
  const changed = (pair & ~(REGISTER_MAX << shift)) | (value << shift);
  bytes[at] = changed;
  if (at + 1 < bytes.length) bytes[at + 1] = changed >> 8;
}

/**
 * How many different elements the registers speak for: Otmar Ertl's estimator, in the order of operations that Redis
 * has, so that the same number comes out.
 */
export function cardinalityOf(registers: Uint8Array): number {
  const histogram = new Uint32Array(REGISTER_MAX + 1);
  for (const value of registers) histogram[value]!++;
  let z = REGISTERS * tau((REGISTERS - histogram[RANK_BITS + 1]!) / REGISTERS);
  for (let rank = RANK_BITS; rank >= 1; rank--) z = (z + histogram[rank]!) * 0.5;
  z += REGISTERS * sigma(histogram[0]! / REGISTERS);
  return Math.round((ALPHA * REGISTERS * REGISTERS) / z);
}

function sigma(share: number): number {
  if (share === 1) return Number.POSITIVE_INFINITY;
  let x = share;
  let y = 1;
  let z = share;
  for (let before = Number.NaN; before !== z; ) {
    x *= x;
    before = z;
    z += x * y;
    y += y;
  }
  return z;
}

function tau(share: number): number {
  if (share === 0 || share === 1) return 0;
  let x = share;
  let y = 1;
  let z = 1 - share;
  for (let before = Number.NaN; before !== z; ) {
    x = Math.sqrt(x);
    before = z;
    y *= 0.5;
    z -= (1 - x) * (1 - x) * y;
  }
  return z / 3;
}
