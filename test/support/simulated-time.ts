// A clock and timers that move only when a test says so.
import type { Disposable } from '#core/base/lifecycle.ts';
import type { Clock, Timers } from '#core/base/ports.ts';

interface Task {
  readonly order: number;
  dueMs: number;
  readonly everyMs: number | null;
  readonly run: () => void;
}

const turnsMax = 10_000;

export class SimulatedTime implements Clock, Timers {
  #nowMs: number;
  #order = 0;
  #tasks = new Set<Task>();
  #soon: Task[] = [];

  constructor(startMs = 1_000_000) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  /** Timers that wait: a test of a clean end looks for none. */
  get waiting(): number {
    return this.#tasks.size + this.#soon.length;
  }

  after(delayMs: number, run: () => void): Disposable {
    return this.#add(delayMs, null, run);
  }

  every(intervalMs: number, run: () => void): Disposable {
    return this.#add(intervalMs, intervalMs, run);
  }

  soon(run: () => void): Disposable {
    const task: Task = { order: this.#order++, dueMs: this.#nowMs, everyMs: null, run };
    this.#soon.push(task);
    return {
      dispose: () => {
        this.#soon = this.#soon.filter((other) => other !== task);
      },
    };
  }

  /** Runs what waits for the end of the turn, and what that makes wait, until nothing does. */
  settle(): void {
    for (let turns = 0; this.#soon.length > 0; turns++) {
      if (turns === turnsMax) throw new Error(`${turnsMax} turns have passed and there is still something to do`);
      const batch = this.#soon;
      this.#soon = [];
      for (const task of batch) task.run();
    }
  }

  /** Lets time pass; timers run in their order, each at its own moment. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    this.settle();
    for (let task = this.#next(endMs); task !== null; task = this.#next(endMs)) {
      this.#nowMs = task.dueMs;
      if (task.everyMs === null) this.#tasks.delete(task);
      else task.dueMs += task.everyMs;
      task.run();
      this.settle();
    }
    this.#nowMs = endMs;
  }

  #add(delayMs: number, everyMs: number | null, run: () => void): Disposable {
    const task: Task = { order: this.#order++, dueMs: this.#nowMs + delayMs, everyMs, run };
    this.#tasks.add(task);
    return { dispose: () => void this.#tasks.delete(task) };
  }

  #next(endMs: number): Task | null {
    const due = [...this.#tasks].filter(({ dueMs }) => dueMs <= endMs);
    return due.sort((one, other) => one.dueMs - other.dueMs || one.order - other.order)[0] ?? null;
  }
}
