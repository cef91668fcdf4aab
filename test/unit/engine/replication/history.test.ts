// Replication histories: ids, branches, and what a branch remembers.
import { describe, expect, it } from 'vitest';
import { branchHistory, startHistory } from '#core/engine/replication/history.ts';

const random = {
  next: 0,
  bytes(count: number): Uint8Array {
    this.next++;
    return new Uint8Array(count).fill(this.next);
  },
  integer: () => 0,
};

describe('a replication history', () => {
  it('starts with forty hexadecimal digits and no former line', () => {
    const history = startHistory(random);
    expect(history).toEqual({ id: expect.stringMatching(/^[0-9a-f]{40}$/), offset: 0, previous: null });
  });

  it('remembers at a branch the former id, and the first byte that is not shared', () => {
    const history = { ...startHistory(random), offset: 107 };
    const branched = branchHistory(history, random);
    expect(branched).toEqual({ id: expect.anything(), offset: 107, previous: { id: history.id, endByte: 108 } });
    expect(branched.id).not.toBe(history.id);
  });
});
