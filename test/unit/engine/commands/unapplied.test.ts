// What a replica does with a command of its master that it cannot apply.
import { expect, test } from 'vitest';
import { BareExecutor } from '../../../support/bare-executor.ts';

test('a command of the master that is not known here is logged with its name and counted, and the stream goes on', () => {
  const replica = new BareExecutor({ kind: 'master' });
  expect(replica.run('MODULE.SET', 'key', 'value')).toHaveLength(0);
  replica.run('SET', 'a', '1');
  expect(replica.warnings).toEqual([
    "== CRITICAL == This replica is sending an error to its master: 'ERR unknown command 'MODULE.SET', with args beginning with: 'key' 'value'' after processing the command '<unknown>'",
  ]);
  expect(replica.stats.unexpectedErrorReplies).toBe(1);
  expect(replica.keyspace.size).toBe(1);
});

test('a command of the master that meets another type is said too', () => {
  const replica = new BareExecutor({ kind: 'master' });
  replica.run('SET', 'a', 'text');
  replica.run('LPUSH', 'a', 'x');
  expect(replica.warnings).toHaveLength(1);
  expect(replica.warnings[0]).toContain("WRONGTYPE Operation against a key holding the wrong kind of value' after");
  expect(replica.warnings[0]).toContain("the command 'lpush'");
});

test('propagation-error-behavior panic gives the stream up', () => {
  const replica = new BareExecutor({ kind: 'master', onStreamError: 'panic' });
  expect(() => replica.run('MODULE.SET', 'key')).toThrow(/could not be applied: ERR unknown command 'MODULE.SET'/);
});

test('an error that a client is answered is no divergence', () => {
  const master = new BareExecutor();
  expect(master.run('MODULE.SET', 'key').toString()).toMatch(/^-ERR unknown command/);
  expect(master.warnings).toEqual([]);
});

test('a line that is typed in the stream of a master is the rest of something else: nothing of it is run', () => {
  const replica = new BareExecutor({ kind: 'master' });
  replica.runRequest(Buffer.from('SET a 1\r\n'));
  expect(replica.session.closeAfterReply).toBe(true);
  expect(replica.keyspace.size).toBe(0);
  expect(replica.warnings).toEqual([
    'WARNING: Receiving inline protocol from master, master stream corruption? ' +
      'Closing the master connection and discarding the cached master.',
  ]);
});

test('an empty line of a master is a sign of life', () => {
  const replica = new BareExecutor({ kind: 'master' });
  replica.runRequest(Buffer.from('\n\r\n'));
  expect(replica.session.closeAfterReply).toBe(false);
  expect(replica.warnings).toEqual([]);
});

test('a length that is none in the stream of a master is said, and the stream ends', () => {
  const replica = new BareExecutor({ kind: 'master' });
  replica.runRequest(Buffer.from('*1\r\n$abc\r\n'));
  expect(replica.session.closeAfterReply).toBe(true);
  expect(replica.warnings).toEqual([
    "== CRITICAL == This replica is sending an error to its master: 'Protocol error: invalid bulk length' after processing the command '<unknown>'",
  ]);
});
