// Makes the plan anew while a person types what it is to be made for.
import { useEffect } from 'react';
import { type Act, actSchema } from '#core/contract/acts.ts';
import { askPlan, usePlan } from './plan-store.ts';

/** A pause in typing after which the plan is made anew. */
const typingPauseMs = 250;

/** Asks for a new plan once the draft differs from what was asked, is within bounds, and the typing pauses. */
export function useReplan(draft: Act, asked: Act): void {
  const draftText = JSON.stringify(draft);
  const askedText = JSON.stringify(asked);
  useEffect(() => {
    usePlan.setState({ isDraftAhead: draftText !== askedText });
    if (draftText === askedText) return;
    const timer = setTimeout(() => {
      const parsed = actSchema.safeParse(JSON.parse(draftText));
      if (parsed.success) void askPlan(parsed.data);
    }, typingPauseMs);
    return () => clearTimeout(timer);
  }, [draftText, askedText]);
}
