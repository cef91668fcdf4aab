import { beforeAll, expect, test } from 'vitest';
import type { SyncTrace } from '#core/contract/views.ts';
import { startTexts } from '../../../../src-renderer/i18n/i18n.ts';
import { syncCause } from '../../../../src-renderer/inspector/sync-cause.ts';
import { master } from '../support/views.ts';

beforeAll(startTexts);

const own = 'a'.repeat(40);
const other = 'b'.repeat(40);

function trace(asked: string, code: 'syncAnsweredFull' | 'syncAnsweredContinue'): SyncTrace {
  return {
    startedAtMs: 0,
    masterAddress: { host: 'm', port: 7000 },
    outcome: code === 'syncAnsweredFull' ? 'full' : 'partial',
    reason: { code, params: { master: 'm:7000', id: own, offset: 500 } },
    steps: [{ atMs: 1, direction: 'out', text: `PSYNC ${asked}`, durationMs: null }],
  };
}

test.each([
  ['? -1', 'had no history to continue'],
  [`${other} 200`, 'asked for history bbbbbbbb… from byte 200, and m:7000 knows only aaaaaaaa…'],
  [`${own} 200`, 'the backlog of m:7000, then at 500, no longer held it'],
  [`${own} 900`, 'the stream of m:7000 only reached 500'],
])('a full copy after PSYNC %s is explained', (asked, words) => {
  expect(syncCause(trace(asked, 'syncAnsweredFull'), 'bravo', undefined)).toContain(words);
});

test('a history that the master left is told from one that it never knew', () => {
  const promoted = { ...master('alpha'), replicationId: own, secondReplicationId: other };
  expect(syncCause(trace(`${other} 900`, 'syncAnsweredFull'), 'bravo', promoted)).toContain(
    'asked for byte 900 of history bbbbbbbb…, which alpha left before that byte',
  );
});

test('a partial sync says what was asked for', () => {
  expect(syncCause(trace(`${own} 501`, 'syncAnsweredContinue'), 'bravo', undefined)).toContain(
    'bravo asked for history aaaaaaaa… from byte 501, and m:7000 still had it',
  );
});
