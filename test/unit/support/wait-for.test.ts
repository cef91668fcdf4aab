// What a wait says when it ends, for better or worse.
import { expect, test } from 'vitest';
import { waitFor } from '../../support/wait-for.ts';

test('a wait ends with the first value that holds', async () => {
  let reads = 0;
  const value = await waitFor(
    'three reads',
    () => ++reads,
    (count) => count === 3,
    { intervalMs: 1 },
  );
  expect(value).toBe(3);
});

test('a wait that runs out names what it waited for and the last value', async () => {
  const wait = waitFor(
    'the offset to be 10',
    () => ({ offset: 9 }),
    ({ offset }) => offset === 10,
    { timeoutMs: 5, intervalMs: 1 },
  );
  await expect(wait).rejects.toThrow('waited 5 ms for the offset to be 10; the last value was { offset: 9 }');
});

test('an error while reading counts as not yet, and is told when the time is over', async () => {
  const read = () => {
    throw new Error('no server there');
  };
  const wait = waitFor('the server', read, () => true, { timeoutMs: 5, intervalMs: 1 });
  await expect(wait).rejects.toThrow('the last error was no server there');
});

test('a read that never ends does not outlast the wait', async () => {
  const wait = waitFor('an answer', () => new Promise(() => {}), Boolean, { timeoutMs: 5, intervalMs: 1 });
  await expect(wait).rejects.toThrow('waited 5 ms for an answer; the last error was a read that has not ended');
});
