// Packed collections inside an RDB: foreign bytes, so every length is checked before it is followed.
//
// Listpack and intset are the forms that our keyspace keeps (their grammar is in engine/data); they are checked and
// then taken as they are. The two forms of older Redis are decoded:
//
//   ziplist = total:u32le tail:u32le count:u16le entry* 0xFF        tail = where the last entry begins; count 65535 = walk
//   entry   = previous encoding data                                previous = size of the entry before: u8, or FE u32le
//   encoding = 00llllll | 01llllll l8 | 80 u32be                    text of that length
//            | C0 i16 | D0 i32 | E0 i64 | F0 i24 | FE i8 | F1..FD   integer, little-endian; F1..FD are 0..12
//   zipmap  = count:u8 (length field length free:u8 value unused*free)* 0xFF      length = u8 below 254, or FE u32le
import type { Intset } from '../../data/intset.ts';

/** A packed value is not what its form demands. The sentence names the form. */
export class PackedError extends Error {}

const endMark = 0xff;
const countUnknown = 0xffff;
const listpackHeaderBytes = 6;
const intsetHeaderBytes = 8;
const ziplistHeaderBytes = 10;
const wideLengthMark = 254;

/** Checks every entry of the listpack in `buffer[start, end)`, and answers how many there are. @throws PackedError */
export function checkListpack(buffer: Buffer, start: number, end: number): number {
  if (end - start < listpackHeaderBytes + 1) throw new PackedError('a listpack is shorter than its header');
  if (buffer.readUInt32LE(start) !== end - start) throw new PackedError('a listpack does not have the size it says');
  const last = end - 1;
  if (buffer[last] !== endMark) throw new PackedError('a listpack has no end mark');
  let count = 0;
  let at = start + listpackHeaderBytes;
  while (at < last) {
    const size = listpackEntryBytes(buffer, at, last);
    if (size > last - at) throw new PackedError('a listpack entry runs over the end');
    at = checkBacklen(buffer, at + size, last, size);
    count++;
  }
  const stored = buffer.readUInt16LE(start + 4);
  if (stored !== countUnknown && stored !== count) throw new PackedError('a listpack does not have the count it says');
  return count;
}

/** Bytes of encoding and data of the entry at `at`; the head itself lies before `last`. */
function listpackEntryBytes(buffer: Buffer, at: number, last: number): number {
  const head = buffer[at];
  if (head < 0x80) return 1;
  if (head < 0xc0) return 1 + (head & 0x3f);
  if (head < 0xe0) return 2;
  if (head < 0xf0) return 2 + (((head & 0x0f) << 8) | buffer[at + 1]);
  if (head > 0xf4) throw new PackedError('a listpack entry has an unknown encoding');
  if (head > 0xf0) return [3, 4, 5, 9][head - 0xf1];
  if (last - at < 5) throw new PackedError('a listpack entry runs over the end');
  return 5 + buffer.readUInt32LE(at + 1);
}

/** Checks the entry's size as it is written behind it, to be read backwards, and answers where the next entry begins. */
function checkBacklen(buffer: Buffer, at: number, last: number, size: number): number {
  const bytes = size <= 127 ? 1 : size < 16383 ? 2 : size < 2097151 ? 3 : size < 268435455 ? 4 : 5;
  if (at + bytes > last) throw new PackedError('a listpack entry runs over the end');
  let rest = size;
  for (let i = at + bytes - 1; i >= at; i--) {
    const expected = i === at ? rest & 127 : (rest & 127) | 128;
    if (buffer[i] !== expected) throw new PackedError('a listpack entry says a wrong size for walking back');
    rest = Math.floor(rest / 128);
  }
  return at + bytes;
}

/** Checks the header of the intset in `buffer[start, end)`: width, and count against size. @throws PackedError */
export function checkIntsetHeader(buffer: Buffer, start: number, end: number): void {
  if (end - start < intsetHeaderBytes) throw new PackedError('an intset is shorter than its header');
  const width = buffer.readUInt32LE(start);
  if (width !== 2 && width !== 4 && width !== 8) throw new PackedError(`an intset has elements of ${width} bytes`);
  const count = buffer.readUInt32LE(start + 4);
  if (intsetHeaderBytes + count * width !== end - start)
    throw new PackedError('an intset does not have the size it says');
  if (count === 0) throw new PackedError('an intset is empty');
}

/** Checks that the elements ascend, none twice. @throws PackedError */
export function checkIntsetOrder(intset: Intset): void {
  let previous: number | bigint = Number.NEGATIVE_INFINITY;
  for (const value of intset) {
    if (value <= previous) throw new PackedError('an intset is not in order');
    previous = value;
  }
}

