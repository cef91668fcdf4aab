// Waits for a condition with a bound, so that no test sleeps and a failure says what was last seen.
import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';

export interface WaitOptions {
  readonly timeoutMs?: number;
  readonly intervalMs?: number;
}

/** Long, for a busy machine: who waits for what comes does not wait longer for it. */
const defaultTimeoutMs = 25_000;
const defaultIntervalMs = 20;

/**
 * Reads until the value holds, and returns it. An error of `read` counts as "not yet"; a read that never ends does too.
 * @throws Error that names `what`, the time waited, and the last value or error.
 */
export async function waitFor<T>(
  what: string,
  read: () => T | Promise<T>,
  holds: (value: T) => boolean = Boolean,
  options: WaitOptions = {},
): Promise<T> {
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  const endsAt = performance.now() + timeoutMs;
  let last = 'nothing was read';
  do {
    try {
      const value = await answered(read, endsAt);
      if (holds(value)) return value;
      last = `the last value was ${inspect(value, { depth: 4, breakLength: 120 })}`;
    } catch (error) {
      last = `the last error was ${error instanceof Error ? error.message : inspect(error)}`;
    }
    await delay(options.intervalMs ?? defaultIntervalMs);
  } while (performance.now() < endsAt);
  throw new Error(`waited ${timeoutMs} ms for ${what}; ${last}`);
}

/** What was read; an error where it did not come before the end of the wait. */
async function answered<T>(read: () => T | Promise<T>, endsAt: number): Promise<T> {
  const reading = read();
  if (!(reading instanceof Promise)) return reading;
  const end = new AbortController();
  const late = delay(Math.max(0, endsAt - performance.now()), undefined, { signal: end.signal }).then(() => {
    throw new Error('a read that has not ended');
  });
  try {
    return await Promise.race([reading, late]);
  } finally {
    end.abort();
    late.catch(() => {}); // ended with the wait
    reading.catch(() => {}); // nobody waits for it any more
  }
}
