// Members of the fleet as the forecasts want them: what was read, measured and sampled, with null for what is not known.
import type { NodeId } from '../../contract/views.ts';
import type { ForecastMaster, ForecastReplica } from '../../insight/forecast.ts';
import type { ServerVersion } from '../../insight/rdb-versions.ts';
import type { OutputBufferLimit } from '../../insight/sizing.ts';
import type { SyncSource, SyncTarget } from '../../insight/sync-cost.ts';
import { isYes, outputBufferLimits, settingNumber } from '../../remote/config.ts';
import type { Member } from '../observing/member.ts';
import type { NodeReading } from '../observing/reading.ts';
import { descendants, isLoopback } from '../observing/topology.ts';
import type { PlanFacts, PlanScene } from './plan-draft.ts';

const noFacts: PlanFacts = {
  sendsLogin: false,
  loginAccepted: null,
  snapshot: null,
  linkBytesPerSecond: null,
  lastSync: null,
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
    source: toSyncSource(member, reading, scene),
  };
}

function toSyncSource(member: Member, reading: NodeReading, scene: PlanScene): SyncSource {
  const facts = factsOf(scene, member.id);
  return {
    name: member.node.name,
    family: reading.server.family,
    keys: reading.keys,
    snapshot: facts.snapshot,
    writeBytesPerSecond: streamRate(member, reading),
    diskless: isYes(facts.settings, 'repl-diskless-sync'),
    disklessDelaySeconds: settingNumber(facts.settings, 'repl-diskless-sync-delay'),
    outputLimit: replicaLimit(facts),
    backlogSizeBytes: reading.backlog.sizeBytes,
    usedBytes: reading.memory.usedBytes,
    dataBytes: reading.memory.datasetBytes,
    lastCopyOnWriteBytes: reading.persistence.lastCopyOnWriteBytes,
  };
}

/** A server without a backlog counts no bytes of a stream; that few commands run on it says that little is written. */
const quietCommandsPerSecond = 20;

/** Growth of the stream; null where it was not watched long enough, or is not counted. */
export function streamRate({ offsets, node }: Member, { backlog, commandsPerSecond }: NodeReading): number | null {
  if (!backlog.active) return commandsPerSecond < quietCommandsPerSecond && node.workload === null ? 0 : null;
  return offsets.isMeasured ? offsets.bytesPerSecond() : null;
}

function replicaLimit({ settings }: PlanFacts): OutputBufferLimit | null {
  const text = settings?.get('client-output-buffer-limit');
  return text === undefined ? null : (outputBufferLimits(text)?.replica ?? null);
}

function toSyncTarget(member: Member, reading: NodeReading, master: Member | null, scene: PlanScene): SyncTarget {
  const facts = factsOf(scene, member.id);
  return {
    name: member.node.name,
    family: reading.server.family,
    disklessLoad: facts.settings?.get('repl-diskless-load') ?? null,
    linkBytesPerSecond: facts.linkBytesPerSecond,
    lastSync: facts.lastSync,
    isLocal: master !== null && sameHost(member.address.host, master.address.host),
  };
}

function sameHost(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase() || (isLoopback(one) && isLoopback(other));
}

export function versionOf({ server, redisVersion }: NodeReading): ServerVersion {
  return { family: server.family, version: server.version, redisVersion };
}
