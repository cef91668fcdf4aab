// Looks at the nodes of a step until what it is to bring about can be seen, and says it in the servers' own figures.
import { setTimeout as delay } from 'node:timers/promises';
import type { NodeEvidence, NodeState } from '../../contract/acts.ts';
import { FailureError } from '../../contract/failure-error.ts';
import type { NodeId } from '../../contract/places.ts';
import type { SyncCounters } from '../../contract/views.ts';
import type { Fleet } from '../fleet.ts';
import type { Member } from '../observing/member.ts';

const lookIntervalMs = 100;
/** A sync that takes longer goes on; the act then says what it saw so far. Redis itself may wait 5 s before it begins. */
const watchSyncMaxMs = 8000;
const watchPromotionMaxMs = 2000;
/** A server ends its own FAILOVER in time; what is waited for beyond is the look that sees it. */
const failoverGraceMs = 5000;
/** A node that hangs keeps the others from being looked at for so long only; its own look goes on meanwhile. */
const lookMaxMs = 600;
/** A replica tries its master once a second. One that has had no connection to it for so long is cut off from it. */
const unlinkedMaxMs = 4000;
/** A node that is away for so long without a break is taken for lost: what is waited for will not come. */
const awayMaxMs = 1500;

/** In the words of ROLE. */
const unlinkedStates: ReadonlySet<string> = new Set(['connect', 'connecting']);

export interface StepAnswer {
  readonly ok: boolean;
  readonly answer: string;
}

export function toNodeState({ id, node, address, reading }: Member): NodeState | null {
  if (!reading) return null;
  return {
    nodeId: id,
    name: node.name,
    address,
    runId: reading.runId,
    role: reading.role,
    master: reading.link?.masterAddress ?? null,
    linkUp: reading.link?.up ?? null,
    replicationId: reading.replicationId,
    offset: reading.link?.offset ?? reading.offset,
    keys: reading.keys,
    counters: reading.counters,
  };
}

export function compareStates(
  members: readonly Member[],
  before: ReadonlyMap<NodeId, NodeState | null>,
): NodeEvidence[] {
  return members.map((member) => ({
    nodeName: member.node.name,
    before: before.get(member.id) ?? null,
    after: toNodeState(member),
  }));
}

/** The waits of one run: all of them end when it is cancelled. */
export class Watch {
  readonly #fleet: Fleet;
  readonly #signal: AbortSignal;

  constructor(fleet: Fleet, signal: AbortSignal) {
    this.#fleet = fleet;
    this.#signal = signal;
  }

  /**
   * Until the link streams and the master has counted it, or the bound is reached. A sync that only takes longer is no
   * failure; an end that is gone is, and a replica that does not get through to its master: nobody else should be led
   * the same way.
   */
  async sync(replica: Member, master: Member | null, before: NodeState | null): Promise<StepAnswer> {
    const isDone = () => replica.reading?.link?.up === true && (!master || hasCounted(before, master));
    let linkedAtMs = performance.now();
    const isCutOff = () => {
      if (isLinked(replica)) linkedAtMs = performance.now();
      return performance.now() - linkedAtMs >= unlinkedMaxMs;
    };
    await this.#until(master ? [replica, master] : [replica], () => isDone() || isCutOff(), watchSyncMaxMs);
    const link = replica.reading?.link;
    const state = link?.up ? 'master_link_status:up' : `master_link_status:down (${link?.roleState ?? 'no link'})`;
    const counters = master ? describeCounters(before?.counters ?? null, master.reading?.counters ?? null) : '';
    const gone = [replica, ...(master ? [master] : [])]
      .filter(isAway)
      .map(({ node }) => `${node.name} does not answer`);
    return {
      ok: gone.length === 0 && isLinked(replica),
      answer: [counters, state, ...gone].filter(Boolean).join('; '),
    };
  }

  /** Until the node says that it is a master. */
  async promotion(member: Member, before: NodeState | null): Promise<StepAnswer> {
    const isMaster = () => member.reading?.role === 'master';
    await this.#until([member], isMaster, watchPromotionMaxMs);
    const id = member.reading?.replicationId ?? '?';
    const changed = before?.replicationId ? `${before.replicationId} → ${id}` : id;
    return { ok: isMaster(), answer: `role:${member.reading?.role ?? 'unknown'}; master_replid ${changed}` };
  }

  /** Until the replica has all that its master wrote; the master takes no writes meanwhile. */
  async equalOffsets(master: Member, replica: Member, timeoutMs: number): Promise<StepAnswer> {
    const offsets = () => [master.reading?.offset ?? null, replica.reading?.link?.offset ?? null] as const;
    const areEqual = () => {
      const [own, applied] = offsets();
      return own !== null && own === applied;
    };
    // Twice in a row: the first look may have begun before the writes were held.
    let equalLooks = 0;
    const areSteadilyEqual = () => {
      equalLooks = areEqual() ? equalLooks + 1 : 0;
      return equalLooks >= 2;
    };
    await this.#until([master, replica], areSteadilyEqual, timeoutMs);
    const [own, applied] = offsets();
    return { ok: areEqual(), answer: `master_repl_offset:${own ?? '?'}; slave_repl_offset:${applied ?? '?'}` };
  }

