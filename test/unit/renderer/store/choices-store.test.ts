import { expect, test } from 'vitest';
import { readChoices } from '../../../../src-renderer/store/choices-store.ts';

const holding = (text: string | null) => ({ getItem: () => text });

test('without a stored choice the theme is dark and the graph is shown', () => {
  expect(readChoices(holding(null))).toMatchObject({ theme: 'dark', topology: 'graph' });
});

test('a stored choice is taken, and what it does not name keeps its first value', () => {
  expect(readChoices(holding('{"theme":"light"}'))).toMatchObject({ theme: 'light', topology: 'graph' });
});

test('what cannot be read, or is not a choice, gives the first choices', () => {
  const first = readChoices(null);
  expect(readChoices(holding('{"theme":'))).toEqual(first);
  expect(readChoices(holding('{"theme":"purple"}'))).toEqual(first);
  const forbidden = {
    getItem: (): string => {
      throw new Error('access denied');
    },
  };
  expect(readChoices(forbidden)).toEqual(first);
});
