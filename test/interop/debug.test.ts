// DEBUG beside a real Redis: the same data have the same digest, and the other subcommands do and say the same.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withClient } from '../support/client.ts';
import { change, fill } from '../support/fill.ts';
import { startRedis } from '../support/redis-server.ts';
import { attach, linkUp } from '../support/replication.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { startSyncline } from '../support/syncline-server.ts';
import { waitFor } from '../support/wait-for.ts';

const settings = { 'enable-debug-command': 'yes', 'repl-diskless-sync-delay': 0 };
const noData = '0'.repeat(40);

let redis: ServerProcess;
let ours: ServerProcess;

beforeAll(async () => {
  [redis, ours] = await Promise.all([startRedis({ settings }), startSyncline({ settings })]);
});

afterAll(async () => {
  await redis?.[Symbol.asyncDispose]();
  await ours?.[Symbol.asyncDispose]();
});

/** The answer, or the error's text. */
function ask(server: ServerProcess, ...words: readonly string[]): Promise<unknown> {
  return withClient(server, (client) =>
    client.call(words[0]!, ...words.slice(1)).catch((error: Error) => `-${error.message}`),
  );
}

function both(...words: readonly string[]): Promise<unknown[]> {
  return Promise.all([ask(redis, ...words), ask(ours, ...words)]);
}

async function expectSame(...words: readonly string[]): Promise<unknown> {
  const [expected, actual] = await both(...words);
  expect(actual, words.join(' ')).toEqual(expected);
  return actual;
}

test('an empty server has the digest zero on both', async () => {
  await both('FLUSHALL');
  expect(await expectSame('DEBUG', 'DIGEST')).toBe(noData);
});

test('the same data of every type, in several databases, have the same digest', async () => {
  for (const server of [redis, ours]) {
    await ask(server, 'FLUSHALL');
    await fill(server, 7);
  }
  expect(await expectSame('DEBUG', 'DIGEST')).not.toBe(noData);
  const keys = await withClient(redis, (client) => client.keys('*:*'));
  expect(keys.length).toBeGreaterThan(20);
  await expectSame('DEBUG', 'DIGEST-VALUE', ...keys, 'no such key');
});

test('one changed byte, another type and an expiry each change the digest, on both alike', async () => {
  const digests = new Set<unknown>();
  const look = async () => void digests.add(await expectSame('DEBUG', 'DIGEST'));
  await both('FLUSHALL');
  await both('RPUSH', 'key', 'a', 'b');
  await look();
  await both('LSET', 'key', '1', 'c');
  await look();
  await both('DEL', 'key');
  await both('SADD', 'key', 'a', 'c');
  await look();
  await both('EXPIRE', 'key', '1000');
  await look();
  await both('MOVE', 'key', '4');
  await look();
  expect(digests.size).toBe(5);
});

test('the order of a list counts, the order in which a set was filled does not', async () => {
  await both('FLUSHALL');
  await both('RPUSH', 'list 1', 'a', 'b');
  await both('RPUSH', 'list 2', 'b', 'a');
  await both('SADD', 'set 1', 'a', 'b');
  await both('SADD', 'set 2', 'b', 'a');
  const [first, second, third, fourth] = (await expectSame(
    ...['DEBUG', 'DIGEST-VALUE', 'list 1', 'list 2', 'set 1', 'set 2'],
  )) as string[];
  expect(first).not.toBe(second);
  expect(third).toBe(fourth);
});

test('a key past its time that nobody has deleted yet still counts', async () => {
  await both('FLUSHALL');
  await expectSame('DEBUG', 'SET-ACTIVE-EXPIRE', '0');
  await both('SET', 'key', 'value', 'PX', '1');
  await waitFor(
    'the key to expire',
    async () => await ask(redis, 'PTTL', 'other'),
    (ttl) => ttl === -2,
  );
  const before = await expectSame('DEBUG', 'DIGEST-VALUE', 'key');
  expect(before).not.toEqual([noData]);
  await expectSame('DEBUG', 'DIGEST');
  await expectSame('DEBUG', 'SET-ACTIVE-EXPIRE', '1');
});

test('DEBUG POPULATE makes the same keys, and leaves those alone that are there', async () => {
  await both('FLUSHALL');
  await both('SET', 'key:1', 'mine');
  await expectSame('DEBUG', 'POPULATE', '300');
  await expectSame('DEBUG', 'POPULATE', '3', 'other', '20');
  await expectSame('DEBUG', 'POPULATE', '3', 'short', '4');
  await expectSame('DBSIZE');
  await expectSame('GET', 'key:1');
  await expectSame('GET', 'other:2');
  await expectSame('DEBUG', 'DIGEST');
});

test('DEBUG RELOAD brings the same data back, and NOSAVE those of the file', async () => {
  await both('FLUSHALL');
  await fill(ours, 3);
  const before = await ask(ours, 'DEBUG', 'DIGEST');
  expect(await ask(ours, 'DEBUG', 'RELOAD')).toBe('OK');
  expect(await ask(ours, 'DEBUG', 'DIGEST')).toBe(before);
  await ask(ours, 'SET', 'not saved', '1');
  expect(await ask(ours, 'DEBUG', 'RELOAD', 'NOSAVE')).toBe('OK');
  expect(await ask(ours, 'DEBUG', 'DIGEST')).toBe(before);
});

