// The slope of memory that a soak is judged by: what grows is found, what swings is not mistaken for it.
import { expect, test } from 'vitest';
import { growthPerMinute, type MemorySample } from '../../soak/memory.ts';

const megabyte = 1024 * 1024;

/** A sample every three seconds for five minutes. */
function samples(bytesAt: (minute: number, index: number) => number): MemorySample[] {
  return Array.from({ length: 100 }, (_, index) => ({
    atMs: index * 3000,
    residentBytes: null,
    usedBytes: bytesAt((index * 3000) / 60_000, index),
  }));
}

test('memory that grows by 5 MB a minute is seen to', () => {
  const growth = growthPerMinute(
    samples((minute) => 80 * megabyte + minute * 5 * megabyte),
    'usedBytes',
  );
  expect(growth).toBeCloseTo(5 * megabyte, -2);
});

test('the warm-up and the swing of a collected heap are no growth', () => {
  const growth = growthPerMinute(
    samples((minute, index) => Math.min(80, 60 + minute * 20) * megabyte + (index % 5) * megabyte),
    'usedBytes',
  );
  expect(Math.abs(growth ?? Number.NaN)).toBeLessThan(megabyte / 4);
});

test('what the system does not tell, and what is too short, is not judged', () => {
  expect(
    growthPerMinute(
      samples(() => 1),
      'residentBytes',
    ),
  ).toBeNull();
  expect(growthPerMinute(samples(() => 1).slice(0, 12), 'usedBytes')).toBeNull();
});
