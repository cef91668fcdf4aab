// What plans that let a node sync have in common: the steps, the checks of a full copy, what it destroys, who follows suit.
import type { Forecast, MoveForecast } from '../../contract/acts.ts';
import type { Address } from '../../contract/places.ts';
import type { Statement } from '../../contract/statements.ts';
import { type ForecastMaster, forecastNoSync, forecastSync } from '../../insight/forecast.ts';
import type { Member } from '../observing/member.ts';
import { descendants } from '../observing/topology.ts';
import { factsOf, toForecastMaster, toForecastReplica } from './forecast-facts.ts';
import { type Checks, evidenceStep, hostStep, type PlannedStep, type PlanScene, redisStep, say } from './plan-draft.ts';
import { foreseeTwoChannels, syncsByTwo } from './plan-two-channels.ts';
import { checkVersions, foreseeRefusal, isForeseenRefused } from './plan-versions.ts';

const struckOut = '***';

/** How a sync of `replica` from `master` will go, as both are now. */
export function foreseeSync(replica: Member, master: Member, scene: PlanScene): Forecast {
  return foreseeSyncFrom(replica, master, toForecastMaster(master, scene), scene);
}

/** The same with the master as it will be by then. */
export function foreseeSyncFrom(
  replica: Member,
  master: Member,
  source: ForecastMaster | null,
  scene: PlanScene,
): Forecast {
  const names = { name: replica.node.name, master: master.node.name };
  const forecast = forecastSync(toForecastReplica(replica, master, scene), source, names);
  return withBothEnds(forecast, replica, master, scene);
}

/** What the releases of both ends make of it: a snapshot that is refused, and writes that wait elsewhere. */
export function withBothEnds(forecast: Forecast, replica: Member, master: Member, scene: PlanScene): Forecast {
  return foreseeTwoChannels(foreseeRefusal(forecast, replica, master, scene), replica, master, scene);
}

/**
 * A replica whose link is up cannot be ahead of its master: where it seems so, the master was read earlier. It has at
 * least what the replica has, or a forecast under load would see a replica past the end of the stream.
 */
export function masterOfLink(replica: Member, master: Member | null, scene: PlanScene): ForecastMaster | null {
  const source = toForecastMaster(master, scene);
  const link = replica.reading?.link;
  if (source === null || !link?.up || source.replicationId !== replica.reading?.replicationId) return source;
  return atLeastAt(source, link.offset);
}

/** Read at 100, the replica at 130: 30 bytes came between, and they are in the backlog. */
export function atLeastAt(source: ForecastMaster, offset: number): ForecastMaster {
  const missedBytes = Math.max(0, offset - source.offset);
  const backlog = { ...source.backlog, histlenBytes: source.backlog.histlenBytes + missedBytes };
  return { ...source, offset: source.offset + missedBytes, backlog };
}

/** Those below a node that is copied anew: its history changes under them, and so does their data. */
export function movesBelow(member: Member, forecast: Forecast, scene: PlanScene): MoveForecast[] {
  if (forecast.sync !== 'full') return [];
  if (isForeseenRefused(forecast)) return waitersBelow(member, scene);
  return descendants(member, scene.members).map((below) => ({
    nodeId: below.id,
    nodeName: below.node.name,
    forecast: {
      ...forecast,
      reason: say('syncBelowFull', { name: below.node.name, master: member.node.name }),
      keysDestroyed: below.reading?.keys ?? null,
      bytesDestroyed: below.reading?.memory.datasetBytes ?? null,
      replicasBelow: descendants(below, scene.members).length,
      window: null,
    },
  }));
}

/** A node without a link takes nobody in: those below keep what they have, and wait. */
function waitersBelow(member: Member, scene: PlanScene): MoveForecast[] {
  return descendants(member, scene.members).map((below) => ({
    nodeId: below.id,
    nodeName: below.node.name,
    forecast: forecastNoSync(say('syncBelowWaits', { name: below.node.name, master: member.node.name })),
  }));
}

export function asMove(member: Member, forecast: Forecast): MoveForecast {
  return { nodeId: member.id, nodeName: member.node.name, forecast };
}

