// Snapshots that could not be loaded, one after the other: the next is asked for later and later, since each costs the master one.

/** A link that is lost tries again at once, unless its last try is less long ago: not more than one a second. */
export const retryPauseMs = 1000;
const longestPauseMs = 60_000;

export class LoadRefusals {
  #count = 0;
  #untilMs = Number.NEGATIVE_INFINITY;

  /** Another could not be loaded, at this moment of the monotonic clock; answers how long to wait, in milliseconds. */
  note(nowMs: number): number {
    const pauseMs = Math.min(longestPauseMs, retryPauseMs * 2 ** this.#count);
    // After the first the link's own pause is enough.
    if (this.#count > 0) this.#untilMs = nowMs + pauseMs;
    this.#count++;
    return pauseMs;
  }

  /** Whether the next one may be asked for. */
  isOver(nowMs: number): boolean {
    return nowMs >= this.#untilMs;
  }

  /** One was loaded, or none was needed. */
  forget(): void {
    this.#count = 0;
    this.#untilMs = Number.NEGATIVE_INFINITY;
  }
}
