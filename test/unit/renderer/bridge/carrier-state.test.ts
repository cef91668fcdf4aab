import { expect, test } from 'vitest';
import {
  type CarrierEvent,
  type CarrierState,
  lastRetryMs,
  retryDelayMs,
  stepCarrier,
} from '../../../../src-renderer/bridge/carrier-state.ts';

const run = (events: readonly CarrierEvent[]) =>
  events.reduce<CarrierState>(stepCarrier, { kind: 'opening', attempt: 1 });

test('a host that is there opens at the first try', () => {
  expect(run([{ kind: 'opened' }])).toEqual({ kind: 'open' });
});

test('a host that goes away is tried again after a wait that doubles', () => {
  const gone = [{ kind: 'opened' }, { kind: 'lost', nowMs: 0 }] as const;
  expect(run(gone)).toEqual({ kind: 'waiting', attempt: 1, untilMs: 250 });
  const twice = [...gone, { kind: 'retried' }, { kind: 'failed', nowMs: 0 }] as const;
  expect(run(twice)).toEqual({ kind: 'waiting', attempt: 2, untilMs: 500 });
});

test('the wait has an upper bound', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 30].map(retryDelayMs)).toEqual([250, 500, 1000, 2000, 4000, 8000, 8000, lastRetryMs]);
});

test('a return counts tries from the beginning', () => {
  const events: CarrierEvent[] = [
    { kind: 'failed', nowMs: 0 },
    { kind: 'retried' },
    { kind: 'failed', nowMs: 0 },
    { kind: 'retried' },
    { kind: 'opened' },
    { kind: 'lost', nowMs: 0 },
  ];
  expect(run(events)).toMatchObject({ kind: 'waiting', attempt: 1 });
});

test('a refusal waits for a person', () => {
  expect(run([{ kind: 'refused' }])).toEqual({ kind: 'refused' });
  expect(run([{ kind: 'refused' }, { kind: 'lost', nowMs: 0 }])).toEqual({ kind: 'refused' });
  expect(run([{ kind: 'refused' }, { kind: 'retried' }])).toEqual({ kind: 'opening', attempt: 1 });
});

test('a late event changes nothing', () => {
  const waiting: CarrierState = { kind: 'waiting', attempt: 1, untilMs: 5 };
  expect(stepCarrier(waiting, { kind: 'opened' })).toBe(waiting);
});
