// Writes RESP2 and RESP3 replies into one growing buffer; it knows no socket, its owner takes the bytes away.
// Hot: guarded by `npm run bench -- throughput`.

import { doubleText } from '../base/double-text.ts';

export type Protocol = 2 | 3;

/** A place where a count is filled in later; ends with `fillArray`, `fillMap` or `fillSet`, innermost first. */
export type DeferredPlace = number;

const INITIAL_BYTES = 256 * 1024;
/** Up to this many bytes a loop of words is faster than a native copy. */
const SHORT_COPY_BYTES = 256;

const CR = 13;
const LF = 10;
const ARRAY = 0x2a;
const BULK = 0x24;
const INTEGER = 0x3a;
const MAP = 0x25;
const SET = 0x7e;
const PUSH = 0x3e;

export class ReplyWriter {
  /** 2 or 3: set by its owner for each session before a command runs. */
  protocol: Protocol = 2;
  buffer: Buffer;
  view: DataView;
  /** Bytes written so far. An owner may set it back to drop the latest. */
  length = 0;

  constructor(initialBytes: number = INITIAL_BYTES) {
    this.buffer = Buffer.allocUnsafeSlow(initialBytes);
    this.view = viewOf(this.buffer);
  }

  /** Makes room for `bytes` more. */
  reserve(bytes: number): void {
    if (this.length + bytes > this.buffer.length) this.#grow(bytes);
  }

