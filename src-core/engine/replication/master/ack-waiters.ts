// Who waits until enough replicas have acknowledged an offset: WAIT.
import type { Disposable } from '../../../base/lifecycle.ts';
import type { Timers } from '../../../base/ports.ts';

/** What becomes of the waiting: exactly one of these. */
export interface AckWaiting {
  /** Enough have acknowledged, or the time is up: so many have. */
  readonly done: (acknowledged: number) => void;
  /** We became a replica, and have no replicas' words to wait for. */
  readonly dropped: () => void;
  /** CLIENT UNBLOCK ... ERROR. */
  readonly refused: () => void;
}

interface Waiter extends AckWaiting {
  readonly offset: number;
  readonly replicas: number;
  /** Whoever waits: `interrupt` and `forget` find it by this. */
  readonly owner: object;
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

  /** Waits for so many acknowledgements of the offset, or until the time is up (0: never). */
  add(offset: number, replicas: number, timeoutMs: number, owner: object, waiting: AckWaiting): Disposable {
    const timeout = timeoutMs === 0 ? null : this.#timers.after(timeoutMs, () => this.#finish(waiter));
    const waiter: Waiter = { ...waiting, offset, replicas, owner, timeout };
    this.#waiters.add(waiter);
    return { dispose: () => this.#forget(waiter) };
  }

  /** CLIENT UNBLOCK: it is answered as if its time were up, or with an error. False: it does not wait here. */
  interrupt(owner: object, how: 'timeout' | 'error'): boolean {
    const waiter = this.#of(owner);
    if (waiter === undefined) return false;
    if (how === 'timeout') this.#finish(waiter);
    else if (this.#forget(waiter)) waiter.refused();
    return true;
  }

  /** Its connection is gone. Does nothing for one that does not wait. */
  forget(owner: object): void {
    const waiter = this.#of(owner);
    if (waiter !== undefined) this.#forget(waiter);
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

  #of(owner: object): Waiter | undefined {
    for (const waiter of this.#waiters) if (waiter.owner === owner) return waiter;
    return undefined;
  }

  #finish(waiter: Waiter): void {
    if (this.#forget(waiter)) waiter.done(this.#countAcks(waiter.offset));
  }

  #forget(waiter: Waiter): boolean {
    waiter.timeout?.dispose();
    return this.#waiters.delete(waiter);
  }
}
