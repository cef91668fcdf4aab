// The part of a plan in which a replica takes over from its living master without losing a write.
import type { Forecast } from '../../contract/acts.ts';
import { FailureError } from '../../contract/failure-error.ts';
import type { Address } from '../../contract/places.ts';
import type { Statement } from '../../contract/statements.ts';
import { type ForecastMaster, forecastNoSync } from '../../insight/forecast.ts';
import { compareVersions } from '../../insight/rdb-versions.ts';
import type { Member } from '../observing/member.ts';
import type { AttachedReplicaReading } from '../observing/reading.ts';
import { findReplica } from '../observing/topology.ts';
import { factsOf, toForecastMaster } from './forecast-facts.ts';
import { checkCoolDown, checkRights } from './plan-checks.ts';
import {
  type Checks,
  evidenceStep,
  holdingStep,
  type PlanDraft,
  type PlannedStep,
  type PlanScene,
  redisStep,
  releaseStep,
  say,
  waitStep,
} from './plan-draft.ts';
import { followStep, loginSteps, stopLoadFirst, watchSync } from './plan-sync.ts';
import { canFence, fencedSettings, wholePauseMs, wholePauseSteps } from './plan-whole-pause.ts';

/** How long writes may be held unless a person says otherwise. */
export const failoverTimeoutMs = 5000;
/** Of the pause, the share in which the replica must have caught up: the rest is for promoting it. */
const catchUpShare = 0.6;
/** A replica that lags by more seconds of writing than the pause lasts would not catch up in it. */
const lagSecondsPerPause = 0.5;
const failoverSince = '6.2';

/**
 * `failover`: the server does it. `pause`: we do it in steps while writes are held; `pauseAll`: while every command is.
 * `none`: the server can neither.
 */
type SwitchoverWay = 'failover' | 'pause' | 'pauseAll' | 'none';

export interface Switchover {
  readonly master: Member;
  readonly replica: Member;
  readonly timeoutMs: number;
}

function switchoverWay({ master, replica }: Switchover, scene: PlanScene): SwitchoverWay {
  const { unknownCommands } = factsOf(scene, master.id);
  const lacks = (feature: string) =>
    master.reading?.rights?.missing.some((right) => right.feature === feature) ?? false;
  const isOld = (member: Member) => compareVersions(member.reading?.redisVersion ?? '', failoverSince) < 0;
  // The replica must know the PSYNC by which it is handed the part of the master.
  const knowsFailover = ![master, replica].some(isOld) && !unknownCommands.has('failover') && !lacks('failover');
  if (knowsFailover && listedAddress(master, replica, scene) !== null) return 'failover';
  if (unknownCommands.has('client') || lacks('pauseWrites')) return 'none';
  if (!isOld(master)) return 'pause';
  return canFence(master, scene) ? 'pauseAll' : 'none';
}

/** What is held meanwhile, of how much, and for how long at most. */
export function holdsOf(switchover: Switchover, scene: PlanScene): Statement {
  const { name } = switchover.master.node;
  if (switchoverWay(switchover, scene) !== 'pauseAll')
    return say('holdsWrites', { name, timeoutMs: switchover.timeoutMs });
  return say('holdsCommands', { name, timeoutMs: wholePauseMs });
}

/** Settings that are other ones while it runs, and are put back by it: undo and resume of a cut run lead to them both. */
export function settingsMeanwhile(
  switchover: Switchover | null,
  scene: PlanScene,
): Required<Pick<PlanDraft, 'replacedSettings' | 'goalSettings'>> {
  const isFenced = switchover !== null && switchoverWay(switchover, scene) === 'pauseAll';
  const settings = isFenced ? fencedSettings(switchover.master, scene) : [];
  return { replacedSettings: settings, goalSettings: settings };
}

/** FAILOVER TO wants the address under which the master itself knows the replica. */
function listedAddress(master: Member, replica: Member, scene: PlanScene): Address | null {
  return findEntry(master, replica, scene)?.address ?? null;
}

/** The replica as its master lists it; null where it is not told apart. */
function findEntry(master: Member, replica: Member, scene: PlanScene): AttachedReplicaReading | null {
  const entries = master.reading?.replicas ?? [];
  return entries.find(({ address }) => findReplica(master, address, scene.members) === replica) ?? null;
}

/** @returns whether both ends are such that it can succeed */
export function checkSwitchover(checks: Checks, switchover: Switchover, scene: PlanScene): void {
  const { master, replica, timeoutMs } = switchover;
  const { name } = master.node;
  for (const member of [master, replica]) {
    checks.notCluster(member);
    checkCoolDown(checks, member, scene);
    checkRights(checks, member, ['attach']);
  }
  if (master.reading?.link) {
    const above = `${master.reading.link.masterAddress.host}:${master.reading.link.masterAddress.port}`;
    checks.fail('checkAlreadyReplicaOf', { name, master: above }, new FailureError('notAReplica', { name }));
  }
  switch (switchoverWay(switchover, scene)) {
    case 'failover':
      checks.pass('checkHasFailover', { name });
      break;
    case 'pause':
      checks.warn('checkPausesWrites', { name });
      break;
    case 'pauseAll':
      checks.warn('checkPausesAll', { name, timeoutMs: wholePauseMs });
      checkRights(checks, master, ['tune']);
      break;
    case 'none':
      checks.fail('checkNoPause', { name }, new FailureError('checkFailed', { check: 'checkNoPause' }));
  }
  checkLag(checks, replica, master, timeoutMs);
  const entry = findEntry(master, replica, scene);
  if (entry && entry.state !== 'online' && replica.reading?.link?.up) {
    const check = 'checkNotOnline';
    checks.fail(check, { name: replica.node.name, master: name }, new FailureError('checkFailed', { check }));
  }
}

