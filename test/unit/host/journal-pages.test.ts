// Pages of the journal: runs and faults share them, newest first.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { FaultEntry } from '#core/audit/fault-entry.ts';
import { Journal } from '#core/audit/journal.ts';
import type { BegunEntry } from '#core/audit/journal-entries.ts';
import { readPage } from '#core/host/journal-pages.ts';

const at = (port: number) => ({ host: '127.0.0.1', port });
const fault = (runId: string, atMs: number): FaultEntry => ({
  kind: 'fault',
  runId,
  atMs,
  who: 'ann',
  state: 'ended',
  replica: 'bravo',
  address: at(1),
  replicaRunId: 'p',
  relay: at(2),
  master: at(3),
  change: { kind: 'clear' },
  command: null,
  failure: null,
});
const run = (runId: string, atMs: number): BegunEntry => ({
  kind: 'begun',
  runId,
  atMs,
  who: 'ann',
  act: { kind: 'promote', nodeId: 'b' },
  plan: {
    hash: runId,
    title: { code: 'titlePromote', params: { name: 'bravo' } },
    steps: [],
    destroys: [],
    undo: { code: 'undoImpossible', params: { name: 'bravo' } },
    forecast: null,
    moves: [],
  },
  before: [],
  goal: [],
  replacedSettings: [],
  forceReason: null,
});

it('a page holds the newest of both, and the next one goes on behind its oldest', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'syncline-pages-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'journal.jsonl');
  const journal = new Journal(path);
  onTestFinished(() => journal.close());
  for (const entry of [run('a', 1), fault('b', 2), run('c', 3), fault('d', 4), run('e', 5)])
    await journal.append(entry);

  const ids = (items: readonly { readonly runId: string }[]) => items.map(({ runId }) => runId);
  const first = await readPage(journal, new Set(), { count: 3 });
  expect({ ...first, runs: ids(first.runs), faults: ids(first.faults) }).toEqual({
    runs: ['e', 'c'],
    faults: ['d'],
    hasMore: true,
    skippedLines: 0,
    path,
  });
  const second = await readPage(journal, new Set(), { beforeMs: 3, count: 3 });
  expect([ids(second.runs), ids(second.faults), second.hasMore]).toEqual([['a'], ['b'], false]);
});
