// Runs put together from the journal's lines: how far each came, and whether it can be led back or on.
import { expect, it } from 'vitest';
import type { BegunEntry, JournalEntry } from '#core/audit/journal-entries.ts';
import { findRestoration, toRuns } from '#core/audit/runs.ts';
import type { NodeState, StepResult } from '#core/contract/acts.ts';

const address = { host: '127.0.0.1', port: 1 };
const master = { host: '127.0.0.1', port: 2 };
const state: NodeState = {
  nodeId: 'n',
  name: 'bravo',
  address,
  runId: 'p',
  role: 'replica',
  master,
  linkUp: true,
  replicationId: null,
  offset: 0,
  keys: 0,
  counters: { full: 0, partialOk: 0, partialErr: 0 },
};
const link = { nodeId: 'n', name: 'bravo', address, runId: 'p', master: null };
const step = { nodeId: 'n', nodeName: 'bravo', command: 'REPLICAOF NO ONE', isRedisCommand: true, waitsMs: null };
const result: StepResult = { step, ok: true, answer: 'OK', durationMs: 1, evidence: [] };

function begun(runId: string, act: BegunEntry['act']): BegunEntry {
  return {
    kind: 'begun',
    runId,
    atMs: 1,
    who: 'ann',
    act,
    plan: {
      hash: 'h',
      title: { code: 'titlePromote', params: { name: 'bravo' } },
      steps: [step],
      destroys: [],
      undo: { code: 'undoFromJournal', params: {} },
      forecast: null,
      moves: [],
    },
    before: [state, { ...state, nodeId: 'bystander' }],
    goal: [link],
    replacedSettings: [],
    forceReason: null,
  };
}

const promote = (runId: string) => begun(runId, { kind: 'promote', nodeId: 'n' });
const stepBegun = (runId: string): JournalEntry => ({ kind: 'stepBegun', runId, atMs: 2, index: 0 });
const stepEnded = (runId: string): JournalEntry => ({ kind: 'step', runId, atMs: 3, result });
const ended = (runId: string, code?: 'runCancelled' | 'commandRefused'): JournalEntry => ({
  kind: 'ended',
  runId,
  atMs: 4,
  failure: code === undefined ? null : { code, params: {}, retryable: false },
});
const nobody = new Set<string>();

it.each<[string, JournalEntry[], object]>([
  [
    'a run to its end can be undone',
    [promote('r'), stepBegun('r'), stepEnded('r'), ended('r')],
    { state: 'done', canUndo: true, canResume: false },
  ],
  [
    'a failed one can be undone and resumed',
    [promote('r'), stepBegun('r'), stepEnded('r'), ended('r', 'commandRefused')],
    { state: 'failed', canUndo: true, canResume: true },
  ],
  [
    'a cancelled one too',
    [promote('r'), stepBegun('r'), stepEnded('r'), ended('r', 'runCancelled')],
    { state: 'cancelled', canUndo: true, canResume: true },
  ],
  [
    'one that was never ended is unfinished',
    [promote('r'), stepBegun('r'), stepEnded('r')],
    { state: 'unfinished', openStep: null, canResume: true },
  ],
  [
    'a step without its end may have been done or not',
    [promote('r'), stepBegun('r')],
    { state: 'unfinished', openStep: 0, canUndo: true },
  ],
  [
    'before its first step there is nothing to undo',
    [promote('r')],
    { state: 'unfinished', canUndo: false, canResume: true },
  ],
])('%s', (_title, entries, expected) => {
  expect(toRuns(entries, nobody)).toMatchObject([expected]);
});

it('what came to its end and moved nobody has no way back, what was cut has one', () => {
  const resync = { ...promote('r'), goal: [{ ...link, master }] } as JournalEntry;
  const steps = [resync, stepBegun('r'), stepEnded('r')];
  expect(toRuns([...steps, ended('r')], nobody)).toMatchObject([{ state: 'done', canUndo: false }]);
  expect(toRuns([...steps, ended('r', 'commandRefused')], nobody)).toMatchObject([{ state: 'failed', canUndo: true }]);
});

it('a run that goes on can be neither undone nor resumed', () => {
  const [run] = toRuns([promote('r'), stepBegun('r')], new Set(['r']));
  expect(run).toMatchObject({ state: 'running', canUndo: false, canResume: false });
});

it('newest first; and one that was led back or on to the end is settled', () => {
  const restore = begun('s', { kind: 'restore', runId: 'r', to: 'goal' });
  const runs = toRuns([promote('r'), restore, ended('s'), promote('t')], nobody);
  expect(runs.map(({ runId, isSettled }) => [runId, isSettled])).toEqual([
    ['t', false],
    ['s', false],
    ['r', true],
  ]);
});

it('only whom the run moved is led back; a run that is not there, or of an older journal, is not found', () => {
  expect(findRestoration([promote('r')], 'r', 'before', 9)).toEqual({
    links: [{ ...link, master }],
    settings: [],
    paused: [],
    undoesLatest: true,
  });
  expect(findRestoration([promote('r')], 'r', 'goal', 9)).toEqual({
    links: [link],
    settings: [],
    paused: [],
    undoesLatest: false,
  });
  expect(findRestoration([promote('r')], 'other', 'goal', 9)).toBeNull();
  const { before: _before, goal: _goal, ...older } = promote('r') as Extract<JournalEntry, { kind: 'begun' }>;
  expect(findRestoration([older as JournalEntry], 'r', 'before', 9)).toBeNull();
  expect(toRuns([older as JournalEntry], nobody)).toMatchObject([{ canUndo: false, canResume: false }]);
});

const setting = { node: link, values: { 'repl-timeout': '60' }, rewrites: true };
const goalSetting = { node: link, values: { 'repl-timeout': '61' }, rewrites: true };
const changed: BegunEntry = {
  ...begun('r', { kind: 'changeSettings', nodeId: 'n' }),
  goal: [],
  replacedSettings: [setting],
  goalSettings: [goalSetting],
};

it('the way back of a run is that of the latest until another moves one of its nodes', () => {
  const isLatest = (...entries: JournalEntry[]) => findRestoration(entries, 'r', 'before', 9)?.undoesLatest;
  expect(isLatest(promote('q'), promote('r'), ended('r'))).toBe(true);
  expect(isLatest(promote('r'), promote('later'))).toBe(false);
  expect(isLatest(promote('r'), { ...promote('elsewhere'), goal: [{ ...link, name: 'zulu' }] })).toBe(true);
  // Settings move nobody.
  expect(isLatest(promote('r'), { ...promote('tuned'), goal: [] })).toBe(true);
});

it('settings are led on to what they were to be, and back; a file is written again only where it was', () => {
  const [run] = toRuns([changed, stepBegun('r')], nobody);
  expect([run?.canUndo, run?.canResume]).toEqual([true, true]);
  expect(findRestoration([changed], 'r', 'goal', 9)?.settings).toEqual([goalSetting]);
  expect(findRestoration([changed], 'r', 'before', 9)?.settings).toEqual([{ ...setting, rewrites: false }]);
  const written = { ...changed, plan: { ...changed.plan, steps: [{ ...step, command: 'CONFIG REWRITE' }] } };
  expect(findRestoration([written, stepBegun('r')], 'r', 'before', 9)?.settings).toEqual([setting]);
});
