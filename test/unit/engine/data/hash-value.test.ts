import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HashValue } from '#core/engine/data/hash-value.ts';
import { defaultCollectionLimits } from '#core/engine/data/limits.ts';
import { byteText, fewTexts } from './byte-texts.ts';

function scanAll(hash: HashValue, count: number, between: () => void): Map<string, string> {
  const seen = new Map<string, string>();
  let cursor = 0;
  do {
    cursor = hash.scan(cursor, count, (field, value) => seen.set(field, value));
    between();
  } while (cursor !== 0);
  return seen;
}

describe('a hash', () => {
  it('does the same as a Map, packed, large and while it grows from one into the other', () => {
    const step = fc.record({ set: fc.boolean(), field: fc.oneof(fewTexts, byteText), value: byteText });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.constantFrom(0, 3, 128), (steps, entries) => {
        const limits = { ...defaultCollectionLimits, hashMaxListpackEntries: entries };
        const model = new Map<string, string>();
        const hash = HashValue.empty();
        for (const { set, field, value } of steps) {
          if (set) {
            expect(hash.set(field, value, limits)).toBe(!model.has(field));
            model.set(field, value);
          } else expect(hash.delete(field)).toBe(model.delete(field));
          expect(hash.get(field)).toBe(model.get(field));
          expect(hash.has(field)).toBe(model.has(field));
        }
        expect(new Map(hash.entries())).toEqual(model);
        expect(hash.size).toBe(model.size);
        const byNumber = Array.from({ length: hash.size }, (_, index) => hash.entryAt(index));
        expect(new Map(byNumber)).toEqual(model);
      }),
    );
  });

  it('leaves the packed form after the 128th field, or with a field or value of more than 64 bytes', () => {
    const hash = HashValue.empty();
    for (let index = 0; index < 128; index++) hash.set(`field ${index}`, 'v'.repeat(64), defaultCollectionLimits);
    expect(hash.listpack).not.toBeNull();
    hash.set('one more', 'v', defaultCollectionLimits);
    expect(hash.listpack).toBeNull();
    for (const [field, value] of [
      ['f'.repeat(65), 'v'],
      ['f', 'v'.repeat(65)],
    ] as const) {
      const other = HashValue.empty();
      other.set(field, value, defaultCollectionLimits);
      expect(other.listpack).toBeNull();
    }
  });

  it('shows a scan everything that stays, though fields come and go between the steps', () => {
    const kept = Array.from({ length: 300 }, (_, index) => `kept ${index}`);
    const hash = HashValue.large(kept.map((field) => [field, field] as const));
    for (let index = 0; index < 300; index++) hash.set(`going ${index}`, '', defaultCollectionLimits);
    let going = 0;
    const seen = scanAll(hash, 7, () => {
      for (let i = 0; i < 4; i++) hash.delete(`going ${going++}`);
      hash.set(`new ${going}`, '', defaultCollectionLimits);
    });
    expect(kept.filter((field) => !seen.has(field))).toEqual([]);
  });
});
