// The machine of a relay's fault: each story is the calls and the moments that came, and what was entered.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Fault } from '#core/contract/faults.ts';
import { faultSchema } from '#core/contract/faults.ts';
import {
  endsAtMs,
  type FaultEvent,
  type FaultState,
  refuses,
  stepFault,
  swallows,
  toFaultView,
} from '#core/lab/fault-state.ts';

const passing: FaultState = { kind: 'passing' };
const drop: Fault = { kind: 'drop', direction: 'toMaster' };
const cut = (seconds: number, everySeconds: number | null = null): Fault => ({ kind: 'cut', seconds, everySeconds });

function set(fault: Fault, nowMs = 0, state = passing) {
  return stepFault(state, { kind: 'set', fault, nowMs });
}

test('a cut of no length drops the wires and passes at once', () => {
  expect(set(cut(0))).toEqual({ state: passing, effect: 'cutAll' });
});

test('a cut of two seconds refuses until they are over', () => {
  const { state, effect } = set(cut(2), 1000);
  expect(effect).toBe('cutAll');
  expect({ refuses: refuses(state), endsAtMs: endsAtMs(state) }).toEqual({ refuses: true, endsAtMs: 3000 });
  expect(stepFault(state, { kind: 'time', nowMs: 2999 })).toEqual({ state, effect: 'none' });
  expect(stepFault(state, { kind: 'time', nowMs: 3000 })).toEqual({ state: passing, effect: 'none' });
});

test('a cut of two seconds every five comes again five seconds after it began', () => {
  const away = set(cut(2, 5), 0).state;
  const between = stepFault(away, { kind: 'time', nowMs: 2001 });
  expect(between).toEqual({ state: { kind: 'between', fault: cut(2, 5), untilMs: 5000 }, effect: 'none' });
  expect(refuses(between.state)).toBe(false);
  const again = stepFault(between.state, { kind: 'time', nowMs: 5000 });
  expect(again).toEqual({
    state: { kind: 'away', fault: cut(2, 5), sinceMs: 5000, untilMs: 7000 },
    effect: 'cutAll',
  });
});

test('a cut of no length every second is between its cuts', () => {
  const { state } = set(cut(0, 1), 0);
  expect(state).toEqual({ kind: 'between', fault: cut(0, 1), untilMs: 1000 });
  expect(stepFault(state, { kind: 'time', nowMs: 1000 })).toMatchObject({ state: { untilMs: 2000 }, effect: 'cutAll' });
});

test('an armed cut trips once', () => {
  const armed = set({ kind: 'cutAfter', direction: 'toReplica', bytes: 3 });
  expect(armed.effect).toBe('none');
  expect(stepFault(armed.state, { kind: 'tripped' })).toEqual({ state: passing, effect: 'cutAll' });
  expect(stepFault(passing, { kind: 'tripped' })).toEqual({ state: passing, effect: 'none' });
});

test('when a drop ends, by a clear or by another fault, the wires that lost bytes are cut', () => {
  const { state } = set(drop);
  expect([swallows(state, 'toMaster'), swallows(state, 'toReplica')]).toEqual([true, false]);
  expect(stepFault(state, { kind: 'clear' })).toEqual({ state: passing, effect: 'cutThoseThatLost' });
  expect(set({ kind: 'stall' }, 0, state).effect).toBe('cutThoseThatLost');
  expect(set(cut(1), 0, state).effect).toBe('cutAll');
});

test('the view says in which phase the fault is', () => {
  expect(toFaultView(passing, 3)).toEqual({ fault: null, phase: 'passing', untilMs: null, cuts: 3 });
  expect(toFaultView(set(drop).state, 0)).toEqual({ fault: drop, phase: 'acting', untilMs: null, cuts: 0 });
  expect(toFaultView(set({ kind: 'holdOff' }).state, 0).phase).toBe('refusing');
  expect(toFaultView(set(cut(0, 1)).state, 0)).toMatchObject({ phase: 'between', untilMs: 1000 });
});

test('whatever came before, a clear passes everything on', () => {
  const faults: Fault[] = [cut(0), cut(1), cut(1, 2), drop, { kind: 'stall' }, { kind: 'holdOff' }];
  const event: fc.Arbitrary<FaultEvent> = fc.oneof(
    fc.record({ kind: fc.constant('set' as const), fault: fc.constantFrom(...faults), nowMs: fc.nat(5000) }),
    fc.record({ kind: fc.constant('time' as const), nowMs: fc.nat(10_000) }),
    fc.constantFrom({ kind: 'tripped' as const }, { kind: 'clear' as const }),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 12 }), (events) => {
      const state = events.reduce<FaultState>((at, one) => stepFault(at, one).state, passing);
      return stepFault(state, { kind: 'clear' }).state.kind === 'passing';
    }),
  );
});

test('a fault that means nothing is refused by its schema', () => {
  const fits = (fault: unknown) => faultSchema.safeParse(fault).success;
  expect(fits(cut(2, 5))).toBe(true);
  expect(fits(cut(5, 5))).toBe(false);
  expect(fits(cut(-1))).toBe(false);
  expect(fits({ kind: 'throttle', bytesPerSecond: 0 })).toBe(false);
  expect(fits({ kind: 'delay', toReplicaMs: 60_001, toMasterMs: 0, jitterMs: 0 })).toBe(false);
  expect(fits({ kind: 'cutAt', direction: 'toReplica', text: '' })).toBe(false);
});
