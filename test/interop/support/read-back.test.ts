// The comparison that the interop tests rest on: it sees equal data as equal, and each kind of difference.
import { expect, test } from 'vitest';
import { change, fill } from '../../support/fill.ts';
import { expectSameData, readBack } from '../../support/read-back.ts';
import { startRedis } from '../../support/redis-server.ts';
import { waitFor } from '../../support/wait-for.ts';

test('a real replica of a real master reads back the same, after a full sync and a stream', async () => {
  await using master = await startRedis();
  await fill(master);
  await using replica = await startRedis({ settings: { replicaof: [master.host, master.port] } });
  const onReplica = replica.client();
  await waitFor(
    'the link to be up',
    () => onReplica.info('replication'),
    (info) => info.includes('master_link_status:up'),
  );
  await change(master, 2000);
  expect(await master.client().wait(1, 5000)).toBe(1);
  const data = await readBack(master);
  expect([...new Set([...data.values()].map(({ type }) => type))].sort()).toEqual([
    'hash',
    'list',
    'set',
    'stream',
    'string',
    'zset',
  ]);
  expectSameData(await readBack(replica), data);
});

const differences: readonly (readonly [string, readonly [string, ...string[]]])[] = [
  ['a value', ['SET', 'string:counter', '42x']],
  ['an expiry', ['EXPIRE', 'string:counter', '1000']],
  ['a missing key', ['DEL', 'list:small']],
  ['a key too many', ['SET', 'another', 'key']],
  ['the order of a list', ['LMOVE', 'list:small', 'list:small', 'LEFT', 'RIGHT']],
  ['a score', ['ZADD', 'zset:small', '7', 'one']],
  ['a field', ['HSET', 'hash:small', 'field', 'other']],
  ['a member', ['SADD', 'set:small', 'another']],
];

test.for(differences)('%s that differs is seen', async ([, [command, ...words]]) => {
  await using server = await startRedis();
  await fill(server);
  const before = await readBack(server);
  await server.client().call(command, ...words);
  const after = await readBack(server);
  expect(() => expectSameData(after, before)).toThrow(/^1 of \d+ keys differ/);
});

test('two empty servers are not called equal', () => {
  expect(() => expectSameData(new Map(), new Map())).toThrow('nothing would be compared');
});
