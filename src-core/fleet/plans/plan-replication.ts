// Plans of the acts on one link: attach, promote, and both kinds of resync.
import type { Forecast } from '../../contract/acts.ts';
import { FailureError } from '../../contract/failure-error.ts';
import type { Address } from '../../contract/places.ts';
import { forecastForcedFull, forecastNoSync, forecastSync } from '../../insight/forecast.ts';
import type { Member } from '../observing/member.ts';
import { findMaster, isLoopback, sameServer, wouldCycle } from '../observing/topology.ts';
import { factsOf, toForecastMaster, toForecastReplica } from './forecast-facts.ts';
import { checkReplicasBelow, checkRights, checkRoleChange } from './plan-checks.ts';
import {
  type ActOf,
  Checks,
  evidenceStep,
  type PlanDraft,
  type PlannedStep,
  type PlanScene,
  redisStep,
  say,
  transactionStep,
} from './plan-draft.ts';
import {
  checkFullSync,
  destroyedBySync,
  followSteps,
  foreseeSync,
  losesData,
  masterName,
  masterOfLink,
  movesBelow,
  watchSync,
  withBothEnds,
} from './plan-sync.ts';

export function draftAttach(act: ActOf<'attach'>, replica: Member, master: Member, scene: PlanScene): PlanDraft {
  const names = { name: replica.node.name, master: master.node.name };
  const previous = findMaster(replica, scene.members);
  const forecast = foreseeSync(replica, master, scene);
  const checks = checkAttach(replica, master, scene, forecast);
  const from = replica.reading?.link;
  return {
    act,
    title: say('titleAttach', names),
    forecast,
    moves: movesBelow(replica, forecast, scene),
    destroys: [
      ...(from ? [say('destroysLink', { name: names.name, master: masterName(previous, from.masterAddress) })] : []),
      ...destroyedBySync(replica, forecast),
      ...(!from && replica.reading?.replicationId && forecast.sync !== 'partial'
        ? [say('destroysHistory', { name: names.name, id: replica.reading.replicationId })]
        : []),
    ],
    checks: checks.list,
    steps: followSteps(replica, master, scene),
    undo: previous
      ? say('undoAttachToPrevious', { name: names.name, previous: previous.node.name })
      : say('undoAttach', names),
    losesDataAt: losesData(replica, forecast),
    refusal: checks.refusal,
    concerns: [replica, master],
    goal: [{ member: replica, master: master.peerAddress }],
  };
}

/** Into `checks`, where one plan attaches several. */
export function checkAttach(
  replica: Member,
  master: Member,
  scene: PlanScene,
  forecast: Forecast,
  checks = new Checks(),
): Checks {
  const names = { name: replica.node.name, master: master.node.name };
  const { name } = names;
  if (replica === master || sameServer(replica, master)) {
    checks.fail('checkWouldBeSelf', { name }, new FailureError('wouldBeSelf', { name }));
    return checks;
  }
  checks.pass('checkNotSelf', { name });
  const bothAnswer = [replica, master].map((member) => checks.reachable(member, scene.nowMs)).every(Boolean);
  if (!bothAnswer) return checks;
  if (findMaster(replica, scene.members) === master) {
    checks.fail('checkAlreadyReplicaOf', names, new FailureError('alreadyReplicaOf', names));
  } else if (wouldCycle(replica, master, scene.members)) {
    checks.fail('checkWouldBeCycle', names, new FailureError('wouldBeCycle', names));
  } else checks.pass('checkNoCycle', names);
  checks.notCluster(replica);
  checks.notCluster(master);
  checkFullSync(checks, replica, master, forecast, scene);
  checkRoleChange(checks, [replica], scene);
  checkRights(checks, replica, ['attach']);
  checkData(checks, replica, master, forecast);
  const { host, port } = master.peerAddress;
  if (isLoopback(host) && !isLoopback(replica.address.host))
    checks.warn('checkAnnouncedAddress', { ...names, host, port });
  if (master.node.credentials.password !== null) checks.pass('checkMasterNeedsPassword', { master: names.master });
  checkReplicasBelow(checks, replica, scene);
  return checks;
}

function checkData(checks: Checks, replica: Member, master: Member, forecast: Forecast): void {
  const keys = replica.reading?.keys ?? 0;
  if (forecast.sync === 'partial' || keys === 0) return;
  const { name } = replica.node;
  if (master.reading?.keys === 0) checks.warn('checkEmptyMaster', { name, master: master.node.name, keys });
  else if (!replica.reading?.link) checks.warn('checkCarriesOtherData', { name, keys });
}