/** The elements of a ziplist, as byte texts. @throws PackedError */
export function decodeZiplist(buffer: Buffer): string[] {
  const last = buffer.length - 1;
  if (buffer.length < ziplistHeaderBytes + 1) throw new PackedError('a ziplist is shorter than its header');
  if (buffer.readUInt32LE(0) !== buffer.length) throw new PackedError('a ziplist does not have the size it says');
  if (buffer[last] !== endMark) throw new PackedError('a ziplist has no end mark');
  const texts: string[] = [];
  let at = ziplistHeaderBytes;
  let entryStart = at;
  let previousBytes = 0;
  while (at < last) {
    entryStart = at;
    at = afterPreviousLength(buffer, at, last, previousBytes);
    at = decodeZiplistEntry(buffer, at, last, texts);
    previousBytes = at - entryStart;
  }
  if (buffer.readUInt32LE(4) !== entryStart) throw new PackedError('a ziplist says a wrong place of its last entry');
  const stored = buffer.readUInt16LE(8);
  if (stored !== countUnknown && stored !== texts.length) {
    throw new PackedError('a ziplist does not have the count it says');
  }
  return texts;
}

function afterPreviousLength(buffer: Buffer, at: number, last: number, expected: number): number {
  const short = buffer[at];
  if (short < wideLengthMark) {
    if (short !== expected) throw new PackedError('a ziplist entry says a wrong size of the one before');
    return at + 1;
  }
  if (at + 5 > last) throw new PackedError('a ziplist entry runs over the end');
  if (short !== wideLengthMark || buffer.readUInt32LE(at + 1) !== expected) {
    throw new PackedError('a ziplist entry says a wrong size of the one before');
  }
  return at + 5;
}

/** Adds the entry whose encoding is at `at`, and answers where the next one begins. */
function decodeZiplistEntry(buffer: Buffer, at: number, last: number, texts: string[]): number {
  const need = (bytes: number): number => {
    if (at + bytes > last) throw new PackedError('a ziplist entry runs over the end');
    return at + bytes;
  };
  const head = buffer[need(1) - 1];
  if (head < 0xc0) {
    let headBytes = 1;
    let length = head & 0x3f;
    if (head >= 0x80) {
      if (head !== 0x80) throw new PackedError('a ziplist entry has an unknown encoding');
      headBytes = 5;
      length = buffer.readUInt32BE(need(5) - 4);
    } else if (head >= 0x40) {
      headBytes = 2;
      length = (length << 8) | buffer[need(2) - 1];
    }
    const end = need(headBytes + length);
    texts.push(buffer.latin1Slice(at + headBytes, end));
    return end;
  }
  if (head > 0xf0 && head < 0xfe) {
    texts.push(String(head - 0xf1));
    return at + 1;
  }
  const dataBytes = ziplistIntegerBytes[head];
  if (dataBytes === undefined) throw new PackedError('a ziplist entry has an unknown encoding');
  const end = need(1 + dataBytes);
  texts.push(String(dataBytes === 8 ? buffer.readBigInt64LE(at + 1) : buffer.readIntLE(at + 1, dataBytes)));
  return end;
}

const ziplistIntegerBytes: Readonly<Record<number, number>> = { 192: 2, 208: 4, 224: 8, 240: 3, 254: 1 };

/** Fields and values of a zipmap in turn, as byte texts. @throws PackedError */
export function decodeZipmap(buffer: Buffer): string[] {
  const last = buffer.length - 1;
  if (buffer.length < 2 || buffer[last] !== endMark) throw new PackedError('a zipmap has no end mark');
  const texts: string[] = [];
  let at = 1;
  while (at < last) {
    const isValue = texts.length % 2 === 1;
    const short = buffer[at];
    const wide = short === wideLengthMark;
    if (short > wideLengthMark) throw new PackedError('a zipmap ends too early');
    const headBytes = (wide ? 5 : 1) + (isValue ? 1 : 0);
    if (at + headBytes > last) throw new PackedError('a zipmap entry runs over the end');
    const length = wide ? buffer.readUInt32LE(at + 1) : short;
    const unused = isValue ? buffer[at + headBytes - 1] : 0;
    at += headBytes;
    if (at + length + unused > last) throw new PackedError('a zipmap entry runs over the end');
    texts.push(buffer.latin1Slice(at, at + length));
    at += length + unused;
  }
  if (texts.length % 2 === 1) throw new PackedError('a zipmap has a field without a value');
  if (buffer[0] < wideLengthMark && buffer[0] !== texts.length / 2) {
    throw new PackedError('a zipmap does not have the count it says');
  }
  return texts;
}
