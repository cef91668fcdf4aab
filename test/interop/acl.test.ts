// ACL beside a real Redis: the same rules, the same refusals, the same descriptions; and what replicas do as a user.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openRawConnection } from '../support/raw-connection.ts';
import { startRedis } from '../support/redis-server.ts';
import { expectInSync } from '../support/replication.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { startSyncline } from '../support/syncline-server.ts';
import { waitFor } from '../support/wait-for.ts';

let redis: ServerProcess;
let ours: ServerProcess;

beforeAll(async () => {
  [redis, ours] = await Promise.all([startRedis(), startSyncline()]);
});

afterAll(async () => {
  await redis?.[Symbol.asyncDispose]();
  await ours?.[Symbol.asyncDispose]();
});

beforeEach(async () => {
  for (const server of [redis, ours]) {
    const client = server.client();
    const users = (await client.call('ACL', 'USERS')) as string[];
    for (const user of users) if (user !== 'default') await client.call('ACL', 'DELUSER', user);
    await client.call('ACL', 'LOG', 'RESET');
    client.disconnect();
  }
});

/** The raw replies to a story told on one connection. */
async function tell(server: ServerProcess, story: readonly string[]): Promise<string[]> {
  using connection = await openRawConnection(server);
  const replies: string[] = [];
  for (const line of story) replies.push((await connection.send([line.split(' ')]))[0]!.toString('latin1'));
  return replies;
}

async function expectSame(story: readonly string[]): Promise<string[]> {
  const [expected, actual] = await Promise.all([tell(redis, story), tell(ours, story)]);
  const lines = (replies: readonly string[]) => replies.map((reply, i) => `${story[i]} => ${reply}`);
  expect(lines(actual)).toEqual(lines(expected));
  return actual;
}

test('rules and what is wrong with them are answered in the same words', () =>
  expectSame([
    'ACL SETUSER u on >pw ~a* +get',
    'ACL LIST',
    'ACL GETUSER u',
    'ACL GETUSER none',
    'ACL SETUSER u foo',
    'ACL SETUSER u +nosuch',
    'ACL SETUSER u +@nosuch',
    'ACL SETUSER u #zz',
    'ACL SETUSER u !00',
    'ACL SETUSER u <nopw',
    'ACL SETUSER u ~* ~b',
    'ACL SETUSER u &* &b',
    'ACL SETUSER u %X~a',
    'ACL SETUSER u +client|foo',
    'ACL LIST',
    'ACL SETUSER u <pw',
    'ACL SETUSER u >one >two #30c952fab122c3f9759f02a6d95c3758b246b4fee239957b2d4fee46e26170c4 !30c952fab122c3f9759f02a6d95c3758b246b4fee239957b2d4fee46e26170c4',
    'ACL SETUSER u resetkeys %R~r* %W~w* %RW~b* &ch* +@all -@dangerous -client|kill +config|get',
    'ACL LIST',
    'ACL GETUSER u',
    'ACL SETUSER u nopass %W~r*',
    'ACL LIST',
    'ACL SETUSER u reset',
    'ACL LIST',
    'ACL SETUSER u +set -client|list +client +client|list -client',
    'ACL LIST',
    'ACL USERS',
    'ACL WHOAMI',
    'ACL WHOAMI x',
    'ACL SETUSER',
    'ACL DELUSER default',
    'ACL DELUSER none u',
    'ACL CAT',
    'ACL CAT nosuch',
    'ACL LOG',
    'ACL LOG x',
    'ACL SAVE',
    'ACL LOAD',
    'ACL GENPASS 0',
    'ACL GENPASS 5000',
    'ACL HELP',
  ]));

const restricted = ['ACL SETUSER app on >pw ~app:* &ch* +@all -@dangerous -@admin', 'AUTH app pw'];

test('a user may do what its rules allow, and everything else is refused in the same words', () =>
  expectSame([
    ...restricted,
    'ACL WHOAMI',
    'GET app:1',
    'GET other',
    'SET app:1 x',
    'MGET app:1 other',
    'MSET app:1 x other y',
    'DEL app:1 other',
    'RENAME app:1 other',
    'ZUNIONSTORE app:2 2 app:1 other',
    'ZUNIONSTORE other 1 app:1',
    'SINTERCARD 2 app:1 other',
    'SORT app:1 STORE other',
    'KEYS *',
    'FLUSHALL',
    'CONFIG GET x',
    'CONFIG',
    'PUBLISH ch1 a',
    'PUBLISH other a',
    'SUBSCRIBE other',
    'PSUBSCRIBE c*',
    'PING',
    'nosuch x',
    'GET',
    'MULTI',
    'SET app:1 a',
    'SET other a',
    'EXEC',
    'AUTH app wrong',
    'AUTH none x',
    'AUTH default x',
    'ACL WHOAMI',
  ]));

test('a change of a user is felt by connections that are open, and DELUSER closes them', async () => {
  for (const server of [redis, ours]) {
    using connection = await openRawConnection(server);
    const admin = server.client();
    await admin.call('ACL', 'SETUSER', 'u', 'on', '>pw', '+@all', '~*', '&*');
    const say = async (line: string) => (await connection.send([line.split(' ')]))[0]!.toString();
    expect(await say('AUTH u pw')).toBe('+OK\r\n');
    expect(await say('SET key 1')).toBe('+OK\r\n');
    await admin.call('ACL', 'SETUSER', 'u', '-set');
    expect(await say('SET key 1')).toBe("-NOPERM this user has no permissions to run the 'set' command\r\n");
    await admin.call('ACL', 'SETUSER', 'u', '+set');
    expect(await say('SET key 1')).toBe('+OK\r\n');
    expect(String(await admin.client('LIST'))).toContain(' user=u ');
    await admin.call('ACL', 'DELUSER', 'u');
    await waitFor(
      'the connection to be closed',
      () => admin.client('LIST'),
      (list) => !String(list).includes(' user=u '),
    );
    admin.disconnect();
  }
});

