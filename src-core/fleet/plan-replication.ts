// Plans of the acts on a link: attach, promote, and both kinds of resync.
import type { Act, Forecast } from '../contract/acts.ts';
import { FailureError } from '../contract/failure-error.ts';
import type { Address, NodeId, Statement } from '../contract/views.ts';
import { type ForecastMaster, forecastForcedFull, forecastSync } from '../insight/forecast.ts';
import type { Member } from './member.ts';
import {
  Checks,
  evidenceStep,
  hostStep,
  type PlanDraft,
  type PlannedStep,
  redisStep,
  say,
  toForecastMaster,
  toForecastReplica,
} from './plan-draft.ts';
import { descendants, findMaster, isLoopback, sameServer, wouldCycle } from './topology.ts';

const struckOut = '***';

export interface PlanScene {
  readonly members: readonly Member[];
  readonly nowMs: number;
  /** Nodes that have a `masterauth` and would send it to any master; only asked where it matters. */
  readonly sendsLogin: ReadonlySet<NodeId>;
}

type ActOf<K extends Act['kind']> = Extract<Act, { kind: K }>;

export function draftAttach(act: ActOf<'attach'>, replica: Member, master: Member, scene: PlanScene): PlanDraft {
  const names = { name: replica.node.name, master: master.node.name };
  const previous = findMaster(replica, scene.members);
  const forecast = forecastSync(toForecastReplica(replica, scene.members), toForecastMaster(master), names);
  const checks = checkAttach(replica, master, scene, forecast);
  const from = replica.reading?.link;
  return {
    act,
    title: say('titleAttach', names),
    forecast,
    destroys: [
      ...(from ? [say('destroysLink', { name: names.name, master: masterName(previous, from.masterAddress) })] : []),
      ...destroyedBySync(replica, forecast),
      ...(!from && replica.reading?.replicationId && forecast.sync !== 'partial'
        ? [say('destroysHistory', { name: names.name, id: replica.reading.replicationId })]
        : []),
    ],
    checks: checks.list,
    steps: [
      ...stopLoadFirst(replica),
      ...loginSteps(replica, master, scene),
      redisStep(replica, ['REPLICAOF', master.address.host, String(master.address.port)]),
      watchSync(replica, master),
    ],
    undo: previous
      ? say('undoAttachToPrevious', { name: names.name, previous: previous.node.name })
      : say('undoAttach', names),
    losesDataAt: losesData(replica, forecast),
    refusal: checks.refusal,
    concerns: [replica, master],
  };
}

function checkAttach(replica: Member, master: Member, scene: PlanScene, forecast: Forecast): Checks {
  const checks = new Checks();
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
  checkVersions(checks, replica, master);
  checkData(checks, replica, master, forecast);
  const { host, port } = master.address;
  if (isLoopback(host) && !isLoopback(replica.address.host))
    checks.warn('checkAnnouncedAddress', { ...names, host, port });
  if (master.node.credentials.password !== null) checks.pass('checkMasterNeedsPassword', { master: names.master });
  checkReplicasBelow(checks, replica, scene);
  return checks;
}

function checkVersions(checks: Checks, replica: Member, master: Member): void {
  const version = replica.reading?.redisVersion ?? '';
  const masterVersion = master.reading?.redisVersion ?? '';
  const params = { name: replica.node.name, version, master: master.node.name, masterVersion };
  if (compareVersions(masterVersion, version) > 0) checks.warn('checkVersionNewer', params);
  else checks.pass('checkVersionFits', params);
}

function checkData(checks: Checks, replica: Member, master: Member, forecast: Forecast): void {
  const keys = replica.reading?.keys ?? 0;
  if (forecast.sync === 'partial' || keys === 0) return;
  const { name } = replica.node;
  if (master.reading?.keys === 0) checks.warn('checkEmptyMaster', { name, master: master.node.name, keys });
  else if (!replica.reading?.link) checks.warn('checkCarriesOtherData', { name, keys });
}

function checkReplicasBelow(checks: Checks, member: Member, scene: PlanScene): void {
  const below = descendants(member, scene.members).length;
  if (below > 0) checks.warn('checkReplicasFollow', { name: member.node.name, replicas: below });
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
    checkReplicasBelow(checks, replica, scene);
  }
  const address = link ? masterName(master, link.masterAddress) : '';
  return {
    act,
    title: say('titlePromote', { name }),
    forecast: forecastPromotion(replica, master),
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
  };
}

