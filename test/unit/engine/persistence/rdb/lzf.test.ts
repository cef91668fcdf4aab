// LZF: what is compressed expands to itself, a foreign stream cannot write outside or come out at another length.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lzfCompress, lzfExpand, lzfExpansionMax } from '#core/engine/persistence/rdb/lzf.ts';

const guardBytes = 8;
const guard = 0xa5;

function compress(bytes: Uint8Array, limitBytes: number): Buffer | null {
  const target = Buffer.alloc(limitBytes + guardBytes, guard);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = lzfCompress(bytes, view, 0, bytes.length, target, 0, limitBytes);
  expect(target.subarray(limitBytes)).toEqual(Buffer.alloc(guardBytes, guard));
  expect(length).toBeLessThanOrEqual(limitBytes);
  return length === 0 ? null : target.subarray(0, length);
}

function expand(bytes: Uint8Array, length: number): Buffer | null {
  const target = Buffer.alloc(length + 2 * guardBytes, guard);
  const fits = lzfExpand(bytes, 0, bytes.length, target, guardBytes, length);
  expect(target.subarray(0, guardBytes)).toEqual(Buffer.alloc(guardBytes, guard));
  expect(target.subarray(length + guardBytes)).toEqual(Buffer.alloc(guardBytes, guard));
  return fits ? target.subarray(guardBytes, guardBytes + length) : null;
}

/** Bytes that repeat themselves now and then, as text does. */
const repetitive = fc
  .array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 12 }), fc.integer({ min: 1, max: 400 })), { maxLength: 20 })
  .map((parts) => Buffer.concat(parts.map(([part, times]) => Buffer.alloc(part.length * times, part))));

describe('LZF', () => {
  it('expands what it compressed', () => {
    fc.assert(
      fc.property(fc.oneof(repetitive, fc.uint8Array({ maxLength: 3000 })), (bytes) => {
        const compressed = compress(bytes, bytes.length + Math.ceil(bytes.length / 32));
        if (bytes.length > 0) expect(expand(compressed!, bytes.length)).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it('gives up where the limit is too narrow', () => {
    fc.assert(
      fc.property(repetitive, fc.nat(200), (bytes, limitBytes) => {
        const compressed = compress(bytes, limitBytes);
        if (compressed) expect(expand(compressed, bytes.length)).toEqual(bytes);
      }),
    );
    expect(compress(Buffer.from('no three letters repeat'), 19)).toBeNull();
  });

  it('makes text that repeats small, and finds repeats as far back as the format reaches', () => {
    const page = Buffer.from(Array.from({ length: 8192 }, (_, at) => (Math.imul(at, 0x9e3779b1) >>> 13) & 255));
    expect(compress(Buffer.alloc(10_000, 'abc'), 10_000)!.length).toBeLessThan(150);
    expect(compress(Buffer.concat([page, page]), 16_384)!.length).toBeLessThan(9000);
  });

  it('never expands a byte to more than its named bound', () => {
    const longest = Buffer.concat([Buffer.from([0, 65]), Buffer.alloc(300, Buffer.from([0xe0, 0xff, 0]))]);
    const length = 1 + 100 * 264;
    expect(expand(longest, length)).toEqual(Buffer.alloc(length, 'A'));
    expect(length).toBeLessThanOrEqual(longest.length * lzfExpansionMax);
  });

  it('refuses foreign bytes that do not come out at the length that was promised, and writes nothing outside', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(2000), (bytes, length) => {
        expand(bytes, length);
      }),
    );
    expect(expand(Buffer.from([0x20, 0]), 3), 'a reference before the beginning').toBeNull();
    expect(expand(Buffer.from([5, 65]), 6), 'a literal cut short').toBeNull();
    expect(expand(Buffer.from([0, 65, 0xe0]), 20), 'a reference cut short').toBeNull();
    expect(expand(Buffer.from([0, 65]), 2), 'too little').toBeNull();
    expect(expand(Buffer.from([1, 65, 66]), 1), 'too much').toBeNull();
  });
});
