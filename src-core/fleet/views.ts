// Turns what was read of the nodes into the views that a screen sees.
import { staleAfterMs } from '../contract/settings.ts';
import type {
  AttachedReplicaView,
  BacklogView,
  LinkPhase,
  LinkView,
  NodeView,
  SeriesPoint,
} from '../contract/views.ts';
import { backlogReachSeconds } from '../insight/sizing.ts';
import { findLinkReason } from './observing/link-reason.ts';
import type { Member } from './observing/member.ts';
import { outputBufferOf } from './observing/output-buffers.ts';
import type { LinkReading, NodeReading } from './observing/reading.ts';
import { Relations } from './observing/relations.ts';
import { announcedOf } from './surroundings/announced.ts';
import { placeInCluster } from './surroundings/cluster-place.ts';

/** The view of one member; the others are needed to find its master and its replicas. */
export function toNodeView(
  member: Member,
  members: readonly Member[],
  relations: Relations = new Relations(members),
): NodeView {
  const { node, reading } = member;
  const runs = node.lifecycle.kind === 'running';
  // What a node without a process once told is not what it is: role and link go with the process.
  const current = runs || node.kind === 'remote' ? reading : null;
  const writeBytesPerSecond = current ? member.offsets.bytesPerSecond() : 0;
  return {
    id: node.id,
    name: node.name,
    kind: node.kind,
    environment: node.environment,
    label: node.label,
    address: node.address,
    lifecycle: member.lifecycle,
    observedAtMs: reading?.atMs ?? null,
    role: current?.role ?? 'unknown',
    server: current?.server ?? null,
    runId: current?.runId ?? null,
    replicationId: current?.replicationId ?? null,
    secondReplicationId: current?.secondReplicationId ?? null,
    offset: current?.offset ?? null,
    keys: current?.keys ?? null,
    memoryBytes: current?.memory.usedBytes ?? null,
    writeBytesPerSecond,
    commandsPerSecond: current?.commandsPerSecond ?? 0,
    backlog: current ? toBacklogView(current, writeBytesPerSecond) : null,
    link: current?.link ? toLinkView(member, current, current.link, relations) : null,
    replicas: current ? toReplicaViews(member, current, relations) : [],
    syncs: current?.counters ?? null,
    info: current?.fields ?? [],
    rights: current?.rights ?? null,
    cost: member.cost.view,
    supervision: member.supervision,
    restart: member.restart,
    announced: current ? announcedOf(member, relations) : null,
    cluster: current?.cluster ? placeInCluster(current.cluster) : null,
    workload: node.workload,
  };
}

/** One point of the charts, out of a view. */
export function toSeriesPoint(view: NodeView, atMs: number): SeriesPoint {
  return {
    atMs,
    offset: view.offset,
    lagBytes: view.link?.lagBytes ?? null,
    reachSeconds: view.backlog?.reachSeconds ?? null,
    writeBytesPerSecond: view.writeBytesPerSecond,
    lagSeconds: view.link?.lagSeconds ?? null,
    unappliedBytes: view.link?.unappliedBytes ?? null,
    dataAgeMs: view.link?.dataAgeMs ?? null,
    outputBufferBytes: largestBuffer(view),
    syncs: view.syncs,
  };
}

function largestBuffer({ replicas }: NodeView): number | null {
  const used = replicas.map(({ outputBuffer }) => outputBuffer?.usedBytes).filter((bytes) => bytes !== undefined);
  return used.length === 0 ? null : Math.max(...used);
}

/** A replica that leaves now loses nothing until the whole ring is written over, however little of it is filled yet. */
function toBacklogView({ backlog }: NodeReading, writeBytesPerSecond: number): BacklogView {
  return {
    ...backlog,
    reachSeconds: backlog.active ? backlogReachSeconds(backlog.sizeBytes, writeBytesPerSecond) : null,
  };
}

function toReplicaViews(member: Member, reading: NodeReading, relations: Relations): AttachedReplicaView[] {
  return reading.replicas.map((replica) => ({
    address: replica.address,
    state: replica.state,
    offset: replica.offset,
    ackAgeSeconds: replica.ackAgeSeconds,
    nodeId: relations.replicaAt(member, replica.address)?.id ?? null,
    lagBytes: reading.offset - replica.offset,
    outputBuffer: outputBufferOf(reading, replica),
  }));
}

function toLinkView(member: Member, reading: NodeReading, link: LinkReading, relations: Relations): LinkView {
  const master = relations.masterOf(member);
  const phase = toPhase(reading, link, findAttachedState(member, master, relations));
  const trace = member.node.syncs[0];
  const runningStep = trace?.outcome === 'running' ? trace.steps.at(-1)?.text : undefined;
  const source = comparableMaster(master, reading);
  return {
    masterId: master?.id ?? null,
    masterAddress: link.masterAddress,
    phase,
    detail: (phase === 'handshake' ? runningStep : undefined) ?? link.roleState,
    retries: member.node.failedTries,
    downSinceMs: link.downSinceSeconds === null ? null : reading.atMs - link.downSinceSeconds * 1000,
    progress: toProgress(member, reading, link, phase),
    lagBytes: source && source.offset - link.offset,
    lagSeconds: source && (master?.offsets.ageSeconds(link.offset, source.monotonicMs) ?? null),
    unappliedBytes: link.readOffset === null ? null : link.readOffset - link.offset,
    dataAgeMs: member.dataAgeMs,
    bytesPerSecond: member.applied.bytesPerSecond(),
    reason: phase === 'streaming' ? null : findLinkReason(member, master),
    relay: member.relay && member.isThroughRelay ? { address: member.relay.address, ...member.relay.view } : null,
  };
}

/** Offsets of two histories, or of two times far apart, cannot be subtracted from each other. */
function comparableMaster(master: Member | null, reading: NodeReading): NodeReading | null {
  const source = master?.reading;
  if (!source || source.replicationId !== reading.replicationId) return null;
  return Math.abs(source.monotonicMs - reading.monotonicMs) <= staleAfterMs ? source : null;
}

/** The same link as its master sees it; null where the master or its entry is not known. */
function findAttachedState(member: Member, master: Member | null, relations: Relations): string | null {
  const entry = master?.reading?.replicas.find(({ address }) => relations.replicaAt(master, address) === member);
  return entry?.state ?? null;
}

/**
 * Redis's own fields as one of the phases that a person should read. A replica that waits for the master's snapshot
 * still says "handshake": only the master's word for it, `wait_bgsave`, tells.
 */
export function toPhase(reading: NodeReading, link: LinkReading, attachedState: string | null): LinkPhase {
  if (link.up) return 'streaming';
  if (reading.loading) return 'loading';
  if (link.roleState === 'handshake' && attachedState === 'wait_bgsave') return 'waiting';
  if (link.syncInProgress || link.roleState === 'sync') return link.isTransferring ? 'transfer' : 'waiting';
  switch (link.roleState) {
    case 'connect':
    case 'connecting':
    case 'handshake':
      return link.roleState;
    default:
      return 'down';
  }
}

function toProgress(member: Member, reading: NodeReading, link: LinkReading, phase: LinkPhase): LinkView['progress'] {
  if (phase === 'loading' && reading.loadProgress) return { ...reading.loadProgress, bytesPerSecond: 0 };
  // How much has come is not always told: nothing is then said of it.
  if (phase !== 'transfer' || link.syncReadBytes === 0) return null;
  return {
    doneBytes: link.syncReadBytes,
    totalBytes: link.syncTotalBytes || null,
    bytesPerSecond: Math.max(0, member.received.bytesPerSecond()),
  };
}
