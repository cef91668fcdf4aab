// The way of a server that was spoken of: every allowed move, and none else.
import { describe, expect, it } from 'vitest';
import { type CandidateEvent, type CandidateState, isReady, step } from '#core/fleet/discovery/candidate-state.ts';

const failure = { code: 'connectionRefused', params: {}, retryable: true } as const;
const states: readonly CandidateState[] = [
  { kind: 'told', tries: 0 },
  { kind: 'trying', tries: 1 },
  { kind: 'failed', tries: 1, failure, retryAtMs: 5000 },
  { kind: 'joined', nodeId: 'n' },
  { kind: 'alias', nodeId: 'n' },
  { kind: 'dismissed' },
];
const events: readonly CandidateEvent[] = [
  { kind: 'try' },
  { kind: 'join', nodeId: 'n' },
  { kind: 'match', nodeId: 'n' },
  { kind: 'fail', failure, nowMs: 0 },
  { kind: 'nodeLeft' },
];

describe('a candidate', () => {
  it('moves only as its drawing says', () => {
    const moves = states.flatMap((state) =>
      events.map((event) => [state, event, step(state, event)] as const).filter(([from, , to]) => from !== to),
    );
    expect(moves.map(([from, event, to]) => `${from.kind} ${event.kind} ${to.kind}`)).toEqual([
      'told try trying',
      'trying join joined',
      'trying match alias',
      'trying fail failed',
      'failed try trying',
      'joined nodeLeft dismissed',
      'alias nodeLeft told',
    ]);
  });

  it('waits twice as long after each failure, up to a bound', () => {
    const pauses = [1, 2, 3, 20].map((tries) => {
      const state = step({ kind: 'trying', tries }, { kind: 'fail', failure, nowMs: 100 });
      return state.kind === 'failed' ? state.retryAtMs - 100 : null;
    });
    expect(pauses).toEqual([5000, 10_000, 20_000, 300_000]);
  });

  it('may be tried when it was told of, and after its pause', () => {
    expect(states.map((state) => isReady(state, 4999))).toEqual([true, false, false, false, false, false]);
    expect(states.map((state) => isReady(state, 5000))).toEqual([true, false, true, false, false, false]);
  });
});
