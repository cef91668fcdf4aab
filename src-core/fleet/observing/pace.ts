// When a node is looked at next: at the pace of who watches, more seldom when it is slow or does not answer. Pure.

/** The first pause after a look that failed; it doubles with each further one, up to the longest. */
const backOffFirstMs = 1000;
const backOffMaxMs = 30_000;
/** A node that needs long to answer is asked so seldom that looks take at most half of its time. */
const restPerLook = 2;
/** A round may come a little early for a node; without this it would wait for a whole further round. */
const slackShare = 0.2;

/** All times in milliseconds of a clock that never steps. */
export class Pace {
  #begunAtMs: number | null = null;
  /** Not before this, however often somebody wants to look. */
  #restsUntilMs = 0;
  #failures = 0;

  isDue(nowMs: number, intervalMs: number): boolean {
    if (nowMs < this.#restsUntilMs) return false;
    return this.#begunAtMs === null || nowMs - this.#begunAtMs >= intervalMs * (1 - slackShare);
  }

  /** A round takes it. Looks between rounds, which something asked for, do not shift the next one. */
  begin(nowMs: number): void {
    this.#begunAtMs = nowMs;
  }

  /** A look went well. */
  succeed(nowMs: number, tookMs: number): void {
    this.#failures = 0;
    this.#restsUntilMs = nowMs + tookMs * (restPerLook - 1);
  }

  fail(nowMs: number): void {
    this.#restsUntilMs = nowMs + Math.min(backOffMaxMs, backOffFirstMs * 2 ** this.#failures);
    this.#failures++;
  }

  /** Something changed at the node: it may answer again, or otherwise. */
  reset(): void {
    this.#begunAtMs = null;
    this.#restsUntilMs = 0;
    this.#failures = 0;
  }
}
