// One run of a plan: step by step, each written down before and after, ended at the first failure or when it is cancelled.
import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import type { Journal } from '../../audit/journal.ts';
import { Emitter } from '../../base/lifecycle.ts';
import type { ActResult, NodeState, RunProgress, StepResult } from '../../contract/acts.ts';
import { FailureError, toFailure } from '../../contract/failure-error.ts';
import type { Failure } from '../../contract/failures.ts';
import type { NodeId } from '../../contract/places.ts';
import type { Fleet } from '../fleet.ts';
import type { NodeKeeper } from '../node-keeper.ts';
import type { Member } from '../observing/member.ts';
import type { PreparedPlan } from '../plans/plan.ts';
import type { PlannedStep, StepAction } from '../plans/plan-draft.ts';
import { compareStates, toNodeState } from './evidence.ts';
import { StepActs } from './step-acts.ts';

/** A look after a step may take so long; a node that is gone by then keeps its old state in the evidence. */
const lookAfterStepMs = 1500;

interface PlanRunNeeds {
  readonly fleet: Fleet;
  readonly keeper: NodeKeeper;
  readonly journal: Journal;
}

/**
 * ```
 *   begun ──▶ running ──┬─ every step done ──────────────▶ done
 *   (on disk)           ├─ a step failed ──▶ let go ─────▶ failed
 *                       └─ cancelled, or the host closes
 *                          cancelling ─ step ends ▶ let go ▶ cancelled
 *
 *   killed anywhere: no end is written, and the next start reads `unfinished` with the step that was open
 * ```
 * What was held is let go before the end is written; a node that cannot be asked lets go by its own clock. From each
 * end `restore` leads back, and from each but `done` on.
 */
export class PlanRun {
  readonly runId = randomUUID();
  readonly progressed = new Emitter<RunProgress>();
  readonly #needs: PlanRunNeeds;
  readonly #prepared: PreparedPlan;
  readonly #forceReason: string | null;
  readonly #ending = new AbortController();
  readonly #results: StepResult[] = [];
  readonly #startedAtMs = Date.now();

  constructor(needs: PlanRunNeeds, prepared: PreparedPlan, forceReason: string | null) {
    this.#needs = needs;
    this.#prepared = prepared;
    this.#forceReason = forceReason;
  }

  get concerns(): readonly NodeId[] {
    return this.#prepared.concerns;
  }

  get title() {
    return this.#prepared.plan.title;
  }

