// Packed collections from foreign files: whole ones decode to their elements, broken ones are refused, whatever is broken.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Intset } from '#core/engine/data/intset.ts';
import { Listpack } from '#core/engine/data/listpack.ts';
import {
  checkIntsetHeader,
  checkIntsetOrder,
  checkListpack,
  decodeZiplist,
  decodeZipmap,
  PackedError,
} from '#core/engine/persistence/rdb/packed.ts';

const texts = fc.array(
  fc.oneof(
    fc.string({ unit: 'binary', maxLength: 90 }).map((text) => Buffer.from(text).toString('latin1')),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
    fc.integer({ min: -200, max: 70_000 }).map(String),
    fc.constant('x'.repeat(5000)),
  ),
  { maxLength: 30 },
);

/** A ziplist as Redis up to 6.2 wrote it, built by its grammar. */
function ziplist(entries: readonly Buffer[]): Buffer {
  const parts: Buffer[] = [];
  let previousBytes = 0;
  let tail = 10;
  let at = 10;
  for (const entry of entries) {
    const head = Buffer.alloc(previousBytes < 254 ? 1 : 5);
    if (previousBytes < 254) head[0] = previousBytes;
    else {
      head[0] = 254;
      head.writeUInt32LE(previousBytes, 1);
    }
    tail = at;
    previousBytes = head.length + entry.length;
    at += previousBytes;
    parts.push(head, entry);
  }
  const header = Buffer.alloc(10);
  header.writeUInt32LE(at + 1, 0);
  header.writeUInt32LE(tail, 4);
  header.writeUInt16LE(entries.length, 8);
  return Buffer.concat([header, ...parts, Buffer.from([0xff])]);
}

function ziplistText(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  if (bytes.length < 64) return Buffer.concat([Buffer.from([bytes.length]), bytes]);
  if (bytes.length < 16384) {
    return Buffer.concat([Buffer.from([0x40 | (bytes.length >> 8), bytes.length & 255]), bytes]);
  }
  const head = Buffer.alloc(5);
  head[0] = 0x80;
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

/** Every cut of the bytes, and every byte changed to some others, must be refused or still be whole; nothing else. */
function expectNoHarm(bytes: Buffer, decode: (bytes: Buffer) => unknown): void {
  const attempt = (broken: Buffer) => {
    try {
      decode(broken);
    } catch (error) {
      expect(error).toBeInstanceOf(PackedError);
    }
  };
  for (let length = 0; length < bytes.length; length++) attempt(bytes.subarray(0, length));
  for (let at = 0; at < bytes.length; at++) {
    for (const value of [0, 1, 127, 128, 0xf0, 0xfe, 0xff]) {
      const broken = Buffer.from(bytes);
      broken[at] = value;
      attempt(broken);
    }
  }
}

describe('a listpack', () => {
  it('is counted when it is whole', () => {
    fc.assert(
      fc.property(texts, (elements) => {
        const listpack = Listpack.empty();
        for (const element of elements) listpack.append(element);
        expect(checkListpack(listpack.bytes(), 0, listpack.sizeBytes)).toBe(elements.length);
      }),
    );
  });

  it('is refused when it is broken, or walks to where it says', () => {
    const listpack = Listpack.empty();
    for (const element of [
      '',
      'a',
      '5',
      '-3',
      '4000',
      '70000',
      '-9000000',
      '5000000000',
      '-99999999999',
      'y'.repeat(70),
    ]) {
      listpack.append(element);
    }
    expectNoHarm(listpack.bytes(), (bytes) => {
      const count = checkListpack(bytes, 0, bytes.length);
      expect([...Listpack.over(bytes, 0, bytes.length).texts()]).toHaveLength(count);
    });
  });
});

describe('an intset', () => {
  const check = (bytes: Buffer) => {
    checkIntsetHeader(bytes, 0, bytes.length);
    checkIntsetOrder(Intset.over(bytes, 0));
  };

  it.each([
    [1, -2, 3],
    [1, 70_000],
    [-5_000_000_000, 2],
  ])('is accepted when it is whole: %j', (...values) => {
    const intset = Intset.empty();
    for (const value of values) intset.add(value);
    expect(() => check(Buffer.from(intset.bytes()))).not.toThrow();
    expectNoHarm(Buffer.from(intset.bytes()), check);
  });

  it('is refused when it is out of order, has an element twice, or is empty', () => {
    const make = (...elements: number[]) => {
      const bytes = Buffer.alloc(8 + elements.length * 2);
      bytes.writeUInt32LE(2, 0);
      bytes.writeUInt32LE(elements.length, 4);
      for (const [at, element] of elements.entries()) bytes.writeInt16LE(element, 8 + at * 2);
      return bytes;
    };
    expect(() => check(make(1, 2, 3))).not.toThrow();
    expect(() => check(make(1, 3, 2))).toThrow('an intset is not in order');
    expect(() => check(make(1, 1))).toThrow('an intset is not in order');
    expect(() => check(make())).toThrow('an intset is empty');
  });
});

describe('a ziplist', () => {
  const integers = Buffer.concat([Buffer.from([0xc0, 0x39, 0x30])]);

  it('gives its texts', () => {
    fc.assert(
      fc.property(texts, (elements) => {
        expect(decodeZiplist(ziplist(elements.map(ziplistText)))).toEqual(elements);
      }),
    );
  });

  it('gives integers of every width as texts', () => {
    const int64 = Buffer.alloc(9, 0xe0);
    int64.writeBigInt64LE(-9_223_372_036_854_775_808n, 1);
    const entries = [
      integers,
      Buffer.from([0xd0, 0xff, 0xff, 0xff, 0x7f]),
      int64,
      Buffer.from([0xf0, 0, 0, 0x80]),
      Buffer.from([0xfe, 0x80]),
      Buffer.from([0xf1]),
      Buffer.from([0xfd]),
    ];
    expect(decodeZiplist(ziplist(entries))).toEqual([
      '12345',
      '2147483647',
      '-9223372036854775808',
      '-8388608',
      '-128',
      '0',
      '12',
    ]);
  });

  it('is refused when it is broken', () => {
    const entries = ['a', 'x'.repeat(300), 'b'].map(ziplistText);
    expectNoHarm(ziplist([...entries, integers]), decodeZiplist);
  });
});

describe('a zipmap', () => {
  const zipmap = Buffer.from([2, 1, 65, 2, 1, 66, 66, 0, 3, 67, 67, 67, 0, 0, 0xff]);

  it('gives fields and values in turn, without the unused bytes behind a value', () => {
    expect(decodeZipmap(zipmap)).toEqual(['A', 'BB', 'CCC', '']);
  });

  it('takes lengths of four bytes', () => {
    const long = Buffer.alloc(300, 'v');
    const bytes = Buffer.concat([Buffer.from([1, 1, 65, 254, 44, 1, 0, 0, 0]), long, Buffer.from([0xff])]);
    expect(decodeZipmap(bytes)).toEqual(['A', long.toString()]);
  });

  it('is refused when it is broken', () => {
    expectNoHarm(zipmap, decodeZipmap);
  });
});
