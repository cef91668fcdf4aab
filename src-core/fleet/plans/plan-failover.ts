// Plans that give a tree a new master: planned failover, rescue when the master is gone, and two nodes changing places.
import type { Candidate, Forecast } from '../../contract/acts.ts';
import { FailureError } from '../../contract/failure-error.ts';
import type { Address } from '../../contract/places.ts';
import { type CandidateFacts, rankCandidates } from '../../insight/candidates.ts';
import { type ForecastMaster, forecastNoSync } from '../../insight/forecast.ts';
import type { Member } from '../observing/member.ts';
import { findMaster, sameAddress } from '../observing/topology.ts';
import { checkRights, checkRoleChange } from './plan-checks.ts';
import {
  type ActOf,
  Checks,
  evidenceStep,
  type PlanDraft,
  type PlannedStep,
  type PlanScene,
  redisStep,
  say,
  waitStep,
} from './plan-draft.ts';
import {
  asRaised,
  checkSwitchover,
  failoverTimeoutMs,
  forecastRaised,
  holdsOf,
  type Switchover,
  settingsMeanwhile,
  switchoverOffset,
  switchoverSteps,
} from './plan-switchover.ts';
import {
  asMove,
  checkFullSync,
  destroyedBySync,
  followSteps,
  foreseeSync,
  foreseeSyncFrom,
  losesData,
  masterName,
  movesBelow,
} from './plan-sync.ts';
import { warnOfOlder } from './plan-versions.ts';

/** Sentinel's own time to choose, fail over and tell everybody. */
const sentinelTimeoutMs = 60_000;

export function draftFailover(act: ActOf<'failover'>, replica: Member, scene: PlanScene): PlanDraft {
  const master = findMaster(replica, scene.members);
  const checks = new Checks();
  const names = { name: replica.node.name, master: masterOf(replica, master) };
  if (!checkIsFollowing(checks, replica, master, scene)) return refused(act, 'titleFailover', names, checks, [replica]);
  if (master.supervision) return draftThroughSentinel(act, replica, master, scene, checks);
  const switchover: Switchover = { master, replica, timeoutMs: act.timeoutMs ?? failoverTimeoutMs };
  checkSwitchover(checks, switchover, scene);
  const siblings = replicasOf(master, scene).filter((member) => member !== replica);
  const raised = asRaised(replica, switchoverOffset(switchover), scene);
  const moved = [master, ...siblings].map((member) => foreseeFollower(member, replica, raised, scene, checks));
  return {
    act,
    title: say('titleFailover', names),
    forecast: forecastRaised(switchover, scene),
    moves: moved.flatMap(({ moves }) => moves),
    destroys: [holdsOf(switchover, scene), ...moved.flatMap(({ destroys }) => destroys)],
    checks: checks.list,
    steps: [
      ...switchoverSteps(switchover, scene),
      ...siblings.flatMap((sibling) => followSteps(sibling, replica, scene)),
    ],
    undo: say('undoFromJournal'),
    losesDataAt: moved.find(({ loser }) => loser)?.loser ?? null,
    refusal: checks.refusal,
    concerns: [replica, master, ...siblings],
    goal: [
      { member: replica, master: null },
      ...[master, ...siblings].map((member) => ({ member, master: replica.peerAddress })),
    ],
    ...settingsMeanwhile(switchover, scene),
  };
}

