// Fields of hashes that expire, as Redis has them from 7.4 on: taken over from a master, hidden, passed on, ended by a promoted one.
import { expect, it } from 'vitest';
import { withClient } from '../../support/client.ts';
import { startRedis, startRelease } from '../../support/redis-server.ts';
import { attach, expectInSync, info, linkUp, promote, syncCounts } from '../../support/replication.ts';
import type { ServerProcess } from '../../support/server-process.ts';
import { startSyncline } from '../../support/syncline-server.ts';
import { waitFor } from '../../support/wait-for.ts';

const settings = { 'repl-diskless-sync-delay': 0, 'enable-debug-command': 'local' };
const manyFields = Array.from({ length: 600 }, (_, index) => [`field ${index}`, `value ${index}`]).flat();

type Words = readonly (string | Buffer)[];

async function say(server: ServerProcess, ...commands: readonly Words[]): Promise<void> {
  await withClient(server, async (client) => {
    for (const [name, ...words] of commands) await client.call(name as string, ...words);
  });
}

const inAnHour = Date.now() + 3_600_000;

/** In both forms of the RDB: a listpack, and field by field. */
const filled: readonly Words[] = [
  ['HSET', 'small', 'stays', '1', 'ends', '2', 'ends later', '3', '', 'empty'],
  ['HPEXPIREAT', 'small', String(inAnHour), 'FIELDS', '1', 'ends'],
  ['HPEXPIREAT', 'small', String(inAnHour + 5), 'FIELDS', '2', 'ends later', ''],
  ['HSET', 'large', ...manyFields],
  ['HPEXPIREAT', 'large', String(inAnHour + 7), 'FIELDS', '2', 'field 3', 'field 599'],
  ['HSET', 'plain', 'a', 'b'],
];

/** Each way in which a newer master's stream speaks of such fields. */
const changed: readonly Words[] = [
  ['HSET', 'h', 'a', '1', 'b', '2', 'c', '3', 'd', '4', 'e', '5'],
  ['HEXPIRE', 'h', '1000', 'FIELDS', '3', 'a', 'b', 'e'],
  ['HPEXPIRE', 'h', '900000', 'NX', 'FIELDS', '2', 'a', 'c'],
  ['HEXPIREAT', 'h', '9999999999', 'GT', 'FIELDS', '1', 'b'],
  ['HPERSIST', 'h', 'FIELDS', '1', 'a'],
  ['HINCRBY', 'h', 'c', '5'],
  ['HSETEX', 'h', 'EX', '500', 'FIELDS', '2', 'e', '9', 'f', '10'],
  ['HSETEX', 'h', 'KEEPTTL', 'FIELDS', '1', 'f', '11'],
  ['HSETEX', 'h', 'FNX', 'PX', '500000', 'FIELDS', '1', 'g', '12'],
  ['HGETEX', 'h', 'EX', '400', 'FIELDS', '1', 'e'],
  ['HGETEX', 'h', 'PERSIST', 'FIELDS', '1', 'f'],
  ['HGETDEL', 'h', 'FIELDS', '1', 'd'],
  ['HSET', 'h', 'g', 'anew'],
  ['HSET', 'gone', 'only', '1'],
  ['HPEXPIRE', 'gone', '1', 'FIELDS', '1', 'only'],
  ['HEXPIRE', 'h', '0', 'FIELDS', '1', 'a'],
  ['COPY', 'small', 'copied'],
  ['RENAME', 'large', 'renamed'],
];

it('are the same on Redis 8.0, ours, and Redis 8.0 below it, from the snapshot and from the stream', async () => {
  await using top = await startRelease('Redis 8.0', { settings });
  await using middle = await startSyncline({ settings });
  await using bottom = await startRelease('Redis 8.0', { settings });
  await say(top, ...filled);
  await attach(middle, top);
  await linkUp(middle);
  await expectInSync(top, middle);
  await say(top, ...changed);
  await waitFor(
    'the only field to end',
    () => withClient(top, (client) => client.exists('gone')),
    (there) => there === 0,
  );
  await attach(bottom, middle);
  await linkUp(bottom);
  await withClient(top, async (client) => {
    const payload = await client.dumpBuffer('small');
    await client.restore('restored', 0, payload);
  });
  await say(top, ['HSETEX', 'renamed', 'EX', '700', 'FIELDS', '1', 'field 4', 'late']);
  await expectInSync(top, middle, bottom);
  expect(await info(middle.client(), 'stats')).toMatchObject({ unexpected_error_replies: '0' });
  expect(await withClient(middle, (client) => client.call('HPEXPIRETIME', 'restored', 'FIELDS', 1, 'ends'))).toEqual([
    inAnHour,
  ]);
});

