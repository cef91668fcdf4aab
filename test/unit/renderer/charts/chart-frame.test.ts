// Round values of an axis, places on a drawing, and lines with gaps.
import { expect, test } from 'vitest';
import { areaPath, frameOf, linePath, rowAt, scaleOf, valueAxis } from '../../../../src-renderer/charts/chart-frame.ts';

const frame = frameOf(286, 132);
const span = { fromMs: 0, toMs: 20_000, slotMs: 1000 };
const scale = scaleOf(frame, span, { low: 0, high: 100, ticks: [0, 50, 100] });

test.each([
  [0, 0, [0]],
  [0, 1, [0, 1]],
  [0, 174, [0, 100, 200]],
  [1203, 1377, [1200, 1300, 1400]],
  [0, 42_000, [0, 20_000, 40_000, 60_000]],
  [500, 500, [500, 501]],
  [9_999_990, 10_000_010, [9_999_990, 10_000_000, 10_000_010]],
])('from %d to %d the axis names %j', (least, most, ticks) => {
  expect(valueAxis(least, most)).toEqual({ low: ticks[0], high: Math.max(1, ticks.at(-1) ?? 0), ticks });
});

test('an axis encloses its values with few whole ticks, whatever they are', () => {
  for (let power = 0; power < 15; power++) {
    for (const [from, to] of [
      [0, 1],
      [3, 17],
      [123, 129],
      [1, 999],
    ] as const) {
      const [least, most] = [from * 10 ** power, to * 10 ** power];
      const axis = valueAxis(least, most);
      expect(axis.low).toBeLessThanOrEqual(least);
      expect(axis.high).toBeGreaterThanOrEqual(most);
      expect(axis.ticks.length).toBeLessThanOrEqual(5);
      expect(axis.ticks.every(Number.isInteger)).toBe(true);
    }
  }
});

test('times go from the left to the right of the plot, values from its floor upwards', () => {
  expect(frame).toEqual({ left: 76, right: 276, top: 14, bottom: 114 });
  expect([scale.x(0), scale.x(20_000), scale.y(0), scale.y(100)]).toEqual([76, 276, 114, 14]);
});

test('a drawing too small for a plot has one of a pixel', () => {
  expect(frameOf(10, 10)).toEqual({ left: 76, right: 77, top: 14, bottom: 15 });
});

test('a line is broken where a node has no sample, and its area with it', () => {
  const rows = [
    { atMs: 1000, a: 0 },
    { atMs: 2000, a: 50, b: 1 },
    { atMs: 3000, b: 2 },
    { atMs: 4000, a: 100 },
    { atMs: 5000, a: 33.333 },
  ];
  expect(linePath(rows, 'a', scale)).toBe('M86 114L96 64M116 14L126 80.7');
  expect(areaPath(rows, 'a', scale)).toBe('M86 114L96 64V114H86ZM116 14L126 80.7V114H116Z');
  expect(linePath(rows, 'c', scale)).toBe('');
});

test('the pointer finds the nearest row', () => {
  const rows = [{ atMs: 1000 }, { atMs: 2000 }, { atMs: 9000 }];
  expect([0, 92, 90.9, 400].map((x) => rowAt(rows, x, scale)?.atMs)).toEqual([1000, 2000, 1000, 9000]);
  expect(rowAt([], 100, scale)).toBeNull();
});