  #grow(bytes: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(this.buffer.length * 2, this.length + bytes));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
    this.view = viewOf(larger);
  }

  /** Starts with empty memory of its own, leaving the old buffer to whoever still sends it. */
  replaceBuffer(): void {
    this.buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
    this.view = viewOf(this.buffer);
    this.length = 0;
  }

  /** Forgets what was written, and gives back memory that one long reply needed. */
  clear(): void {
    if (this.buffer.length > INITIAL_BYTES * 4) this.replaceBuffer();
    this.length = 0;
  }

  /** A copy of all that was written. */
  taken(): Buffer {
    const bytes = Buffer.from(this.buffer.subarray(0, this.length));
    this.clear();
    return bytes;
  }

  /** `+OK` */
  ok(): void {
    this.reserve(5);
    const at = this.length;
    this.view.setUint32(at, 0x0d4b4f2b, true);
    this.buffer[at + 4] = LF;
    this.length = at + 5;
  }

  /** `+text`: ASCII without line ends. */
  simple(text: string): void {
    this.#line(0x2b, text);
  }

  /** `-text`: the prefix word is part of the text; line ends become spaces, as Redis does. */
  error(text: string): void {
    this.reserve(text.length * 3 + 3);
    this.buffer[this.length++] = 0x2d;
    this.length += this.buffer.write(/[\r\n]/.test(text) ? text.replace(/[\r\n]/g, ' ') : text, this.length, 'latin1');
    this.#lineEnd();
  }

  /** `:value`: any safe integer, or a 64-bit one. */
  integer(value: number | bigint): void {
    this.reserve(24);
    this.buffer[this.length++] = INTEGER;
    if (typeof value === 'number') this.#digits(value);
    else this.#ascii(String(value));
    this.#lineEnd();
  }

  /** A bulk string of these bytes. */
  bulk(bytes: Uint8Array): void {
    this.reserve(bytes.length + 24);
    this.#bulkHead(bytes.length);
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
    this.#lineEnd();
  }

  /** A bulk string of part of a buffer; `sourceView` looks at the same memory. The fast way for short ones. */
  bulkRange(source: Buffer, sourceView: DataView, start: number, end: number): void {
    const bytes = end - start;
    this.reserve(bytes + 24);
    this.#bulkHead(bytes);
    if (bytes > SHORT_COPY_BYTES) source.copy(this.buffer, this.length, start, end);
    else {
      const view = this.view;
      const words = bytes & ~3;
      const to = this.length;
      let at = 0;
      for (; at < words; at += 4) view.setUint32(to + at, sourceView.getUint32(start + at, true), true);
      for (; at < bytes; at++) view.setUint8(to + at, sourceView.getUint8(start + at));
    }
    this.length += bytes;
    this.#lineEnd();
  }

  /** A bulk string of the text's UTF-8 bytes. */
  bulkText(text: string): void {
    const bytes = Buffer.byteLength(text);
    this.reserve(bytes + 24);
    this.#bulkHead(bytes);
    this.length += this.buffer.write(text, this.length, 'utf8');
    this.#lineEnd();
  }

  /** A bulk string of one byte for each character. */
  bulkLatin1(text: string): void {
    this.reserve(text.length + 24);
    this.#bulkHead(text.length);
    this.length += this.buffer.write(text, this.length, 'latin1');
    this.#lineEnd();
  }

  /** A bulk string of an integer's digits. */
  bulkInteger(value: number | bigint): void {
    this.bulkLatin1(String(value));
  }

  /** No value: `$-1`, in RESP3 `_`. */
  nullBulk(): void {
    this.#null(0x242d31);
  }

  /** No array: `*-1`, in RESP3 `_`. */
  nullArray(): void {
    this.#null(0x2a2d31);
  }

  /** An array of `count` replies that follow. */
  array(count: number): void {
    this.#head(ARRAY, count);
  }

  /** A map of `pairs` pairs that follow; in RESP2 a flat array. */
  map(pairs: number): void {
    if (this.protocol === 3) this.#head(MAP, pairs);
    else this.#head(ARRAY, pairs * 2);
  }

  /** A set of `count` members that follow; in RESP2 an array. */
  set(count: number): void {
    this.#head(this.protocol === 3 ? SET : ARRAY, count);
  }

  /** An out-of-band message of `count` replies that follow; in RESP2 an array. */
  push(count: number): void {
    this.#head(this.protocol === 3 ? PUSH : ARRAY, count);
  }

  /** `,value`; in RESP2 a bulk string. */
  double(value: number): void {
    const text = doubleText(value);
    if (this.protocol === 3) this.#line(0x2c, text);
    else this.bulkLatin1(text);
  }

  /** `#t` or `#f`; in RESP2 1 or 0. */
  boolean(value: boolean): void {
    if (this.protocol === 3) this.#line(0x23, value ? 't' : 'f');
    else this.integer(value ? 1 : 0);
  }

  /** Text for people: `=txt:`; in RESP2 a bulk string. */
  verbatim(text: string): void {
    if (this.protocol === 2) {
      this.bulkText(text);
      return;
    }
    const bytes = Buffer.byteLength(text);
    this.reserve(bytes + 40);
    this.#ascii(`=${bytes + 4}\r\ntxt:`);
    this.length += this.buffer.write(text, this.length, 'utf8');
    this.#lineEnd();
  }

  /** Bytes that are RESP already. */
  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Remembers this place; the head is put in by one of the `fill` methods when the count is known. */
  defer(): DeferredPlace {
    return this.length;
  }

  fillArray(place: DeferredPlace, count: number): void {
    this.#fill(place, ARRAY, count);
  }

  fillMap(place: DeferredPlace, pairs: number): void {
    if (this.protocol === 3) this.#fill(place, MAP, pairs);
    else this.#fill(place, ARRAY, pairs * 2);
  }

  fillSet(place: DeferredPlace, count: number): void {
    this.#fill(place, this.protocol === 3 ? SET : ARRAY, count);
  }

  #fill(place: DeferredPlace, mark: number, count: number): void {
    const head = `${String.fromCharCode(mark)}${count}\r\n`;
    this.reserve(head.length);
    this.buffer.copyWithin(place + head.length, place, this.length);
    this.buffer.write(head, place, 'latin1');
    this.length += head.length;
  }

  #null(resp2: number): void {
    this.reserve(5);
    const at = this.length;
    const buffer = this.buffer;
    if (this.protocol === 3) {
      buffer[at] = 0x5f;
      this.length = at + 1;
    } else {
      buffer[at] = resp2 >>> 16;
      buffer[at + 1] = (resp2 >>> 8) & 0xff;
      buffer[at + 2] = resp2 & 0xff;
      this.length = at + 3;
    }
    this.#lineEnd();
  }

  #head(mark: number, count: number): void {
    this.reserve(16);
    this.buffer[this.length++] = mark;
    this.#digits(count);
    this.#lineEnd();
  }

  #bulkHead(bytes: number): void {
    this.buffer[this.length++] = BULK;
    this.#digits(bytes);
    this.#lineEnd();
  }

  #line(mark: number, text: string): void {
    this.reserve(text.length + 3);
    this.buffer[this.length++] = mark;
    this.#ascii(text);
    this.#lineEnd();
  }

  #ascii(text: string): void {
    const buffer = this.buffer;
    let at = this.length;
    for (let i = 0; i < text.length; i++) buffer[at++] = text.charCodeAt(i);
    this.length = at;
  }

  #digits(value: number): void {
    if (value >= 0 && value < 10) this.buffer[this.length++] = 48 + value;
    else if (value >= 10 && value < 100) {
      const tens = (value / 10) | 0;
      this.buffer[this.length++] = 48 + tens;
      this.buffer[this.length++] = 48 + value - tens * 10;
    } else this.#ascii(String(value));
  }

  #lineEnd(): void {
    const at = this.length;
    this.buffer[at] = CR;
    this.buffer[at + 1] = LF;
    this.length = at + 2;
  }
}

function viewOf(buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
}
