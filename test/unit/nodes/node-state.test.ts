// The life of an embedded node: every move of the table, and every other one refused.
import { expect, it } from 'vitest';
import { type NodeState, type NodeStateEvent, stepNodeState } from '#core/nodes/node-state.ts';

const failure = { code: 'portInUse', params: { port: 1 }, retryable: false } as const;
const states: readonly NodeState[] = [
  { kind: 'stopped' },
  { kind: 'starting' },
  { kind: 'running', port: 7 },
  { kind: 'stopping' },
  { kind: 'failed', failure },
];
const events: readonly NodeStateEvent[] = [
  { kind: 'start' },
  { kind: 'listening', port: 7 },
  { kind: 'stop' },
  { kind: 'ended' },
  { kind: 'broke', failure },
];

it('moves as its drawing says, and nowhere else', () => {
  const moves = states.flatMap((state) =>
    events.flatMap((event) => {
      const next = stepNodeState(state, event);
      return next ? [`${state.kind} ${event.kind} ${next.kind}`] : [];
    }),
  );
  expect(moves).toEqual([
    'stopped start starting',
    'starting listening running',
    'starting ended stopped',
    'starting broke failed',
    'running stop stopping',
    'running ended stopped',
    'running broke failed',
    'stopping ended stopped',
    'stopping broke failed',
    'failed start starting',
  ]);
});

it('carries the port of what runs and the failure of what does not', () => {
  expect(stepNodeState({ kind: 'starting' }, { kind: 'listening', port: 7001 })).toEqual({
    kind: 'running',
    port: 7001,
  });
  expect(stepNodeState({ kind: 'running', port: 7001 }, { kind: 'broke', failure })).toEqual({
    kind: 'failed',
    failure,
  });
});