it('past their time are hidden by ours until the master says that they are gone', async () => {
  await using top = await startRelease('Redis 8.0', { settings });
  await using middle = await startSyncline({ settings });
  await attach(middle, top);
  await linkUp(middle);
  await say(
    top,
    ['DEBUG', 'SET-ACTIVE-EXPIRE', '0'],
    ['HSET', 'h', 'stays', '1', 'ends', '2'],
    ['HPEXPIRE', 'h', '200', 'FIELDS', '1', 'ends'],
    ['HSET', 'all', 'ends', '3'],
    ['HPEXPIRE', 'all', '200', 'FIELDS', '1', 'ends'],
  );
  const client = middle.client();
  await waitFor(
    'the field to be hidden',
    () => client.hgetall('h'),
    (fields) => JSON.stringify(fields) === '{"stays":"1"}',
  );
  const sorted = async () => [await client.hget('all', 'ends'), await client.hexists('all', 'ends')];
  await waitFor('the other to be hidden', sorted, ([value]) => value === null);
  expect(await sorted()).toEqual([null, 0]);
  expect([await client.hget('h', 'ends'), await client.hkeys('h'), await client.exists('all')]).toEqual([
    null,
    ['stays'],
    1,
  ]);
  await say(top, ['DEBUG', 'SET-ACTIVE-EXPIRE', '1']);
  await waitFor(
    'the master to say so',
    () => client.exists('all'),
    (there) => there === 0,
  );
  await expectInSync(top, middle);
});

it('end by themselves on ours once it is promoted, and its replicas hear of it', async () => {
  await using top = await startRelease('Redis 8.0', { settings });
  await using middle = await startSyncline({ settings });
  await using bottom = await startRelease('Redis 8.0', { settings });
  await say(top, ...filled, ['HSETEX', 'small', 'EX', '4', 'FIELDS', '1', 'soon', '1']);
  await attach(middle, top);
  await linkUp(middle);
  await attach(bottom, middle);
  await linkUp(bottom);
  await top.stop('SIGKILL');
  await promote(middle);
  await say(
    middle,
    ['HSETEX', 'own', 'PX', '50', 'FIELDS', '1', 'a', '1'],
    ['HPERSIST', 'large', 'FIELDS', '1', 'field 3'],
  );
  for (const server of [middle, bottom]) {
    await waitFor(
      `the two fields to end on ${server.name}`,
      () => withClient(server, async (client) => [await client.hlen('small'), await client.exists('own')]),
      ([small, own]) => small === 4 && own === 0,
    );
  }
  await expectInSync(middle, bottom);
  expect(await syncCounts(middle)).toMatchObject({ full: 1 });
});

it('are shown past their time as Redis 8.0 shows them, until they are deleted', async () => {
  await using ours = await startSyncline({ settings });
  await using theirs = await startRelease('Redis 8.0', { settings });
  const shown = [
    // First: a master of Redis deletes such a field when it is asked for by its name.
    ['HLEN', 'h'],
    ['HKEYS', 'h'],
    ['HVALS', 'h'],
    ['HGETALL', 'h'],
    ['HSCAN', 'h', '0'],
    ['HGET', 'h', 'ends'],
    ['HMGET', 'h', 'stays', 'ends', 'none'],
    ['HEXISTS', 'h', 'ends'],
    ['HSTRLEN', 'h', 'ends'],
    ['HPEXPIRETIME', 'h', 'FIELDS', '2', 'stays', 'ends'],
    ['SORT', 'l', 'BY', '*->stays', 'GET', '*->ends', 'GET', '*->stays'],
  ] as const;
  const answers = await Promise.all(
    [ours, theirs].map(async (server) => {
      const endsAtMs = Date.now() + 300;
      await say(
        server,
        ['DEBUG', 'SET-ACTIVE-EXPIRE', '0'],
        ['RPUSH', 'l', 'h'],
        ['HSET', 'h', 'stays', '1', 'ends', '2'],
        ['HPEXPIREAT', 'h', String(endsAtMs), 'FIELDS', '1', 'ends'],
      );
      const client = server.client();
      await waitFor('its time to be over', () => Date.now() > endsAtMs + 1);
      const told: unknown[] = [];
      for (const [name, ...words] of shown) told.push(await client.call(name, ...words));
      return told;
    }),
  );
  expect(answers[0]).toEqual(answers[1]);
});