/** The checks of what a full copy stands on; a sync that continues needs none of them. */
export function checkFullSync(
  checks: Checks,
  replica: Member,
  master: Member,
  forecast: Forecast,
  scene: PlanScene,
): void {
  checkVersions(checks, replica, master, forecast, scene);
  if (forecast.sync !== 'full' || forecast.cost === null) return;
  const names = { name: replica.node.name, master: master.node.name };
  const { verdict, peakBytes, limitBytes } = forecast.cost.outputBuffer;
  if (peakBytes === null || limitBytes === null) {
    if (verdict === 'unknown') checks.warn('checkBufferUnknown', names);
  } else if (verdict === 'exceedsHard' || verdict === 'exceedsSoft') {
    checks.failUnlessForced('checkBufferExceeds', { ...names, peakBytes, limitBytes });
  } else if (verdict === 'tight') checks.warn('checkBufferTight', { ...names, peakBytes, limitBytes });
  else if (syncsByTwo(replica, master, scene)) checks.pass('checkBufferAtReplica', { ...names, peakBytes });
  else if (limitBytes === 0) checks.pass('checkBufferUnlimited', { ...names, peakBytes });
  else checks.pass('checkBufferFits', { ...names, peakBytes, limitBytes });
  checkFork(checks, master, forecast);
}

function checkFork(checks: Checks, master: Member, forecast: Forecast): void {
  const forkBytes = forecast.cost?.forkBytes ?? null;
  const memory = master.reading?.memory;
  if (forkBytes === null || forkBytes === 0 || !memory) return;
  const { usedBytes, rssBytes, systemBytes } = memory;
  const params = { master: master.node.name, forkBytes, usedBytes };
  if (systemBytes !== null && rssBytes + forkBytes > systemBytes) {
    checks.warn('checkForkTight', { ...params, systemBytes });
  } else checks.pass('checkForkFits', params);
}

export function destroyedBySync(replica: Member, forecast: Forecast): Statement[] {
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

export function losesData(replica: Member, forecast: Forecast): Member | null {
  return forecast.sync === 'none' || forecast.sync === 'partial' || forecast.keysDestroyed === 0 ? null : replica;
}

/** Lets `replica` follow `master`, and looks how the sync went. */
export function followSteps(replica: Member, master: Member, scene: PlanScene): PlannedStep[] {
  return [
    ...stopLoadFirst(replica),
    ...loginSteps(replica, master, scene),
    followStep(replica, master),
    watchSync(replica, master),
  ];
}

/** To a master that answered when it was planned, and must answer still. */
export function followStep(replica: Member, master: Member): PlannedStep {
  const { host, port } = master.peerAddress;
  const words = ['REPLICAOF', host, String(port)];
  return {
    step: redisStep(replica, words).step,
    action: { kind: 'redis', nodeId: replica.id, words, towardsId: master.id },
  };
}

/** To an address where we may know nobody. */
export function replicaOfStep(replica: Member, { host, port }: Address): PlannedStep {
  return redisStep(replica, ['REPLICAOF', host, String(port)]);
}

/** A replica refuses writes: a load on it would only fail from now on. */
export function stopLoadFirst(member: Member): PlannedStep[] {
  if (!member.node.workload) return [];
  return [hostStep(member, member.node.name, 'stop the write load', { kind: 'stopLoad', nodeId: member.id })];
}

/**
 * The replica needs what the master asks of it; what a person gave us for the master is what we know. A login left
 * over from another master is taken away: a master without a password answers it with an error, and the link stays down.
 */
export function loginSteps(replica: Member, master: Member, scene: PlanScene): PlannedStep[] {
  const { username, password } = master.node.credentials;
  if (password === null) {
    return factsOf(scene, replica.id).sendsLogin ? [redisStep(replica, ['CONFIG', 'SET', 'masterauth', ''])] : [];
  }
  const set = (name: string, value: string) =>
    redisStep(replica, ['CONFIG', 'SET', name, value], `CONFIG SET ${name} ${struckOut}`);
  return [...(username === null ? [] : [set('masteruser', username)]), set('masterauth', password)];
}

export function watchSync(replica: Member, master: Member | null): PlannedStep {
  const action = { kind: 'watchSync', nodeId: replica.id, masterId: master?.id ?? null } as const;
  return evidenceStep(master ?? replica, master ? 'INFO stats' : 'INFO replication', action);
}

export function masterName(master: Member | null, address: Address): string {
  return master?.node.name ?? `${address.host}:${address.port}`;
}
