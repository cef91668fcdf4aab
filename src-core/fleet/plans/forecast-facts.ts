// Members of the fleet as the forecasts want them: what was read, measured and sampled, with null for what is not known.
import type { NodeId } from '../../contract/places.ts';
import type { ForecastMaster, ForecastReplica } from '../../insight/forecast.ts';
import type { ServerVersion } from '../../insight/rdb-versions.ts';
import type { OutputBufferLimit } from '../../insight/sizing.ts';
import { type SyncSource, type SyncTarget, toSyncWork } from '../../insight/sync-cost.ts';
import type { RestartWork, SyncWork } from '../../insight/sync-time.ts';
import { isYes, outputBufferLimits, settingNumber } from '../../remote/config.ts';
import type { Member } from '../observing/member.ts';
import type { NodeReading } from '../observing/reading.ts';
import { descendants, sameHost } from '../observing/topology.ts';
import type { PlanFacts, PlanScene } from './plan-draft.ts';
import { findLikeSync } from './timed-sync.ts';

const noFacts: PlanFacts = {
  sendsLogin: false,
  loginAccepted: null,
  snapshot: null,
  linkBytesPerSecond: null,
  timedSyncs: [],
  unknownCommands: new Set(),
  settings: null,
  hasConfigFile: null,
};

export function factsOf(scene: PlanScene, nodeId: NodeId): PlanFacts {
  return scene.facts.get(nodeId) ?? noFacts;
}

/** A member as the replica of a forecast; null where it was not read. `master` is whom it will follow. */
export function toForecastReplica(member: Member, master: Member | null, scene: PlanScene): ForecastReplica | null {
  const { reading } = member;
  if (!reading?.replicationId) return null;
  return {
    name: member.node.name,
    replicationId: reading.replicationId,
    offset: reading.link?.offset ?? reading.offset,
    keys: reading.keys,
    dataBytes: reading.memory.datasetBytes,
    replicasBelow: descendants(member, scene.members).length,
    target: toSyncTarget(member, reading, master, scene),
  };
}

/** A member as the master of a forecast; null where it was not read. */
export function toForecastMaster(member: Member | null, scene: PlanScene): ForecastMaster | null {
  const reading = member?.reading;
  if (!member || !reading?.replicationId || member.lifecycle.kind !== 'running') return null;
  const { secondReplicationId, secondOffset, offset, backlog } = reading;
  return {
    name: member.node.name,
    replicationId: reading.replicationId,
    secondReplicationId,
    secondOffset,
    offset,
    backlog,
    source: toSyncSource(member, reading, factsOf(scene, member.id)),
  };
}

/** What of the facts a sync source stands on. */
type SourceFacts = Pick<PlanFacts, 'snapshot' | 'settings'>;

function toSyncSource(member: Member, reading: NodeReading, { snapshot, settings }: SourceFacts): SyncSource {
  const { persistence } = reading;
  return {
    name: member.node.name,
    family: reading.server.family,
    keys: reading.keys,
    snapshot,
    writeBytesPerSecond: streamRate(member, reading, 'burst'),
    diskless: isYes(settings, 'repl-diskless-sync'),
    disklessDelaySeconds: settingNumber(settings, 'repl-diskless-sync-delay'),
    outputLimit: replicaLimit(settings),
    backlogSizeBytes: reading.backlog.sizeBytes,
    usedBytes: reading.memory.usedBytes,
    dataBytes: reading.memory.datasetBytes,
    lastCopyOnWriteBytes: persistence.lastCopyOnWriteBytes,
    lastSaveSeconds: lastSaveSeconds(reading),
    runningSaveShare: persistence.saving ? (persistence.savedShare ?? unknownShare) : null,
    saveDelayMicros: settingNumber(settings, 'rdb-key-save-delay') ?? 0,
  };
}

/** Half-way, where a server does not say how far its snapshot is. */
const unknownShare = 0.5;

