// Makes plans and runs them by their hash, so that what ran is what was shown.
import { setTimeout as delay } from 'node:timers/promises';
import type { Journal } from '../../audit/journal.ts';
import { Emitter } from '../../base/lifecycle.ts';
import type { Act, ActResult, Forecast, Plan, RunProgress, RunRequest } from '../../contract/acts.ts';
import { FailureError } from '../../contract/failure-error.ts';
import type { NodeId } from '../../contract/places.ts';
import type { Fleet } from '../fleet.ts';
import type { NodeKeeper } from '../node-keeper.ts';
import type { Member } from '../observing/member.ts';
import { findMaster, withMasters } from '../observing/topology.ts';
import { foreseeAbsence } from '../plans/foresee-absence.ts';
import { type PreparedPlan, preparePlan } from '../plans/plan.ts';
import type { PlanFacts, PlanScene, Restoration } from '../plans/plan-draft.ts';
import { askFacts, type FactWish } from '../plans/plan-facts.ts';
import { SyncRecords } from '../plans/sync-records.ts';
import { PlanRun } from './plan-run.ts';

/** Plans that were shown and may still be run; the oldest is forgotten first. */
const preparedMax = 64;
/** What runs gets so long to end when everything does. */
const closeWaitMaxMs = 4000;
/** Nodes that are asked for facts before one plan: a tree larger than this is planned with what was read. */
const askedNodesMax = 64;

/** What keeps a plan from running besides its own checks. */
export interface RunGate {
  /** @throws FailureError readOnlyMode */
  mayRun(prepared: PreparedPlan): void;
}

export interface RunnerNeeds {
  readonly fleet: Fleet;
  readonly keeper: NodeKeeper;
  readonly journal: Journal;
  readonly gate: RunGate;
  /** Of the journal. @throws FailureError runUnknown */
  readonly findRestoration: (runId: string, to: 'before' | 'goal') => Promise<Restoration>;
}

/** A plan with the act as it was asked, password and all: the plan that is shown has none. */
interface Shown {
  readonly act: Act;
  readonly prepared: PreparedPlan;
  readonly facts: ReadonlyMap<NodeId, PlanFacts>;
  readonly restoration: Restoration | null;
}

export class Runner {
  readonly progressed = new Emitter<RunProgress>();
  readonly #needs: RunnerNeeds;
  readonly #records: SyncRecords;
  readonly #shown = new Map<string, Shown>();
  readonly #running = new Map<PlanRun, Promise<ActResult>>();
  /** Of the run that began last. */
  #last: RunProgress | null = null;

  constructor(needs: RunnerNeeds) {
    this.#needs = needs;
    this.#records = new SyncRecords(needs.fleet);
  }

  get lastProgress(): RunProgress | null {
    return this.#last;
  }