/** Sentinel would take a failover behind its back for a fault. It chooses the replica by its own rules. */
function draftThroughSentinel(
  act: ActOf<'failover'>,
  replica: Member,
  master: Member,
  scene: PlanScene,
  checks: Checks,
): PlanDraft {
  const masterName = master.supervision?.masterName ?? '';
  const names = { name: replica.node.name, master: master.node.name };
  checks.warn('checkThroughSentinel', { name: names.name, masterName });
  const replicas = replicasOf(master, scene);
  for (const member of [master, ...replicas]) if (member !== replica) warnOfOlder(checks, member, replica);
  const words = ['SENTINEL', 'FAILOVER', masterName];
  const { step } = redisStep(master, words);
  return {
    act,
    title: say('titleFailover', names),
    forecast: null,
    destroys: [],
    checks: checks.list,
    steps: [
      { step: { ...step, nodeId: null, nodeName: 'sentinel' }, action: { kind: 'sentinel', nodeId: master.id, words } },
      waitStep(master, 'INFO replication', sentinelTimeoutMs, {
        kind: 'waitFailover',
        masterId: master.id,
        nodeId: null,
        timeoutMs: sentinelTimeoutMs,
      }),
    ],
    // There is no goal to lead on to or back from: who takes over is Sentinel's choice.
    undo: say('undoThroughSentinel', { masterName }),
    losesDataAt: null,
    refusal: checks.refusal,
    concerns: [master, ...replicas],
  };
}

export function draftReverse(act: ActOf<'reverseLink'>, replica: Member, scene: PlanScene): PlanDraft {
  const master = findMaster(replica, scene.members);
  const checks = new Checks();
  const names = { name: replica.node.name, master: masterOf(replica, master) };
  if (!checkIsFollowing(checks, replica, master, scene)) {
    return refused(act, 'titleReverseLink', names, checks, [replica]);
  }
  const above = findMaster(master, scene.members);
  if (master.reading?.link) return draftReverseInChain(act, replica, master, above, scene, checks);
  checkRoleChange(checks, [master, replica], scene);
  const switchover: Switchover = { master, replica, timeoutMs: failoverTimeoutMs };
  checkSwitchover(checks, switchover, scene);
  const raised = asRaised(replica, switchoverOffset(switchover), scene);
  const moved = foreseeFollower(master, replica, raised, scene, checks);
  return {
    act,
    title: say('titleReverseLink', names),
    forecast: forecastRaised(switchover, scene),
    moves: moved.moves,
    destroys: [holdsOf(switchover, scene), ...moved.destroys],
    checks: checks.list,
    steps: switchoverSteps(switchover, scene),
    undo: say('undoFromJournal'),
    losesDataAt: moved.loser,
    refusal: checks.refusal,
    concerns: [replica, master],
    goal: [
      { member: replica, master: null },
      { member: master, master: replica.peerAddress },
    ],
    ...settingsMeanwhile(switchover, scene),
  };
}

/** grand ← master ← replica becomes grand ← replica ← master: nobody is raised, and no write is held. */
function draftReverseInChain(
  act: ActOf<'reverseLink'>,
  replica: Member,
  master: Member,
  above: Member | null,
  scene: PlanScene,
  checks: Checks,
): PlanDraft {
  const names = { name: replica.node.name, master: master.node.name };
  const address = master.reading?.link?.masterAddress ?? master.peerAddress;
  if (!above || !checks.reachable(above, scene.nowMs)) {
    const failure = new FailureError('nodeNotConnected', { name: `${address.host}:${address.port}` });
    if (!above) checks.fail('checkNotReachable', { name: masterName(above, address) }, failure);
    return refused(act, 'titleReverseLink', names, checks, [replica, master]);
  }
  checkRoleChange(checks, [master, replica], scene);
  const first = foreseeSync(replica, above, scene);
  const second = foreseeSync(master, replica, scene);
  checkFullSync(checks, replica, above, first, scene);
  checkFullSync(checks, master, replica, second, scene);
  return {
    act,
    title: say('titleReverseLink', names),
    forecast: first,
    moves: [asMove(master, second)],
    destroys: [...destroyedBySync(replica, first), ...destroyedBySync(master, second)],
    checks: checks.list,
    steps: [...followSteps(replica, above, scene), ...followSteps(master, replica, scene)],
    undo: say('undoFromJournal'),
    losesDataAt: losesData(replica, first) ?? losesData(master, second),
    refusal: checks.refusal,
    concerns: [replica, master, above],
    goal: [
      { member: replica, master: above.peerAddress },
      { member: master, master: replica.peerAddress },
    ],
  };
}

