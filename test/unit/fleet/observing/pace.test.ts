// When a node is due: at the interval, later when it was slow, much later when it does not answer.
import { expect, it } from 'vitest';
import { Pace } from '#core/fleet/observing/pace.ts';

const second = 1000;

it('is due at once, then at each interval', () => {
  const pace = new Pace();
  expect(pace.isDue(0, second)).toBe(true);
  pace.begin(0);
  pace.succeed(3, 3);
  expect(pace.isDue(500, second)).toBe(false);
  expect(pace.isDue(1000, second)).toBe(true);
});

it('rests after a slow look as long as that took', () => {
  const pace = new Pace();
  pace.begin(0);
  pace.succeed(900, 900);
  expect(pace.isDue(1500, second)).toBe(false);
  expect(pace.isDue(1800, second)).toBe(true);
});

it('waits twice as long after each failure, up to a bound, and is itself again after a success', () => {
  const pace = new Pace();
  const pauses = [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000];
  for (const pauseMs of pauses) {
    pace.begin(0);
    pace.fail(0);
    expect(pace.isDue(pauseMs - 1, 1)).toBe(false);
    expect(pace.isDue(pauseMs, 1)).toBe(true);
  }
  pace.begin(0);
  pace.succeed(1, 1);
  pace.begin(1000);
  pace.fail(1000);
  expect(pace.isDue(2000, second)).toBe(true);
});

it('is due at once where something changed at the node', () => {
  const pace = new Pace();
  pace.begin(0);
  pace.fail(0);
  pace.reset();
  expect(pace.isDue(1, second)).toBe(true);
});
