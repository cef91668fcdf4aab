// Moves the dashes on pipes that carry data: a short burst with each sample, since a steady motion costs much of a core.
import { type RefObject, useEffect } from 'react';
import { useAttention } from '../store/attention-store.ts';
import { useFleet } from '../store/fleet-store.ts';

/** How far the dashes move in a step; the dash pattern of `.pipe-flow` repeats after 18 px. */
const stepPx = 6;
const patternPx = 18;
const burstSteps = 4;
const stepMs = 90;

/**
 * Runs while the element is mounted. Still while the window is hidden or less motion is asked for; while nobody is at
 * the window, one step with each sample, in the frame that its figures need anyway.
 */
export function useFlowMotion(ground: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const lessMotion = window.matchMedia('(prefers-reduced-motion: reduce)');
    let offsetPx = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const step = (stepsLeft: number) => {
      if (document.hidden || lessMotion.matches) return;
      offsetPx = (offsetPx + stepPx) % patternPx;
      const moving = ground.current?.querySelectorAll<SVGPathElement>('.pipe-flow') ?? [];
      for (const path of moving) path.style.strokeDashoffset = String(-offsetPx);
      if (stepsLeft > 1 && moving.length > 0) timer = setTimeout(step, stepMs, stepsLeft - 1);
    };
    const burst = () => {
      clearTimeout(timer);
      step(useAttention.getState().isAttended ? burstSteps : 1);
    };
    const leave = useFleet.subscribe(burst);
    return () => {
      leave();
      clearTimeout(timer);
    };
  }, [ground]);
}
