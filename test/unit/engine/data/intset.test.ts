import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Intset } from '#core/engine/data/intset.ts';

const int64 = fc.oneof(
  fc.integer({ min: -8, max: 8 }),
  fc.integer({ min: -40000, max: 40000 }),
  fc.integer(),
  fc.bigInt({ min: 2n ** 53n + 1n, max: 2n ** 63n - 1n }).filter((value) => !Number.isSafeInteger(Number(value))),
);

describe('an intset', () => {
  it('does the same as a sorted set of integers, widening as it must', () => {
    const step = fc.record({ add: fc.boolean(), value: int64 });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const model = new Set<string>();
        const intset = Intset.empty();
        for (const { add, value } of steps) {
          if (add) expect(intset.add(value)).toBe(!model.has(String(value)));
          else expect(intset.delete(value)).toBe(model.has(String(value)));
          if (add) model.add(String(value));
          else model.delete(String(value));
          expect(intset.has(value)).toBe(add);
        }
        const sorted = [...model].map(BigInt).sort((a, b) => (a < b ? -1 : 1));
        expect([...intset].map(BigInt)).toEqual(sorted);
        expect(intset.size).toBe(sorted.length);
      }),
    );
  });

  it('writes its header and elements in the width of the largest', () => {
    const intset = Intset.empty();
    intset.add(5);
    intset.add(-2);
    expect(intset.bytes().toString('hex')).toBe('0200000002000000feff0500');
    intset.add(70000);
    expect(intset.bytes().toString('hex')).toBe('0400000003000000feffffff0500000070110100');
    intset.delete(70000);
    expect(intset.bytes().toString('hex')).toBe('0400000002000000feffffff05000000');
    intset.add(9223372036854775807n);
    expect(intset.bytes().toString('hex')).toBe('0800000003000000feffffffffffffff0500000000000000ffffffffffffff7f');
  });

  it('reads in place and copies from the middle of a larger buffer', () => {
    const intset = Intset.empty();
    for (const value of [3, 1, 2]) intset.add(value);
    const around = Buffer.concat([Buffer.from('abc'), intset.bytes(), Buffer.from('def')]);
    expect([...Intset.over(around, 3)]).toEqual([1, 2, 3]);
    const copy = Intset.copyOf(around, 3, 3 + intset.sizeBytes, Buffer.alloc(100));
    copy.add(0);
    expect([...copy]).toEqual([0, 1, 2, 3]);
    expect([...Intset.over(around, 3)]).toEqual([1, 2, 3]);
  });
});
