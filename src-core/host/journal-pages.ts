// Serves the journal: its runs and faults page by page, and where the nodes of one run stood.
import { toFaults } from '../audit/faults.ts';
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

/** Newest first; `count` holds for runs and faults together. */
export async function readPage(
  journal: Journal,
  runningIds: ReadonlySet<string>,
  { beforeMs = Number.POSITIVE_INFINITY, count = pageDefault }: PageRequest,
): Promise<JournalPage> {
  const { entries, skippedLines } = await journal.read();
  const isOlder = ({ atMs }: { readonly atMs: number }) => atMs < beforeMs;
  const runs = toRuns(entries, runningIds).filter(isOlder);
  const faults = toFaults(entries).filter(isOlder);
  const moments = [...runs, ...faults].map(({ atMs }) => atMs).sort((a, b) => b - a);
  const oldestMs = moments[count - 1] ?? Number.NEGATIVE_INFINITY;
  const isOnPage = ({ atMs }: { readonly atMs: number }) => atMs >= oldestMs;
  return {
    runs: runs.filter(isOnPage),
    faults: faults.filter(isOnPage),
    hasMore: moments.some((atMs) => atMs < oldestMs),
    skippedLines,
    path: journal.path,
  };
}

/** @throws FailureError runUnknown: no such run, or one that moved nothing */
export async function restorationOf(journal: Journal, runId: string, to: 'before' | 'goal'): Promise<Restoration> {
  const { entries } = await journal.read();
  const found = findRestoration(entries, runId, to, Date.now());
  if (!found) throw new FailureError('runUnknown', { runId });
  return found;
}
