// One entry of Redis 7.0's listpack, byte for byte: how an element is encoded, measured and read.
//
//   entry    = encoding data backlen                        backlen = length of encoding + data, read backwards
//   encoding = 0xxxxxxx                       integer 0..127
//            | 10llllll data                  text of up to 63 bytes
//            | 110xxxxx x8                    integer of 13 bits, signed
//            | 1110llll l8 data               text of up to 4095 bytes
//            | F0 len:u32le data              any longer text
//            | F1 i16 | F2 i24 | F3 i32 | F4 i64          little-endian, signed
//
// Elements travel as "byte texts": strings whose char codes are the bytes (latin1), so nothing is lost.
import { type Int64, parseCanonicalInteger, shrink } from './canonical-integer.ts';

const TWO_TO_32 = 2 ** 32;

const SMALL_INTEGER_TEXTS: readonly string[] = Array.from({ length: 128 }, (_, value) => String(value));

/** Bytes that `text` takes in a listpack, its backlen included. */
export function listpackEntryBytes(text: string): number {
  const dataBytes = encodedBytes(text, parseCanonicalInteger(text));
  return dataBytes + backlenBytes(dataBytes);
}

/** The bytes of encoding and data for `text`, which is `integer` if that is not null. */
export function encodedBytes(text: string, integer: Int64 | null): number {
  return integer === null ? textEntryBytes(text.length) : integerEntryBytes(integer);
}

/** Writes the whole entry of `text`, which is `integer` if that is not null, at `at`. */
export function writeEntry(buffer: Buffer, at: number, text: string, integer: Int64 | null): void {
  if (integer === null) writeText(buffer, at, text);
  else writeInteger(buffer, at, integer);
  const dataBytes = encodedBytes(text, integer);
  writeBacklen(buffer, at + dataBytes, dataBytes);
}

/** The element of the entry at `at`, as a byte text. */
export function entryText(buffer: Buffer, at: number): string {
  const head = buffer[at]!;
  if (head < 0x80) return SMALL_INTEGER_TEXTS[head]!;
  if (!isTextHead(head)) return String(integerAt(buffer, at));
  const start = at + textHeadBytes(head);
  return buffer.latin1Slice(start, start + textBytes(buffer, at));
}

/** Whether the entry at `at` is `text`, which is `integer` if that is not null. */
export function entryEquals(buffer: Buffer, at: number, text: string, integer: Int64 | null): boolean {
  const head = buffer[at]!;
  if (!isTextHead(head)) return integer !== null && integerAt(buffer, at) === integer;
  const length = textBytes(buffer, at);
  if (length !== text.length) return false;
  const start = at + textHeadBytes(head);
  for (let i = 0; i < length; i++) if (buffer[start + i] !== text.charCodeAt(i)) return false;
  return true;
}

export function isTextHead(head: number): boolean {
  return (head & 0xc0) === 0x80 || (head & 0xf0) === 0xe0 || head === 0xf0;
}

function textHeadBytes(head: number): number {
  if (head < 0xc0) return 1;
  return head === 0xf0 ? 5 : 2;
}

export function textBytes(buffer: Buffer, at: number): number {
  const head = buffer[at]!;
  if (head < 0xc0) return head & 0x3f;
  return head === 0xf0 ? buffer.readUInt32LE(at + 1) : ((head & 0x0f) << 8) | buffer[at + 1]!;
}

/** Bytes of encoding and data of the entry at `at`, without its backlen. */
export function entryDataBytes(buffer: Buffer, at: number): number {
  const head = buffer[at]!;
  if (head < 0x80) return 1;
  if (head < 0xc0) return 1 + (head & 0x3f);
  if (head < 0xe0) return 2;
  if (head < 0xf0) return 2 + (((head & 0x0f) << 8) | buffer[at + 1]!);
  switch (head) {
    case 0xf0:
      return 5 + buffer.readUInt32LE(at + 1);
    case 0xf1:
      return 3;
    case 0xf2:
      return 4;
    case 0xf3:
      return 5;
    default:
      return 9;
  }
}

export function integerAt(buffer: Buffer, at: number): Int64 {
  const head = buffer[at]!;
  if (head < 0x80) return head;
  if (head < 0xe0) return ((((head & 0x1f) << 8) | buffer[at + 1]!) << 19) >> 19;
  switch (head) {
    case 0xf1:
      return buffer.readInt16LE(at + 1);
    case 0xf2:
      return buffer.readIntLE(at + 1, 3);
    case 0xf3:
      return buffer.readInt32LE(at + 1);
    default:
      return shrink(buffer.readBigInt64LE(at + 1));
  }
}

function textEntryBytes(length: number): number {
  if (length < 64) return 1 + length;
  return length < 4096 ? 2 + length : 5 + length;
}

function integerEntryBytes(value: Int64): number {
  if (typeof value === 'bigint') return 9;
  if (value >= 0 && value <= 127) return 1;
  if (value >= -4096 && value <= 4095) return 2;
  if (value >= -32768 && value <= 32767) return 3;
  if (value >= -8388608 && value <= 8388607) return 4;
  return value >= -2147483648 && value <= 2147483647 ? 5 : 9;
}

function writeText(buffer: Buffer, at: number, text: string): void {
  const length = text.length;
  if (length < 64) buffer[at] = 0x80 | length;
  else if (length < 4096) {
    buffer[at] = 0xe0 | (length >> 8);
    buffer[at + 1] = length & 0xff;
  } else {
    buffer[at] = 0xf0;
    buffer.writeUInt32LE(length, at + 1);
  }
  buffer.latin1Write(text, at + textEntryBytes(length) - length, length);
}

function writeInteger(buffer: Buffer, at: number, value: Int64): void {
  switch (integerEntryBytes(value)) {
    case 1:
      buffer[at] = Number(value);
      return;
    case 2:
      buffer[at] = 0xc0 | ((Number(value) >> 8) & 0x1f);
      buffer[at + 1] = Number(value) & 0xff;
      return;
    case 3:
      buffer[at] = 0xf1;
      buffer.writeInt16LE(Number(value), at + 1);
      return;
    case 4:
      buffer[at] = 0xf2;
      buffer.writeIntLE(Number(value), at + 1, 3);
      return;
    case 5:
      buffer[at] = 0xf3;
      buffer.writeInt32LE(Number(value), at + 1);
      return;
    default:
      buffer[at] = 0xf4;
      if (typeof value === 'bigint') buffer.writeBigInt64LE(value, at + 1);
      else {
        buffer.writeUInt32LE(value - Math.floor(value / TWO_TO_32) * TWO_TO_32, at + 1);
        buffer.writeInt32LE(Math.floor(value / TWO_TO_32), at + 5);
      }
  }
}

/** The bounds are Redis's own: it goes to the next width one early. */
export function backlenBytes(size: number): number {
  if (size <= 127) return 1;
  if (size < 16383) return 2;
  if (size < 2097151) return 3;
  return size < 268435455 ? 4 : 5;
}

/** Seven bits a byte, most significant first; all but the first byte carry 128, so that it reads backwards. */
function writeBacklen(buffer: Buffer, at: number, size: number): void {
  let rest = size;
  for (let i = at + backlenBytes(size) - 1; i > at; i--) {
    buffer[i] = (rest & 127) | 128;
    rest = Math.floor(rest / 128);
  }
  buffer[at] = rest;
}
