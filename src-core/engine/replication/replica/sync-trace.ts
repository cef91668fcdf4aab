// The last tries of a replica to synchronise, message by message with times, for a screen to show.
import { Emitter } from '../../../base/lifecycle.ts';
import type { Clock } from '../../../base/ports.ts';
import type { LinkReason, MasterAddress } from '../link-reason.ts';

/** The same shape as the contract's; the engine does not know the contract. */
export interface SyncStep {
  /** Milliseconds since the try began. */
  readonly atMs: number;
  readonly direction: 'out' | 'in' | 'note';
  /** The message as it crossed the wire, secrets struck out; or a note. */
  readonly text: string;
  /** For an answer: how long the master took. For a note on a phase: how long it lasted. */
  readonly durationMs: number | null;
}

export type SyncOutcome = 'running' | 'partial' | 'full' | 'failed';

export interface SyncTrace {
  readonly startedAtMs: number;
  readonly masterAddress: MasterAddress;
  readonly outcome: SyncOutcome;
  readonly reason: LinkReason | SyncReason | null;
  readonly steps: readonly SyncStep[];
}

/** How the master answered, as the contract's statements say it. */
export interface SyncReason {
  readonly code: 'syncAnsweredContinue' | 'syncAnsweredFull';
  readonly params: Readonly<Record<string, string | number>>;
}

const tracesKeptMax = 20;
const stepsKeptMax = 200;

/** Keeps the last tries, the newest last. A run of equal failures is kept as its last one, or it would push all else out. */
export class SyncTraces {
  readonly changed = new Emitter<SyncTrace>();
  readonly #clock: Clock;
  #traces: SyncTrace[] = [];
  #beganAtMs = 0;
  #lastOutMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get all(): readonly SyncTrace[] {
    return this.#traces;
  }

  begin(masterAddress: MasterAddress): void {
    this.#beganAtMs = this.#clock.monotonicMs();
    this.#lastOutMs = this.#beganAtMs;
    const startedAtMs = this.#clock.nowMs();
    const kept = this.#traces.slice(1 - tracesKeptMax);
    this.#traces = [...kept, { startedAtMs, masterAddress, outcome: 'running', reason: null, steps: [] }];
    this.#emit();
  }

  out(text: string): void {
    this.#lastOutMs = this.#clock.monotonicMs();
    this.#add('out', text, null);
  }

  in(text: string): void {
    this.#add('in', text, this.#clock.monotonicMs() - this.#lastOutMs);
  }

  note(text: string, durationMs: number | null = null): void {
    this.#add('note', text, durationMs);
  }

  /** The master's answer is known; the try goes on. */
  explain(reason: SyncReason): void {
    this.#replace((trace) => ({ ...trace, reason }));
  }

  /** The try came to its end, good or bad. Without a reason the one that is known stays. */
  end(outcome: Exclude<SyncOutcome, 'running'>, reason: LinkReason | null = null): void {
    const last = this.#traces.at(-1);
    if (last?.outcome !== 'running') return;
    const before = this.#traces.at(-2);
    if (outcome === 'failed' && before !== undefined && failedAlike(before, last, reason)) this.#traces.splice(-2, 1);
    this.#replace((trace) => ({ ...trace, outcome, reason: reason ?? trace.reason }));
  }

  #add(direction: SyncStep['direction'], text: string, durationMs: number | null): void {
    const atMs = this.#clock.monotonicMs() - this.#beganAtMs;
    this.#replace((trace) =>
      trace.outcome === 'running' && trace.steps.length < stepsKeptMax
        ? { ...trace, steps: [...trace.steps, { atMs, direction, text, durationMs }] }
        : trace,
    );
  }

  #replace(change: (trace: SyncTrace) => SyncTrace): void {
    const last = this.#traces.at(-1);
    if (last === undefined) return;
    const next = change(last);
    if (next === last) return;
    this.#traces = [...this.#traces.slice(0, -1), next];
    this.#emit();
  }

  #emit(): void {
    const last = this.#traces.at(-1);
    if (last !== undefined) this.changed.emit(last);
  }
}

function failedAlike(before: SyncTrace, last: SyncTrace, reason: LinkReason | null): boolean {
  return (
    before.outcome === 'failed' &&
    before.reason?.code === reason?.code &&
    before.masterAddress.host === last.masterAddress.host &&
    before.masterAddress.port === last.masterAddress.port
  );
}
