// The pages of the journal that were read, for the dialog that shows them.
import { create } from 'zustand';
import type { JournalRun } from '#core/contract/acts.ts';
import type { Failure } from '#core/contract/failures.ts';
import { hostClient } from '../bridge/host-store.ts';

interface JournalHolder {
  readonly runs: readonly JournalRun[];
  readonly hasMore: boolean;
  readonly skippedLines: number;
  readonly isReading: boolean;
  readonly failure: Failure | null;
}

const nothingRead: JournalHolder = { runs: [], hasMore: false, skippedLines: 0, isReading: false, failure: null };

export const useJournal = create<JournalHolder>(() => nothingRead);

/** Begins anew with the newest runs. */
export async function readJournal(): Promise<void> {
  useJournal.setState({ ...nothingRead, isReading: true });
  await readPage(undefined);
}

/** The runs before the oldest one that is shown. */
export async function readOlder(): Promise<void> {
  const oldest = useJournal.getState().runs.at(-1);
  if (oldest === undefined) return;
  useJournal.setState({ isReading: true });
  await readPage(oldest.atMs);
}

async function readPage(beforeMs: number | undefined): Promise<void> {
  const outcome = await hostClient()
    ?.journal.read(beforeMs === undefined ? {} : { beforeMs })
    .catch(() => undefined);
  if (outcome === undefined) return useJournal.setState({ isReading: false });
  if (!outcome.ok) return useJournal.setState({ isReading: false, failure: outcome.failure });
  const { runs, hasMore, skippedLines } = outcome.value;
  useJournal.setState((held) => ({ runs: [...held.runs, ...runs], hasMore, skippedLines, isReading: false }));
}