  /** Until the replica has all up to the offset at which its master is held; the master itself cannot be asked. */
  async inStep(replica: Member, offset: number | null, timeoutMs: number): Promise<StepAnswer> {
    const applied = () => replica.reading?.link?.offset ?? null;
    const isInStep = () => offset !== null && (applied() ?? -1) >= offset;
    await this.#until([replica], isInStep, timeoutMs);
    return { ok: isInStep(), answer: `slave_repl_offset:${applied() ?? '?'} of ${offset ?? '?'}` };
  }

  /** Until the master has become a replica, of `replica` where that one is known. A server that gives up says so by its state. */
  async failover(master: Member, replica: Member | null, timeoutMs: number): Promise<StepAnswer> {
    const isTakenOver = () =>
      master.reading?.role === 'replica' && (replica === null || replica.reading?.role === 'master');
    let hasBegun = false;
    const hasGivenUp = () => {
      const state = master.reading?.masterFailoverState ?? null;
      if (state !== null && state !== 'no-failover') hasBegun = true;
      return replica !== null && hasBegun && state === 'no-failover' && master.reading?.role === 'master';
    };
    const members = replica ? [master, replica] : this.#fleet.members;
    // Sentinel may fail over from a master that is away, and others of the fleet are no matter of it.
    const awayMs = replica ? awayMaxMs : timeoutMs;
    await this.#until(members, () => isTakenOver() || hasGivenUp(), timeoutMs + failoverGraceMs, { awayMs });
    const state = master.reading?.masterFailoverState ?? 'unknown';
    return {
      ok: isTakenOver(),
      answer: `role:${master.reading?.role ?? 'unknown'}; master_failover_state:${state}`,
    };
  }

  /** Until another process answers there. Whoever runs the server restarts it meanwhile. */
  async restart(member: Member, runId: string, timeoutMs: number): Promise<StepAnswer> {
    const isAnother = () => {
      const now = member.reading?.runId ?? '';
      return member.lifecycle.kind === 'running' && now !== '' && now !== runId;
    };
    const look = (each: Member) => this.#fleet.observer.lookClosely(each);
    await this.#until([member], isAnother, timeoutMs, { look, awayMs: timeoutMs });
    return { ok: isAnother(), answer: `run_id ${runId} → ${member.reading?.runId ?? '?'}` };
  }

  async streaming(members: readonly Member[], timeoutMs: number): Promise<StepAnswer> {
    const isUp = (member: Member) => !isAway(member) && member.reading?.link?.up === true;
    await this.#until(members, () => members.every(isUp), timeoutMs);
    const down = members.filter((member) => !isUp(member)).map(({ node }) => node.name);
    const answer = down.length === 0 ? 'master_link_status:up' : `master_link_status:down on ${down.join(', ')}`;
    return { ok: down.length === 0, answer };
  }

  /** Until it holds, the time is over, or one of them is away for too long. @throws FailureError runCancelled */
  async #until(
    members: readonly Member[],
    holds: () => boolean,
    timeoutMs: number,
    { look = (member: Member) => this.#fleet.observer.look(member), awayMs = awayMaxMs } = {},
  ): Promise<void> {
    const endsAtMs = performance.now() + timeoutMs;
    let allAnsweredAtMs = performance.now();
    do {
      await delay(lookIntervalMs);
      if (this.#signal.aborted) throw new FailureError('runCancelled');
      const looks = Promise.all(members.map(look));
      await Promise.race([looks, delay(lookMaxMs, undefined, { ref: false })]);
      if (!members.some(isAway)) allAnsweredAtMs = performance.now();
    } while (!holds() && performance.now() < Math.min(endsAtMs, allAnsweredAtMs + awayMs));
  }
}

function isAway({ lifecycle }: Member): boolean {
  return lifecycle.kind !== 'running';
}

/** Whether it has a connection to its master, in whatever state. Where ROLE is refused that is not known, and not denied. */
function isLinked({ reading }: Member): boolean {
  const link = reading?.link;
  return link != null && (link.up || link.syncInProgress || !unlinkedStates.has(link.roleState));
}

function hasCounted(before: NodeState | null, master: Member): boolean {
  const now = master.reading?.counters;
  // A master that was a replica before counts from its own beginning.
  if (!before || !now || before.runId !== master.reading?.runId) return true;
  return now.full > before.counters.full || now.partialOk > before.counters.partialOk;
}

function describeCounters(before: SyncCounters | null, now: SyncCounters | null): string {
  const row = (name: string, pick: (counters: SyncCounters) => number) =>
    `${name} ${before ? pick(before) : '?'} → ${now ? pick(now) : '?'}`;
  return [
    row('sync_full', ({ full }) => full),
    row('sync_partial_ok', ({ partialOk }) => partialOk),
    row('sync_partial_err', ({ partialErr }) => partialErr),
  ].join(', ');
}
