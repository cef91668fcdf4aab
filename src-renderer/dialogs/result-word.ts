// The word for how a step of a plan ended, and its tone: the same in the plan dialog, the journal and its text.
import type { StepResult } from '#core/contract/acts.ts';
import { isCancelled } from '../i18n/answer-text.ts';
import { say } from '../i18n/i18n.ts';

export function resultWord({ ok, answer }: StepResult): { readonly text: string; readonly className: string } {
  if (ok) return { text: say('plan.done'), className: 'tone-healthy' };
  return isCancelled(answer)
    ? { text: say('plan.stopped'), className: 'tone-warning' }
    : { text: say('plan.refused'), className: 'tone-down' };
}
