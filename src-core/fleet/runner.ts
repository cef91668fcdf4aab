// Runs plans by their hash, so that what ran is what was shown; each step leaves evidence, and all of it the journal.
import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import type { Journal } from '../audit/journal.ts';
import type { Act, ActResult, Plan, PlanStep, StepResult } from '../contract/acts.ts';
import { FailureError, toFailure } from '../contract/failure-error.ts';
import type { Failure } from '../contract/failures.ts';
import type { NodeId } from '../contract/views.ts';
import type { Reply } from '../remote/role.ts';
import { type EvidenceBase, evidenceBase, watchPromotion, watchSync } from './evidence.ts';
import type { Fleet } from './fleet.ts';
import { EmbeddedFleetNode } from './fleet-node.ts';
import type { NodeKeeper } from './node-keeper.ts';
import { type PreparedPlan, preparePlan } from './plan.ts';
import type { StepAction } from './plan-draft.ts';
import { withMasters } from './topology.ts';

/** Plans that were shown and may still be run; the oldest is forgotten first. */
const preparedMax = 64;

/** One run: what its steps share. */
interface Run {
  readonly before: ReadonlyMap<NodeId, EvidenceBase>;
  createdId: NodeId | null;
}

export class Runner {
  readonly #fleet: Fleet;
  readonly #keeper: NodeKeeper;
  readonly #journal: Journal;
  /** With the act as it was asked, password and all: the plan that is shown has none. */
  readonly #prepared = new Map<string, { readonly act: Act; readonly prepared: PreparedPlan }>();

  constructor(fleet: Fleet, keeper: NodeKeeper, journal: Journal) {
    this.#fleet = fleet;
    this.#keeper = keeper;
    this.#journal = journal;
  }

