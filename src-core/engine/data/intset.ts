// Redis's intset, byte for byte: the sorted array of integers that small sets of integers live in.
//
//   intset = width:u32le (2, 4 or 8 bytes an element) count:u32le element*      ascending, signed, little-endian
import { type Int64, shrink } from './canonical-integer.ts';

export const INTSET_HEADER_BYTES = 8;
const NOTHING = Buffer.alloc(0);

/** An intset in memory of its own (it may be edited), or a view of one elsewhere (it may only be read). */
export class Intset {
  #buffer: Buffer;
  readonly #start: number;
  #width: number;
  #count: number;

  private constructor(buffer: Buffer, start: number, width: number, count: number) {
    this.#buffer = buffer;
    this.#start = start;
    this.#width = width;
    this.#count = count;
  }

  /** An empty intset; `memory`, if given, is used until it is too small. */
  static empty(memory: Buffer = NOTHING): Intset {
    const made = new Intset(memory, 0, 2, 0);
    made.#reserve(INTSET_HEADER_BYTES);
    made.#writeHeader();
    return made;
  }

  /** Reads the intset at `start` where it is. It must not be edited. */
  static over(buffer: Buffer, start: number): Intset {
    return new Intset(buffer, start, buffer.readUInt32LE(start), buffer.readUInt32LE(start + 4));
  }

  /** An editable copy; `memory`, if given, is used until it is too small. */
  static copyOf(buffer: Buffer, start: number, end: number, memory: Buffer = NOTHING): Intset {
    const made = new Intset(memory, 0, buffer.readUInt32LE(start), buffer.readUInt32LE(start + 4));
    made.#reserve(end - start);
    buffer.copy(made.#buffer, 0, start, end);
    return made;
  }

  /** An editable copy. */
  clone(): Intset {
    return Intset.copyOf(this.#buffer, this.#start, this.#start + this.sizeBytes);
  }

  get size(): number {
    return this.#count;
  }

  get sizeBytes(): number {
    return INTSET_HEADER_BYTES + this.#width * this.#count;
  }

  /** The intset's bytes, sharing its memory. */
  bytes(): Buffer {
    return this.#buffer.subarray(this.#start, this.#start + this.sizeBytes);
  }

  /** The element number `index`, in ascending order. */
  at(index: number): Int64 {
    const position = this.#start + INTSET_HEADER_BYTES + index * this.#width;
    if (this.#width === 2) return this.#buffer.readInt16LE(position);
    if (this.#width === 4) return this.#buffer.readInt32LE(position);
    return shrink(this.#buffer.readBigInt64LE(position));
  }

  has(value: Int64): boolean {
    const index = this.#search(value);
    return index < this.#count && this.at(index) === value;
  }

  /** False if it was there. */
  add(value: Int64): boolean {
    const width = widthOf(value);
    if (width > this.#width) this.#widen(width);
    const index = this.#search(value);
    if (index < this.#count && this.at(index) === value) return false;
    this.#reserve(this.sizeBytes + this.#width);
    const position = INTSET_HEADER_BYTES + index * this.#width;
    this.#buffer.copyWithin(position + this.#width, position, this.sizeBytes);
    this.#count++;
    this.#write(index, value);
    this.#writeHeader();
    return true;
  }

  /** False if it was not there. As in Redis the width never shrinks. */
  delete(value: Int64): boolean {
    const index = this.#search(value);
    if (index >= this.#count || this.at(index) !== value) return false;
    const position = INTSET_HEADER_BYTES + index * this.#width;
    this.#buffer.copyWithin(position, position + this.#width, this.sizeBytes);
    this.#count--;
    this.#writeHeader();
    return true;
  }

  *[Symbol.iterator](): IterableIterator<Int64> {
    for (let index = 0; index < this.#count; index++) yield this.at(index);
  }

  /** Index of the first element that is not less than `value`. */
  #search(value: Int64): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.at(middle) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #widen(width: number): void {
    const values = [...this];
    this.#width = width;
    this.#reserve(this.sizeBytes);
    for (let index = 0; index < values.length; index++) this.#write(index, values[index]!);
    this.#writeHeader();
  }

  #write(index: number, value: Int64): void {
    const position = INTSET_HEADER_BYTES + index * this.#width;
    if (this.#width === 2) this.#buffer.writeInt16LE(Number(value), position);
    else if (this.#width === 4) this.#buffer.writeInt32LE(Number(value), position);
    else this.#buffer.writeBigInt64LE(BigInt(value), position);
  }

  #writeHeader(): void {
    this.#buffer.writeUInt32LE(this.#width, 0);
    this.#buffer.writeUInt32LE(this.#count, 4);
  }

  #reserve(sizeBytes: number): void {
    if (this.#buffer.length >= sizeBytes) return;
    const larger = Buffer.allocUnsafe(sizeBytes + (sizeBytes >> 1));
    this.#buffer.copy(larger);
    this.#buffer = larger;
  }
}

function widthOf(value: Int64): number {
  if (value >= -32768 && value <= 32767) return 2;
  return value >= -2147483648 && value <= 2147483647 ? 4 : 8;
}
