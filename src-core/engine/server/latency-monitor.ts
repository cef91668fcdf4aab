// Moments at which something took longer than `latency-monitor-threshold`, by the kind of work: LATENCY.
import type { LatencyEvent, LatencySample, LatencyService } from '../commands/services.ts';

/** Redis's own: one sample a second at most, the last so many. */
const SAMPLES_MAX = 160;

export class LatencyMonitor implements LatencyService {
  readonly #events = new Map<string, LatencyEvent>();

  get events(): readonly LatencyEvent[] {
    return [...this.#events.values()];
  }

  /** The worst of a second counts for it. */
  add(name: string, atSeconds: number, durationMs: number): void {
    const event = this.#events.get(name);
    const samples = event?.samples ?? [];
    const last = samples.at(-1);
    this.#events.set(name, {
      name,
      worstMs: Math.max(event?.worstMs ?? 0, durationMs),
      samples:
        last?.atSeconds === atSeconds
          ? [...samples.slice(0, -1), { atSeconds, durationMs: Math.max(last.durationMs, durationMs) }]
          : [...samples, { atSeconds, durationMs }].slice(-SAMPLES_MAX),
    });
  }

  samplesOf(name: string): readonly LatencySample[] {
    return this.#events.get(name)?.samples ?? [];
  }

  reset(names: readonly string[]): number {
    const known = (names.length === 0 ? [...this.#events.keys()] : [...names]).filter((name) => this.#events.has(name));
    return known.filter((name) => this.#events.delete(name)).length;
  }
}
