import { expect, test } from 'vitest';
import type { Mark, SeriesPoint } from '#core/contract/views.ts';
import {
  chartRows,
  chartSlots,
  chartSpan,
  chartSpanMs,
  placeMarks,
} from '../../../../src-renderer/charts/chart-rows.ts';

const point = (atMs: number, offset: number | null): SeriesPoint => ({
  atMs,
  offset,
  lagBytes: null,
  reachSeconds: null,
  writeBytesPerSecond: 0,
});

const span = chartSpan(8000);

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
  const rows = chartRows(series, ['a'], 'offset', chartSpan(newest));
  expect(rows.length).toBeLessThanOrEqual(chartSlots);
  expect(rows.length).toBeGreaterThan(chartSlots - 3);
});

test('the span ends on a slot border and is five minutes long', () => {
  expect(chartSpan(8001)).toEqual({ fromMs: 12_000 - chartSpanMs, toMs: 12_000 });
});

const mark = (atMs: number, kind: Mark['kind']): Mark => ({ atMs, nodeId: 'a', kind });
const whole = { fromMs: 0, toMs: 100_000 };

test('marks close together become one line with the gravest word', () => {
  expect(placeMarks([mark(10_000, 'linkUp'), mark(10_500, 'fullSync')], whole)).toEqual([
    { atMs: 10_500, kind: 'fullSync', count: 2, wordSide: 'right' },
  ]);
});

test('a word stands where it has room, and nowhere without', () => {
  const placed = placeMarks([mark(50_000, 'attached'), mark(58_000, 'linkUp'), mark(95_000, 'linkDown')], whole);
  expect(placed.map((line) => line.wordSide)).toEqual(['left', 'right', null]);
});

test('marks outside the span are left out', () => {
  expect(placeMarks([mark(-5, 'started'), mark(200_000, 'stopped')], whole)).toEqual([]);
});
