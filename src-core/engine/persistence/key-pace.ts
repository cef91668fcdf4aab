// Slows the making or the loading of a snapshot on purpose: `rdb-key-save-delay` and `key-load-delay`.

/** Timers of the system wait whole milliseconds; what is less is owed until it is one. */
const shortestRestMs = 1;

export class KeyPace {
  readonly #delayMicroseconds: () => number;
  #keys = 0;
  #owedMs = 0;

  /** `delayMicroseconds` for each key, read each time; -n is one microsecond for every n keys, 0 no delay. */
  constructor(delayMicroseconds: () => number) {
    this.#delayMicroseconds = delayMicroseconds;
  }

  /** There is a delay: work should be cut into short pieces. */
  get isSlow(): boolean {
    return this.#delayMicroseconds() !== 0;
  }

  /** How long to rest now, after `keys` keys in all, in milliseconds; 0: go on. */
  rest(keys: number): number {
    const delay = this.#delayMicroseconds();
    const perKeyMicroseconds = delay < 0 ? 1 / -delay : delay;
    this.#owedMs += ((keys - this.#keys) * perKeyMicroseconds) / 1000;
    this.#keys = keys;
    if (this.#owedMs < shortestRestMs) return 0;
    const restMs = this.#owedMs;
    this.#owedMs = 0;
    return restMs;
  }
}