  cancel(): void {
    if (this.#ending.signal.aborted) return;
    this.#ending.abort();
    this.#tell('cancelling', null);
  }

  /** Whatever happens, nothing that a step held is held afterwards. */
  async run(): Promise<ActResult> {
    const { fleet, keeper, journal } = this.#needs;
    await this.#writeBegun();
    const acts = new StepActs(fleet, keeper, this.concerns, this.#ending.signal);
    this.#tell('running', null);
    let failure: Failure | null = null;
    try {
      failure = await this.#runSteps(acts);
    } finally {
      for (const release of await acts.releaseAll()) {
        await journal.append({ kind: 'released', runId: this.runId, atMs: Date.now(), ...release });
      }
    }
    const isCancelled = failure?.code === 'runCancelled';
    await journal.append({ kind: 'ended', runId: this.runId, atMs: Date.now(), failure });
    this.#tell(isCancelled ? 'cancelled' : failure ? 'failed' : 'done', failure);
    fleet.publish();
    return { runId: this.runId, results: this.#results, failure, nodeId: acts.createdId };
  }

  async #runSteps(acts: StepActs): Promise<Failure | null> {
    const { journal } = this.#needs;
    for (const [index, planned] of this.#prepared.steps.entries()) {
      if (this.#ending.signal.aborted) return new FailureError('runCancelled').failure;
      await journal.append({ kind: 'stepBegun', runId: this.runId, atMs: Date.now(), index });
      const { result, failure } = await this.#runStep(planned, index, acts);
      this.#results.push(result);
      await journal.append({ kind: 'step', runId: this.runId, atMs: Date.now(), result });
      if (failure) return failure;
      this.#tell(this.#ending.signal.aborted ? 'cancelling' : 'running', null);
    }
    return null;
  }

  async #runStep(planned: PlannedStep, index: number, acts: StepActs) {
    const { step, action } = planned;
    const members = this.#membersOf(action);
    const before = new Map(members.map((member) => [member.id, toNodeState(member)]));
    const beganMs = performance.now();
    const end = async (ok: boolean, answer: string): Promise<StepResult> => {
      const durationMs = Math.round((performance.now() - beganMs) * 10) / 10;
      await this.#lookAt(members);
      return { step, ok, answer, durationMs, evidence: compareStates(members, before) };
    };
    try {
      const { ok, answer } = await acts.perform(action);
      if (ok) return { result: await end(true, answer), failure: null };
      return { result: await end(false, answer), failure: failureOf(planned, index, answer) };
    } catch (error) {
      const failure = toFailure(error);
      const answer = `${failure.code} ${JSON.stringify(failure.params)}`;
      return { result: await end(false, answer), failure: failureOnTheWay(planned, index, failure) };
    }
  }

  #membersOf(action: StepAction): Member[] {
    const ids = new Set<NodeId>([
      ...('nodeId' in action && action.nodeId !== null ? [action.nodeId] : []),
      ...('masterId' in action && action.masterId !== null ? [action.masterId] : []),
      ...('nodeIds' in action ? action.nodeIds : []),
    ]);
    return this.#needs.fleet.members.filter(({ id }) => ids.has(id));
  }

  async #lookAt(members: readonly Member[]): Promise<void> {
    const { observer } = this.#needs.fleet;
    const looks = Promise.all(members.map((member) => observer.look(member)));
    let timer: NodeJS.Timeout | undefined;
    const enough = new Promise((resolve) => {
      timer = setTimeout(resolve, lookAfterStepMs);
    });
    await Promise.race([looks, enough]);
    clearTimeout(timer);
  }

  /** On the disk before the first command is sent. */
  async #writeBegun(): Promise<void> {
    const { fleet, journal } = this.#needs;
    const { plan, goal, replacedSettings, goalSettings } = this.#prepared;
    const { hash, title, steps, destroys, undo, act, forecast, moves } = plan;
    const members = this.concerns.map((id) => fleet.member(id));
    await journal.append({
      kind: 'begun',
      runId: this.runId,
      atMs: this.#startedAtMs,
      who: userInfo().username,
      act,
      plan: { hash, title, steps, destroys, undo, forecast, moves },
      before: members.map(toNodeState).filter((state): state is NodeState => state !== null),
      goal,
      replacedSettings,
      goalSettings,
      forceReason: this.#forceReason,
    });
  }

  #tell(state: RunProgress['state'], failure: Failure | null): void {
    const { plan } = this.#prepared;
    this.progressed.emit({
      runId: this.runId,
      hash: plan.hash,
      title: plan.title,
      state,
      steps: plan.steps,
      results: [...this.#results],
      startedAtMs: this.#startedAtMs,
      failure,
    });
  }
}

/** It was answered, or looked at, and the answer is not what the plan counts on. */
function failureOf({ step, action }: PlannedStep, index: number, answer: string): Failure {
  const { nodeName: name, command, waitsMs } = step;
  const params = { step: index + 1, name, command, answer };
  if (waitsMs !== null) return new FailureError('waitTimedOut', { ...params, timeoutMs: waitsMs }).failure;
  if (action.kind.startsWith('watch')) return new FailureError('stepNotSeen', params).failure;
  return new FailureError('commandRefused', { name, command, answer }).failure;
}

/** It could not be asked: a person must know at which step that was, and whether it may have been done. */
function failureOnTheWay({ step }: PlannedStep, index: number, failure: Failure): Failure {
  const params = { step: index + 1, name: step.nodeName, command: step.command };
  switch (failure.code) {
    case 'nodeNotConnected':
    case 'nodeNotRunning':
      return new FailureError('stepNotSent', { ...params, away: failure.params.name ?? step.nodeName }).failure;
    case 'connectionLost':
    case 'connectionTimedOut':
      return new FailureError('stepLost', params).failure;
    default:
      return failure;
  }
}
