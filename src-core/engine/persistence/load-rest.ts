// The rests that `key-load-delay` puts between the pieces of a snapshot that is loaded.
import type { Disposable } from '../../base/lifecycle.ts';
import type { Timers } from '../../base/ports.ts';
import { KeyPace } from './key-pace.ts';

/** While a delay is set: short pieces, so that the rests fall between few keys. */
const slowPieceBytes = 1024;

export class LoadRest {
  readonly #timers: Timers;
  readonly #pace: KeyPace;
  #timer: Disposable | null = null;
  /** Ends the pause that somebody waits for. */
  #wake: () => void = () => {};

  /** For one snapshot. The delay is read each time. */
  constructor(settings: { readonly loadDelay: number }, timers: Timers) {
    this.#timers = timers;
    this.#pace = new KeyPace(() => settings.loadDelay);
  }

  /** Up to where the next piece goes, of bytes from `start` to `end`. */
  pieceEnd(start: number, end: number): number {
    return this.#pace.isSlow ? Math.min(end, start + slowPieceBytes) : end;
  }

  /** After `keysLoaded` keys in all: true if there is a rest now, at whose end `goOn` is called. */
  begin(keysLoaded: number, goOn: () => void): boolean {
    const restMs = this.#pace.rest(keysLoaded);
    if (restMs === 0) return false;
    this.#timer = this.#timers.after(restMs, () => {
      this.#timer = null;
      goOn();
    });
    return true;
  }

  /** As `begin`, to be waited for; `dispose` ends it too, or the one who waits would keep his file open for ever. */
  pause(keysLoaded: number): Promise<void> | null {
    const rest = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    return this.begin(keysLoaded, this.#wake) ? rest : null;
  }

  dispose(): void {
    this.#timer?.dispose();
    this.#timer = null;
    this.#wake();
  }
}
