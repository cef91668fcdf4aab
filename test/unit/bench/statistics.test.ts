// The arithmetic that the benchmark's verdicts rest on.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { judge, spread } from '../../bench/statistics.ts';

test('the median of an odd count is the middle, of an even count the mean of both middles', () => {
  expect(spread([3, 1, 2])).toEqual({ min: 1, median: 2, max: 3 });
  expect(spread([4, 1, 2, 3])).toEqual({ min: 1, median: 2.5, max: 4 });
  expect(spread([7])).toEqual({ min: 7, median: 7, max: 7 });
});

test('the median lies between the least and the greatest, whatever the order', () => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
      const { min, median, max } = spread(values);
      return min <= median && median <= max && min === Math.min(...values) && max === Math.max(...values);
    }),
  );
});

test('no values have no figures', () => {
  expect(() => spread([])).toThrow('no values');
});

test('throughput is judged upwards, memory downwards', () => {
  const throughput = { solid: 0.8, want: 0.95, better: 'more', of: 'ratio' } as const;
  expect([0.79, 0.8, 0.95].map((ratio) => judge(ratio, throughput))).toEqual(['missed', 'solid', 'want']);
  const memory = { solid: 0.85, want: 0.7, better: 'less', of: 'ratio' } as const;
  expect([0.86, 0.85, 0.7].map((ratio) => judge(ratio, memory))).toEqual(['missed', 'solid', 'want']);
});