/** INFO counts whole seconds: 2 may be 1.1 or 2.9. */
const saveLeastSeconds = 3;

/** Null where it was too short to say, or where most of the data has changed since. */
function lastSaveSeconds({ persistence, keys }: NodeReading): number | null {
  const { lastSaveSeconds: seconds, changesSinceSave } = persistence;
  return seconds !== null && seconds >= saveLeastSeconds && changesSinceSave < keys / 2 ? seconds : null;
}

/** A server without a backlog counts no bytes of a stream; that few commands run on it says that little is written. */
const quietCommandsPerSecond = 20;

/** Growth of the stream; null where it was not watched long enough, or is not counted. */
export function streamRate(
  { offsets, node }: Member,
  { backlog, commandsPerSecond }: NodeReading,
  over: 'seconds' | 'burst' = 'seconds',
): number | null {
  if (!backlog.active) return commandsPerSecond < quietCommandsPerSecond && node.workload === null ? 0 : null;
  if (!offsets.isMeasured) return null;
  return over === 'burst' ? offsets.burstBytesPerSecond() : offsets.bytesPerSecond();
}

function replicaLimit(settings: PlanFacts['settings']): OutputBufferLimit | null {
  const text = settings?.get('client-output-buffer-limit');
  return text === undefined ? null : (outputBufferLimits(text)?.replica ?? null);
}

function toSyncTarget(member: Member, reading: NodeReading, master: Member | null, scene: PlanScene): SyncTarget {
  const { settings, linkBytesPerSecond, timedSyncs } = factsOf(scene, member.id);
  const watched = master && findLikeSync(member, master, timedSyncs, scene.nowMs);
  return toTarget(member, reading, master, { settings, linkBytesPerSecond, watched });
}

function toTarget(
  member: Member,
  reading: NodeReading,
  master: Member | null,
  known: Pick<SyncTarget, 'linkBytesPerSecond' | 'watched'> & Pick<PlanFacts, 'settings'>,
): SyncTarget {
  const { settings, linkBytesPerSecond, watched } = known;
  return {
    name: member.node.name,
    family: reading.server.family,
    disklessLoad: settings?.get('repl-diskless-load') ?? null,
    linkBytesPerSecond,
    watched,
    isLocal: master !== null && sameHost(member.address.host, master.address.host),
    loadDelayMicros: settingNumber(settings, 'key-load-delay') ?? 0,
  };
}

/** Null where its memory was not read. */
export function toRestartWork({ reading }: Member, { settings }: PlanFacts): RestartWork | null {
  const dataBytes = reading?.memory.datasetBytes ?? null;
  if (!reading || dataBytes === null) return null;
  return {
    family: reading.server.family,
    keys: reading.keys,
    dataBytes,
    lastSaveSeconds: lastSaveSeconds(reading),
    saveDelayMicros: settingNumber(settings, 'rdb-key-save-delay') ?? 0,
    loadDelayMicros: settingNumber(settings, 'key-load-delay') ?? 0,
  };
}

/** A sync that has just ended, as a forecast would have seen it. Null where an end was not read. */
export function toWatchedWork(
  replica: Member,
  master: Member,
  snapshot: { readonly bytes: number; readonly parts: number | null },
  linkBytesPerSecond: number | null,
): SyncWork | null {
  if (!replica.reading || !master.reading) return null;
  const source = toSyncSource(master, master.reading, { snapshot: null, settings: master.reading.settings });
  const { settings } = replica.reading;
  const target = toTarget(replica, replica.reading, master, { settings, linkBytesPerSecond, watched: null });
  return { ...toSyncWork(source, target, snapshot.bytes), parts: snapshot.parts, runningSaveShare: null };
}

export function versionOf({ server, redisVersion, persistence }: NodeReading): ServerVersion {
  return { family: server.family, version: server.version, redisVersion, writes: persistence.rdbVersion };
}
