// The window's one clock: moved by each message of the host, and by itself when none comes, so that ages grow without
// timers in components and without a frame of their own.
import { create } from 'zustand';

const tickMs = 1000;
/** A message lately moved the clock: its own tick would only cost another frame. */
const freshMs = 900;

export const useClock = create<{ readonly nowMs: number }>(() => ({ nowMs: Date.now() }));

export function advanceClock(nowMs: number): void {
  useClock.setState({ nowMs });
}

/** Starts the ticking. Returns how to end it. */
export function startClock(): () => void {
  const tick = () => {
    const nowMs = Date.now();
    if (document.visibilityState === 'visible' && nowMs - useClock.getState().nowMs > freshMs) advanceClock(nowMs);
  };
  const timer = setInterval(tick, tickMs);
  document.addEventListener('visibilitychange', tick);
  return () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', tick);
  };
}
