// Moves the dashes on pipes that carry data: a few steps a second by hand, since sixty frames would cost much of a core.
import { type RefObject, useEffect } from 'react';
import { useAttention } from '../store/attention-store.ts';

const stepsPerSecond = 5;
/** How far the dashes move in a step; the dash pattern of `.pipe-flow` repeats after 18 px. */
const stepPx = 6;
const patternPx = 18;

/**
 * Runs while the element is mounted. Still while the window is hidden or less motion is asked for; while nobody is at
 * the window, only a snapshot on its way still moves.
 */
export function useFlowMotion(ground: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const lessMotion = window.matchMedia('(prefers-reduced-motion: reduce)');
    let offsetPx = 0;
    const timer = setInterval(() => {
      if (document.hidden || lessMotion.matches) return;
      const wanted = useAttention.getState().isAttended ? '.pipe-flow' : '.pipe-filling .pipe-flow';
      offsetPx = (offsetPx + stepPx) % patternPx;
      const moving = ground.current?.querySelectorAll<SVGPathElement>(wanted) ?? [];
      for (const path of moving) path.style.strokeDashoffset = String(-offsetPx);
    }, 1000 / stepsPerSecond);
    return () => clearInterval(timer);
  }, [ground]);
}
