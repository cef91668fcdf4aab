// What looking at a node costs: bytes and milliseconds a look, and the share of the server's own time, by its own count.
import type { LookCostView } from '../../contract/views.ts';
import type { Look } from './look.ts';
import { Ring } from './ring.ts';

/** The figures are means over this many looks: one whole look among many quick ones has its place in them. */
const looksKept = 30;

interface LookSample {
  readonly startedAtMs: number;
  readonly bytes: number;
  readonly durationMs: number;
  readonly calls: ReadonlyMap<string, number>;
}

export class LookCost {
  readonly #looks = new Ring<LookSample>(looksKept);
  #microsPerCall: Look['microsPerCall'] = null;

  /** @param endedAtMs of a clock that never steps */
  add({ bytes, durationMs, calls, microsPerCall }: Look, endedAtMs: number): void {
    this.#looks.push({ startedAtMs: endedAtMs - durationMs, bytes, durationMs, calls });
    this.#microsPerCall = microsPerCall ?? this.#microsPerCall;
  }

  /** Null until the first look. */
  get view(): LookCostView | null {
    const looks = this.#looks.toArray();
    const [first] = looks;
    const last = looks.at(-1);
    if (!first || !last) return null;
    const mean = (pick: (look: LookSample) => number) =>
      looks.reduce((sum, look) => sum + pick(look), 0) / looks.length;
    const intervalMs = looks.length > 1 ? (last.startedAtMs - first.startedAtMs) / (looks.length - 1) : null;
    const micros = this.#microsPerCall;
    const serverMicros = micros && mean(({ calls }) => serverMicrosOf(calls, micros));
    return {
      bytes: Math.round(mean(({ bytes }) => bytes)),
      ms: mean(({ durationMs }) => durationMs),
      intervalMs,
      serverShare: serverMicros === null || intervalMs === null ? null : serverMicros / 1000 / intervalMs,
    };
  }
}

/** The server's own mean for each command, over all its callers, times how often this look called it. */
function serverMicrosOf(calls: ReadonlyMap<string, number>, microsPerCall: ReadonlyMap<string, number>): number {
  let micros = 0;
  for (const [name, times] of calls) {
    // Before 7.0 all forms of CONFIG are counted as one.
    micros += times * (microsPerCall.get(name) ?? microsPerCall.get(name.split('|')[0] ?? name) ?? 0);
  }
  return micros;
}
