// A map in the order of its keys against a plain map that is sorted each time.
import { describe, expect, it } from 'vitest';
import { OrderedMap } from '#core/engine/data/ordered-map.ts';
import { seededRandom } from '../../../support/random.ts';

describe('a map in order', () => {
  it.each([1, 2, 3])('holds what a plain map holds, whatever is added and taken away, seed %i', (seed) => {
    const random = seededRandom(seed);
    const map = new OrderedMap<bigint, number>();
    const plain = new Map<bigint, number>();
    for (let step = 0; step < 4000; step++) {
      const key = BigInt(random.below(1500));
      if (random.below(3) === 0) expect(map.delete(key)).toBe(plain.delete(key));
      else {
        map.set(key, step);
        plain.set(key, step);
      }
    }
    const sorted = [...plain].sort(([a], [b]) => (a < b ? -1 : 1));
    expect([...map.entries()]).toEqual(sorted);
    expect([...map.reversed()]).toEqual(sorted.toReversed());
    expect([map.size, map.first, map.last]).toEqual([sorted.length, sorted[0], sorted.at(-1)]);
    for (let key = -1n; key < 1502n; key += 37n) {
      expect(map.get(key)).toBe(plain.get(key));
      expect(map.has(key)).toBe(plain.has(key));
      expect([...map.entries(key)]).toEqual(sorted.filter(([other]) => other >= key));
      expect([...map.reversed(key)]).toEqual(sorted.filter(([other]) => other <= key).toReversed());
      expect(map.floor(key)).toEqual(sorted.findLast(([other]) => other <= key));
    }
  });

  it('orders names by their bytes, a name before those that begin with it', () => {
    const map = new OrderedMap<string, number>();
    for (const [i, name] of ['b', 'ab', '\xff', 'a', '', 'B'].entries()) map.set(name, i);
    expect(Array.from(map.entries(), ([name]) => name)).toEqual(['', 'B', 'a', 'ab', 'b', '\xff']);
  });

  it('says of an empty map that nothing is there', () => {
    const map = new OrderedMap<bigint, string>();
    expect([map.first, map.last, map.floor(5n), map.get(5n), map.delete(5n), map.size]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      false,
      0,
    ]);
  });
});
