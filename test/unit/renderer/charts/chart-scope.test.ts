import { expect, test } from 'vitest';
import { shownInCharts } from '../../../../src-renderer/charts/chart-scope.ts';
import { master, replica } from '../support/views.ts';

const few = [master('alpha'), replica('bravo', 'alpha'), master('lone')];
const many = [
  ...few,
  replica('charlie', 'bravo'),
  master('other'),
  replica('delta', 'other'),
  replica('echo', 'other'),
];
const names = (selected: string | null, nodes = many) => shownInCharts(nodes, selected).map(({ id }) => id);

test('few nodes are shown all', () => {
  expect(names('lone', few)).toEqual(['alpha', 'bravo', 'lone']);
});

test('of many nodes the tree of the selected one is shown, whichever of it is selected', () => {
  for (const selected of ['alpha', 'bravo', 'charlie']) expect(names(selected)).toEqual(['alpha', 'bravo', 'charlie']);
  expect(names('echo')).toEqual(['other', 'delta', 'echo']);
  expect(names('lone')).toEqual(['lone']);
});

test('without a selection, and in a circle, nothing is lost', () => {
  expect(names(null)).toHaveLength(many.length);
  const circle = [...many, replica('x', 'y'), replica('y', 'x')];
  expect(names('y', circle)).toEqual(['x', 'y']);
});