it('answer as Redis 8.0 answers, errors included', async () => {
  await using ours = await startSyncline({ settings });
  await using theirs = await startRelease('Redis 8.0', { settings });
  const lines = [
    'HSET h a 1 b 2 c 3',
    'HPEXPIREAT h 9999999999999 FIELDS 0 a',
    'HPEXPIREAT h 9999999999999 FIELDS 2 a',
    'HPEXPIREAT h 9999999999999 FIELDS 1 a b',
    'HPEXPIREAT h 9999999999999 FIELD 1 a',
    'HPEXPIREAT h 9999999999999 NX FIELDS 2 a x',
    'HPEXPIREAT h 9999999999999 NX FIELDS 2 a x',
    'HPEXPIREAT h 9999999999998 GT FIELDS 2 a b',
    'HPEXPIREAT h 9999999999998 LT FIELDS 2 a b',
    'HPEXPIREAT h 9999999999998 XX FIELDS 2 a c',
    'HPEXPIREAT none 9999999999998 FIELDS 2 a b',
    'HPEXPIREAT h abc FIELDS 1 a',
    'HPEXPIREAT h -1 FIELDS 1 a',
    'HPEXPIREAT h 999999999999999 FIELDS 1 a',
    'HPEXPIREAT h 1 FIELDS 1 a',
    'HPEXPIRETIME h FIELDS 3 a b c',
    'HPEXPIRETIME none FIELDS 2 a b',
    'HPEXPIRETIME h FIELDS 2 b',
    'HPERSIST h FIELDS 3 a b c',
    'HPERSIST none FIELDS 1 a',
    'HSETEX h FIELDS 1 q 1',
    'HSETEX h EX 10 PX 10 FIELDS 1 q 1',
    'HSETEX h KEEPTTL EX 10 FIELDS 1 q 1',
    'HSETEX h FNX FXX FIELDS 1 q 1',
    'HSETEX h FNX FIELDS 2 q 1 r 2',
    'HSETEX h FXX FIELDS 2 q 1 r 2',
    'HSETEX h FXX FIELDS 1 q 1',
    'HSETEX h FIELDS 2 q 1',
    'HSETEX h OTHER FIELDS 1 q 1',
    'HSETEX h PXAT 9999999999999 FIELDS 2 q 1 w 2',
    'HSETEX h KEEPTTL FIELDS 1 q 2',
    'HPEXPIRETIME h FIELDS 2 q w',
    'HSETEX h PXAT 1 FIELDS 2 q 1 w 2',
    'HGETALL h',
    'HSET h q 3',
    'HPEXPIRETIME h FIELDS 1 q',
    'SET s x',
    'HPEXPIREAT s 99 FIELDS 1 a',
    'HPERSIST s FIELDS 1 a',
    'HSETEX s FIELDS 1 a 1',
    'HPERSIST h FIELDS 1',
  ];
  const ask = (server: ServerProcess) =>
    withClient(server, async (client) => {
      const answers: unknown[] = [];
      for (const line of lines) {
        const [name, ...words] = line.split(' ');
        const reply = await client.call(name!, ...words).catch((error: Error) => `-${error.message}`);
        answers.push([line, name === 'HGETALL' ? (reply as string[]).sort() : reply]);
      }
      return answers;
    });
  expect(await ask(ours)).toEqual(await ask(theirs));
});

it('are lost below Redis 8.0 where it counts with fractions, since it says HSET: by a replica of its own as by ours', async () => {
  await using top = await startRelease('Redis 8.0', { settings });
  await using ours = await startSyncline({ settings });
  await using theirs = await startRelease('Redis 8.0', { settings });
  for (const replica of [ours, theirs]) {
    await attach(replica, top);
    await linkUp(replica);
  }
  await say(top, ['HSET', 'h', 'f', '1'], ['HPEXPIREAT', 'h', String(inAnHour), 'FIELDS', '1', 'f']);
  await say(top, ['HINCRBYFLOAT', 'h', 'f', '0.5']);
  const momentAt = (server: ServerProcess) =>
    withClient(server, (client) => client.call('HPEXPIRETIME', 'h', 'FIELDS', 1, 'f'));
  for (const replica of [ours, theirs]) {
    await waitFor(
      'the sum to arrive',
      () => withClient(replica, (client) => client.hget('h', 'f')),
      (value) => value === '1.5',
    );
  }
  expect([await momentAt(top), await momentAt(ours), await momentAt(theirs)]).toEqual([[inAnHour], [-1], [-1]]);
});

it('keep a replica of Redis 7.0 away, which says why', async () => {
  await using top = await startSyncline({ settings });
  await using bottom = await startRedis();
  await say(top, ...filled);
  await attach(bottom, top);
  await waitFor('the replica to say why', () => bottom.output().includes("Can't handle RDB format version 12"));
  expect(top.output()).toContain('Fields of hashes expire here: the snapshot has RDB version 12');
  await say(top, ['DEL', 'small', 'large']);
  await linkUp(bottom);
  await expectInSync(top, bottom);
});
