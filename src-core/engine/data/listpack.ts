// Redis 7.0's listpack, byte for byte: the packed sequence that small hashes, lists and sorted sets live in.
//
//   listpack = total:u32le count:u16le entry* 0xFF          count 65535 = unknown, walk to count
import { parseCanonicalInteger } from './canonical-integer.ts';
import {
  backlenBytes,
  encodedBytes,
  entryDataBytes,
  entryEquals,
  entryText,
  integerAt,
  isTextHead,
  textBytes,
  writeEntry,
} from './listpack-entry.ts';

/** Bytes before the first entry. */
export const LISTPACK_HEADER_BYTES = 6;
/** An empty listpack: header and end mark. */
export const LISTPACK_EMPTY_BYTES = LISTPACK_HEADER_BYTES + 1;
/** The count in a header that says: too many for two bytes, walk to count. */
const COUNT_UNKNOWN = 0xffff;
const END_MARK = 0xff;
const NOTHING = Buffer.alloc(0);

/** A listpack in memory of its own (it may be edited), or a view of one elsewhere (it may only be read). */
export class Listpack {
  /** Where the bytes are. Positions are indexes into it, and hold until the next edit. */
  buffer: Buffer;
  /** Where the listpack starts in `buffer`. */
  start: number;
  /** Position of the end mark: what a walk ends at, and where an append inserts. */
  end: number;

  private constructor(buffer: Buffer, start: number, end: number) {
    this.buffer = buffer;
    this.start = start;
    this.end = end;
  }

  /** An empty listpack; `memory`, if given, is used until it is too small. */
  static empty(memory: Buffer = NOTHING): Listpack {
    const made = new Listpack(memory, 0, LISTPACK_HEADER_BYTES);
    made.#reserve(LISTPACK_EMPTY_BYTES);
    made.buffer[LISTPACK_HEADER_BYTES] = END_MARK;
    made.#setCount(0);
    made.#writeTotal();
    return made;
  }

  /** Reads the listpack at `start` to `end` where it is. It must not be edited. */
  static over(buffer: Buffer, start: number, end: number): Listpack {
    return new Listpack(buffer, start, end - 1);
  }

  /** An editable copy; `memory`, if given, is used until it is too small. */
  static copyOf(buffer: Buffer, start: number, end: number, memory: Buffer = NOTHING): Listpack {
    const made = new Listpack(memory, 0, 0);
    made.#reserve(end - start);
    buffer.copy(made.buffer, 0, start, end);
    made.end = end - start - 1;
    return made;
  }

  /** An editable copy. */
  clone(): Listpack {
    return Listpack.copyOf(this.buffer, this.start, this.end + 1);
  }

  get sizeBytes(): number {
    return this.end + 1 - this.start;
  }

  /** The listpack's bytes, sharing its memory. */
  bytes(): Buffer {
    return this.buffer.subarray(this.start, this.end + 1);
  }

  /** How many elements there are; beyond 65534 it walks. */
  get count(): number {
    const stored = this.buffer[this.start + 4]! | (this.buffer[this.start + 5]! << 8);
    if (stored !== COUNT_UNKNOWN) return stored;
    let count = 0;
    for (let at = this.first; at !== this.end; at = this.next(at)) count++;
    return count;
  }

  /** Position of the first element, `end` if there is none. */
  get first(): number {
    return this.start + LISTPACK_HEADER_BYTES;
  }

  /** Position of the last element, -1 if there is none. */
  get last(): number {
    return this.previous(this.end);
  }

  /** The element after, or `end`. */
  next(at: number): number {
    const size = entryDataBytes(this.buffer, at);
    return at + size + backlenBytes(size);
  }

  /** The element before, or -1. */
  previous(at: number): number {
    if (at === this.start + LISTPACK_HEADER_BYTES) return -1;
    let from = at - 1;
    let size = 0;
    let scale = 1;
    for (;;) {
      const byte = this.buffer[from]!;
      size += (byte & 127) * scale;
      if (byte < 128) break;
      scale *= 128;
      from--;
    }
    return from - size;
  }

  /** Position of the element number `index`, counted from the end if negative; -1 if there is none. */
  seek(index: number): number {
    const { count } = this;
    const wanted = index < 0 ? count + index : index;
    if (wanted < 0 || wanted >= count) return -1;
    if (wanted > count / 2) {
      let at = this.last;
      for (let i = count - 1; i > wanted; i--) at = this.previous(at);
      return at;
    }
    let at = this.first;
    for (let i = 0; i < wanted; i++) at = this.next(at);
    return at;
  }

