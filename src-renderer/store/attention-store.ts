// Whether a person is at the window: some moments after the last touch, decoration rests and charts are drawn less often.
import { create } from 'zustand';

const restAfterMs = 10_000;
const signs = ['pointermove', 'pointerdown', 'keydown', 'wheel', 'focus'] as const;

export const useAttention = create<{ readonly isAttended: boolean }>(() => ({ isAttended: true }));

/** Starts to watch for signs of a person. Returns how to end it. */
export function startAttention(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const attend = () => {
    clearTimeout(timer);
    timer = setTimeout(() => useAttention.setState({ isAttended: false }), restAfterMs);
    if (!useAttention.getState().isAttended) useAttention.setState({ isAttended: true });
  };
  for (const sign of signs) window.addEventListener(sign, attend, { passive: true });
  attend();
  return () => {
    clearTimeout(timer);
    for (const sign of signs) window.removeEventListener(sign, attend);
  };
}
