import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import type { Act, Plan } from '#core/contract/acts.ts';
import { PlanDialog } from '../../../../src-renderer/dialogs/PlanDialog.tsx';
import { askPlan, closePlan } from '../../../../src-renderer/dialogs/plan-store.ts';
import { draw, withHost } from '../support/window.tsx';

const act: Act = { kind: 'resyncFull', nodeId: 'orders' };
const plan: Plan = {
  hash: 'h1',
  act,
  title: { code: 'titleResyncFull', params: { name: 'orders', master: 'alpha' } },
  forecast: {
    sync: 'full',
    reason: { code: 'syncForced', params: { name: 'orders', master: 'alpha' } },
    transferBytes: null,
    keysDestroyed: 12,
    bytesDestroyed: null,
    cost: null,
    advice: null,
    replicasBelow: 0,
    window: null,
  },
  moves: [],
  candidates: [],
  destroys: [{ code: 'destroysKeys', params: { name: 'orders', keys: 12 } }],
  checks: [{ level: 'pass', statement: { code: 'checkReachable', params: { name: 'orders' } }, forceable: false }],
  steps: [{ nodeId: 'orders', nodeName: 'orders', command: 'REPLICAOF NO ONE', isRedisCommand: true, waitsMs: null }],
  undo: { code: 'undoImpossible', params: { name: 'orders' } },
  typedConfirmation: 'orders',
};

const step = { step: plan.steps[0], ok: true, answer: 'OK', durationMs: 1, evidence: [] };
const ran = { ok: true, value: { runId: 'r1', results: [step], failure: null, nodeId: null } };

/** Opens the dialog on a host that answers with this plan, and collects what is run. */
async function open(answer: object, run: object = ran): Promise<object[]> {
  const runs: object[] = [];
  withHost({
    acts: {
      plan: async () => answer,
      run: async (input: object) => {
        runs.push(input);
        return run;
      },
    },
  });
  await draw(<PlanDialog />);
  await askPlan(act);
  await waitFor(() => screen.getByTestId('plan-dialog'));
  return runs;
}

const button = (id: string) => screen.getByTestId<HTMLButtonElement>(id);

afterEach(() => {
  closePlan();
  cleanup();
});

test('where a word must be typed, nothing runs before it is typed in full', async () => {
  const runs = await open({ ok: true, value: plan });
  expect(button('plan-run').disabled).toBe(true);
  fireEvent.change(screen.getByTestId('plan-confirmation'), { target: { value: 'order' } });
  expect(button('plan-run').disabled).toBe(true);
  fireEvent.change(screen.getByTestId('plan-confirmation'), { target: { value: 'orders' } });
  expect(button('plan-run').disabled).toBe(false);
  fireEvent.click(button('plan-run'));
  await waitFor(() => screen.getByTestId('plan-result'));
  expect(runs).toEqual([{ hash: 'h1', confirmation: 'orders' }]);
});

test('the dialog shows forecast, what is destroyed, and the literal command', async () => {
  await open({ ok: true, value: plan });
  expect(screen.getByTestId('plan-forecast').textContent).toContain('Forecast: full resync');
  expect(screen.getByTestId('plan-destroys').textContent).toBe('All 12 keys of orders are dropped and replaced.');
  expect(screen.getByTestId('plan-command').textContent).toBe('REPLICAOF NO ONE');
});

test('a failed check blocks the run', async () => {
  const failed = { level: 'fail', statement: { code: 'checkNotReachable', params: { name: 'orders' } } } as const;
  await open({ ok: true, value: { ...plan, typedConfirmation: null, checks: [failed] } });
  expect(button('plan-run').disabled).toBe(true);
  expect(screen.getByTestId('plan-check').dataset.level).toBe('fail');
});

test('a plan that could not be made says why and what to do next', async () => {
  await open({ ok: false, failure: { code: 'notAReplica', params: { name: 'orders' }, retryable: false } });
  const failure = await waitFor(() => screen.getByTestId('plan-failure'));
  expect(failure.textContent).toContain('orders is not a replica.');
  expect(failure.textContent).toContain('Attach it to a master first.');
});

test('a plan that expired before it ran is told, and can be made again', async () => {
  const refused = { ok: false, failure: { code: 'planExpired', params: { what: 'role' }, retryable: true } };
  await open({ ok: true, value: { ...plan, typedConfirmation: null } }, refused);
  fireEvent.click(button('plan-run'));
  await waitFor(() => screen.getByTestId('plan-result'));
  expect(screen.getByTestId('plan-failure').dataset.code).toBe('planExpired');
  fireEvent.click(button('plan-again'));
  await waitFor(() => expect(screen.getByTestId('plan-dialog').dataset.state).toBe('shown'));
});

const failing = (forceable: boolean): Plan => ({
  ...plan,
  typedConfirmation: null,
  checks: [{ level: 'fail', statement: { code: 'checkLinkDown', params: { name: 'orders' } }, forceable }],
});