export function draftPromote(act: ActOf<'promote'>, replica: Member, scene: PlanScene): PlanDraft {
  const { name } = replica.node;
  const master = findMaster(replica, scene.members);
  const link = replica.reading?.link;
  const checks = new Checks();
  if (checks.reachable(replica, scene.nowMs)) {
    if (link) checks.pass('checkIsReplica', { name });
    else checks.fail('checkAlreadyMaster', { name }, new FailureError('alreadyMaster', { name }));
    checks.notCluster(replica);
    checkRoleChange(checks, [replica], scene);
    checkRights(checks, replica, ['attach']);
    checkReplicasBelow(checks, replica, scene);
  }
  const address = link ? masterName(master, link.masterAddress) : '';
  return {
    act,
    title: say('titlePromote', { name }),
    forecast: forecastPromotion(replica, master, scene),
    destroys: link ? [say('destroysLink', { name, master: address })] : [],
    checks: checks.list,
    steps: [
      redisStep(replica, ['REPLICAOF', 'NO', 'ONE']),
      evidenceStep(replica, 'INFO replication', { kind: 'watchPromotion', nodeId: replica.id }),
    ],
    undo: say('undoPromote', { name, master: address }),
    losesDataAt: null,
    refusal: checks.refusal,
    concerns: [replica],
    goal: [{ member: replica, master: null }],
  };
}

/** What the master has and the replica has not is what the new line of writes lacks. */
function forecastPromotion(replica: Member, master: Member | null, scene: PlanScene): Forecast {
  const { name } = replica.node;
  const offset = replica.reading?.link?.offset ?? replica.reading?.offset ?? 0;
  const source = toForecastMaster(master, scene);
  const lagBytes = source && source.replicationId === replica.reading?.replicationId ? source.offset - offset : null;
  const isBehind = source !== null && lagBytes !== null && lagBytes > 0;
  const reason = isBehind
    ? say('promoteBehindMaster', { name, master: source.name, lagBytes })
    : say('promoteKeepsData', { name, offset });
  return forecastNoSync(reason, source, lagBytes === null ? null : offset);
}

export function draftResync(
  act: ActOf<'resyncPartial'> | ActOf<'resyncFull'>,
  replica: Member,
  scene: PlanScene,
): PlanDraft {
  const { name } = replica.node;
  const master = findMaster(replica, scene.members);
  const link = replica.reading?.link;
  const names = { name, master: link ? masterName(master, link.masterAddress) : '' };
  const checks = new Checks();
  if (checks.reachable(replica, scene.nowMs)) {
    if (link) checks.pass('checkIsReplica', { name });
    else checks.fail('checkAlreadyMaster', { name }, new FailureError('notAReplica', { name }));
    checks.notCluster(replica);
    if (master) checks.reachable(master, scene.nowMs);
  }
  const isFull = act.kind === 'resyncFull';
  if (isFull) checkReplicasBelow(checks, replica, scene);
  const forecast = foreseeResync(isFull, replica, master, scene, names);
  if (master && link) {
    checkFullSync(checks, replica, master, forecast, scene);
    checkRights(checks, replica, [isFull ? 'attach' : 'reconnect']);
  }
  if (factsOf(scene, replica.id).loginAccepted === false) checks.failUnlessForced('checkLoginRejected', names);
  return {
    act,
    title: say(isFull ? 'titleResyncFull' : 'titleResyncPartial', names),
    forecast,
    moves: movesBelow(replica, forecast, scene),
    destroys: destroyedBySync(replica, forecast),
    checks: checks.list,
    steps: [...resyncSteps(isFull, replica, replica.followed ?? undefined), watchSync(replica, master)],
    undo: forecast.sync === 'full' ? say('undoImpossible', { name }) : say('undoNotNeeded'),
    losesDataAt: losesData(replica, forecast),
    refusal: checks.refusal,
    concerns: master ? [replica, master] : [replica],
    goal: link ? [{ member: replica, master: link.masterAddress }] : [],
  };
}

function foreseeResync(
  isFull: boolean,
  replica: Member,
  master: Member | null,
  scene: PlanScene,
  names: { readonly name: string; readonly master: string },
): Forecast {
  const source = masterOfLink(replica, master, scene);
  const asked = (isFull ? forecastForcedFull : forecastSync)(toForecastReplica(replica, master, scene), source, names);
  const forecast = master ? withBothEnds(asked, replica, master, scene) : asked;
  if (factsOf(scene, replica.id).loginAccepted !== false) return forecast;
  const { window, replicasBelow } = forecast;
  return { ...forecastNoSync(say('syncLoginRejected', names)), window, replicasBelow };
}

/**
 * Why these commands, and not REPLICAOF again: to the master that it has, that would be a no-op. The two of a full copy
 * go together, or a cut between them would leave it without a master.
 */
function resyncSteps(isFull: boolean, replica: Member, master: Address | undefined): PlannedStep[] {
  if (!isFull) return [redisStep(replica, ['CLIENT', 'KILL', 'TYPE', 'master'])];
  if (!master) return [];
  return [
    transactionStep(replica, [
      ['REPLICAOF', 'NO', 'ONE'],
      ['REPLICAOF', master.host, String(master.port)],
    ]),
  ];
}
