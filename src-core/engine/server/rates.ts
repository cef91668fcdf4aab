// How much per second, over the last second and a half: counters looked at by the cron, as Redis's `instantaneous` fields.
import type { Clock } from '../../base/ports.ts';
import type { Stats } from '../commands/services.ts';

const SAMPLES = 16;

export type RateName = 'commands' | 'input' | 'output' | 'replicationInput' | 'replicationOutput';

interface Sample {
  readonly atMs: number;
  readonly counts: Readonly<Record<RateName, number>>;
}

export class Rates {
  readonly #clock: Clock;
  readonly #stats: Stats;
  #samples: Sample[] = [];

  constructor(clock: Clock, stats: Stats) {
    this.#clock = clock;
    this.#stats = stats;
  }

  sample(): void {
    const { commandsProcessed, netInputBytes, netOutputBytes, ...stats } = this.#stats;
    this.#samples.push({
      atMs: this.#clock.monotonicMs(),
      counts: {
        commands: commandsProcessed,
        input: netInputBytes,
        output: netOutputBytes,
        replicationInput: stats.netInputReplicationBytes,
        replicationOutput: stats.netOutputReplicationBytes,
      },
    });
    if (this.#samples.length > SAMPLES) this.#samples.shift();
  }

  perSecond(name: RateName): number {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || first.atMs === last.atMs) return 0;
    return ((last.counts[name] - first.counts[name]) * 1000) / (last.atMs - first.atMs);
  }

  /** The counters went back to zero. */
  restart(): void {
    this.#samples = [];
  }
}
