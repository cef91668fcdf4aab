// Whether a snapshot is being loaded and how far it is, whoever loads it: what INFO says, and what commands may do meanwhile.
import type { Clock } from '../../base/ports.ts';

/** 'shut': clients hear LOADING. 'open': the former data are served beside the load, Redis's `async_loading`. */
export type LoadKind = 'shut' | 'open';

export interface LoadFigures {
  readonly kind: LoadKind;
  /** Unix time. */
  readonly startSeconds: number;
  /** 0: nobody knows. */
  readonly totalBytes: number;
  readonly loadedBytes: number;
  /** What the data took where the snapshot was made, as it says; 0 before it has said so. */
  readonly usedMemoryBytes: number;
}

export class LoadWatch {
  /** Null: nothing is being loaded. */
  figures: LoadFigures | null = null;
  /** Of the last load that came to its end. */
  keysLoaded = 0;
  keysExpired = 0;
  readonly #clock: Clock;
  readonly #changed: (kind: LoadKind | null) => void;

  /** `changed` hears what clients may do from now on. */
  constructor(clock: Clock, changed: (kind: LoadKind | null) => void) {
    this.#clock = clock;
    this.#changed = changed;
  }

  begin(kind: LoadKind, totalBytes: number): void {
    const startSeconds = Math.floor(this.#clock.nowMs() / 1000);
    this.figures = { kind, startSeconds, totalBytes, loadedBytes: 0, usedMemoryBytes: 0 };
    this.#changed(kind);
  }

  progress(loadedBytes: number, usedMemoryBytes: number): void {
    if (this.figures !== null) this.figures = { ...this.figures, loadedBytes, usedMemoryBytes };
  }

  /** `loaded`: what came of it; null when it was given up. */
  end(loaded: { readonly keysLoaded: number; readonly keysExpired: number } | null): void {
    this.figures = null;
    if (loaded !== null) {
      this.keysLoaded = loaded.keysLoaded;
      this.keysExpired = loaded.keysExpired;
    }
    this.#changed(null);
  }
}
