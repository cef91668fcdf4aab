// One timer for all that comes each second: a thread at rest wakes once for all of it, and all threads at one time.
import type { Disposable } from '../base/lifecycle.ts';

export const beatMs = 1000;
/** A timer may fire this much before its time; the beat is then the one that was meant. */
const earlyMs = 20;

const runs = new Set<{ readonly run: () => void }>();
let timer: NodeJS.Timeout | null = null;

/** Runs on each whole second of the machine's clock that never steps, until it is disposed; first within a second. */
export function eachBeat(run: () => void): Disposable {
  const entry = { run };
  runs.add(entry);
  timer ??= waitForBeat();
  return {
    dispose: () => {
      runs.delete(entry);
      if (runs.size > 0 || timer === null) return;
      clearTimeout(timer);
      timer = null;
    },
  };
}

function waitForBeat(): NodeJS.Timeout {
  const leftMs = beatMs - (Number(process.hrtime.bigint() / 1_000_000n) % beatMs);
  return setTimeout(beat, leftMs < earlyMs ? leftMs + beatMs : leftMs);
}

function beat(): void {
  timer = waitForBeat();
  for (const { run } of runs) run();
}