test('DEBUG RELOAD NOFLUSH adds the keys of the file, and MERGE lets them win', async () => {
  await both('FLUSHALL');
  await both('MSET', 'kept', 'old', 'gone', 'old');
  await both('RPUSH', 'list', 'a', 'b');
  await both('EXPIRE', 'kept', '1000');
  await both('DEBUG', 'RELOAD');
  await both('DEL', 'gone', 'list');
  await both('MSET', 'kept', 'new', 'own', 'new');
  await expectSame('DEBUG', 'RELOAD', 'NOSAVE', 'NOFLUSH', 'MERGE');
  for (const request of ['MGET kept gone own', 'LRANGE list 0 -1', 'TTL kept', 'DBSIZE', 'DEBUG DIGEST']) {
    await expectSame(...(request.split(' ') as [string, ...string[]]));
  }
  await expectSame('DEBUG', 'RELOAD', 'NOSAVE', 'NOTHING');
  // A key that is in both ends Redis's process; ours says no and keeps what it has.
  expect(String(await ask(ours, 'DEBUG', 'RELOAD', 'NOSAVE', 'NOFLUSH'))).toContain(
    'Error trying to load the RDB dump',
  );
  expect(await ask(ours, 'DBSIZE')).toBe(4);
});

test('DEBUG OBJECT says encoding and saved length as Redis does', async () => {
  await both('FLUSHALL');
  await both('SET', 'number', '123456');
  await both('SET', 'text', 'some text');
  await both('RPUSH', 'list', 'a', 'b', 'c');
  await both('SADD', 'integers', '1', '2');
  await both('HSET', 'hash', 'f', 'v');
  await both('ZADD', 'sorted', '1', 'm');
  for (const key of ['number', 'text', 'list', 'integers', 'hash', 'sorted', 'none']) {
    const [expected, actual] = (await both('DEBUG', 'OBJECT', key)).map((text) =>
      String(text).replace(/at:0x[0-9a-f]+ | lru:\d+| lru_seconds_idle:\d+| refcount:\d+/g, ''),
    );
    expect(actual).toBe(expected);
  }
});

test('what DEBUG cannot take is refused in the same words', async () => {
  for (const words of [
    'FOO',
    'DIGEST x',
    'SLEEP',
    'SLEEP 1 2',
    'POPULATE',
    'POPULATE x',
    'OBJECT',
    'CHANGE-REPL-ID 1',
  ]) {
    await expectSame('DEBUG', ...words.split(' '));
  }
  await expectSame('DEBUG', 'REPLICATE');
  await expectSame('DEBUG', 'SET-ACTIVE-EXPIRE');
});

test('without enable-debug-command nothing is allowed, with "local" a loopback client is', async () => {
  await using refusing = await startSyncline();
  await using refusingRedis = await startRedis();
  const refusal = await ask(refusingRedis, 'DEBUG', 'DIGEST');
  expect(String(refusal)).toContain('-ERR DEBUG command not allowed.');
  expect(await ask(refusing, 'DEBUG', 'DIGEST')).toBe(refusal);
  await using local = await startSyncline({ settings: { 'enable-debug-command': 'local' } });
  expect(await ask(local, 'DEBUG', 'DIGEST')).toBe(noData);
});

test('master and replica of either kind have one digest at one offset; DEBUG REPLICATE makes them differ', async () => {
  await both('FLUSHALL');
  await using ourReplica = await startSyncline({ settings });
  await using redisReplica = await startRedis({ settings });
  for (const replica of [ourReplica, redisReplica]) {
    await attach(replica, ours);
    await linkUp(replica);
  }
  await fill(ours, 5);
  await change(ours, 2000, 5);
  const digestsAgree = async () => {
    const [of, first, second] = await Promise.all(
      [ours, ourReplica, redisReplica].map((server) => ask(server, 'DEBUG', 'DIGEST')),
    );
    return of !== noData && of === first && of === second;
  };
  await waitFor('the digests of master and replicas to be equal', digestsAgree);
  expect(await ask(ours, 'DEBUG', 'REPLICATE', 'SET', 'only on replicas', '1')).toBe('OK');
  for (const replica of [ourReplica, redisReplica]) {
    await waitFor(
      'the command to arrive',
      () => ask(replica, 'GET', 'only on replicas'),
      (value) => value === '1',
    );
  }
  expect(await digestsAgree()).toBe(false);
});

test('DEBUG CHANGE-REPL-ID gives a master another id and no second one', async () => {
  for (const server of [redis, ours]) {
    const id = async () => /master_replid:(\w+)/.exec(String(await ask(server, 'INFO', 'replication')))![1];
    const before = await id();
    expect(await ask(server, 'DEBUG', 'CHANGE-REPL-ID')).toBe('OK');
    expect(await id()).not.toBe(before);
    expect(String(await ask(server, 'INFO', 'replication'))).toContain(`master_replid2:${noData}`);
    expect(server.output()).toContain('Changing replication IDs after receiving DEBUG change-repl-id');
  }
});
