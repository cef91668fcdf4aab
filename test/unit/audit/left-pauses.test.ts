// Pauses that a run could not end: found in the journal's lines until the server's own clock lets go.
import { expect, it } from 'vitest';
import type { JournalEntry } from '#core/audit/journal-entries.ts';
import { findLeftPauses } from '#core/audit/left-pauses.ts';
import type { NodeState, PlanStep } from '#core/contract/acts.ts';

const state: NodeState = {
  nodeId: 'n',
  name: 'alpha',
  address: { host: '127.0.0.1', port: 1 },
  runId: 'p',
  role: 'master',
  master: null,
  linkUp: null,
  replicationId: null,
  offset: 0,
  keys: 0,
  counters: { full: 0, partialOk: 0, partialErr: 0 },
};
const toStep = (command: string): PlanStep => ({
  nodeId: 'n',
  nodeName: 'alpha',
  command,
  isRedisCommand: true,
  waitsMs: null,
});
const steps = ['CLIENT PAUSE 5000 WRITE', 'REPLICAOF 127.0.0.1 2', 'CLIENT UNPAUSE'].map(toStep);
const begun: JournalEntry = {
  kind: 'begun',
  runId: 'r',
  atMs: 1000,
  who: 'ann',
  act: { kind: 'failover', nodeId: 'n' },
  plan: {
    hash: 'h',
    title: { code: 'titleFailover', params: { name: 'bravo', master: 'alpha' } },
    steps,
    destroys: [],
    undo: { code: 'undoFromJournal', params: {} },
    forecast: null,
    moves: [],
  },
  before: [state],
  goal: [],
  replacedSettings: [],
  forceReason: null,
};
const stepBegun = (index: number): JournalEntry => ({ kind: 'stepBegun', runId: 'r', atMs: 1000, index });
const stepEnded = (index: number, ok = true): JournalEntry => ({
  kind: 'step',
  runId: 'r',
  atMs: 1001,
  result: { step: toStep(steps[index]?.command ?? ''), ok, answer: ok ? 'OK' : 'ERR', durationMs: 1, evidence: [] },
});
const released = (answer: string): JournalEntry => ({
  kind: 'released',
  runId: 'r',
  atMs: 1002,
  nodeName: 'alpha',
  command: 'CLIENT UNPAUSE',
  answer,
});
const left = [
  { node: { nodeId: 'n', name: 'alpha', address: state.address, runId: 'p', master: null }, untilMs: 6000 },
];

it.each<[string, JournalEntry[], number, object[]]>([
  ['one that was begun may have been sent', [begun, stepBegun(0)], 5999, left],
  ['it ends by the clock of the server', [begun, stepBegun(0), stepEnded(0)], 6000, []],
  ['it is let go by the step that does so', [begun, stepBegun(0), stepEnded(0), stepEnded(2)], 2000, []],
  ['a step that failed lets go of nothing', [begun, stepBegun(0), stepEnded(0), stepEnded(2, false)], 2000, left],
  ['a run that ended early let go of it', [begun, stepBegun(0), released('OK')], 2000, []],
  ['a node that could not be asked holds on', [begun, stepBegun(0), released('nodeNotConnected')], 2000, left],
  ['another step holds nothing', [begun, stepBegun(1)], 2000, []],
  ['a line without its run is passed over', [stepBegun(0)], 2000, []],
])('%s', (_what, entries, nowMs, found) => {
  expect(findLeftPauses(entries, nowMs)).toEqual(found);
});
