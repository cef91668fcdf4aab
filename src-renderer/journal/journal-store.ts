// The pages of the journal that were read, newest entry first, for the dialog that shows them.
import { create } from 'zustand';
import type { JournalRun } from '#core/contract/acts.ts';
import type { JournalPage } from '#core/contract/contract.ts';
import type { Failure } from '#core/contract/failures.ts';
import type { JournalFault } from '#core/contract/faults.ts';
import { hostClient } from '../bridge/host-store.ts';

export type JournalItem =
  | { readonly kind: 'run'; readonly run: JournalRun }
  | { readonly kind: 'fault'; readonly fault: JournalFault };

interface JournalHolder {
  readonly items: readonly JournalItem[];
  readonly hasMore: boolean;
  readonly skippedLines: number;
  /** The file, on the machine of the host; null before it was read. */
  readonly path: string | null;
  readonly isReading: boolean;
  readonly failure: Failure | null;
}

const nothingRead: JournalHolder = {
  items: [],
  hasMore: false,
  skippedLines: 0,
  path: null,
  isReading: false,
  failure: null,
};

export const useJournal = create<JournalHolder>(() => nothingRead);

/** Begins anew with the newest entries. */
export async function readJournal(): Promise<void> {
  useJournal.setState({ ...nothingRead, isReading: true });
  await readPage(undefined);
}

/** The entries before the oldest one that is shown. */
export async function readOlder(): Promise<void> {
  const oldest = useJournal.getState().items.at(-1);
  if (oldest === undefined) return;
  useJournal.setState({ isReading: true });
  await readPage(momentOf(oldest));
}

export function momentOf(item: JournalItem): number {
  return item.kind === 'run' ? item.run.atMs : item.fault.atMs;
}

async function readPage(beforeMs: number | undefined): Promise<void> {
  const outcome = await hostClient()
    ?.journal.read(beforeMs === undefined ? {} : { beforeMs })
    .catch(() => undefined);
  if (outcome === undefined) return useJournal.setState({ isReading: false });
  if (!outcome.ok) return useJournal.setState({ isReading: false, failure: outcome.failure });
  const { hasMore, skippedLines, path } = outcome.value;
  const items = [...useJournal.getState().items, ...itemsOf(outcome.value)];
  useJournal.setState({ items, hasMore, skippedLines, path, isReading: false });
}

function itemsOf({ runs, faults }: Pick<JournalPage, 'runs' | 'faults'>): JournalItem[] {
  const items: JournalItem[] = [
    ...runs.map((run) => ({ kind: 'run', run }) as const),
    ...faults.map((fault) => ({ kind: 'fault', fault }) as const),
  ];
  return items.sort((a, b) => momentOf(b) - momentOf(a));
}
