// Writes are refused after a save that failed, as long as there are save points: `stop-writes-on-bgsave-error`.
import { type Disposable, DisposableStore } from '../../base/lifecycle.ts';
import { type Gates, gate } from '../commands/gates.ts';
import type { ConfigService } from '../commands/services.ts';

export class SaveGate implements Disposable {
  readonly #config: ConfigService;
  readonly #gates: Gates;
  readonly #open = new DisposableStore();
  #lastSaveWorked = true;

  constructor(config: ConfigService, gates: Gates) {
    this.#config = config;
    this.#gates = gates;
    for (const name of ['stop-writes-on-bgsave-error', 'save']) {
      this.#open.add(config.onChange(name, () => this.#update()));
    }
  }

  saveEnded(worked: boolean): void {
    this.#lastSaveWorked = worked;
    this.#update();
  }

  dispose(): void {
    this.#open.dispose();
  }

  #update(): void {
    const stops = this.#config.flag('stop-writes-on-bgsave-error') && this.#config.text('save') !== '';
    this.#gates.set(gate.saveFailed, stops && !this.#lastSaveWorked);
  }
}
