// Makes the plan of an act: pure, from what was read; the same act on the same fleet gives the same plan.
import { createHash } from 'node:crypto';
import type { Act, Plan } from '../../contract/acts.ts';
import { FailureError } from '../../contract/failure-error.ts';
import type { NodeId } from '../../contract/places.ts';
import type { Statement } from '../../contract/statements.ts';
import type { Member } from '../observing/member.ts';
import {
  type PlanDraft,
  type PlannedStep,
  type PlanScene,
  say,
  type WantedLink,
  type WantedSettings,
} from './plan-draft.ts';
import { draftFailover, draftRescue, draftReverse } from './plan-failover.ts';
import { draftFlatten, draftRepoint } from './plan-moves.ts';
import { draftCreate, draftRemove, draftStartAgain, draftStartLoad, draftStop, draftStopLoad } from './plan-nodes.ts';
import { draftAttach, draftPromote, draftResync } from './plan-replication.ts';
import { draftRollingRestart } from './plan-restart.ts';
import { draftRestore } from './plan-restore.ts';
import { draftSettings, toWanted } from './plan-settings.ts';

const hashLength = 24;

/** A plan with what the screen does not see: what each step does, and what the plan stands on. */
export interface PreparedPlan {
  readonly plan: Plan;
  readonly steps: readonly PlannedStep[];
  readonly refusal: FailureError | null;
  readonly concerns: readonly NodeId[];
  /** All that the plan saw and that must still hold when it runs. Offsets move on and are no part of it. */
  readonly ground: string;
  /** Where its nodes will stand when it is done; the journal keeps it for the one that resumes. */
  readonly goal: readonly WantedLink[];
  readonly replacedSettings: readonly WantedSettings[];
  readonly goalSettings: readonly WantedSettings[];
}

/** @throws FailureError nodeUnknown */
export function preparePlan(act: Act, scene: PlanScene): PreparedPlan {
  const draft = draftPlan(act, scene);
  const ground = describeGround(draft);
  const shown: Omit<Plan, 'hash'> = {
    // The password is for the engine alone: what crosses to the screen again says only that there is one.
    act: withoutPassword(draft.act),
    title: draft.title,
    forecast: draft.forecast,
    moves: draft.moves ?? [],
    candidates: draft.candidates ?? [],
    destroys: [...draft.destroys, ...replacedLogins(draft)],
    checks: draft.checks,
    steps: draft.steps.map(({ step }) => step),
    undo: draft.undo,
    typedConfirmation: wordToType(draft, scene),
  };
  const hash = createHash('sha256')
    .update(JSON.stringify([shown, ground]))
    .digest('hex')
    .slice(0, hashLength);
  return {
    plan: { hash, ...shown },
    steps: draft.steps,
    refusal: draft.refusal,
    concerns: draft.concerns.map(({ id }) => id),
    ground,
    goal: (draft.goal ?? []).map(({ member, master }) => ({ ...toWanted(member), master })),
    replacedSettings: draft.replacedSettings ?? [],
    goalSettings: draft.goalSettings ?? [],
  };
}

/** A login is a secret: the journal does not keep it, and no undo can bring it back. */
function replacedLogins({ steps }: PlanDraft): Statement[] {
  const named = steps.filter(
    ({ action }) =>
      action.kind === 'redis' && /^CONFIG SET master(auth|user)$/i.test(action.words.slice(0, 3).join(' ')),
  );
  return [...new Set(named.map(({ step }) => step.nodeName))].map((name) => say('destroysLogin', { name }));
}

/** In production the name is typed: of the node that loses data, else of the first one that is changed. */
function wordToType(draft: PlanDraft, scene: PlanScene): string | null {
  const changed = draft.steps.flatMap(({ action }) => {
    const id = 'nodeId' in action && changesServer(action) ? action.nodeId : pausedBy(action);
    return scene.members.filter((member) => member.id === id);
  });
  const named = [...(draft.losesDataAt ? [draft.losesDataAt] : []), ...changed];
  return named.find(({ node }) => node.environment === 'prod')?.node.name ?? null;
}

function pausedBy(action: PlannedStep['action']): NodeId | null {
  return action.kind === 'pauseAll' ? action.pausedId : null;
}

function changesServer({ kind }: PlannedStep['action']): boolean {
  return kind === 'redis' || kind === 'transaction' || kind === 'sentinel' || kind === 'startLoad';
}

function draftPlan(act: Act, scene: PlanScene): PlanDraft {
  const find = (id: NodeId): Member => {
    const member = scene.members.find((candidate) => candidate.id === id);
    if (!member) throw new FailureError('nodeUnknown', { nodeId: id });
    return member;
  };
  switch (act.kind) {
    case 'startNode':
      return act.nodeId === undefined ? draftCreate(act, scene) : draftStartAgain(act, find(act.nodeId));
    case 'stopNode':
      return draftStop(act, find(act.nodeId), scene);
    case 'removeNode':
      return draftRemove(act, find(act.nodeId), scene);
    case 'attach':
      return draftAttach(act, find(act.nodeId), find(act.masterId), scene);
    case 'promote':
      return draftPromote(act, find(act.nodeId), scene);
    case 'resyncPartial':
    case 'resyncFull':
      return draftResync(act, find(act.nodeId), scene);
    case 'failover':
      return draftFailover(act, find(act.nodeId), scene);
    case 'rescue':
      return draftRescue(act, find(act.nodeId), scene);
    case 'reverseLink':
      return draftReverse(act, find(act.nodeId), scene);
    case 'repointReplicas':
      return draftRepoint(act, find(act.nodeId), find(act.masterId), scene);
    case 'flatten':
      return draftFlatten(act, find(act.nodeId), scene);
    case 'changeSettings':
      return draftSettings(act, find(act.nodeId), scene);
    case 'rollingRestart':
      return draftRollingRestart(act, find(act.nodeId), scene);
    case 'restore':
      return draftRestore(act, scene);
    case 'startLoad':
      return draftStartLoad(act, find(act.nodeId), scene);
    case 'stopLoad':
      return draftStopLoad(act, find(act.nodeId));
  }
}

/**
 * Identities, roles and links of all concerned nodes, which kind of sync was forecast, and which checks failed. The
 * reason in words is no part of it: a replica that is promoted is a few bytes behind now and level a moment later.
 */
function describeGround(draft: PlanDraft): string {
  const nodes = draft.concerns.map(({ id, node, lifecycle, reading }) => [
    id,
    lifecycle.kind,
    reading?.runId,
    reading?.role,
    reading?.replicationId,
    reading?.link?.masterAddress,
    node.workload !== null,
  ]);
  return JSON.stringify([
    nodes,
    draft.forecast?.sync,
    draft.moves?.map(({ nodeId, forecast }) => [nodeId, forecast.sync]),
    draft.refusal?.failure,
    draft.steps.map(({ step }) => step.command),
  ]);
}

function withoutPassword(act: Act): Act {
  if (act.kind !== 'startNode') return act;
  const { password: _password, ...rest } = act;
  return rest;
}
