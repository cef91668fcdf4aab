// A write load on a real server, over the connection that Syncline already has to it.
import type { Disposable } from '../base/lifecycle.ts';
import type { WorkloadView } from '../contract/views.ts';
import type { LoadSettings } from '../nodes/node-protocol.ts';
import { WriteLoad } from '../nodes/write-load.ts';
import type { Reply } from '../remote/role.ts';

type Execute = (commands: readonly (readonly string[])[]) => Promise<readonly Reply[]>;

/** Starts at once. Disposed, it sends nothing more. */
export class SocketWorkload implements Disposable {
  readonly #load: WriteLoad;

  constructor(settings: LoadSettings, execute: Execute) {
    this.#load = new WriteLoad(settings, { nowMs: () => performance.now(), every }, async (commands) => {
      await execute(commands);
    });
  }

  get view(): WorkloadView {
    return { ...this.#load.settings, achievedPerSecond: this.#load.achievedPerSecond };
  }

  dispose(): void {
    this.#load.dispose();
  }
}

function every(intervalMs: number, run: () => void): Disposable {
  const timer = setInterval(run, intervalMs);
  return { dispose: () => clearInterval(timer) };
}
