// The window's one clock: ticks once a second while the window can be seen, so that ages grow without timers in components.
import { create } from 'zustand';

const tickMs = 1000;

export const useClock = create<{ readonly nowMs: number }>(() => ({ nowMs: Date.now() }));

/** Starts the ticking. Returns how to end it. */
export function startClock(): () => void {
  const tick = () => {
    if (document.visibilityState === 'visible') useClock.setState({ nowMs: Date.now() });
  };
  const timer = setInterval(tick, tickMs);
  document.addEventListener('visibilitychange', tick);
  return () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', tick);
  };
}
