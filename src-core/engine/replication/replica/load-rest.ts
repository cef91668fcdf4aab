// The rests that `key-load-delay` puts between the pieces of a master's snapshot.
import type { Disposable } from '../../../base/lifecycle.ts';
import type { Timers } from '../../../base/ports.ts';
import { KeyPace } from '../../persistence/key-pace.ts';
import type { ReplicationSettings } from '../settings.ts';

export class LoadRest {
  readonly #timers: Timers;
  readonly #pace: KeyPace;
  #timer: Disposable | null = null;

  /** For one snapshot. */
  constructor(settings: ReplicationSettings, timers: Timers) {
    this.#timers = timers;
    this.#pace = new KeyPace(() => settings.loadDelay);
  }

  /** Nothing of the snapshot is to be taken now. */
  get isOn(): boolean {
    return this.#timer !== null;
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

  dispose(): void {
    this.#timer?.dispose();
    this.#timer = null;
  }
}
