import { expect, test } from 'vitest';
import type { Mark, SeriesPoint } from '#core/contract/views.ts';
import { chartRows, chartSlots, chartSpan, placeMarks, timeTicks } from '../../../../src-renderer/charts/chart-rows.ts';

const point = (atMs: number, offset: number | null): SeriesPoint => ({
  atMs,
  offset,
  lagBytes: null,
  reachSeconds: null,
  writeBytesPerSecond: 0,
  lagSeconds: null,
  unappliedBytes: null,
  dataAgeMs: null,
  outputBufferBytes: null,
  syncs: null,
});

const span = { fromMs: 0, toMs: 8000, slotMs: 4000 };

test('samples of one slot become one row, with the last of them', () => {
  const series = { a: [point(1000, 1), point(3000, 3), point(5000, 5)] };
  expect(chartRows(series, ['a'], 'offset', span)).toEqual([
    { atMs: 4000, a: 3 },
    { atMs: 8000, a: 5 },
  ]);
});

test('nodes share rows, and one that was not read in a slot is absent from it', () => {
  const series = { a: [point(1000, 1)], b: [point(2000, 7), point(7000, 8)] };
  expect(chartRows(series, ['a', 'b'], 'offset', span)).toEqual([
    { atMs: 4000, a: 1, b: 7 },
    { atMs: 8000, b: 8 },
  ]);
});

test('a figure that is not known leaves no row', () => {
  expect(chartRows({ a: [point(1000, null)] }, ['a'], 'offset', span)).toEqual([]);
});

test('five minutes of samples give no more rows than slots', () => {
  const newest = 1_000_000;
  const series = { a: Array.from({ length: 400 }, (_, i) => point(newest - i * 1000, i)).reverse() };
  const rows = chartRows(series, ['a'], 'offset', chartSpan(newest - 399_000, newest));
  expect(rows.length).toBeLessThanOrEqual(chartSlots);
  expect(rows.length).toBeGreaterThan(chartSlots - 3);
});

test('the span is half a minute at first, then grows with the samples, and is never longer than five minutes', () => {
  expect(chartSpan(100_000, 103_000)).toEqual({ fromMs: 73_000, toMs: 103_000, slotMs: 1000 });
  expect(chartSpan(100_000, 190_000)).toEqual({ fromMs: 100_000, toMs: 190_000, slotMs: 2000 });
  expect(chartSpan(100_000, 900_000)).toEqual({ fromMs: 600_000, toMs: 900_000, slotMs: 5000 });
});

test('the span ends on a slot border', () => {
  expect(chartSpan(100_000, 190_500)).toEqual({ fromMs: 100_000, toMs: 192_000, slotMs: 2000 });
});

test('the axis of a short span counts quarters of a minute, that of a long one whole minutes, none at the very end', () => {
  expect(timeTicks({ fromMs: 20_000, toMs: 80_000, slotMs: 1000 })).toEqual([30_000, 45_000, 60_000, 75_000]);
  expect(timeTicks({ fromMs: 17_000, toMs: 77_000, slotMs: 1000 })).toEqual([30_000, 45_000, 60_000]);
  expect(timeTicks({ fromMs: 0, toMs: 120_000, slotMs: 2000 })).toEqual([30_000, 60_000, 90_000]);
  expect(timeTicks({ fromMs: 0, toMs: 300_000, slotMs: 5000 })).toEqual([60_000, 120_000, 180_000, 240_000]);
});

const mark = (atMs: number, kind: Mark['kind']): Mark => ({ atMs, nodeId: 'a', kind });
const whole = { fromMs: 0, toMs: 100_000, slotMs: 2000 };

test('marks close together become one line with the gravest word', () => {
  const marks = [mark(10_000, 'linkUp'), mark(10_500, 'fullSync')];
  expect(placeMarks(marks, whole)).toEqual([{ atMs: 10_000, kind: 'fullSync', marks, wordSide: 'right' }]);
});

test('a word stands where it has room, and nowhere without', () => {
  const placed = placeMarks([mark(50_000, 'attached'), mark(58_000, 'linkUp'), mark(95_000, 'linkDown')], whole);
  expect(placed.map((line) => line.wordSide)).toEqual(['left', 'right', null]);
  // Two words side by side need twice the room.
  const near = placeMarks([mark(40_000, 'attached'), mark(85_000, 'promoted')], whole);
  expect(near.map((line) => line.wordSide)).toEqual(['right', null]);
});

test('marks outside the span are left out', () => {
  expect(placeMarks([mark(-5, 'started'), mark(200_000, 'stopped')], whole)).toEqual([]);
});
