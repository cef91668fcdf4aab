// Rows of the benchmarks: medians, their ratio, CPU the right way up, and what a goal is compared with.
import { expect, test } from 'vitest';
import { compare, type Run } from '../../bench/row.ts';
import { atLeast } from '../../bench/statistics.ts';

const runs = (figures: readonly number[], cpu: number | null): Run[] => figures.map((figure) => ({ figure, cpu }));

test('a throughput is judged by the ratio of the medians, and half the CPU is twice the work for it', () => {
  const row = compare({
    work: 'anything',
    unit: 'keys/s',
    goal: atLeast(1.5, 2.5),
    redis: runs([90, 100, 400], 4),
    syncline: runs([1, 200, 210], 2),
  });
  expect(row).toMatchObject({ ratio: 2, ratioByCpu: 2, verdict: 'solid', redis: { min: 90, median: 100, max: 400 } });
});

test('a pause is judged by our own median, whatever that of Redis', () => {
  const goal = { solid: 10, want: 4, better: 'less', of: 'figure' } as const;
  const row = compare({ work: 'a wait', unit: 'ms', goal, redis: runs([60], null), syncline: runs([11], null) });
  expect(row).toMatchObject({ verdict: 'missed', ratioByCpu: null });
});

test('a row for comparison has no goal and no verdict', () => {
  const row = compare({ work: 'a wait', unit: 'ms', goal: null, redis: runs([1], null), syncline: runs([1], null) });
  expect(row).toMatchObject({ goal: null, verdict: null });
});
