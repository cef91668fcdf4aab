// How much per second, over the last second and a half or a little more: counters that the cron samples, as Redis's
// `instantaneous` fields.
import type { Clock } from '../../base/ports.ts';
import type { Stats } from '../commands/services.ts';

/** Between Redis's sixteen samples at its usual `hz`; at rest, where samples are seldom, the window is up to two of them. */
const WINDOW_MS = 1500;

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
    const stats = this.#stats;
    const atMs = this.#clock.monotonicMs();
    this.#samples.push({
      atMs,
      counts: {
        commands: stats.commandsProcessed,
        input: stats.netInputBytes,
        output: stats.netOutputBytes,
        replicationInput: stats.netInputReplicationBytes,
        replicationOutput: stats.netOutputReplicationBytes,
      },
    });
    while ((this.#samples[1]?.atMs ?? atMs) <= atMs - WINDOW_MS) this.#samples.shift();
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
