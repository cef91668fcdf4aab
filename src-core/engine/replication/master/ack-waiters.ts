// Who waits until enough replicas have acknowledged an offset: WAIT.
import type { Disposable } from '../../../base/lifecycle.ts';
import type { Timers } from '../../../base/ports.ts';

interface Waiter {
  readonly offset: number;
  readonly replicas: number;
  readonly done: (acknowledged: number) => void;
  readonly dropped: () => void;
  readonly timeout: Disposable | null;
}

export class AckWaiters {
  readonly #timers: Timers;
  readonly #countAcks: (offset: number) => number;
  readonly #waiters = new Set<Waiter>();

  /** `countAcks`: how many replicas have acknowledged this offset. */
  constructor(timers: Timers, countAcks: (offset: number) => number) {
    this.#timers = timers;
    this.#countAcks = countAcks;
  }

  get isEmpty(): boolean {
    return this.#waiters.size === 0;
  }

  /**
   * Calls `done` once: when so many have acknowledged, or after the time (0: never) with as many as have. Or `dropped`,
   * once, when we become a replica.
   */
  add(
    offset: number,
    replicas: number,
    timeoutMs: number,
    done: (acknowledged: number) => void,
    dropped: () => void,
  ): Disposable {
    const timeout = timeoutMs === 0 ? null : this.#timers.after(timeoutMs, () => this.#finish(waiter));
    const waiter: Waiter = { offset, replicas, done, dropped, timeout };
    this.#waiters.add(waiter);
    return { dispose: () => this.#forget(waiter) };
  }

  /** An acknowledgement came. */
  check(): void {
    for (const waiter of [...this.#waiters]) {
      if (this.#countAcks(waiter.offset) >= waiter.replicas) this.#finish(waiter);
    }
  }

  /** We are a replica now, and have no replicas' words to wait for. */
  drop(): void {
    for (const waiter of [...this.#waiters]) if (this.#forget(waiter)) waiter.dropped();
  }

  /** Lets all go with what there is: the engine stops. */
  release(): void {
    for (const waiter of [...this.#waiters]) this.#finish(waiter);
  }

  #finish(waiter: Waiter): void {
    if (this.#forget(waiter)) waiter.done(this.#countAcks(waiter.offset));
  }

  #forget(waiter: Waiter): boolean {
    waiter.timeout?.dispose();
    return this.#waiters.delete(waiter);
  }
}