  /** Position after skipping `count` elements, `end` if there are fewer. */
  skip(at: number, count: number): number {
    let position = at;
    for (let left = count; left > 0 && position !== this.end; left--) position = this.next(position);
    return position;
  }

  /** The element as a byte text. */
  textAt(at: number): string {
    return entryText(this.buffer, at);
  }

  /** The element as a float: how the score of a packed sorted set is read. */
  floatAt(at: number): number {
    const head = this.buffer[at]!;
    if (!isTextHead(head)) return Number(integerAt(this.buffer, at));
    const text = this.textAt(at);
    if (text === 'inf') return Number.POSITIVE_INFINITY;
    if (text === '-inf') return Number.NEGATIVE_INFINITY;
    return Number(text);
  }

  /** Bytes of the element's text form. */
  lengthAt(at: number): number {
    const head = this.buffer[at]!;
    return isTextHead(head) ? textBytes(this.buffer, at) : String(integerAt(this.buffer, at)).length;
  }

  /** Whether the element equals `text`. */
  equals(at: number, text: string): boolean {
    return entryEquals(this.buffer, at, text, parseCanonicalInteger(text));
  }

  /**
   * The first element from position `from` that equals `text`, looking at every `stride`th one; -1 if none.
   * With stride 2 only the fields of field-value pairs are looked at.
   */
  find(text: string, from: number, stride = 1): number {
    const integer = parseCanonicalInteger(text);
    let at = from;
    while (at !== this.end) {
      if (entryEquals(this.buffer, at, text, integer)) return at;
      at = this.next(at);
      for (let passed = 1; passed < stride; passed++) at = this.next(at);
    }
    return -1;
  }

  /** Walks all elements in order. */
  *texts(): IterableIterator<string> {
    for (let at = this.first; at !== this.end; at = this.next(at)) yield this.textAt(at);
  }

  append(text: string): void {
    this.insert(this.end, text);
  }

  prepend(text: string): void {
    this.insert(this.first, text);
  }

  /** Puts `text` before the element at `at` (or at the end). Afterwards `at` is the new element. */
  insert(at: number, text: string): void {
    this.#splice(at, at, text);
    this.#changeCount(1);
  }

  /** Puts `text` in the place of the element at `at`. */
  replace(at: number, text: string): void {
    this.#splice(at, this.next(at), text);
  }

  /** Takes out `count` elements from `at`. Afterwards `at` is the element that followed them, or `end`. */
  delete(at: number, count = 1): void {
    let after = at;
    let deleted = 0;
    for (; deleted < count && after !== this.end; deleted++) after = this.next(after);
    this.buffer.copyWithin(at, after, this.end + 1);
    this.end -= after - at;
    this.#writeTotal();
    this.#changeCount(-deleted);
  }

  /** Replaces the bytes from `at` to `after` by the entry of `text`. */
  #splice(at: number, after: number, text: string): void {
    const integer = parseCanonicalInteger(text);
    const dataBytes = encodedBytes(text, integer);
    const entryBytes = dataBytes + backlenBytes(dataBytes);
    const growth = entryBytes - (after - at);
    if (growth > 0) this.#reserve(this.sizeBytes + growth);
    if (growth !== 0) this.buffer.copyWithin(at + entryBytes, after, this.end + 1);
    this.end += growth;
    writeEntry(this.buffer, at, text, integer);
    this.#writeTotal();
  }

  /** Makes room for `sizeBytes` in all, doubling while small so that appending stays cheap. */
  #reserve(sizeBytes: number): void {
    if (this.buffer.length >= sizeBytes) return;
    const larger = Buffer.allocUnsafe(Math.max(sizeBytes + (sizeBytes >> 1), 32));
    this.buffer.copy(larger, 0, 0, this.end + 1);
    this.buffer = larger;
  }

  #writeTotal(): void {
    this.buffer.writeUInt32LE(this.end + 1, 0);
  }

  #setCount(count: number): void {
    this.buffer[4] = count & 0xff;
    this.buffer[5] = count >> 8;
  }

  #changeCount(difference: number): void {
    const stored = this.buffer[4]! | (this.buffer[5]! << 8);
    if (stored !== COUNT_UNKNOWN) {
      this.#setCount(Math.min(stored + difference, COUNT_UNKNOWN));
      return;
    }
    // As Redis does, the true count is put back once it fits again.
    const { count } = this;
    if (difference < 0 && count < COUNT_UNKNOWN) this.#setCount(count);
  }
}