/** What the master has and the replica has not is what the new line of writes lacks. */
function forecastPromotion(replica: Member, master: Member | null): Forecast {
  const { name } = replica.node;
  const offset = replica.reading?.link?.offset ?? replica.reading?.offset ?? 0;
  const source = toForecastMaster(master);
  const lagBytes = source && source.replicationId === replica.reading?.replicationId ? source.offset - offset : null;
  const isBehind = source !== null && lagBytes !== null && lagBytes > 0;
  return {
    sync: 'none',
    reason: isBehind
      ? say('promoteBehindMaster', { name, master: source.name, lagBytes })
      : say('promoteKeepsData', { name, offset }),
    transferBytes: 0,
    keysDestroyed: 0,
    replicasBelow: 0,
    window: source?.backlog.active
      ? {
          firstByte: source.backlog.firstByte,
          endOffset: source.offset,
          replicaOffset: lagBytes === null ? null : offset,
        }
      : null,
  };
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
  const foreseen = isFull ? forecastForcedFull : forecastSync;
  const forecast = foreseen(toForecastReplica(replica, scene.members), masterOfLink(replica, master), names);
  return {
    act,
    title: say(isFull ? 'titleResyncFull' : 'titleResyncPartial', names),
    forecast,
    destroys: destroyedBySync(replica, forecast),
    checks: checks.list,
    steps: [...resyncSteps(isFull, replica, replica.followed ?? undefined), watchSync(replica, master)],
    undo: forecast.sync === 'full' ? say('undoImpossible', { name }) : say('undoNotNeeded'),
    losesDataAt: losesData(replica, forecast),
    refusal: checks.refusal,
    concerns: master ? [replica, master] : [replica],
  };
}

/**
 * A replica whose link is up cannot be ahead of its master: where it seems so, the master was read earlier. It has at
 * least what the replica has, or a forecast under load would see a replica past the end of the stream.
 */
function masterOfLink(replica: Member, master: Member | null): ForecastMaster | null {
  const source = toForecastMaster(master);
  const link = replica.reading?.link;
  if (source === null || !link?.up || source.replicationId !== replica.reading?.replicationId) return source;
  // Read at 100, the replica at 130: 30 bytes came between, and they are in the backlog.
  const missedBytes = Math.max(0, link.offset - source.offset);
  const backlog = { ...source.backlog, histlenBytes: source.backlog.histlenBytes + missedBytes };
  return { ...source, offset: source.offset + missedBytes, backlog };
}

/** Why these commands, and not REPLICAOF again: to the master that it has, that would be a no-op. */
function resyncSteps(isFull: boolean, replica: Member, master: Address | undefined): PlannedStep[] {
  if (!isFull) return [redisStep(replica, ['CLIENT', 'KILL', 'TYPE', 'master'])];
  if (!master) return [];
  return [
    redisStep(replica, ['REPLICAOF', 'NO', 'ONE']),
    redisStep(replica, ['REPLICAOF', master.host, String(master.port)]),
  ];
}

function destroyedBySync(replica: Member, forecast: Forecast): Statement[] {
  const { name } = replica.node;
  if (forecast.sync === 'unknown') return [say('destroysUnknownKeys', { name })];
  if (forecast.sync !== 'full') return [];
  const keys = forecast.keysDestroyed;
  return [
    ...(keys === null ? [say('destroysUnknownKeys', { name })] : []),
    ...(keys !== null && keys > 0 ? [say('destroysKeys', { name, keys })] : []),
    ...(forecast.replicasBelow > 0 ? [say('destroysReplicaLinks', { name, replicas: forecast.replicasBelow })] : []),
  ];
}

function losesData(replica: Member, forecast: Forecast): Member | null {
  return forecast.sync === 'none' || forecast.sync === 'partial' || forecast.keysDestroyed === 0 ? null : replica;
}

/** A replica refuses writes: a load on it would only fail from now on. */
function stopLoadFirst(member: Member): PlannedStep[] {
  if (!member.node.workload) return [];
  return [hostStep(member, member.node.name, 'stop the write load', { kind: 'stopLoad', nodeId: member.id })];
}

/**
 * The replica needs what the master asks of it; what a person gave us for the master is what we know. A login left
 * over from another master is taken away: a master without a password answers it with an error, and the link stays down.
 */
function loginSteps(replica: Member, master: Member, scene: PlanScene): PlannedStep[] {
  const { username, password } = master.node.credentials;
  if (password === null) {
    return scene.sendsLogin.has(replica.id) ? [redisStep(replica, ['CONFIG', 'SET', 'masterauth', ''])] : [];
  }
  const set = (name: string, value: string) =>
    redisStep(replica, ['CONFIG', 'SET', name, value], `CONFIG SET ${name} ${struckOut}`);
  return [...(username === null ? [] : [set('masteruser', username)]), set('masterauth', password)];
}

function watchSync(replica: Member, master: Member | null): PlannedStep {
  const action = { kind: 'watchSync', nodeId: replica.id, masterId: master?.id ?? null } as const;
  return evidenceStep(master ?? replica, master ? 'INFO stats' : 'INFO replication', action);
}

function masterName(master: Member | null, address: Address): string {
  return master?.node.name ?? `${address.host}:${address.port}`;
}

/** Positive when `one` is newer; major and minor count, as an RDB's version changes with them. */
export function compareVersions(one: string, other: string): number {
  const [oneMajor = 0, oneMinor = 0] = one.split('.').map(Number);
  const [otherMajor = 0, otherMinor = 0] = other.split('.').map(Number);
  return oneMajor - otherMajor || oneMinor - otherMinor;
}
