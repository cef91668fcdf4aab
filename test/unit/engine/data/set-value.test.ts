import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultCollectionLimits } from '#core/engine/data/limits.ts';
import { SetValue } from '#core/engine/data/set-value.ts';
import { byteText, fewTexts } from './byte-texts.ts';

describe('a set', () => {
  it('does the same as a Set, as integers, large and while it grows from one into the other', () => {
    const step = fc.record({ add: fc.boolean(), member: fc.oneof(fewTexts, byteText) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.constantFrom(0, 3, 512), (steps, entries) => {
        const limits = { ...defaultCollectionLimits, setMaxIntsetEntries: entries };
        const model = new Set<string>();
        const set = SetValue.empty();
        for (const { add, member } of steps) {
          if (add) expect(set.add(member, limits)).toBe(!model.has(member));
          else expect(set.delete(member)).toBe(model.has(member));
          if (add) model.add(member);
          else model.delete(member);
          expect(set.has(member)).toBe(add);
        }
        expect([...set.members()].sort()).toEqual([...model].sort());
        expect(Array.from({ length: set.size }, (_, index) => set.memberAt(index)).sort()).toEqual([...model].sort());
      }),
    );
  });

  it('stays an intset up to 512 integers, and until the first other text', () => {
    const set = SetValue.empty();
    for (let index = 0; index < 512; index++) set.add(String(index), defaultCollectionLimits);
    expect(set.intset).not.toBeNull();
    set.add('512', defaultCollectionLimits);
    expect(set.intset).toBeNull();
    const mixed = SetValue.empty();
    mixed.add('1', defaultCollectionLimits);
    mixed.add('01', defaultCollectionLimits);
    expect(mixed.intset).toBeNull();
    expect([...mixed.members()]).toEqual(['1', '01']);
  });

  it('shows a scan every member that stays, though others leave between the steps', () => {
    const kept = Array.from({ length: 200 }, (_, index) => `kept ${index}`);
    const set = SetValue.large([...kept, ...Array.from({ length: 200 }, (_, index) => `going ${index}`)]);
    const seen = new Set<string>();
    let cursor = 0;
    let going = 0;
    do {
      cursor = set.scan(cursor, 5, (member) => seen.add(member));
      for (let i = 0; i < 5; i++) set.delete(`going ${going++}`);
    } while (cursor !== 0);
    expect(kept.filter((member) => !seen.has(member))).toEqual([]);
  });
});
