// A ring holds its newest items, in order.
import { expect, it } from 'vitest';
import { Ring } from '#core/fleet/observing/ring.ts';

it('keeps the order until it is full, and the newest items after that', () => {
  const ring = new Ring<number>(3);
  const seen = [1, 2, 3, 4, 5].map((item) => {
    ring.push(item);
    return ring.toArray();
  });
  expect(seen).toEqual([[1], [1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 5]]);
  expect([ring.at(-1), ring.at(0), ring.at(2), ring.at(3), ring.last, ring.length]).toEqual([null, 3, 5, null, 5, 3]);
});

it('is empty after a clear and starts anew', () => {
  const ring = new Ring<number>(2);
  for (const item of [1, 2, 3]) ring.push(item);
  ring.clear();
  expect(ring.last).toBeNull();
  ring.push(9);
  expect(ring.toArray()).toEqual([9]);
});
