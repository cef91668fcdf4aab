// Moves the dashes on pipes that carry data: a few steps a second by hand, since sixty frames a second cost a core's share.
import { type RefObject, useEffect } from 'react';

const stepsPerSecond = 10;
/** How far the dashes move in a step; the dash pattern of `.pipe-flow` repeats after 18 px. */
const stepPx = 3;
const patternPx = 18;

/** Runs while the element is mounted; still while the window is hidden or less motion is asked for. */
export function useFlowMotion(ground: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const lessMotion = window.matchMedia('(prefers-reduced-motion: reduce)');
    let offsetPx = 0;
    const timer = setInterval(() => {
      if (document.hidden || lessMotion.matches) return;
      offsetPx = (offsetPx + stepPx) % patternPx;
      const moving = ground.current?.querySelectorAll<SVGPathElement>('.pipe-flow') ?? [];
      for (const path of moving) path.style.strokeDashoffset = String(-offsetPx);
    }, 1000 / stepsPerSecond);
    return () => clearInterval(timer);
  }, [ground]);
}
