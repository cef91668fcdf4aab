// Where a planned failover stands: a master that hands its role to one of its replicas without losing a write.
import { invariant } from '../../../base/assert.ts';
import type { MasterAddress } from '../link-reason.ts';

/*
 *   no-failover ── FAILOVER: writes are held ──> waiting-for-sync
 *      ^   ^                                       │         │ a replica has all that was written,
 *      │   └── ABORT, or the time is up ───────────┘         │ or the time is up and FORCE was said
 *      │                                                     v
 *      │   its answer came: we are its replica        failover-in-progress
 *      └── ABORT, or a refusal: we are master again ─────────┘   > PSYNC id byte FAILOVER
 */
export type FailoverState =
  | { readonly kind: 'no-failover' }
  | { readonly kind: 'waiting-for-sync'; readonly plan: FailoverPlan }
  | { readonly kind: 'failover-in-progress'; readonly target: MasterAddress };

/** What FAILOVER was told. */
export interface FailoverPlan {
  /** Null: the first replica that has everything. */
  readonly target: MasterAddress | null;
  /** Unix time; null to wait without end. */
  readonly endsAtMs: number | null;
  /** At the end of its time go over to the target although it lacks something. */
  readonly force: boolean;
}

const moves: Readonly<Record<FailoverState['kind'], readonly FailoverState['kind'][]>> = {
  'no-failover': ['waiting-for-sync'],
  'waiting-for-sync': ['failover-in-progress', 'no-failover'],
  'failover-in-progress': ['no-failover'],
};

/** @throws InvariantError when the table has no such move. */
export function moveFailover(from: FailoverState, to: FailoverState): FailoverState {
  invariant(moves[from.kind].includes(to.kind), `a failover cannot go from ${from.kind} to ${to.kind}`);
  return to;
}

/** What comes of waiting. `caughtUp` is the target, or any replica, that has all that was written; null for none. */
export type Verdict =
  | { readonly kind: 'wait' }
  | { readonly kind: 'go'; readonly target: MasterAddress; readonly because: 'synced' | 'forced' }
  | { readonly kind: 'abort' };

/** The time is looked at first, as Redis does: a replica that catches up too late does not count. */
export function judge(plan: FailoverPlan, caughtUp: MasterAddress | null, nowMs: number): Verdict {
  if (plan.endsAtMs !== null && nowMs >= plan.endsAtMs) {
    return plan.force && plan.target !== null
      ? { kind: 'go', target: plan.target, because: 'forced' }
      : { kind: 'abort' };
  }
  return caughtUp === null ? { kind: 'wait' } : { kind: 'go', target: caughtUp, because: 'synced' };
}
