// After each snapshot that could not be loaded the next try comes later, up to a bound; one that could ends that.
import { expect, it } from 'vitest';
import { LoadRefusals } from '#core/engine/replication/replica/load-refusals.ts';

it('waits a second, then twice as long each time, and no longer than a minute', () => {
  const refusals = new LoadRefusals();
  const pauses = Array.from({ length: 9 }, () => refusals.note(0));
  expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
});

it('leaves the first to the usual pause of a link, and holds back the next ones', () => {
  const refusals = new LoadRefusals();
  refusals.note(5000);
  expect(refusals.isOver(5000)).toBe(true);
  refusals.note(6000);
  expect([refusals.isOver(7999), refusals.isOver(8000)]).toEqual([false, true]);
});

it('begins anew after one was loaded', () => {
  const refusals = new LoadRefusals();
  for (let at = 0; at < 5; at++) refusals.note(0);
  refusals.forget();
  expect(refusals.isOver(0)).toBe(true);
  expect(refusals.note(0)).toBe(1000);
});
