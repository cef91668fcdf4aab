// The queue between the fleet and a screen.
import { expect, it } from 'vitest';
import { EventQueue } from '#core/host/event-queue.ts';

async function take<T>(items: AsyncGenerator<T, void>, count: number): Promise<T[]> {
  const taken: T[] = [];
  while (taken.length < count) {
    const { value, done } = await items.next();
    if (done) break;
    taken.push(value);
  }
  return taken;
}

it('gives what was pushed before and after the subscriber asked, in order', async () => {
  const queue = new EventQueue<number>(10, () => []);
  const items = queue.drain(undefined);
  queue.push(1);
  const taken = take(items, 3);
  await Promise.resolve();
  queue.push(2);
  queue.push(3);
  expect(await taken).toEqual([1, 2, 3]);
});

it('replaces everything by what the owner says when nobody takes', async () => {
  const queue = new EventQueue<string>(3, () => ['snapshot']);
  for (const item of ['a', 'b', 'c', 'd', 'e']) queue.push(item);
  expect(await take(queue.drain(undefined), 2)).toEqual(['snapshot', 'e']);
});

it('ends when its signal is aborted, also in the middle of a wait', async () => {
  const ending = new AbortController();
  const queue = new EventQueue<number>(3, () => []);
  const next = queue.drain(ending.signal).next();
  ending.abort();
  expect(await next).toEqual({ value: undefined, done: true });
});
