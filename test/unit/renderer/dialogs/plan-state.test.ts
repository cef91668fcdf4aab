import { expect, test } from 'vitest';
import type { Act, Plan } from '#core/contract/acts.ts';
import { type PlanEvent, type PlanState, shownPlan, stepPlan } from '../../../../src-renderer/dialogs/plan-state.ts';

const act: Act = { kind: 'promote', nodeId: 'bravo' };
const planOf = (hash: string): Plan => ({
  hash,
  act,
  title: { code: 'titlePromote', params: { name: 'bravo' } },
  forecast: null,
  moves: [],
  candidates: [],
  destroys: [],
  checks: [],
  steps: [],
  undo: { code: 'undoNotNeeded', params: {} },
  typedConfirmation: null,
});

const run = (...events: readonly PlanEvent[]) => events.reduce<PlanState>(stepPlan, { kind: 'closed' });
const asked = (request: number): PlanEvent => ({ kind: 'asked', act, request });
const planned = (hash: string, request: number): PlanEvent => ({ kind: 'planned', plan: planOf(hash), request });

test('a plan is shown before it can run', () => {
  expect(run(asked(1), { kind: 'started' }).kind).toBe('planning');
  expect(run(asked(1), planned('a', 1)).kind).toBe('shown');
  expect(run(asked(1), planned('a', 1), { kind: 'started' }).kind).toBe('running');
});

test('the answer to an older question does not replace a newer one', () => {
  const state = run(asked(1), asked(2), planned('old', 1));
  expect(state.kind).toBe('planning');
  expect(shownPlan(stepPlan(state, planned('new', 2)))?.hash).toBe('new');
});

test('while a new plan is made the old one stays in view', () => {
  const state = run(asked(1), planned('a', 1), asked(2));
  expect(state.kind).toBe('planning');
  expect(shownPlan(state)?.hash).toBe('a');
});

test('a running plan can be neither closed nor replaced', () => {
  const running = run(asked(1), planned('a', 1), { kind: 'started' });
  expect(stepPlan(running, { kind: 'closed' })).toBe(running);
  expect(stepPlan(running, asked(2))).toBe(running);
});

test('a plan that could not be made is said, and can be asked for again', () => {
  const failure = { code: 'alreadyMaster', params: { name: 'bravo' }, retryable: false } as const;
  const state = run(asked(1), { kind: 'unplanned', failure, request: 1 });
  expect(state).toEqual({ kind: 'unplanned', act, failure });
  expect(stepPlan(state, asked(2)).kind).toBe('planning');
});

test('the result stays until it is closed', () => {
  const state = run(
    asked(1),
    planned('a', 1),
    { kind: 'started' },
    {
      kind: 'finished',
      result: { kind: 'answered', answer: { runId: 'r1', results: [], failure: null, nodeId: null } },
    },
  );
  expect(state.kind).toBe('finished');
  expect(stepPlan(state, { kind: 'closed' })).toEqual({ kind: 'closed' });
});

test('an answer after the dialog was closed opens nothing', () => {
  expect(run(asked(1), { kind: 'closed' }, planned('a', 1))).toEqual({ kind: 'closed' });
});
