// The machine of a planned failover: its moves, and what comes of waiting.
import { describe, expect, it } from 'vitest';
import { type FailoverState, judge, moveFailover } from '#core/engine/replication/master/failover-state.ts';

const target = { host: '10.0.0.2', port: 7001 };
const plan = { target, endsAtMs: 5000, force: false };

describe('a failover', () => {
  const none: FailoverState = { kind: 'no-failover' };
  const waiting: FailoverState = { kind: 'waiting-for-sync', plan };
  const inProgress: FailoverState = { kind: 'failover-in-progress', target };

  it('waits before it goes over, and can end from both', () => {
    expect(moveFailover(none, waiting)).toBe(waiting);
    expect(moveFailover(waiting, inProgress)).toBe(inProgress);
    for (const state of [waiting, inProgress]) expect(moveFailover(state, none)).toBe(none);
  });

  it('never begins twice, and never goes over without waiting', () => {
    expect(() => moveFailover(none, inProgress)).toThrow(/cannot go from no-failover/);
    expect(() => moveFailover(inProgress, waiting)).toThrow(/cannot go from failover-in-progress/);
  });
});

describe('the verdict of waiting', () => {
  it('is to go when a replica has everything, and to wait before', () => {
    expect(judge(plan, null, 4999)).toEqual({ kind: 'wait' });
    expect(judge(plan, target, 4999)).toEqual({ kind: 'go', target, because: 'synced' });
    expect(judge({ ...plan, endsAtMs: null }, null, Number.MAX_SAFE_INTEGER)).toEqual({ kind: 'wait' });
  });

  it('is to abort at the end of the time, even when the replica has just caught up', () => {
    expect(judge(plan, target, 5000)).toEqual({ kind: 'abort' });
  });

  it('is to go without the replica having everything, at the end of the time, by force', () => {
    expect(judge({ ...plan, force: true }, null, 5000)).toEqual({ kind: 'go', target, because: 'forced' });
  });
});