test('ACL DRYRUN says what would be refused', () =>
  expectSame([
    'ACL SETUSER u ~a* &ch +get +publish +client|list',
    'ACL DRYRUN u get abc',
    'ACL DRYRUN u get bcd',
    'ACL DRYRUN u set abc 1',
    'ACL DRYRUN u config get x',
    'ACL DRYRUN u client list',
    'ACL DRYRUN u client id',
    'ACL DRYRUN u publish ch x',
    'ACL DRYRUN u publish other x',
    'ACL DRYRUN u psync ? -1',
    'ACL DRYRUN none get a',
    'ACL DRYRUN u nosuch',
    'ACL DRYRUN u get',
  ]));

test('ACL LOG keeps the newest denials, with a count for those that are alike', async () => {
  const story = [
    ...restricted,
    'FLUSHALL',
    'FLUSHALL',
    'GET other',
    'PUBLISH other x',
    'AUTH app bad',
    'AUTH default x',
  ];
  await expectSame(story);
  const [expected, actual] = await Promise.all([redis, ours].map((server) => tell(server, ['ACL LOG', 'ACL LOG 2'])));
  const facts = (replies: readonly string[]) =>
    replies.map((reply) => reply.replace(/\$\d+\r\n(id=.*|\d+(\.\d+)?(e-\d+)?)\r\n/g, 'own\r\n'));
  expect(facts(actual!)).toEqual(facts(expected!));
});

test('requirepass is the password of the default user, in both directions', async () => {
  await expectSame([
    'CONFIG SET requirepass secret',
    'ACL LIST',
    'RESET',
    'PING',
    'AUTH wrong',
    'AUTH secret',
    'ACL SETUSER default >second',
    'AUTH second',
    'AUTH default secret',
    'ACL LIST',
    'CONFIG SET requirepass third',
    'AUTH second',
    'AUTH third',
    'CONFIG SET requirepass ',
    'ACL LIST',
    'AUTH any',
  ]);
});

test('a default user that is off, or may not do everything, is held to it', async () => {
  await expectSame([
    'ACL SETUSER admin on >pw +@all ~* &*',
    'ACL SETUSER default -@dangerous',
    'KEYS *',
    'AUTH admin pw',
    'ACL SETUSER default off',
    'RESET',
    'PING',
    'AUTH admin pw',
    'ACL SETUSER default on nopass +@all',
    'RESET',
    'KEYS none',
  ]);
});

test('each category has the commands that it has in Redis, as far as they are here', async () => {
  const client = ours.client();
  const real = redis.client();
  const here = new Set((await client.call('ACL', 'CAT', 'slow')) as string[]);
  for (const name of (await client.call('ACL', 'CAT', 'fast')) as string[]) here.add(name);
  for (const category of (await client.call('ACL', 'CAT')) as string[]) {
    const mine = ((await client.call('ACL', 'CAT', category)) as string[]).sort();
    const theirs = ((await real.call('ACL', 'CAT', category)) as string[]).filter((name) => here.has(name)).sort();
    expect(mine, `@${category}`).toEqual(theirs);
  }
});

const masterUser = ['on', '>pw', '+psync', '+replconf', '+ping'];

test('replicas of either kind follow as masteruser, who may do no more than replicate', async () => {
  for (const [start, startReplica] of [
    [startSyncline, startRedis],
    [startSyncline, startSyncline],
    [startRedis, startSyncline],
  ] as const) {
    await using master = await start({ settings: { 'repl-diskless-sync-delay': 0 } });
    await master.client().call('ACL', 'SETUSER', 'replicator', ...masterUser);
    await master.client().set('key', 'value');
    await master.client().call('ACL', 'SETUSER', 'default', '-psync');
    const settings = { masteruser: 'replicator', masterauth: 'pw', replicaof: ['127.0.0.1', master.port] };
    await using replica = await startReplica({ settings });
    await expectInSync(master, replica);
    expect(await master.client().call('ACL', 'DRYRUN', 'replicator', 'GET', 'key')).toContain('no permissions');
  }
}, 60_000);

test('users come from the configuration file, and CONFIG REWRITE keeps them there', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'syncline-acl-'));
  const path = join(folder, 'redis.conf');
  await writeFile(path, '# users\nuser app on >pw ~app:* +@read\nuser default on nopass ~* &* +@all\n');
  const program = {
    name: 'syncline server',
    command: process.execPath,
    leadingArguments: ['out/main/cli.js', 'server', path],
  };
  try {
    await using server = await startServerProcess(program, { folder });
    const client = server.client();
    await client.call('ACL', 'SETUSER', 'app', '+set');
    await client.call('ACL', 'SETUSER', 'late', 'on');
    await client.config('REWRITE');
    const users = (await client.call('ACL', 'LIST')) as string[];
    const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line.startsWith('user '));
    expect(lines.sort()).toEqual(users);
    expect(lines.join()).not.toContain('>pw');
    await using again = await startServerProcess(program, { folder });
    expect(((await again.client().call('ACL', 'LIST')) as string[]).slice(0, 1)).toEqual(users.slice(0, 1));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
