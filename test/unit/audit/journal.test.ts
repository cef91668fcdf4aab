// The journal on a real disk: order, torn lines, and no secret in it.
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Journal, readJournal } from '#core/audit/journal.ts';
import type { JournalEntry } from '#core/audit/journal-entries.ts';

let folder = '';
let path = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'syncline-journal-'));
  path = join(folder, 'made', 'journal.jsonl');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const ended = (runId: string): JournalEntry => ({ kind: 'ended', runId, atMs: 1, failure: null });
const begun = (password: string): JournalEntry => ({
  kind: 'begun',
  runId: 'r',
  atMs: 1,
  who: 'ann',
  act: { kind: 'startNode', name: 'alpha', password },
  plan: {
    hash: 'h',
    title: { code: 'titleStartNode', params: {} },
    steps: [],
    destroys: [],
    undo: { code: 'undoNotNeeded', params: {} },
    forecast: null,
    moves: [],
  },
  before: [],
  goal: [],
  replacedSettings: [],
  forceReason: null,
});

it('is on the disk when append resolves, and keeps the order of the calls', async () => {
  const journal = new Journal(path);
  void journal.append(ended('1'));
  await journal.append(ended('2'));
  expect((await readJournal(path)).entries).toEqual([ended('1'), ended('2')]);
  await journal.close();
});

it('goes on behind what an earlier start wrote, and only its owner may read it', async () => {
  for (const runId of ['1', '2']) {
    const journal = new Journal(path);
    await journal.append(ended(runId));
    await journal.close();
  }
  expect((await readJournal(path)).entries.map(({ runId }) => runId)).toEqual(['1', '2']);
  if (process.platform !== 'win32') expect((await stat(path)).mode & 0o077).toBe(0);
});

it('strikes a typed password out', async () => {
  const journal = new Journal(path);
  await journal.append(begun('hunter2'));
  await journal.close();
  expect(await readFile(path, 'utf8')).not.toContain('hunter2');
  expect((await readJournal(path)).entries[0]).toMatchObject({ act: { name: 'alpha', password: '***' } });
});

it('tells and skips a line that a crash tore, and the next entry is whole', async () => {
  const journal = new Journal(path);
  await journal.append(ended('1'));
  await journal.close();
  await writeFile(path, `${JSON.stringify(ended('1'))}\n{"kind":"ended","run`);
  const next = new Journal(path);
  await next.append(ended('2'));
  await next.close();
  expect(await readJournal(path)).toEqual({ entries: [ended('1'), ended('2')], skippedLines: 1 });
});

it('of a machine that never ran an act is empty', async () => {
  expect(await readJournal(path)).toEqual({ entries: [], skippedLines: 0 });
});