function checkLag(checks: Checks, replica: Member, master: Member, timeoutMs: number): void {
  const { name } = replica.node;
  const link = replica.reading?.link;
  if (!link?.up) {
    checks.fail('checkLinkDown', { name }, new FailureError('checkFailed', { check: 'checkLinkDown' }));
    return;
  }
  checks.pass('checkLinkStreams', { name });
  const lagBytes = Math.max(0, (master.reading?.offset ?? link.offset) - link.offset);
  const pausedBytes = master.offsets.bytesPerSecond() * (timeoutMs / 1000) * lagSecondsPerPause;
  if (lagBytes > 0 && lagBytes > pausedBytes && pausedBytes > 0) checks.warn('checkLagLarge', { name, lagBytes });
  else checks.pass('checkLagSmall', { name, lagBytes });
}

/** Raises the replica and lets the old master follow it. Writes are held for `timeoutMs` at most, whatever happens. */
export function switchoverSteps(switchover: Switchover, scene: PlanScene): PlannedStep[] {
  const { master, replica } = switchover;
  const before = [...stopLoadFirst(master), ...loginSteps(master, replica, scene)];
  switch (switchoverWay(switchover, scene)) {
    case 'failover':
      return [...before, ...failoverSteps(switchover, scene)];
    case 'pauseAll':
      return [...before, ...wholePauseSteps(master, replica, scene)];
    default:
      return [...before, ...pauseSteps(switchover)];
  }
}

function failoverSteps({ master, replica, timeoutMs }: Switchover, scene: PlanScene): PlannedStep[] {
  const { host, port } = listedAddress(master, replica, scene) ?? replica.peerAddress;
  const words = ['FAILOVER', 'TO', host, String(port), 'TIMEOUT', String(timeoutMs)];
  return [
    holdingStep(master, words, ['FAILOVER', 'ABORT']),
    waitStep(master, 'INFO replication', timeoutMs, {
      kind: 'waitFailover',
      masterId: master.id,
      nodeId: replica.id,
      timeoutMs,
    }),
    watchSync(master, replica),
  ];
}

function pauseSteps({ master, replica, timeoutMs }: Switchover): PlannedStep[] {
  const waitsMs = Math.round(timeoutMs * catchUpShare);
  return [
    holdingStep(master, ['CLIENT', 'PAUSE', String(timeoutMs), 'WRITE'], ['CLIENT', 'UNPAUSE']),
    waitStep(replica, 'INFO replication', waitsMs, {
      kind: 'waitOffsets',
      masterId: master.id,
      nodeId: replica.id,
      timeoutMs: waitsMs,
    }),
    redisStep(replica, ['REPLICAOF', 'NO', 'ONE']),
    evidenceStep(replica, 'INFO replication', { kind: 'watchPromotion', nodeId: replica.id }),
    followStep(master, replica),
    releaseStep(master, ['CLIENT', 'UNPAUSE']),
    watchSync(master, replica),
  ];
}

/**
 * The replica as it will be once it is raised: a new history that continues the one it is on.
 * Raised at offset 300 of history A: others on A continue when they ask for byte 301 at the most.
 * @param offset where it stands by then; in a switchover as far as its master
 */
export function asRaised(replica: Member, offset: number, scene: PlanScene): ForecastMaster | null {
  const source = toForecastMaster(replica, scene);
  if (!source) return null;
  const { backlog } = source;
  const moreBytes = Math.max(0, offset - source.offset);
  return {
    ...source,
    replicationId: `(new history of ${source.name})`,
    secondReplicationId: source.replicationId,
    secondOffset: offset + 1,
    offset,
    backlog: { ...backlog, histlenBytes: backlog.histlenBytes + moreBytes },
  };
}

/** The newest offset of the pair: what the replica will have when it takes over. */
export function switchoverOffset({ master, replica }: Switchover): number {
  const link = replica.reading?.link;
  return Math.max(master.reading?.offset ?? 0, link?.offset ?? replica.reading?.offset ?? 0);
}

export function forecastRaised(switchover: Switchover, scene: PlanScene): Forecast {
  const { master, replica } = switchover;
  const source = toForecastMaster(master, scene);
  const offset = replica.reading?.link?.offset ?? null;
  const reason = say('promoteInStep', { name: replica.node.name, master: master.node.name });
  return forecastNoSync(reason, source, offset);
}
