// The live streams of the contract: the fleet as snapshot and patches, a node's log, a node's syncs.

import type { RunProgress } from '../contract/acts.ts';
import type { NodeId } from '../contract/places.ts';
import { logLinesMax, observeIntervalMs, staleAfterMs } from '../contract/settings.ts';
import type { FleetEvent, FleetSnapshot, LogLine, SyncTrace } from '../contract/views.ts';
import type { Fleet, FleetChange } from '../fleet/fleet.ts';
import type { Runner } from '../fleet/runs/runner.ts';
import { EventQueue } from './event-queue.ts';

/** Patches that a slow subscriber may leave lying; past them it gets a fresh snapshot instead. */
const patchesMax = 32;

/** Progress that a slow subscriber may leave lying; each one tells all of its run. */
const progressMax = 64;

export interface HostIdentity {
  readonly shell: 'electron' | 'web';
  readonly version: string;
}

type Unnumbered = { kind: 'snapshot' } | ({ kind: 'patch' } & FleetChange);

/** A snapshot, then patches, numbered without a gap. While it runs the fleet is observed at the pace of a watcher. */
export async function* watchFleet(
  fleet: Fleet,
  identity: HostIdentity,
  signal: AbortSignal | undefined,
): AsyncGenerator<FleetEvent, void> {
  const queue = new EventQueue<Unnumbered>(patchesMax, () => [{ kind: 'snapshot' }]);
  const changes = fleet.changes.on((change) => queue.push({ kind: 'patch', ...change }));
  const watching = fleet.observer.watch();
  let seq = 0;
  queue.push({ kind: 'snapshot' });
  try {
    for await (const event of queue.drain(signal)) {
      if (event.kind === 'patch') yield { seq, ...event };
      else yield { seq, kind: 'snapshot', snapshot: toSnapshot(fleet, identity) };
      seq++;
    }
  } finally {
    changes.dispose();
    watching.dispose();
  }
}

function toSnapshot(fleet: Fleet, { shell, version }: HostIdentity): FleetSnapshot {
  return { ...fleet.snapshot(), shell, version, intervalMs: observeIntervalMs, staleAfterMs };
}

/** The newest lines, then new ones. A subscriber that is too slow loses lines; their numbers show it. */
export async function* watchLog(
  fleet: Fleet,
  nodeId: NodeId,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly LogLine[], void> {
  const { node } = fleet.member(nodeId);
  const queue = new EventQueue<readonly LogLine[]>(logLinesMax, () => [node.logLines]);
  const logged = node.logged.on((lines) => queue.push(lines));
  queue.push(node.logLines);
  try {
    yield* queue.drain(signal);
  } finally {
    logged.dispose();
  }
}

/** All kept traces at once and again at each change: only the newest state matters, so one waits at most. */
export async function* watchSyncs(
  fleet: Fleet,
  nodeId: NodeId,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly SyncTrace[], void> {
  const { node } = fleet.member(nodeId);
  const queue = new EventQueue<readonly SyncTrace[]>(1, () => [node.syncs]);
  const changed = node.syncsChanged.on((traces) => queue.push(traces));
  queue.push(node.syncs);
  try {
    yield* queue.drain(signal);
  } finally {
    changed.dispose();
  }
}

/** Each run as it goes on. The last one at once, so that a window that opens late knows of it. */
export async function* watchProgress(
  runner: Runner,
  signal: AbortSignal | undefined,
): AsyncGenerator<RunProgress, void> {
  const last = () => (runner.lastProgress ? [runner.lastProgress] : []);
  const queue = new EventQueue<RunProgress>(progressMax, last);
  const told = runner.progressed.on((progress) => queue.push(progress));
  for (const progress of last()) queue.push(progress);
  try {
    yield* queue.drain(signal);
  } finally {
    told.dispose();
  }
}
