import { expect, test } from 'vitest';
import { placeInColumns } from '../../../../src-renderer/topology/columns.ts';

const gaps = { betweenColumns: 0, betweenRows: 0 };
const blocks = (count: number, width = 100, height = 100) => Array.from({ length: count }, () => ({ width, height }));

test('what fits stands in one column', () => {
  expect(placeInColumns(blocks(2), { width: 800, height: 200 }, gaps)).toEqual([
    { x: 0, y: 0 },
    { x: 0, y: 100 },
  ]);
});

test('what does not fit fills as many columns as show it largest, each from its top', () => {
  expect(placeInColumns(blocks(4), { width: 200, height: 200 }, gaps)).toEqual([
    { x: 0, y: 0 },
    { x: 0, y: 100 },
    { x: 100, y: 0 },
    { x: 100, y: 100 },
  ]);
});

test('a column is as wide as its widest block, and gaps lie between', () => {
  const sizes = [...blocks(1, 300), ...blocks(1, 50), ...blocks(2, 80)];
  expect(placeInColumns(sizes, { width: 500, height: 210 }, { betweenColumns: 20, betweenRows: 10 })).toEqual([
    { x: 0, y: 0 },
    { x: 0, y: 110 },
    { x: 320, y: 0 },
    { x: 320, y: 110 },
  ]);
});

test('columns are filled evenly: the last one is not left with a rest', () => {
  const places = placeInColumns(blocks(6), { width: 300, height: 100 }, gaps);
  expect(places.map(({ x }) => x)).toEqual([0, 0, 100, 100, 200, 200]);
});

test('no block, no place; and a block higher than the room has its own place', () => {
  expect(placeInColumns([], { width: 100, height: 100 }, gaps)).toEqual([]);
  expect(placeInColumns(blocks(1, 100, 5000), { width: 100, height: 100 }, gaps)).toEqual([{ x: 0, y: 0 }]);
});
