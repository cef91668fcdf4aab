import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultCollectionLimits } from '#core/engine/data/limits.ts';
import { SortedSetValue } from '#core/engine/data/sorted-set-value.ts';
import { byteText, fewTexts } from './byte-texts.ts';

type Entry = readonly [member: string, score: number];

const score = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.double({ noNaN: true }).map((value) => (Object.is(value, -0) ? 0 : value)),
  fc.constantFrom(Infinity, -Infinity, 2 ** 53, 2 ** 62, 2 ** 63, -(2 ** 63), 1e20, 0.1, 1 / 3),
);

function ordered(model: ReadonlyMap<string, number>): Entry[] {
  return [...model].sort(([a, x], [b, y]) => (x !== y ? (x < y ? -1 : 1) : a < b ? -1 : 1));
}

function range(set: SortedSetValue, from: number, to: number, reversed = false): Entry[] {
  const entries: Entry[] = [];
  const visit = (value: number, member: string) => void entries.push([member, value]);
  if (reversed) set.forEachReversed(visit, from, to);
  else set.forEach(visit, from, to);
  return entries;
}

describe('a sorted set', () => {
  it('does the same as a sorted array, packed, large and while it grows from one into the other', () => {
    const step = fc.record({
      act: fc.constantFrom('set', 'set', 'set', 'delete', 'deleteRange'),
      member: fc.oneof(fewTexts, byteText),
      score,
      place: fc.nat(100),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.constantFrom(0, 4, 128), (steps, entries) => {
        const limits = { ...defaultCollectionLimits, zsetMaxListpackEntries: entries };
        const model = new Map<string, number>();
        const set = SortedSetValue.empty();
        for (const one of steps) {
          if (one.act === 'set') {
            expect(set.set(one.member, one.score, limits)).toBe(!model.has(one.member));
            model.set(one.member, one.score);
          } else if (one.act === 'delete') expect(set.delete(one.member)).toBe(model.delete(one.member));
          else {
            const from = one.place % (model.size + 1);
            const to = Math.min(model.size, from + 2);
            for (const [member] of ordered(model).slice(from, to)) model.delete(member);
            set.deleteRange(from, to);
          }
          const expected = ordered(model);
          expect(range(set, 0, set.size)).toEqual(expected);
          expect(set.rank(one.member)).toBe(expected.findIndex(([member]) => member === one.member));
          expect(set.score(one.member)).toBe(model.get(one.member));
          expect(set.countBefore((value) => value < one.score)).toBe(
            expected.filter(([, value]) => value < one.score).length,
          );
          const from = one.place % (expected.length + 1);
          expect(range(set, from, expected.length, true)).toEqual(expected.slice(from).reverse());
          expect(range(set, 0, from, true)).toEqual(expected.slice(0, from).reverse());
        }
      }),
    );
  });

  it('finds ranks among many through the levels of its list', () => {
    const entries = Array.from({ length: 5000 }, (_, index): Entry => [`member ${index}`, (index * 7919) % 5000]);
    const set = SortedSetValue.large(entries);
    const expected = ordered(new Map(entries));
    expect(expected.map(([member]) => set.rank(member))).toEqual(expected.map((_, rank) => rank));
    expect(range(set, 1234, 1240)).toEqual(expected.slice(1234, 1240));
    set.deleteRange(100, 4900);
    expect(range(set, 0, set.size)).toEqual([...expected.slice(0, 100), ...expected.slice(4900)]);
  });

  it('leaves the packed form with the 129th member, or with one of more than 64 bytes', () => {
    const set = SortedSetValue.empty();
    for (let index = 0; index < 128; index++) set.set(`member ${index}`, index, defaultCollectionLimits);
    expect(set.listpack).not.toBeNull();
    set.set('member 5', 99.5, defaultCollectionLimits);
    expect(set.listpack).not.toBeNull();
    set.set('one more', 1, defaultCollectionLimits);
    expect(set.listpack).toBeNull();
    const other = SortedSetValue.empty();
    other.set('m'.repeat(65), 1, defaultCollectionLimits);
    expect(other.listpack).toBeNull();
  });

  it('shows a scan every member that stays, though others leave between the steps', () => {
    const kept = Array.from({ length: 200 }, (_, index): Entry => [`kept ${index}`, index]);
    const set = SortedSetValue.large([...kept, ...kept.map(([, value]): Entry => [`going ${value}`, value])]);
    const seen = new Set<string>();
    let cursor = 0;
    let going = 0;
    do {
      cursor = set.scan(cursor, 5, (_, member) => void seen.add(member));
      for (let i = 0; i < 5; i++) set.delete(`going ${going++}`);
    } while (cursor !== 0);
    expect(kept.filter(([member]) => !seen.has(member))).toEqual([]);
  });
});
