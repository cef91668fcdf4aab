// A paced write load: so many SETs a second on a bounded set of keys, never more at once than were answered.
import type { Disposable } from '../base/lifecycle.ts';

/** All keys of a load begin so, on every kind of node. */
export const loadKeyPrefix = 'syncline:load:';
/** A load writes these many keys over and over: its data stays bounded. */
export const loadKeys = 1000;
/** Writes go out in small groups: a gentle load then wakes the node and its replicas a few times a second only. */
const writesPerTickMin = 10;
const tickMinMs = 50;
const tickMaxMs = 500;
/** A node that fell behind is not made to catch up: at most this much time is made good in one tick. */
const debtMaxMs = 1000;
const measureMs = 2000;

export interface WriteLoadSettings {
  readonly writesPerSecond: number;
  readonly valueBytes: number;
}

/** The time that a load lives by; the engine's own inside a worker. */
export interface LoadTime {
  /** Milliseconds that never go back. */
  nowMs(): number;
  every(intervalMs: number, run: () => void): Disposable;
}

/** The SETs of one tick go to the target together; it resolves when all were answered. */
export type WriteTarget = (commands: readonly (readonly string[])[]) => Promise<void>;

export class WriteLoad implements Disposable {
  readonly settings: WriteLoadSettings;
  readonly #time: LoadTime;
  readonly #write: WriteTarget;
  readonly #ticking: Disposable;
  #lastTickMs: number;
  #owed = 0;
  #busy = false;
  #written = 0;
  #measuredSinceMs: number;
  #writtenSince = 0;
  #achievedPerSecond = 0;

  constructor(settings: WriteLoadSettings, time: LoadTime, write: WriteTarget) {
    this.settings = settings;
    this.#time = time;
    this.#write = write;
    this.#lastTickMs = this.#measuredSinceMs = time.nowMs();
    this.#ticking = time.every(tickMs(settings.writesPerSecond), () => this.#tick());
  }

  /** Writes a second over the last two seconds; 0 until they have passed. */
  get achievedPerSecond(): number {
    return this.#achievedPerSecond;
  }

  /** No write begins after this; one batch may still be on its way. */
  dispose(): void {
    this.#ticking.dispose();
  }

  #tick(): void {
    const nowMs = this.#time.nowMs();
    this.#measure(nowMs);
    const passedMs = Math.min(nowMs - this.#lastTickMs, debtMaxMs);
    this.#lastTickMs = nowMs;
    this.#owed = Math.min(this.#owed + (passedMs * this.settings.writesPerSecond) / 1000, this.#owedMax());
    const count = Math.floor(this.#owed);
    if (this.#busy || count === 0) return;
    this.#owed -= count;
    this.#busy = true;
    this.#write(this.#batch(count)).then(
      () => this.#answered(count),
      () => this.#answered(0),
    );
  }

  #owedMax(): number {
    return Math.max(1, (debtMaxMs * this.settings.writesPerSecond) / 1000);
  }

  #answered(count: number): void {
    this.#busy = false;
    this.#writtenSince += count;
  }

  #measure(nowMs: number): void {
    const overMs = nowMs - this.#measuredSinceMs;
    if (overMs < measureMs) return;
    this.#achievedPerSecond = (this.#writtenSince * 1000) / overMs;
    this.#measuredSinceMs = nowMs;
    this.#writtenSince = 0;
  }

  /** Values tell their number and are filled up, so that a reader can see how fresh they are. */
  #batch(count: number): string[][] {
    return Array.from({ length: count }, () => {
      const number = this.#written++;
      const value = `${number}`.padEnd(this.settings.valueBytes, '.').slice(0, this.settings.valueBytes);
      return ['SET', `${loadKeyPrefix}${number % loadKeys}`, value];
    });
  }
}

function tickMs(writesPerSecond: number): number {
  return Math.min(Math.max((writesPerTickMin * 1000) / writesPerSecond, tickMinMs), tickMaxMs);
}

/** The keys that a load may have left, a command for each part of them. */
export function loadCleanUpCommand(): string[] {
  return ['UNLINK', ...Array.from({ length: loadKeys }, (_, index) => `${loadKeyPrefix}${index}`)];
}
