// Writes the items of an RDB (grammar in format.ts) into chunks: the one place that knows how Redis 7.0 chooses encodings.
// Hot for strings: 1 M keys of 16 + 64 bytes a second and more; guarded by the full syncs of `npm run bench -- replication`.

import {
  rdbCompressAboveBytes,
  rdbCompressionGainBytes,
  rdbIntegerTextMax,
  rdbLength32,
  rdbLength64,
  rdbMagic,
  rdbOpcode,
  rdbStringEncoding,
} from './format.ts';
import { lzfCompress } from './lzf.ts';

/** Longer strings are written as they are, since compressing them would take longer than one slice of a snapshot. */
export const compressBytesMax = 64 * 1024;
/** Below this a loop of words beats the call of a copy. */
const shortCopyBytes = 256;
/** No chunk may be smaller: it must hold the largest item that is written in one go. */
export const chunkBytesMin = shortCopyBytes;
const encodedMark = 0xc0;
/** After so many strings in a row that compressing did not shorten, most of the next are not tried: values are alike. */
const vainTriesMax = 64;
/** Of those only each eighth is, until one gains again. */
const triesPassedOver = 7;
/** Longer ones are always tried: there is more to gain, and what cannot be compressed is soon passed over within. */
const passedOverBytesMax = 512;

/** Where full chunks go. */
export interface ChunkTarget {
  /** An empty chunk of memory, of at least `chunkBytesMin`; it is the writer's until it is emitted. */
  take(): Buffer;
  /** The chunk is full, or the writer was flushed: its first `length` bytes are the next of the file. */
  emit(chunk: Buffer, length: number): void;
}

export interface RdbWriteOptions {
  readonly compress: boolean;
  /** Decides in which form values are written: see value-writer.ts. */
  readonly version: number;
}

export class RdbWriter {
  readonly version: number;
  readonly #target: ChunkTarget;
  readonly #compress: boolean;
  #chunk: Buffer;
  #view: DataView;
  #at = 0;
  #vainTries = 0;
  #passedOver = 0;
  /** The database that the records go to at the moment; -1 before the first. */
  #selected = -1;

  constructor(target: ChunkTarget, options: RdbWriteOptions) {
    this.version = options.version;
    this.#target = target;
    this.#compress = options.compress;
    this.#chunk = target.take();
    this.#view = viewOf(this.#chunk);
  }

  /** Bytes in the chunk that is not yet emitted. */
  get unflushedBytes(): number {
    return this.#at;
  }

  /** Magic and version. */
  header(): void {
    this.flushFor(rdbMagic.length + 4);
    this.#at += this.#chunk.latin1Write(rdbMagic + String(this.version).padStart(4, '0'), this.#at);
  }

  aux(name: string, value: string): void {
    this.byte(rdbOpcode.aux);
    this.text(name);
    this.text(value);
  }

  /** The source of a library of functions. */
  functionLibrary(source: Buffer): void {
    this.byte(rdbOpcode.function2);
    this.string(source, viewOf(source), 0, source.length);
  }

