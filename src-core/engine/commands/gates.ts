// The gates that a command passes before it runs, as bits, so that an open road costs one comparison.

/** Each gate with its bit; what it asks stands in `execute.ts`, in Redis's order. */
export const gate = {
  /** `min-replicas-to-write` is not met. */
  tooFewReplicas: 1,
  /** The last save failed and `stop-writes-on-bgsave-error` is on. */
  saveFailed: 2,
  /** A replica with `replica-read-only`. */
  readOnly: 4,
  /** A replica without its master, with `replica-serve-stale-data no`. */
  masterDown: 8,
  /** A data set is being loaded. */
  loading: 16,
  /** CLIENT PAUSE … WRITE. */
  writesPaused: 32,
  /** CLIENT PAUSE … ALL. */
  allPaused: 64,
} as const;

export type Gate = (typeof gate)[keyof typeof gate];

export class Gates {
  /** The bits of all shut gates; 0 when the road is open. */
  shut = 0;

  set(which: Gate, isShut: boolean): void {
    this.shut = isShut ? this.shut | which : this.shut & ~which;
  }

  has(which: Gate): boolean {
    return (this.shut & which) !== 0;
  }
}
