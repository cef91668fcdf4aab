// The paced write load, under a clock that the test turns.
import { describe, expect, it } from 'vitest';
import { type LoadTime, loadCleanUpCommand, loadKeys, WriteLoad } from '#core/nodes/write-load.ts';

class HandTime implements LoadTime {
  #nowMs = 0;
  #ticks: { readonly everyMs: number; readonly run: () => void; dueMs: number }[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  every(everyMs: number, run: () => void) {
    const tick = { everyMs, run, dueMs: this.#nowMs + everyMs };
    this.#ticks.push(tick);
    const dispose = () => {
      this.#ticks = this.#ticks.filter((one) => one !== tick);
    };
    return { dispose };
  }

  /** Each tick's answers arrive before the next one. */
  async pass(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    while (this.#ticks.some(({ dueMs }) => dueMs <= endMs)) {
      const next = this.#ticks.reduce((first, tick) => (tick.dueMs < first.dueMs ? tick : first));
      this.#nowMs = next.dueMs;
      next.dueMs += next.everyMs;
      next.run();
      await Promise.resolve();
      await Promise.resolve();
    }
    this.#nowMs = endMs;
  }
}

function startLoad(writesPerSecond: number, valueBytes = 8, answer: () => Promise<void> = async () => {}) {
  const time = new HandTime();
  const written: (readonly string[])[] = [];
  const load = new WriteLoad({ writesPerSecond, valueBytes }, time, (commands) => {
    written.push(...commands);
    return answer();
  });
  return { time, written, load };
}

describe('a write load', () => {
  it.each([1, 20, 999, 50_000])('of %i a second writes so many in ten seconds, and measures it', async (rate) => {
    const { time, written, load } = startLoad(rate);
    await time.pass(10_000);
    expect(written.length).toBeGreaterThan(rate * 10 - rate / 10 - 2);
    expect(written.length).toBeLessThanOrEqual(rate * 10);
    expect(Math.abs(load.achievedPerSecond - rate)).toBeLessThanOrEqual(rate * 0.1 + 1);
  });

  it('writes values of exactly the asked size on a bounded set of keys', async () => {
    const { time, written } = startLoad(10_000, 3);
    await time.pass(1000);
    expect(new Set(written.map(([, key]) => key)).size).toBe(loadKeys);
    expect(new Set(written.map(([, , value]) => value?.length))).toEqual(new Set([3]));
  });

  it('sends nothing more while a batch is not answered, and does not catch up afterwards', async () => {
    let release = () => {};
    const { time, written } = startLoad(100, 8, () => new Promise((resolve) => (release = resolve)));
    await time.pass(5000);
    expect(written.length).toBe(10);
    release();
    await time.pass(100);
    expect(written.length).toBeLessThanOrEqual(10 + 100);
  });

  it('goes on after a batch that failed', async () => {
    const { time, written, load } = startLoad(100, 8, () => Promise.reject(new Error('READONLY')));
    await time.pass(4000);
    expect(written.length).toBeGreaterThan(300);
    expect(load.achievedPerSecond).toBe(0);
  });

  it('begins no write once it is disposed', async () => {
    const { time, written, load } = startLoad(100);
    await time.pass(1000);
    load.dispose();
    const before = written.length;
    await time.pass(5000);
    expect(written.length).toBe(before);
  });

  it('can be cleaned up by one command that names all of its keys', async () => {
    const { time, written } = startLoad(10_000);
    await time.pass(1000);
    const named = new Set(loadCleanUpCommand().slice(1));
    expect(written.every(([, key]) => named.has(key ?? ''))).toBe(true);
  });
});
