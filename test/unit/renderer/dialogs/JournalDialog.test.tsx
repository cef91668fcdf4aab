// The journal dialog: runs with their state, steps when opened, and the way back or on where the host knows it.
import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import type { JournalRun } from '#core/contract/acts.ts';
import { closeDialog, openDialog } from '../../../../src-renderer/dialogs/dialog-store.ts';
import { JournalDialog } from '../../../../src-renderer/dialogs/JournalDialog.tsx';
import { usePlan } from '../../../../src-renderer/dialogs/plan-store.ts';
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
  await open({ runs: [run], hasMore: false, skippedLines: 1 });
  const row = await waitFor(() => screen.getByTestId('journal-run'));
  expect(row.dataset.state).toBe('unfinished');
  expect(screen.getByTestId('journal-skipped').textContent).toMatch(/^1 /);
  fireEvent.click(screen.getByRole('button', { expanded: false }));
  expect(row.textContent).toMatch(/REPLICAOF NO ONE/);
  expect(row.textContent).toMatch(/alpha burns/);
  expect(row.textContent).toMatch(/Step 2 was begun/);
});

test('undo asks for the plan of the way back; what the host does not offer is not shown', async () => {
  const planned = await open({ runs: [run], hasMore: false, skippedLines: 0 });
  fireEvent.click(await waitFor(() => screen.getByTestId('journal-undo')));
  await waitFor(() => expect(planned).toEqual([{ kind: 'restore', runId: 'r1', to: 'before' }]));
  expect(screen.queryByTestId('journal-resume')).toBeNull();
});

test('an empty journal says so', async () => {
  await open({ runs: [], hasMore: false, skippedLines: 0 });
  await waitFor(() => expect(screen.getByTestId('journal').textContent).toMatch(/Nothing was run yet/));
});
