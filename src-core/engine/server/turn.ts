// A turn of the event loop: the clock is read at its first event only, and budgets count within it.
import type { Clock, Timers } from '../../base/ports.ts';
import type { Keyspace } from '../keyspace/keyspace.ts';

export class Turn {
  /** Grows by one with every turn in which something happened. */
  number = 0;
  /** Told at the end of each turn; the cron listens. */
  ended: () => void = () => {};
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #keyspace: Keyspace;
  #begun = false;

  constructor(clock: Clock, timers: Timers, keyspace: Keyspace) {
    this.#clock = clock;
    this.#timers = timers;
    this.#keyspace = keyspace;
  }

  /** Called first by whatever event comes: sets the keyspace's clock once. */
  begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    this.number++;
    this.#keyspace.nowMs = this.#clock.nowMs();
    this.#timers.soon(this.#end);
  }

  readonly #end = (): void => {
    this.#begun = false;
    this.ended();
  };
}