test('a failed check that can be overridden runs with a reason only, and the reason goes with it', async () => {
  const runs = await open({ ok: true, value: failing(true) });
  expect(button('plan-run').disabled).toBe(true);
  fireEvent.change(screen.getByTestId('plan-force-reason'), { target: { value: 'it burns' } });
  fireEvent.click(button('plan-run'));
  await waitFor(() => expect(runs).toEqual([{ hash: 'h1', forceReason: 'it burns' }]));
});

test('one that cannot be overridden offers no reason', async () => {
  await open({ ok: true, value: failing(false) });
  expect(screen.queryByTestId('plan-force-reason')).toBeNull();
  expect(button('plan-run').disabled).toBe(true);
});

test('who else moves and what it costs are said', async () => {
  const cost = {
    snapshotBytes: 1_240_000,
    phases: null,
    totalSeconds: 3.2,
    range: null,
    outputBuffer: { verdict: 'fits', peakBytes: 190_000_000, limitBytes: 256_000_000 },
    forkBytes: 0,
    basis: [{ code: 'costSizeEmpty', params: { master: 'alpha', bytes: 190 } }],
  } as const;
  const forecast = { ...plan.forecast!, cost, transferBytes: 1_240_000 };
  const moves = [{ nodeId: 'c', nodeName: 'charlie', forecast: { ...forecast, sync: 'partial' as const } }];
  await open({ ok: true, value: { ...plan, forecast, moves } });
  expect(screen.getByTestId('plan-forecast').textContent).toMatch(/1\.24.MB.*about 3\.2.s.*190.MB of 256.MB/);
  expect(screen.getByTestId('plan-basis').textContent).toMatch(/alpha holds nothing/);
  expect(screen.getByTestId('plan-moves').textContent).toMatch(/charlie.*partial/);
});

test.each([
  [null, null, /not known/],
  [0.04, null, /under a second/],
  [0.4, { leastSeconds: 0.2, mostSeconds: 0.8 }, /under a second/],
  [0.9, { leastSeconds: 0.45, mostSeconds: 1.8 }, /up to 1\.8.s/],
  [3, { leastSeconds: 1.5, mostSeconds: 6 }, /1\.5.s to 6\.0.s/],
  [3, null, /about 3\.0.s/],
])('a time of %s s and range %o is told as %s', async (totalSeconds, range, text) => {
  const outputBuffer = { verdict: 'unknown', peakBytes: null, limitBytes: null } as const;
  const cost = { snapshotBytes: 1, phases: null, totalSeconds, range, outputBuffer, forkBytes: 0, basis: [] };
  await open({ ok: true, value: { ...plan, forecast: { ...plan.forecast!, transferBytes: 1, cost } } });
  expect(screen.getByText('Time').parentElement?.textContent).toMatch(text);
});

test('while it runs each step tells its answer, and the run can be stopped', async () => {
  const cancelled: object[] = [];
  let finish = (_answer: object) => {};
  const progress = {
    runId: 'r1',
    hash: 'h1',
    title: plan.title,
    state: 'running',
    steps: plan.steps,
    results: [step],
    startedAtMs: 0,
    failure: null,
  };
  withHost({
    acts: {
      plan: async () => ({ ok: true, value: { ...plan, typedConfirmation: null } }),
      run: () => new Promise((resolve) => (finish = resolve)),
      progress: async () =>
        (async function* () {
          yield progress;
        })(),
      cancel: async (input: object) => {
        cancelled.push(input);
        return { ok: true, value: true };
      },
    },
  });
  await draw(<PlanDialog />);
  await askPlan(act);
  fireEvent.click(await waitFor(() => button('plan-run')));
  await waitFor(() => expect(screen.getByTestId('plan-answer').textContent).toMatch(/OK/));
  fireEvent.click(button('plan-stop'));
  await waitFor(() => expect(cancelled).toEqual([{ runId: 'r1' }]));
  finish(ran);
  await waitFor(() => screen.getByTestId('plan-result'));
});

test('of the checks, what is in the way stands on top', async () => {
  const check = (level: 'pass' | 'warn' | 'fail', code: 'checkReachable' | 'checkIsReplica' | 'checkLinkDown') => ({
    level,
    statement: { code, params: { name: 'orders' } },
    forceable: true,
  });
  const checks = [check('pass', 'checkReachable'), check('fail', 'checkLinkDown'), check('warn', 'checkIsReplica')];
  await open({ ok: true, value: { ...plan, checks } });
  expect(screen.getAllByTestId('plan-check').map((item) => item.dataset.level)).toEqual(['fail', 'warn', 'pass']);
});

test('once it has run, the answers stand above what was foreseen', async () => {
  await open({ ok: true, value: { ...plan, typedConfirmation: null } });
  const isAbove = (a: HTMLElement, b: HTMLElement) =>
    (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
  expect(isAbove(screen.getByTestId('plan-forecast'), screen.getByTestId('plan-step'))).toBe(true);
  fireEvent.click(button('plan-run'));
  const result = await waitFor(() => screen.getByTestId('plan-result'));
  expect(isAbove(result, screen.getByTestId('plan-step'))).toBe(true);
  expect(isAbove(screen.getByTestId('plan-step'), screen.getByTestId('plan-forecast'))).toBe(true);
});
