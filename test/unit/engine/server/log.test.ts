// The line of the log, and what is dropped.
import { expect, test } from 'vitest';
import { formatLogLine, Log, type LogRecord } from '#core/engine/server/log.ts';

const atMs = new Date(2026, 10, 2, 3, 4, 5, 6).getTime();

test.each<[LogRecord['level'], LogRecord['mark'], string]>([
  ['debug', 'M', '7:M 02 Nov 2026 03:04:05.006 . text'],
  ['verbose', 'S', '7:S 02 Nov 2026 03:04:05.006 - text'],
  ['notice', 'C', '7:C 02 Nov 2026 03:04:05.006 * text'],
  ['warning', 'M', '7:M 02 Nov 2026 03:04:05.006 # text'],
])('a record of level %s and mark %s is the line of Redis', (level, mark, line) => {
  expect(formatLogLine({ atMs, level, mark, text: 'text' }, 7)).toBe(line);
});

test('records below the level are dropped, the others carry time and mark', () => {
  const log = new Log({ nowMs: () => atMs, monotonicMs: () => 0 });
  const records: LogRecord[] = [];
  log.records.on((record) => records.push(record));
  log.verbose('unheard');
  log.notice('first');
  log.level = 'verbose';
  log.mark = 'S';
  log.verbose('second');
  log.debug('unheard');
  expect(records).toEqual([
    { atMs, level: 'notice', mark: 'M', text: 'first' },
    { atMs, level: 'verbose', mark: 'S', text: 'second' },
  ]);
});