export function draftRescue(act: ActOf<'rescue'>, replica: Member, scene: PlanScene): PlanDraft {
  const link = replica.reading?.link;
  const master = findMaster(replica, scene.members);
  const names = { name: replica.node.name, master: masterOf(replica, master) };
  const checks = new Checks();
  if (!checks.reachable(replica, scene.nowMs) || !link) {
    if (!link) checks.fail('checkAlreadyMaster', { name: names.name }, new FailureError('alreadyMaster', names));
    return refused(act, 'titleRescue', names, checks, [replica]);
  }
  const orphans = orphansOf(link.masterAddress, scene);
  const candidates = rankCandidates(orphans.map(toCandidate), goneMaster(master));
  checkRescue(checks, replica, master, link.masterAddress, candidates, scene);
  const others = orphans.filter((member) => member !== replica && member.lifecycle.kind === 'running');
  const raised = asRaised(replica, link.offset, scene);
  const moved = others.map((member) => foreseeFollower(member, replica, raised, scene, checks));
  const own = candidates.find(({ nodeId }) => nodeId === replica.id);
  return {
    act,
    title: say('titleRescue', names),
    forecast: forecastRescue(replica, master, own ?? null),
    moves: moved.flatMap(({ moves }) => moves),
    candidates,
    destroys: [
      say('destroysLink', names),
      ...(own?.lostBytes ? [say('destroysUnreplicated', { name: names.name, lostBytes: own.lostBytes })] : []),
      ...moved.flatMap(({ destroys }) => destroys),
    ],
    checks: checks.list,
    steps: [...raiseSteps(replica), ...others.flatMap((member) => followSteps(member, replica, scene))],
    undo: say('undoRescue', names),
    losesDataAt: replica,
    refusal: checks.refusal,
    concerns: [replica, ...(master ? [master] : []), ...others],
    goal: [{ member: replica, master: null }, ...others.map((member) => ({ member, master: replica.peerAddress }))],
  };
}

function checkRescue(
  checks: Checks,
  replica: Member,
  master: Member | null,
  address: Address,
  candidates: readonly Candidate[],
  scene: PlanScene,
): void {
  const { name } = replica.node;
  const isAlive = (master !== null && master.lifecycle.kind === 'running') || replica.reading?.link?.up === true;
  if (isAlive) checks.failUnlessForced('checkMasterAnswers', { name, master: masterName(master, address) });
  else checks.pass('checkMasterGone', { master: masterName(master, address) });
  if (master?.supervision || replica.supervision) checkRoleChange(checks, [master ?? replica], scene);
  checkRoleChange(checks, [replica], scene);
  checkRights(checks, replica, ['attach']);
  checks.notCluster(replica);
  const [best] = candidates;
  const own = candidates.find(({ nodeId }) => nodeId === replica.id);
  if (own?.note === 'notWhole' || own?.note === 'neverSynced') checks.failUnlessForced('checkNotWhole', { name });
  if (!best || best.nodeId === replica.id || best.lostBytes === own?.lostBytes)
    checks.pass('checkBestCandidate', { name });
  else {
    const lostBytes = Math.max(0, (own?.lostBytes ?? 0) - (best.lostBytes ?? 0));
    checks.warn('checkBetterCandidate', { name, best: best.name, lostBytes });
  }
}

/** The newest offset that anybody saw of the lost one is all that can be known of what is lost. */
function forecastRescue(replica: Member, master: Member | null, own: Candidate | null): Forecast {
  const names = { name: replica.node.name, master: masterOf(replica, master) };
  const lostBytes = own?.lostBytes ?? null;
  const isUnknown = lostBytes === null || !master?.reading;
  return forecastNoSync(
    isUnknown ? say('promoteLossUnknown', names) : say('promoteMasterGone', { ...names, lostBytes }),
  );
}