  /** Does nothing if the database is the one that the last record went to. */
  selectDatabase(index: number): void {
    if (this.#selected === index) return;
    this.#selected = index;
    this.byte(rdbOpcode.selectDatabase);
    this.length(index);
  }

  /** Says that other bytes were put behind these, which may have selected another database. */
  forgetSelection(): void {
    this.#selected = -1;
  }

  resizeDatabase(keys: number, expiring: number): void {
    this.byte(rdbOpcode.resizeDatabase);
    this.length(keys);
    this.length(expiring);
  }

  /** When the next key expires, in ms since 1970. */
  expiry(atMs: number): void {
    this.flushFor(9);
    this.#chunk[this.#at++] = rdbOpcode.expiryMs;
    this.#at = this.#chunk.writeBigInt64LE(BigInt(atMs), this.#at);
  }

  /** A moment in ms since 1970. */
  moment(atMs: number): void {
    this.flushFor(8);
    this.#at = this.#chunk.writeBigInt64LE(BigInt(atMs), this.#at);
  }

  endOfFile(): void {
    this.byte(rdbOpcode.endOfFile);
  }

  byte(value: number): void {
    this.flushFor(1);
    this.#chunk[this.#at++] = value;
  }

  double(value: number): void {
    this.flushFor(8);
    this.#at = this.#chunk.writeDoubleLE(value, this.#at);
  }

  /** A count or a length. */
  length(value: number): void {
    this.flushFor(9);
    const chunk = this.#chunk;
    if (value < 64) {
      chunk[this.#at++] = value;
    } else if (value < 16384) {
      chunk[this.#at++] = 0x40 | (value >> 8);
      chunk[this.#at++] = value & 255;
    } else if (value <= 0xffffffff) {
      chunk[this.#at++] = rdbLength32;
      this.#at = chunk.writeUInt32BE(value, this.#at);
    } else {
      chunk[this.#at++] = rdbLength64;
      this.#at = chunk.writeBigUInt64BE(BigInt(value), this.#at);
    }
  }

  /** A count of 64 bits. */
  wideLength(value: bigint): void {
    if (value <= 0xffffffffn) {
      this.length(Number(value));
      return;
    }
    this.flushFor(9);
    this.#chunk[this.#at++] = rdbLength64;
    this.#at = this.#chunk.writeBigUInt64BE(value, this.#at);
  }

  /** A string of any bytes: as a small integer if it spells one, compressed if that is worth it, else plainly. */
  string(source: Buffer, view: DataView, start: number, end: number): void {
    const length = end - start;
    if (length <= rdbIntegerTextMax) {
      if (this.#integer(source, start, end)) return;
    } else if (length > rdbCompressAboveBytes && this.#compress && this.#compressed(source, view, start, end)) return;
    this.length(length);
    this.raw(source, view, start, end);
  }

  /** A string given as byte text, one character a byte. */
  text(text: string): void {
    if (text.length <= scratch.length) {
      scratch.latin1Write(text, 0);
      this.string(scratch, scratchView, 0, text.length);
      return;
    }
    const bytes = Buffer.from(text, 'latin1');
    this.string(bytes, viewOf(bytes), 0, bytes.length);
  }

  /** Bytes as they are, without a length. */
  raw(source: Buffer, view: DataView, start: number, end: number): void {
    const length = end - start;
    if (length > shortCopyBytes) {
      this.#copyLong(source, start, end);
      return;
    }
    this.flushFor(length);
    const target = this.#view;
    const to = this.#at;
    const words = length & ~3;
    let at = 0;
    for (; at < words; at += 4) target.setUint32(to + at, view.getUint32(start + at, true), true);
    for (; at < length; at++) target.setUint8(to + at, view.getUint8(start + at));
    this.#at = to + length;
  }

  /** Emits what is there if fewer than `bytes` have room. */
  flushFor(bytes: number): void {
    if (this.#at + bytes > this.#chunk.length) this.flush();
  }

  /** Emits what is there. */
  flush(): void {
    if (this.#at === 0) return;
    this.#target.emit(this.#chunk, this.#at);
    this.#chunk = this.#target.take();
    this.#view = viewOf(this.#chunk);
    this.#at = 0;
  }

  #copyLong(source: Buffer, start: number, end: number): void {
    for (let at = start; at < end; ) {
      this.flushFor(1);
      const copied = source.copy(this.#chunk, this.#at, at, end);
      this.#at += copied;
      at += copied;
    }
  }

  #integer(source: Buffer, start: number, end: number): boolean {
    const value = parseInteger32(source, start, end);
    if (Number.isNaN(value)) return false;
    this.flushFor(5);
    const chunk = this.#chunk;
    if (value >= -128 && value <= 127) {
      chunk[this.#at++] = encodedMark | rdbStringEncoding.int8;
      this.#at = chunk.writeInt8(value, this.#at);
    } else if (value >= -32768 && value <= 32767) {
      chunk[this.#at++] = encodedMark | rdbStringEncoding.int16;
      this.#at = chunk.writeInt16LE(value, this.#at);
    } else {
      chunk[this.#at++] = encodedMark | rdbStringEncoding.int32;
      this.#at = chunk.writeInt32LE(value, this.#at);
    }
    return true;
  }

  #compressed(source: Buffer, view: DataView, start: number, end: number): boolean {
    const length = end - start;
    if (length > compressBytesMax || this.#isPassedOver(length)) return false;
    const compressed = lzfCompress(source, view, start, end, packed, 0, length - rdbCompressionGainBytes);
    this.#vainTries = compressed === 0 ? this.#vainTries + 1 : 0;
    if (compressed === 0) return false;
    this.byte(encodedMark | rdbStringEncoding.lzf);
    this.length(compressed);
    this.length(length);
    this.raw(packed, packedView, 0, compressed);
    return true;
  }

  #isPassedOver(length: number): boolean {
    if (this.#vainTries < vainTriesMax || length > passedOverBytesMax) return false;
    this.#passedOver = this.#passedOver === triesPassedOver ? 0 : this.#passedOver + 1;
    return this.#passedOver !== 0;
  }
}

const scratch = Buffer.allocUnsafeSlow(4096);
const scratchView = viewOf(scratch);
const packed = Buffer.allocUnsafeSlow(compressBytesMax);
const packedView = viewOf(packed);

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

const zero = 0x30;
const minus = 0x2d;
const int32Max = 2 ** 31 - 1;
const int32Min = -(2 ** 31);

/** The integer of 32 bits whose only decimal form the bytes are; NaN for all else. */
function parseInteger32(source: Buffer, start: number, end: number): number {
  const negative = start < end && source[start] === minus;
  let at = negative ? start + 1 : start;
  if (at >= end || (source[at] === zero && (negative || end - at > 1))) return Number.NaN;
  let value = 0;
  for (; at < end; at++) {
    const digit = source[at] - zero;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  if (negative) value = -value;
  return value >= int32Min && value <= int32Max ? value : Number.NaN;
}
