// Who loads whose snapshot: the table that was measured with full syncs between real servers.
import { expect, it } from 'vitest';
import { loadsSnapshotOf, type ServerVersion, snapshotFormat } from '#core/insight/rdb-versions.ts';

const redis = (version: string): ServerVersion => ({ family: 'redis', version, redisVersion: version, writes: null });
const valkey = (version: string): ServerVersion => ({ family: 'valkey', version, redisVersion: '7.2.4', writes: null });
const syncline: ServerVersion = { family: 'syncline', version: '0.1.0', redisVersion: '7.0.15', writes: 10 };

it.each([
  [redis('7.0.15'), redis('7.0.15'), true],
  [redis('7.0.15'), redis('6.2.0'), true],
  [redis('7.0.15'), redis('7.2.1'), false],
  [redis('7.0.15'), valkey('8.0.1'), false],
  [redis('7.4.0'), valkey('8.0.1'), true],
  [valkey('8.0.1'), redis('7.4.0'), false],
  [valkey('8.0.1'), redis('7.0.15'), true],
  [valkey('9.0.0'), redis('7.2.0'), true],
  [valkey('9.0.0'), redis('7.4.0'), false],
  [valkey('9.0.0'), valkey('8.1.0'), true],
  [valkey('8.1.0'), valkey('9.0.0'), false],
  [syncline, redis('7.0.15'), true],
  [syncline, redis('7.2.0'), true],
  [syncline, redis('8.4.0'), true],
  [syncline, redis('8.6.0'), false],
  [syncline, valkey('8.1.1'), true],
  [syncline, valkey('9.0.0'), false],
  [redis('6.2.0'), syncline, false],
  [valkey('8.1.1'), syncline, true],
  [redis('7.0.15'), syncline, true],
  [redis('7.0.15'), { ...syncline, writes: 12 }, false],
  [redis('6.0.16'), { ...syncline, writes: 9 }, true],
])('%o loads the snapshot of %o: %s', (reader, writer, loads) => {
  expect(loadsSnapshotOf(reader, writer)).toBe(loads);
});

it('of a server that nobody knows nothing is said', () => {
  const other = { family: 'other', version: '1.0', redisVersion: '7.0.0', writes: null };
  expect([snapshotFormat(other), loadsSnapshotOf(other, redis('7.0.0')), snapshotFormat(redis('1.0'))]).toEqual([
    null,
    null,
    null,
  ]);
});
