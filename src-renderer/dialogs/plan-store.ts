// Drives the plan dialog: asks the host for a plan, runs it by its hash, and tells the pure machine what came back.
import { create } from 'zustand';
import type { Act } from '#core/contract/acts.ts';
import type { Failure } from '#core/contract/failures.ts';
import { hostClient } from '../bridge/host-store.ts';
import { type PlanEvent, type PlanState, type RunResult, stepPlan } from './plan-state.ts';

interface PlanHolder {
  readonly state: PlanState;
  /** What is typed in the form is not yet what the shown plan was made for: nothing may run until it is. */
  readonly isDraftAhead: boolean;
}

export const usePlan = create<PlanHolder>(() => ({ state: { kind: 'closed' }, isDraftAhead: false }));

let requests = 0;

function tell(event: PlanEvent): void {
  usePlan.setState((held) => ({ state: stepPlan(held.state, event) }));
}

const hostGone: Failure = { code: 'internal', params: { reason: 'the host does not answer' }, retryable: true };

/** Opens the dialog with the plan of this act, or replaces the plan in it. */
export async function askPlan(act: Act): Promise<void> {
  const request = ++requests;
  tell({ kind: 'asked', act, request });
  try {
    const outcome = await hostClient()?.acts.plan(act);
    if (outcome === undefined) tell({ kind: 'unplanned', failure: hostGone, request });
    else if (outcome.ok) tell({ kind: 'planned', plan: outcome.value, request });
    else tell({ kind: 'unplanned', failure: outcome.failure, request });
  } catch (error) {
    tell({ kind: 'unplanned', failure: { ...hostGone, params: { reason: messageOf(error) } }, request });
  }
}

/** What a person adds to a plan to run it. */
export interface RunWords {
  /** The typed name, where the plan asks for one. */
  readonly confirmation: string | null;
  /** Why it runs against its failed checks. */
  readonly forceReason: string | null;
}

/** Runs the plan that is shown, and follows it step by step. */
export async function runPlan(words: RunWords): Promise<void> {
  const { state } = usePlan.getState();
  if (state.kind !== 'shown') return;
  tell({ kind: 'started' });
  const following = new AbortController();
  void follow(following.signal);
  tell({ kind: 'finished', result: await runByHash(state.plan.hash, words) });
  following.abort();
}

/** Asks for the end of what runs; what it holds is let go by the host. */
export async function cancelRun(): Promise<void> {
  const { state } = usePlan.getState();
  if (state.kind !== 'running' || state.progress === null) return;
  await hostClient()?.acts.cancel({ runId: state.progress.runId });
}

/** Without it the run goes on unseen, and its result tells all the same. */
async function follow(signal: AbortSignal): Promise<void> {
  try {
    const stream = await hostClient()?.acts.progress(undefined, { signal });
    if (stream === undefined) return;
    for await (const progress of stream) tell({ kind: 'progressed', progress });
  } catch {
    // It ends with the run, or with the host: the result says which.
  }
}

async function runByHash(hash: string, { confirmation, forceReason }: RunWords): Promise<RunResult> {
  try {
    const outcome = await hostClient()?.acts.run({
      hash,
      ...(confirmation !== null && { confirmation }),
      ...(forceReason !== null && { forceReason }),
    });
    if (outcome === undefined) return { kind: 'hostLost' };
    return outcome.ok ? { kind: 'answered', answer: outcome.value } : { kind: 'refused', failure: outcome.failure };
  } catch {
    return { kind: 'hostLost' };
  }
}

export function closePlan(): void {
  tell({ kind: 'closed' });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
