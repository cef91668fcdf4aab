// The journal dialog: runs and faults with their state, steps when opened, and the way back or on where the host knows it.
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import type { JournalRun } from '#core/contract/acts.ts';
import type { JournalFault } from '#core/contract/faults.ts';
import { closeDialog, openDialog } from '../../../../src-renderer/dialogs/dialog-store.ts';
import { usePlan } from '../../../../src-renderer/dialogs/plan-store.ts';
import { JournalDialog } from '../../../../src-renderer/journal/JournalDialog.tsx';
import { draw, withHost } from '../support/window.tsx';

const step = { nodeId: 'b', nodeName: 'bravo', command: 'REPLICAOF NO ONE', isRedisCommand: true, waitsMs: null };
const run: JournalRun = {
  runId: 'r1',
  atMs: 1_700_000_000_000,
  who: 'ann',
  act: { kind: 'promote', nodeId: 'b' },
  title: { code: 'titlePromote', params: { name: 'bravo' } },
  steps: [step, { ...step, command: 'INFO replication' }],
  results: [{ step, ok: true, answer: 'OK', durationMs: 1, evidence: [] }],
  state: 'unfinished',
  failure: null,
  openStep: 1,
  forceReason: 'alpha burns',
  before: [],
  canUndo: true,
  canResume: false,
  isSettled: false,
};

const fault: JournalFault = {
  runId: 'f1',
  atMs: 1_700_000_060_000,
  who: 'ben',
  replica: 'charlie',
  master: { host: '127.0.0.1', port: 6401 },
  relay: { host: '127.0.0.1', port: 40_001 },
  change: { kind: 'fault', fault: { kind: 'stall' } },
  command: 'REPLICAOF 127.0.0.1 40001',
  state: 'done',
  failure: null,
};
const page = { runs: [run], faults: [], hasMore: false, skippedLines: 0, path: '/etc/keys/journal.jsonl' };

async function open(page: object): Promise<object[]> {
  const planned: object[] = [];
  withHost({
    journal: { read: async () => ({ ok: true, value: page }) },
    acts: {
      plan: async (act: object) => {
        planned.push(act);
        return { ok: false, failure: { code: 'runUnknown', params: {}, retryable: false } };
      },
    },
  });
  await draw(<JournalDialog />);
  openDialog({ kind: 'journal' });
  await waitFor(() => screen.getByTestId('journal'));
  return planned;
}

afterEach(() => {
  closeDialog();
  usePlan.setState({ state: { kind: 'closed' } });
  cleanup();
});

test('a run tells its state, and opened its steps, its reason and what is not known', async () => {
  await open({ ...page, skippedLines: 1 });
  const row = await waitFor(() => screen.getByTestId('journal-run'));
  expect(row.dataset.state).toBe('unfinished');
  expect(screen.getByTestId('journal-skipped').textContent).toMatch(/^1 /);
  fireEvent.click(screen.getByRole('button', { expanded: false }));
  expect(row.textContent).toMatch(/REPLICAOF NO ONE/);
  expect(row.textContent).toMatch(/alpha burns/);
  expect(row.textContent).toMatch(/Step 2 was begun/);
});

test('undo asks for the plan of the way back; what the host does not offer is not shown', async () => {
  const planned = await open(page);
  fireEvent.click(await waitFor(() => screen.getByTestId('journal-undo')));
  await waitFor(() => expect(planned).toEqual([{ kind: 'restore', runId: 'r1', to: 'before' }]));
  expect(screen.queryByTestId('journal-resume')).toBeNull();
});

test('an empty journal says so', async () => {
  await open({ ...page, runs: [] });
  await waitFor(() => expect(screen.getByTestId('journal').textContent).toMatch(/Nothing was run yet/));
});

test('faults stand between the runs, newest first, with the command that laid them', async () => {
  await open({ ...page, faults: [fault] });
  const row = await waitFor(() => screen.getByTestId('journal-fault'));
  expect(row.compareDocumentPosition(screen.getByTestId('journal-run'))).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
  expect(row.textContent).toContain('Fault on the link charlie ← 127.0.0.1:6401: frozen');
  fireEvent.click(within(row).getByRole('button', { expanded: false }));
  expect(row.textContent).toContain('by ben');
  expect(row.textContent).toContain('REPLICAOF 127.0.0.1 40001');
});

test('the filter looks through all that an entry tells, and says how far it looked', async () => {
  await open({ ...page, faults: [fault] });
  await waitFor(() => screen.getByTestId('journal-fault'));
  const filter = (text: string) => fireEvent.change(screen.getByTestId('journal-filter'), { target: { value: text } });
  filter('charlie');
  expect(screen.queryByTestId('journal-run')).toBeNull();
  filter('ALPHA burns');
  expect(screen.queryByTestId('journal-fault')).toBeNull();
  expect(screen.getByTestId('journal-run')).toBeTruthy();
  filter('nowhere');
  expect(screen.getByTestId('journal').textContent).toContain('None of the newest 2 entries holds “nowhere”.');
});

test('the place of the file is told', async () => {
  await open(page);
  expect((await waitFor(() => screen.getByTestId('journal-path'))).textContent).toBe('/etc/keys/journal.jsonl');
});
