// Who takes the place of a lost master: whole before half, far before behind, by priority and name where they are level.
import { expect, it } from 'vitest';
import { type CandidateFacts, rankCandidates } from '#core/insight/candidates.ts';

const history = 'a'.repeat(40);
const candidate = (name: string, part: Partial<CandidateFacts> = {}): CandidateFacts => ({
  nodeId: `id-${name}`,
  name,
  replicationId: history,
  offset: 100,
  hasSynced: true,
  isWhole: true,
  priority: 100,
  keys: 1,
  ...part,
});
const rank = (...candidates: CandidateFacts[]) =>
  rankCandidates(candidates, { replicationId: history, offset: 120 }).map(({ name, lostBytes, note }) => [
    name,
    lostBytes,
    note,
  ]);

it('the one that loses least comes first, and each loss is said', () => {
  expect(rank(candidate('a', { offset: 90 }), candidate('b', { offset: 110 }), candidate('c'))).toEqual([
    ['b', 10, null],
    ['c', 20, null],
    ['a', 30, null],
  ]);
});

it('one that is in the middle of a sync, never had one, or must not be promoted comes after all others', () => {
  expect(
    rank(
      candidate('half', { offset: 120, isWhole: false }),
      candidate('never', { offset: 0, hasSynced: false }),
      candidate('zero', { offset: 120, priority: 0 }),
      candidate('good', { offset: 50 }),
    ),
  ).toEqual([
    ['good', 70, null],
    ['zero', 0, 'priorityZero'],
    ['half', 0, 'notWhole'],
    ['never', null, 'neverSynced'],
  ]);
});

it('level ones go by priority, then by name', () => {
  const order = rank(candidate('b'), candidate('a'), candidate('c', { priority: 10 })).map(([name]) => name);
  expect(order).toEqual(['c', 'a', 'b']);
});

it('what one of another history lacks cannot be counted, and an offset beyond what was seen of the master counts', () => {
  expect(rank(candidate('a', { replicationId: 'b'.repeat(40) }))[0]?.[1]).toBeNull();
  expect(rank(candidate('a', { offset: 150 }), candidate('b', { offset: 120 }))).toEqual([
    ['a', 0, null],
    ['b', 30, null],
  ]);
});
