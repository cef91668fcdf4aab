// The beat: one timer for all that comes each second.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { eachBeat } from '#core/platform/beat.ts';

/** Some way into a second of the machine's clock. */
const startMs = 70_000_300;

beforeEach(() => {
  vi.useFakeTimers({ now: startMs, toFake: ['setTimeout', 'clearTimeout', 'hrtime', 'Date'] });
});

afterEach(() => void vi.useRealTimers());

test('all that comes each second comes at one time, on the whole second, by one timer', () => {
  const heard: string[] = [];
  const phaseMs = Number(process.hrtime.bigint() / 1_000_000n) % 1000;
  const one = eachBeat(() => heard.push('one'));
  vi.advanceTimersByTime(5);
  const other = eachBeat(() => heard.push('other'));
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(1000 - phaseMs - 6);
  expect(heard).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(heard).toEqual(['one', 'other']);
  vi.advanceTimersByTime(3000);
  expect(heard).toHaveLength(8);
  one.dispose();
  vi.advanceTimersByTime(1000);
  expect(heard.slice(8)).toEqual(['other']);
  other.dispose();
  expect(vi.getTimerCount()).toBe(0);
});

test('a timer that fires a little early does not make two beats of one', () => {
  let beats = 0;
  const phaseMs = Number(process.hrtime.bigint() / 1_000_000n) % 1000;
  vi.advanceTimersByTime(1000 - phaseMs - 3);
  const beat = eachBeat(() => beats++);
  vi.advanceTimersByTime(500);
  expect(beats).toBe(0);
  vi.advanceTimersByTime(503);
  expect(beats).toBe(1);
  beat.dispose();
});