  /** Looks at the concerned nodes and makes the plan. Changes nothing. @throws FailureError nodeUnknown */
  async plan(act: Act): Promise<Plan> {
    await this.#lookAt(namedNodes(act));
    const prepared = await this.#prepare(act);
    this.#prepared.delete(prepared.plan.hash);
    this.#prepared.set(prepared.plan.hash, { act, prepared });
    for (const hash of this.#prepared.keys()) if (this.#prepared.size > preparedMax) this.#prepared.delete(hash);
    return prepared.plan;
  }

  /**
   * Runs a plan that `plan` made, once. A step that fails ends the run; what it answered is in the result.
   * @throws FailureError planUnknown, planExpired, settingInvalid (a wrong confirmation), or what its failed check says
   */
  async run(hash: string, confirmation: string | undefined): Promise<ActResult> {
    const shown = this.#prepared.get(hash);
    if (!shown) throw new FailureError('planUnknown', { hash });
    const { plan, refusal, concerns, ground } = shown.prepared;
    if (refusal) throw refusal;
    if (plan.typedConfirmation !== null && confirmation !== plan.typedConfirmation) {
      throw new FailureError('settingInvalid', { setting: 'confirmation', reason: plan.typedConfirmation });
    }
    // From here on it is used up, whatever comes: a second click finds no plan.
    this.#prepared.delete(hash);
    const hurry = this.#fleet.observer.hurry();
    try {
      await this.#lookAt(concerns);
      if ((await this.#prepare(shown.act)).ground !== ground)
        throw new FailureError('planExpired', { what: this.#nameOf(concerns) });
      return await this.#runSteps(shown.prepared);
    } finally {
      hurry.dispose();
    }
  }

  async #prepare(act: Act): Promise<PreparedPlan> {
    const sendsLogin = new Set<NodeId>();
    if (act.kind === 'attach' && (await this.#hasMasterLogin(act.nodeId))) sendsLogin.add(act.nodeId);
    return preparePlan(act, { members: this.#fleet.members, nowMs: Date.now(), sendsLogin });
  }

  /** False where it cannot be asked: then the plan's own checks say so, or the link's state will. */
  async #hasMasterLogin(nodeId: NodeId): Promise<boolean> {
    const { node } = this.#fleet.member(nodeId);
    const [reply] = await node.execute([['CONFIG', 'GET', 'masterauth']]).catch(() => []);
    // Of the secret itself nothing is kept.
    return Array.isArray(reply) && reply[1] !== undefined && reply[1] !== '';
  }

  async #runSteps({ plan, steps, concerns }: PreparedPlan): Promise<ActResult> {
    const runId = randomUUID();
    const { hash, title, destroys, undo, act } = plan;
    const shown = { hash, title, steps: plan.steps, destroys, undo };
    await this.#journal.append({ kind: 'begun', runId, atMs: Date.now(), who: userInfo().username, act, plan: shown });
    const run: Run = {
      before: new Map(concerns.map((id) => [id, evidenceBase(this.#fleet.member(id))])),
      createdId: null,
    };
    const results: StepResult[] = [];
    let failure: Failure | null = null;
    for (const { step, action } of steps) {
      const { result, failure: stepFailure } = await this.#runStep(step, action, run);
      results.push(result);
      await this.#journal.append({ kind: 'step', runId, atMs: Date.now(), result });
      failure = stepFailure;
      if (failure) break;
    }
    await this.#journal.append({ kind: 'ended', runId, atMs: Date.now(), failure });
    this.#fleet.publish();
    return { results, failure, nodeId: run.createdId };
  }

  async #runStep(
    step: PlanStep,
    action: StepAction,
    run: Run,
  ): Promise<{ readonly result: StepResult; readonly failure: Failure | null }> {
    const beganMs = performance.now();
    const end = (ok: boolean, answer: string): StepResult => ({
      step,
      ok,
      answer,
      durationMs: Math.round((performance.now() - beganMs) * 10) / 10,
    });
    try {
      const { ok, answer } = await this.#perform(action, run);
      if (ok) return { result: end(true, answer), failure: null };
      const params = { name: step.nodeName, command: step.command, answer };
      return { result: end(false, answer), failure: new FailureError('commandRefused', params).failure };
    } catch (error) {
      const failure = toFailure(error);
      return { result: end(false, `${failure.code} ${JSON.stringify(failure.params)}`), failure };
    }
  }

  async #perform(action: StepAction, run: Run): Promise<{ readonly ok: boolean; readonly answer: string }> {
    const done = { ok: true, answer: 'OK' };
    switch (action.kind) {
      case 'redis':
        return this.#sendRedis(action.nodeId, action.words);
      case 'createNode':
        run.createdId = await this.#createNode(action);
        return { ok: true, answer: `listening on port ${this.#fleet.member(run.createdId).address.port}` };
      case 'startNode':
        await this.#embedded(action.nodeId).node.start();
        return { ok: true, answer: `listening on port ${this.#fleet.member(action.nodeId).address.port}` };
      case 'stopNode':
        await this.#embedded(action.nodeId).node.stop('save');
        return done;
      case 'removeNode':
        await this.#removeNode(action.nodeId);
        return done;
      case 'startLoad':
        await this.#fleet.member(action.nodeId).node.startLoad(action.load);
        return done;
      case 'stopLoad':
        await this.#fleet.member(action.nodeId).node.stopLoad();
        return done;
      case 'watchSync':
        return this.#watchSync(action, run);
      case 'watchPromotion':
        return watchPromotion(
          this.#fleet.observer,
          this.#fleet.member(action.nodeId),
          this.#before(action.nodeId, run),
        );
    }
  }

  #watchSync(action: Extract<StepAction, { kind: 'watchSync' }>, run: Run) {
    const master = action.masterId === null ? null : this.#fleet.member(action.masterId);
    const before = this.#before(action.masterId ?? action.nodeId, run);
    return watchSync(this.#fleet.observer, this.#fleet.member(action.nodeId), master, before);
  }

  #before(id: NodeId, run: Run): EvidenceBase {
    return run.before.get(id) ?? evidenceBase(null);
  }

  async #sendRedis(
    nodeId: NodeId,
    words: readonly string[],
  ): Promise<{ readonly ok: boolean; readonly answer: string }> {
    const [reply] = await this.#fleet.member(nodeId).node.execute([words]);
    const isError = typeof reply === 'object' && reply !== null && 'error' in reply;
    return { ok: !isError, answer: describeReply(reply ?? null) };
  }

  async #createNode(action: Extract<StepAction, { kind: 'createNode' }>): Promise<NodeId> {
    const node = await this.#keeper.createEmbedded(action.name, action.port, action.password);
    this.#fleet.add(node);
    try {
      await node.node.start();
    } catch (error) {
      // A node that never ran has nothing to show: its failure is the act's.
      this.#fleet.remove(node.id);
      await this.#keeper.removeData(node.id);
      throw error;
    }
    return node.id;
  }

  async #removeNode(nodeId: NodeId): Promise<void> {
    const { node } = this.#fleet.member(nodeId);
    if (node instanceof EmbeddedFleetNode) await node.node.stop('discard');
    this.#fleet.remove(nodeId);
    if (node.kind === 'embedded') await this.#keeper.removeData(nodeId);
  }

  /** @throws FailureError nodeUnknown, for a real server too: it has no process of ours */
  #embedded(id: NodeId): EmbeddedFleetNode {
    const { node } = this.#fleet.member(id);
    if (!(node instanceof EmbeddedFleetNode)) throw new FailureError('nodeUnknown', { nodeId: id });
    return node;
  }

  async #lookAt(ids: readonly NodeId[]): Promise<void> {
    const { members: all } = this.#fleet;
    const named = all.filter(({ id }) => ids.includes(id));
    const members = withMasters(named, all);
    await Promise.all(members.map((member) => this.#fleet.observer.look(member)));
  }

  #nameOf(ids: readonly NodeId[]): string {
    return this.#fleet.members
      .filter(({ id }) => ids.includes(id))
      .map(({ node }) => node.name)
      .join(', ');
  }
}

function namedNodes(act: Act): NodeId[] {
  const ids = 'masterId' in act ? [act.nodeId, act.masterId] : [act.nodeId];
  return ids.filter((id) => id !== undefined);
}

/** A reply as redis-cli prints it, on one line. */
function describeReply(reply: Reply): string {
  if (reply === null) return '(nil)';
  if (typeof reply === 'number') return `(integer) ${reply}`;
  if (typeof reply === 'string') return reply;
  if ('error' in reply) return `(error) ${reply.error}`;
  return reply.map(describeReply).join(' ');
}
