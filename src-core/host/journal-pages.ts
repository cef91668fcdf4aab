// Serves the journal: its runs page by page, and where the nodes of one run stood.
import type { Journal } from '../audit/journal.ts';
import { findRestoration, toRuns } from '../audit/runs.ts';
import type { JournalPage } from '../contract/contract.ts';
import { FailureError } from '../contract/failure-error.ts';
import type { Restoration } from '../fleet/plans/plan-draft.ts';

const pageDefault = 50;

export interface PageRequest {
  readonly beforeMs?: number | undefined;
  readonly count?: number | undefined;
}

/** Newest first. */
export async function readPage(
  journal: Journal,
  runningIds: ReadonlySet<string>,
  { beforeMs, count = pageDefault }: PageRequest,
): Promise<JournalPage> {
  const { entries, skippedLines } = await journal.read();
  const runs = toRuns(entries, runningIds).filter(({ atMs }) => beforeMs === undefined || atMs < beforeMs);
  return { runs: runs.slice(0, count), hasMore: runs.length > count, skippedLines };
}

/** @throws FailureError runUnknown: no such run, or one that moved nothing */
export async function restorationOf(journal: Journal, runId: string, to: 'before' | 'goal'): Promise<Restoration> {
  const { entries } = await journal.read();
  const found = findRestoration(entries, runId, to);
  if (!found) throw new FailureError('runUnknown', { runId });
  return found;
}
