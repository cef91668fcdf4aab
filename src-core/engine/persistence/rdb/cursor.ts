// Reads lengths and strings of an RDB in place; "not yet enough bytes" is an answer, not an error.
// Hot: each step of a load goes through here; guarded by the full syncs of `npm run bench -- replication`.
import { RdbError, rdbLength32, rdbLength64, rdbLengthForm, rdbStringBytesMax, rdbStringEncoding } from './format.ts';
import { lzfExpand, lzfExpansionMax } from './lzf.ts';

/** Where a string's bytes are: in the window, or in memory of their own if they were encoded. */
export class StringPlace {
  buffer: Buffer = nothing;
  view: DataView = nothingView;
  start = 0;
  end = 0;

  /** In place: valid as long as the window's memory. */
  bytes(): Buffer {
    return this.buffer.subarray(this.start, this.end);
  }

  /** One character a byte. */
  text(): string {
    return this.buffer.latin1Slice(this.start, this.end);
  }

  /** Moves the bytes into memory of their own, so that they outlive the window. */
  keep(): void {
    this.takeOwn(Buffer.from(this.bytes()));
  }

  takeOwn(bytes: Buffer): void {
    this.buffer = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.start = 0;
    this.end = bytes.length;
  }
}

/**
 * A window on the bytes that are there. The reading methods answer false when the item goes on behind `end`; then
 * `needed` is the position that must be there before another try makes sense, never beyond the item's own end.
 */
export class RdbCursor {
  buffer: Buffer = nothing;
  view: DataView = nothingView;
  at = 0;
  end = 0;
  needed = 0;
  /** The length that `length` read. */
  value = 0;
  /** Where in the file position 0 stands, for errors. */
  #base = 0;
  #isEncoded = false;

  /** Looks at `buffer[at, end)`; `fileOffset` is where in the file byte `at` stands. */
  point(buffer: Buffer, view: DataView, at: number, end: number, fileOffset: number): void {
    this.buffer = buffer;
    this.view = view;
    this.at = at;
    this.end = end;
    this.#base = fileOffset - at;
  }

  /** Where in the file the cursor stands. */
  get offset(): number {
    return this.#base + this.at;
  }

  /** True if `bytes` more are there. */
  has(bytes: number): boolean {
    if (this.at + bytes <= this.end) return true;
    this.needed = this.at + bytes;
    return false;
  }

  fail(message: string): never {
    throw new RdbError(message, this.offset);
  }

  /** Reads a count or length into `value`. */
  length(): boolean {
    if (!this.#readLength()) return false;
    if (this.#isEncoded) this.fail('a string encoding stands where a length must be');
    return true;
  }

  /** Reads a count; null when its bytes are not all there. */
  count(): number | null {
    return this.length() ? this.value : null;
  }

  /** Reads a string, encoded or not, and says in `place` where it is. */
  string(place: StringPlace): boolean {
    if (!this.#readLength()) return false;
    if (this.#isEncoded) return this.#encodedString(this.value, place);
    const length = this.value;
    if (length > rdbStringBytesMax) this.fail(`a string of ${length} bytes is longer than any string may be`);
    if (!this.has(length)) return false;
    place.buffer = this.buffer;
    place.view = this.view;
    place.start = this.at;
    this.at += length;
    place.end = this.at;
    return true;
  }

  /** The length that was just read, exact in all its 64 bits. */
  wideValue(): bigint {
    const isWide = this.at >= 9 && this.buffer[this.at - 9] === rdbLength64 && this.value > 0xffffffff;
    return isWide ? this.buffer.readBigUInt64BE(this.at - 8) : BigInt(this.value);
  }

  #readLength(): boolean {
    if (!this.has(1)) return false;
    const { buffer, at } = this;
    const first = buffer[at];
    const form = first >> 6;
    this.#isEncoded = form === rdbLengthForm.encoded;
    let bytes = 1;
    if (form !== rdbLengthForm.wide) {
      this.value = first & 63;
      if (form === rdbLengthForm.fourteen) {
        bytes = 2;
        if (!this.has(bytes)) return false;
        this.value = (this.value << 8) | buffer[at + 1];
      }
    } else if (first === rdbLength32) {
      bytes = 5;
      if (!this.has(bytes)) return false;
      this.value = buffer.readUInt32BE(at + 1);
    } else if (first === rdbLength64) {
      bytes = 9;
      if (!this.has(bytes)) return false;
      this.value = Number(buffer.readBigUInt64BE(at + 1));
    } else {
      this.fail(`byte ${first} begins no length`);
    }
    this.at += bytes;
    return true;
  }

  #encodedString(encoding: number, place: StringPlace): boolean {
    if (encoding === rdbStringEncoding.lzf) return this.#compressedString(place);
    if (encoding > rdbStringEncoding.lzf) this.fail(`string encoding ${encoding} is unknown`);
    const bytes = 1 << encoding;
    if (!this.has(bytes)) return false;
    const value = this.buffer.readIntLE(this.at, bytes);
    this.at += bytes;
    place.takeOwn(Buffer.from(String(value), 'latin1'));
    return true;
  }

  #compressedString(place: StringPlace): boolean {
    if (!this.length()) return false;
    const compressed = this.value;
    if (!this.length()) return false;
    const length = this.value;
    if (length > rdbStringBytesMax) this.fail(`a string of ${length} bytes is longer than any string may be`);
    if (length > compressed * lzfExpansionMax) this.fail('a compressed string promises more than its bytes can hold');
    if (!this.has(compressed)) return false;
    const text = Buffer.allocUnsafe(length);
    if (!lzfExpand(this.buffer, this.at, this.at + compressed, text, 0, length)) {
      this.fail('a compressed string does not expand to the length it says');
    }
    this.at += compressed;
    place.takeOwn(text);
    return true;
  }
}

const nothing = Buffer.alloc(0);
const nothingView = new DataView(new ArrayBuffer(0));
