// The plan dialog as a pure machine: nothing runs that was not shown, and a late answer never replaces a newer question.
//
//             asked                  planned                 started
//   closed ──────────▶ planning ──────────────▶ shown ──────────────▶ running ◀─┐ progressed
//                       ▲   │ unplanned           │                     │ └─────┘
//                 asked │   ▼                     │ asked               ▼ finished
//                   unplanned ◀───────────────────┘──▶ planning      finished
//   every state but `running` ── closed ──▶ closed
//
// `request` numbers the questions: an answer with another number belongs to a form that has changed since.
import type { Act, ActResult, Plan, RunProgress } from '#core/contract/acts.ts';
import type { Failure } from '#core/contract/failures.ts';

export type PlanState =
  | { readonly kind: 'closed' }
  | { readonly kind: 'planning'; readonly act: Act; readonly request: number; readonly previous: Plan | null }
  | { readonly kind: 'shown'; readonly act: Act; readonly plan: Plan }
  | { readonly kind: 'unplanned'; readonly act: Act; readonly failure: Failure }
  /** `progress` is null until the first word of it comes. */
  | { readonly kind: 'running'; readonly act: Act; readonly plan: Plan; readonly progress: RunProgress | null }
  | { readonly kind: 'finished'; readonly act: Act; readonly plan: Plan; readonly result: RunResult };

export type OpenState = Exclude<PlanState, { kind: 'closed' }>;

/** `failure` without steps: the host refused to run it (it expired), or did not answer. */
export type RunResult =
  | { readonly kind: 'answered'; readonly answer: ActResult }
  | { readonly kind: 'refused'; readonly failure: Failure }
  | { readonly kind: 'hostLost' };

export type PlanEvent =
  | { readonly kind: 'asked'; readonly act: Act; readonly request: number }
  | { readonly kind: 'planned'; readonly plan: Plan; readonly request: number }
  | { readonly kind: 'unplanned'; readonly failure: Failure; readonly request: number }
  | { readonly kind: 'started' }
  | { readonly kind: 'progressed'; readonly progress: RunProgress }
  | { readonly kind: 'finished'; readonly result: RunResult }
  | { readonly kind: 'closed' };

const allowed: Readonly<Record<PlanState['kind'], readonly PlanEvent['kind'][]>> = {
  closed: ['asked'],
  planning: ['asked', 'planned', 'unplanned', 'closed'],
  shown: ['asked', 'started', 'closed'],
  unplanned: ['asked', 'closed'],
  running: ['progressed', 'finished'],
  finished: ['asked', 'closed'],
};

export function stepPlan(state: PlanState, event: PlanEvent): PlanState {
  if (!allowed[state.kind].includes(event.kind)) return state;
  switch (event.kind) {
    case 'asked':
      return { kind: 'planning', act: event.act, request: event.request, previous: shownPlan(state) };
    case 'planned':
      if (state.kind !== 'planning' || state.request !== event.request) return state;
      return { kind: 'shown', act: state.act, plan: event.plan };
    case 'unplanned':
      if (state.kind !== 'planning' || state.request !== event.request) return state;
      return { kind: 'unplanned', act: state.act, failure: event.failure };
    case 'started':
      return state.kind === 'shown' ? { kind: 'running', act: state.act, plan: state.plan, progress: null } : state;
    case 'progressed':
      if (state.kind !== 'running' || state.plan.hash !== event.progress.hash) return state;
      return { ...state, progress: event.progress };
    case 'finished':
      if (state.kind !== 'running') return state;
      return { kind: 'finished', act: state.act, plan: state.plan, result: event.result };
    case 'closed':
      return { kind: 'closed' };
  }
}

/** The plan to keep in view, greyed, while a new one is being made: the dialog does not jump. */
export function shownPlan(state: PlanState): Plan | null {
  if (state.kind === 'planning') return state.previous;
  return state.kind === 'shown' || state.kind === 'running' || state.kind === 'finished' ? state.plan : null;
}
