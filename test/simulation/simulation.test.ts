// Stories of whole engines in a simulated world; each from a seed, so that a bad one can be had again.
import { expect, test } from 'vitest';
import { tellStory } from './story.ts';

const stories = Number(process.env.SIMULATION_STORIES ?? 300);
const baseSeed = Number(process.env.SIMULATION_SEED ?? Math.floor(Math.random() * 2 ** 31));
const storyTimeoutMs = 2000;

test(
  `${stories} stories from seed ${baseSeed} on end with equal data`,
  async () => {
    const startedMs = performance.now();
    const counts = { events: 0, compared: 0, matched: 0, full: 0, partial: 0, waited: 0, kept: 0 };
    for (let seed = baseSeed; seed < baseSeed + stories; seed++) {
      const end = await tellStory(seed);
      counts.events += end.events;
      for (const name of ['compared', 'matched', 'full', 'partial', 'waited', 'kept'] as const)
        counts[name] += end.counts[name];
    }
    const seconds = (performance.now() - startedMs) / 1000;
    console.log(
      `${stories} stories from seed ${baseSeed}, ${(stories / seconds).toFixed(1)} a second: ${JSON.stringify(counts)}`,
    );
  },
  storyTimeoutMs * stories,
);

test('a seed gives the same story twice', async () => {
  const once = await tellStory(baseSeed);
  expect(await tellStory(baseSeed)).toEqual(once);
});
