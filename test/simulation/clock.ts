// Simulated time: one queue of events for the whole world, and for each process the clock and timers that it is handed.
import type { Disposable } from '#core/base/lifecycle.ts';
import type { Clock, Timers } from '#core/base/ports.ts';
import type { SeededRandom } from '../support/random.ts';

/** A story that is still busy after so many events runs in a circle. */
const eventsMax = 400_000;

/** What lives and dies with one process: when it is dead, nothing of it runs any more. */
export interface Life {
  alive: boolean;
}

interface Event {
  readonly atMs: number;
  readonly order: number;
  readonly life: Life | null;
  run: (() => void) | null;
}

/** Events in the order of their time, and of their making where the time is equal. */
export class SimulatedTime {
  /** Milliseconds, with fractions. */
  nowMs = 1_000_000_000;
  events = 0;
  /** Called after each event: whoever watches the world. */
  watch: () => void = () => {};
  /** True while somebody waits for a promise: then promises are let through before the next event. */
  promisesWait: () => boolean = () => false;
  readonly #heap: Event[] = [];
  #order = 0;

  /** `life` null: an act of the world itself, which nobody's death prevents. */
  after(delayMs: number, life: Life | null, run: () => void): Disposable {
    const event: Event = { atMs: this.nowMs + delayMs, order: this.#order++, life, run };
    this.#push(event);
    return {
      dispose: () => {
        event.run = null;
      },
    };
  }

  /** Lets so much time pass. */
  async run(forMs: number): Promise<void> {
    const endMs = this.nowMs + forMs;
    await settlePromises();
    for (let next = this.#heap[0]; next !== undefined && next.atMs <= endMs; next = this.#heap[0]) {
      this.#pop();
      if (next.run === null || next.life?.alive === false) continue;
      if (this.events++ > eventsMax) throw new Error(`${eventsMax} events have passed and the story has no end`);
      // The time that a process spent with its work has made the event late.
      this.nowMs = Math.max(this.nowMs, next.atMs);
      const waited = this.promisesWait();
      next.run();
      if (waited || this.promisesWait()) await settlePromises();
      this.watch();
    }
    this.nowMs = Math.max(this.nowMs, endMs);
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (isBefore(heap[parent]!, event)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (isBefore(last, heap[child]!)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
  }
}

function isBefore(one: Event, other: Event): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
}

/** A turn of the real event loop: after it, no promise has anything left to do. No time is waited for. */
export function settlePromises(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

/**
 * One process's clock. Reading the time takes time, a little and by chance: so a piece of work that ends "after a
 * millisecond" ends at a place that the seed draws.
 */
export class ProcessClock implements Clock {
  readonly #time: SimulatedTime;
  readonly #random: SeededRandom;
  /** How far this machine's calendar is off. */
  readonly #skewMs: number;

  constructor(time: SimulatedTime, random: SeededRandom, skewMs: number) {
    this.#time = time;
    this.#random = random;
    this.#skewMs = skewMs;
  }

  nowMs(): number {
    return Math.floor(this.#time.nowMs) + this.#skewMs;
  }

  monotonicMs(): number {
    this.#time.nowMs += this.#random.below(64) / 100;
    return this.#time.nowMs;
  }
}

/** One process's timers; `waiting` counts those that were not disposed of and have not run. */
export class ProcessTimers implements Timers {
  readonly #time: SimulatedTime;
  readonly #life: Life;
  readonly #waiting = new Set<object>();

  constructor(time: SimulatedTime, life: Life) {
    this.#time = time;
    this.#life = life;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  after(delayMs: number, run: () => void): Disposable {
    return this.#start(delayMs, null, run);
  }

  every(intervalMs: number, run: () => void): Disposable {
    return this.#start(intervalMs, intervalMs, run);
  }

  soon(run: () => void): Disposable {
    return this.#start(0, null, run);
  }

  #start(delayMs: number, everyMs: number | null, run: () => void): Disposable {
    const token = {};
    let next: Disposable;
    const fire = () => {
      if (everyMs === null) this.#waiting.delete(token);
      else next = this.#time.after(everyMs, this.#life, fire);
      run();
    };
    this.#waiting.add(token);
    next = this.#time.after(delayMs, this.#life, fire);
    return {
      dispose: () => {
        this.#waiting.delete(token);
        next.dispose();
      },
    };
  }
}