function goneMaster(master: Member | null) {
  return { replicationId: master?.reading?.replicationId ?? null, offset: master?.reading?.offset ?? null };
}

function toCandidate({ id, node, reading }: Member): CandidateFacts {
  const link = reading?.link;
  return {
    nodeId: id,
    name: node.name,
    replicationId: reading?.replicationId ?? null,
    offset: link?.offset ?? 0,
    // A link that never was up has no time since when it is down.
    hasSynced: link != null && (link.up || link.downSinceSeconds !== null || link.offset > 0),
    isWhole: link ? !link.syncInProgress && !reading?.loading : false,
    priority: reading?.priority ?? null,
    keys: reading?.keys ?? 0,
  };
}

/** All that we reach and that follow this address. */
function orphansOf(master: Address, scene: PlanScene): Member[] {
  return scene.members.filter(({ lifecycle, reading }) => {
    const link = reading?.link;
    return lifecycle.kind === 'running' && link != null && sameAddress(link.masterAddress, master);
  });
}

export function replicasOf(master: Member, scene: PlanScene): Member[] {
  return scene.members.filter((member) => member !== master && findMaster(member, scene.members) === master);
}

function raiseSteps(replica: Member): PlannedStep[] {
  return [
    redisStep(replica, ['REPLICAOF', 'NO', 'ONE']),
    evidenceStep(replica, 'INFO replication', { kind: 'watchPromotion', nodeId: replica.id }),
  ];
}

/**
 * One that will follow the raised replica. While all streams flow it cannot be ahead of it by then: what seems so was
 * read at another time. With a lost master it can, and must then copy everything.
 */
function foreseeFollower(
  member: Member,
  raisedMember: Member,
  raised: ForecastMaster | null,
  scene: PlanScene,
  checks: Checks,
) {
  const isSameStream = findMaster(raisedMember, scene.members)?.lifecycle.kind === 'running';
  const offset = member.reading?.link?.offset ?? member.reading?.offset ?? 0;
  const source = raised && isSameStream && offset > raised.offset ? asRaised(raisedMember, offset, scene) : raised;
  const forecast = foreseeSyncFrom(member, raisedMember, source, scene);
  checkFullSync(checks, member, raisedMember, forecast, scene);
  checkRights(checks, member, ['attach']);
  return {
    moves: [asMove(member, forecast), ...movesBelow(member, forecast, scene)],
    destroys: destroyedBySync(member, forecast),
    loser: losesData(member, forecast),
  };
}

/** @returns whether the replica follows a master that we know and that answers */
function checkIsFollowing(checks: Checks, replica: Member, master: Member | null, scene: PlanScene): master is Member {
  const { name } = replica.node;
  if (!checks.reachable(replica, scene.nowMs)) return false;
  if (!replica.reading?.link) {
    checks.fail('checkAlreadyMaster', { name }, new FailureError('notAReplica', { name }));
    return false;
  }
  checks.pass('checkIsReplica', { name });
  if (master) return checks.reachable(master, scene.nowMs);
  const gone = masterOf(replica, master);
  checks.fail('checkNotReachable', { name: gone }, new FailureError('nodeNotConnected', { name: gone }));
  return false;
}

function masterOf(replica: Member, master: Member | null): string {
  const address = replica.reading?.link?.masterAddress;
  return address ? masterName(master, address) : '';
}

/** A plan that stops at its first checks: it has nothing to run. */
export function refused(
  act: PlanDraft['act'],
  title: PlanDraft['title']['code'],
  params: PlanDraft['title']['params'],
  checks: Checks,
  concerns: readonly Member[],
): PlanDraft {
  return {
    act,
    title: say(title, params),
    forecast: null,
    destroys: [],
    checks: checks.list,
    steps: [],
    undo: say('undoNotNeeded'),
    losesDataAt: null,
    refusal: checks.refusal,
    concerns,
  };
}
