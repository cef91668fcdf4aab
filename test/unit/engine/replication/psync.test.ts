// The rule of partial resync, case by case, with the words of Redis's log.
import { describe, expect, it } from 'vitest';
import type { BacklogWindow } from '#core/engine/replication/backlog.ts';
import type { History } from '#core/engine/replication/history.ts';
import { type Decision, decide, describeDecision } from '#core/engine/replication/psync.ts';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const C = 'c'.repeat(40);
const zeros = '0'.repeat(40);
/** Bytes 101 to 300 are held; up to byte 149 the history is shared with B. */
const history: History = { id: A, offset: 300, previous: { id: B, endByte: 150 } };
const backlog: BacklogWindow = { sizeBytes: 200, firstByte: 101, histlenBytes: 200 };

const cases: readonly [string, { id: string; byte: number }, Decision['code'], object][] = [
  ['the first byte held', { id: A, byte: 101 }, 'syncContinues', { askedByte: 101, firstByte: 101, missingBytes: 200 }],
  ['the last byte', { id: A, byte: 300 }, 'syncContinues', { missingBytes: 1 }],
  ['the next byte, with nothing to send', { id: A, byte: 301 }, 'syncContinues', { missingBytes: 0 }],
  ['an id in capitals', { id: A.toUpperCase(), byte: 200 }, 'syncContinues', { missingBytes: 101 }],
  ['one byte before the backlog', { id: A, byte: 100 }, 'syncBehindBacklog', { firstByte: 101, missingBytes: 1 }],
  ['a byte that was never written', { id: A, byte: 302 }, 'syncAheadOfBacklog', { askedByte: 302, endOffset: 300 }],
  ['the second id within what is shared', { id: B, byte: 120 }, 'syncContinuesBySecondId', { secondOffset: 150 }],
  ['the second id at its end', { id: B, byte: 150 }, 'syncContinuesBySecondId', { missingBytes: 151 }],
  ['the second id past its end', { id: B, byte: 151 }, 'syncPastSecondOffset', { askedByte: 151, secondOffset: 150 }],
  ['the second id before the backlog', { id: B, byte: 99 }, 'syncBehindBacklog', { missingBytes: 2 }],
  ['a foreign id', { id: C, byte: 200 }, 'syncOtherHistory', { askedId: C, masterId: A }],
  ['nothing known', { id: '?', byte: -1 }, 'syncNeverSynced', {}],
];

describe('the rule of partial resync', () => {
  it.each(cases)('answers %s', (_, asked, code, params) => {
    const decision = decide(asked, history, backlog);
    expect(decision.code).toBe(code);
    expect(decision.params).toMatchObject(params);
    expect(decision.kind).toBe(code.startsWith('syncContinues') ? 'continue' : 'full');
  });

  it('refuses without a backlog, even the byte that would come next', () => {
    expect(decide({ id: A, byte: 301 }, history, null)).toEqual({
      kind: 'full',
      code: 'syncNoBacklog',
      params: { askedByte: 301 },
    });
  });

  it('takes no id for the second one of a master that has none', () => {
    expect(decide({ id: zeros, byte: 1 }, { ...history, previous: null }, backlog).code).toBe('syncOtherHistory');
  });

  it('continues for exactly the bytes of the backlog and the one after, for every byte asked', () => {
    const granted = Array.from({ length: 400 }, (_, byte) => byte).filter(
      (byte) => decide({ id: A, byte }, history, backlog).kind === 'continue',
    );
    expect(granted).toEqual(Array.from({ length: 201 }, (_, index) => 101 + index));
  });
});

describe('the rule in the words of the log', () => {
  const say = (asked: { id: string; byte: number }, window: BacklogWindow | null = backlog) =>
    describeDecision(decide(asked, history, window), asked, history, '10.0.0.2:6380');

  it('tells what a granted request is sent', () => {
    expect(say({ id: A, byte: 200 })).toEqual([
      {
        level: 'notice',
        text: 'Partial resynchronization request from 10.0.0.2:6380 accepted. Sending 101 bytes of backlog starting from offset 200.',
      },
    ]);
  });

  it('names all three ids of a mismatch', () => {
    expect(say({ id: C, byte: 200 })).toEqual([
      {
        level: 'notice',
        text: `Partial resynchronization not accepted: Replication ID mismatch (Replica asked for '${C}', my replication IDs are '${A}' and '${B}')`,
      },
    ]);
  });

  it('tells how far the second id would have been good', () => {
    expect(say({ id: B, byte: 151 })).toEqual([
      {
        level: 'notice',
        text: 'Partial resynchronization not accepted: Requested offset for second ID was 151, but I can reply up to 150',
      },
    ]);
  });

  it('warns of a replica that is ahead of its master', () => {
    expect(say({ id: A, byte: 302 })).toEqual([
      {
        level: 'notice',
        text: 'Unable to partial resync with replica 10.0.0.2:6380 for lack of backlog (Replica request was: 302).',
      },
      {
        level: 'warning',
        text: 'Warning: replica 10.0.0.2:6380 tried to PSYNC with an offset that is greater than the master replication offset.',
      },
    ]);
  });

  it('says no warning to a replica that is only late', () => {
    expect(say({ id: A, byte: 3 })).toHaveLength(1);
    expect(say({ id: A, byte: 3 }, null)).toHaveLength(1);
  });

  it('repeats a request for everything', () => {
    expect(say({ id: '?', byte: -1 })).toEqual([
      { level: 'notice', text: 'Full resync requested by replica 10.0.0.2:6380' },
    ]);
  });
});