  /** Ids of the runs that go on. */
  get runningIds(): ReadonlySet<string> {
    return new Set([...this.#running.keys()].map(({ runId }) => runId));
  }

  /** Looks at the concerned nodes and makes the plan. Changes nothing. @throws FailureError nodeUnknown, runUnknown */
  async plan(act: Act): Promise<Plan> {
    const restoration = act.kind === 'restore' ? await this.#needs.findRestoration(act.runId, act.to) : null;
    await this.#lookAt(namedNodes(act));
    // The first draft tells whom the act concerns and who would send a snapshot.
    const draft = this.#prepare(act, new Map(), restoration);
    await this.#lookAt(draft.concerns);
    const facts = await askFacts(this.#factWishes(act, draft), this.#records);
    const prepared = this.#prepare(act, facts, restoration);
    const { hash } = prepared.plan;
    this.#shown.delete(hash);
    this.#shown.set(hash, { act, prepared, facts, restoration });
    for (const old of this.#shown.keys()) if (this.#shown.size > preparedMax) this.#shown.delete(old);
    return prepared.plan;
  }

  /**
   * Runs a plan that `plan` made, once. A step that fails ends the run; what it answered is in the result.
   * @throws FailureError planUnknown, planExpired, settingInvalid (a wrong confirmation), readOnlyMode, runInProgress,
   *   or what its failed check says
   */
  async run(request: RunRequest): Promise<ActResult> {
    const { fleet, journal, keeper } = this.#needs;
    const shown = this.#shown.get(request.hash);
    if (!shown) throw new FailureError('planUnknown', { hash: request.hash });
    this.#mustBeAllowed(shown.prepared, request);
    // From here on it is used up, whatever comes: a second click finds no plan.
    this.#shown.delete(request.hash);
    const members = shown.prepared.concerns.map((id) => fleet.member(id));
    const hurry = fleet.observer.hurry(members);
    const run = new PlanRun({ fleet, journal, keeper }, shown.prepared, request.forceReason ?? null);
    run.progressed.on((progress) => {
      this.#last = progress;
      this.progressed.emit(progress);
    });
    const result = this.#mustStillHold(shown).then(() => run.run());
    this.#running.set(run, result);
    try {
      return await result;
    } finally {
      this.#running.delete(run);
      hurry.dispose();
    }
  }

  /** @throws FailureError nodeUnknown, notAReplica */
  async foreseeAbsence(nodeId: NodeId, awaySeconds: number): Promise<Forecast> {
    const replica = this.#needs.fleet.member(nodeId);
    await this.#lookAt([nodeId]);
    const master = findMaster(replica, this.#needs.fleet.members);
    const wishes = [replica, ...(master ? [master] : [])].map((member) => ({
      member,
      samples: member === master,
      logsInAt: null,
    }));
    return foreseeAbsence(replica, awaySeconds, this.#scene(await askFacts(wishes, this.#records), null));
  }

  /** Ends a run after what it does now. @returns false where no such run goes on */
  cancel(runId: string): boolean {
    const run = [...this.#running.keys()].find((running) => running.runId === runId);
    run?.cancel();
    return run !== undefined;
  }

  /** Cancels what runs, and waits until it has let go of what it holds; not longer than a server may take to answer. */
  async close(): Promise<void> {
    for (const run of this.#running.keys()) run.cancel();
    const enough = new AbortController();
    const bound = delay(closeWaitMaxMs, undefined, { signal: enough.signal }).catch(() => {}); // ended early
    await Promise.race([Promise.allSettled(this.#running.values()), bound]);
    enough.abort();
    this.#records.dispose();
    this.progressed.dispose();
  }

  #mustBeAllowed(prepared: PreparedPlan, { confirmation, forceReason }: RunRequest): void {
    const { plan, refusal, concerns } = prepared;
    const isForced =
      forceReason !== undefined && plan.checks.every(({ level, forceable }) => level !== 'fail' || forceable);
    if (refusal && !isForced) throw refusal;
    if (plan.typedConfirmation !== null && confirmation !== plan.typedConfirmation) {
      throw new FailureError('settingInvalid', { setting: 'confirmation', reason: plan.typedConfirmation });
    }
    this.#needs.gate.mayRun(prepared);
    const rival = [...this.#running.keys()].find((run) => run.concerns.some((id) => concerns.includes(id)));
    if (rival) throw new FailureError('runInProgress', { title: rival.title.code });
  }

  /** Looks again: what the plan stands on must not have changed since it was shown. @throws FailureError planExpired */
  async #mustStillHold({ act, prepared, facts, restoration }: Shown): Promise<void> {
    await this.#lookAt(prepared.concerns);
    if (this.#prepare(act, facts, restoration).ground === prepared.ground) return;
    throw new FailureError('planExpired', { what: this.#nameOf(prepared.concerns) });
  }

  #prepare(act: Act, facts: ReadonlyMap<NodeId, PlanFacts>, restoration: Restoration | null): PreparedPlan {
    return preparePlan(act, this.#scene(facts, restoration));
  }

  #scene(facts: ReadonlyMap<NodeId, PlanFacts>, restoration: Restoration | null): PlanScene {
    const { roleChanges } = this.#records;
    return { members: this.#needs.fleet.members, nowMs: Date.now(), facts, roleChanges, restoration };
  }

  /** Those concerned; of them who would send a snapshot are sampled, and who would log in again are tried. */
  #factWishes(act: Act, draft: PreparedPlan): FactWish[] {
    const { members } = this.#needs.fleet;
    const copies = [draft.plan.forecast, ...draft.plan.moves.map(({ forecast }) => forecast)];
    const isCopied = copies.some((forecast) => forecast?.sync === 'full' || forecast?.sync === 'unknown');
    const asked = members.filter(({ id, lifecycle }) => draft.concerns.includes(id) && lifecycle.kind === 'running');
    return asked.slice(0, askedNodesMax).map((member) => {
      const logsIn = (act.kind === 'resyncFull' || act.kind === 'resyncPartial') && member.id === act.nodeId;
      return {
        member,
        samples: isCopied && isSource(member, act, members),
        logsInAt: logsIn ? findMaster(member, members) : null,
      };
    });
  }

  async #lookAt(ids: readonly NodeId[]): Promise<void> {
    const { members: all, observer } = this.#needs.fleet;
    const named = all.filter(({ id }) => ids.includes(id));
    await Promise.all(withMasters(named, all).map((member) => observer.look(member)));
  }

  #nameOf(ids: readonly NodeId[]): string {
    return this.#needs.fleet.members
      .filter(({ id }) => ids.includes(id))
      .map(({ node }) => node.name)
      .join(', ');
  }
}

/** Whether this one may have to send its data: the master that is named, the master of the node, or the node that is raised. */
function isSource(member: Member, act: Act, members: readonly Member[]): boolean {
  if ('masterId' in act) return member.id === act.masterId;
  if (act.kind === 'restore' || act.kind === 'rollingRestart') return true;
  if (!('nodeId' in act) || act.nodeId === undefined) return false;
  const isMasterOfIt =
    members.some(({ id }) => id === act.nodeId) && findMasterOf(act.nodeId, members)?.id === member.id;
  return isMasterOfIt || member.id === act.nodeId;
}

function findMasterOf(nodeId: NodeId, members: readonly Member[]): Member | null {
  const member = members.find(({ id }) => id === nodeId);
  return member ? findMaster(member, members) : null;
}

function namedNodes(act: Act): NodeId[] {
  const ids = [
    ...('nodeId' in act && act.nodeId !== undefined ? [act.nodeId] : []),
    ...('masterId' in act ? [act.masterId] : []),
  ];
  return ids;
}
