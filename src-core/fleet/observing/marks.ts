// Finds the moments worth a line in a chart, by comparing what a node told before with what it tells now.
import type { Lifecycle, MarkKind } from '../../contract/views.ts';
import { isYes } from '../../remote/config.ts';
import type { NodeReading } from './reading.ts';
import { sameAddress } from './topology.ts';

/** What two looks at one node have to say to be compared. */
export interface MarkSource {
  readonly lifecycle: Lifecycle['kind'];
  readonly hasLoad: boolean;
  readonly reading: NodeReading | null;
}

/** The kinds of marks between two looks, in the order in which they matter. */
export function findMarks(before: MarkSource, now: MarkSource): MarkKind[] {
  return [
    ...lifecycleMarks(before, now),
    ...(before.hasLoad === now.hasLoad ? [] : [now.hasLoad ? ('loadStarted' as const) : ('loadStopped' as const)]),
    ...(before.reading && now.reading ? readingMarks(before.reading, now.reading) : []),
  ];
}

function lifecycleMarks(before: MarkSource, now: MarkSource): MarkKind[] {
  const ran = before.lifecycle === 'running';
  const runs = now.lifecycle === 'running';
  if (ran === runs) return [];
  return [runs ? 'started' : 'stopped'];
}

function readingMarks(before: NodeReading, now: NodeReading): MarkKind[] {
  // Another process began to count from zero: its counters say nothing about the difference.
  if (before.runId !== now.runId) return [];
  return [...counterMarks(before, now), ...linkMarks(before, now)];
}

function counterMarks(before: NodeReading, now: NodeReading): MarkKind[] {
  const marks: MarkKind[] = [];
  if (now.counters.full > before.counters.full) marks.push('fullSync');
  const partials = now.counters.partialOk - before.counters.partialOk;
  if (partials > countStreamsOfFullSyncs(before, now)) marks.push('partialSync');
  return marks;
}

/**
 * Valkey counts a full sync by two connections twice: the one for the snapshot as a full sync, and the one for the writes
 * as a partial one, once the snapshot has begun.
 */
function countStreamsOfFullSyncs(before: NodeReading, now: NodeReading): number {
  if (isYes(now.settings, 'dual-channel-replication-enabled') !== true) return 0;
  const awaited = before.replicas.filter(({ channel }) => channel === 'snapshot').length;
  return Math.max(awaited, now.counters.full - before.counters.full);
}

function linkMarks(before: NodeReading, now: NodeReading): MarkKind[] {
  if (before.link && !now.link) return ['promoted'];
  if (!now.link) return [];
  const marks: MarkKind[] = [];
  if (!before.link || !sameAddress(before.link.masterAddress, now.link.masterAddress)) marks.push('attached');
  const wasUp = before.link?.up ?? false;
  if (wasUp !== now.link.up) marks.push(now.link.up ? 'linkUp' : 'linkDown');
  return marks;
}
