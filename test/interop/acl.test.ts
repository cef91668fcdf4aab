// ACL beside a real Redis: the same rules, the same refusals, the same descriptions; and what replicas do as a user.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { absentCommands } from '#core/engine/commands/acl/acl-absent-commands.ts';
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

/** The raw replies to a story told on one connection. A line in brackets is its words; another is split at spaces. */
async function tell(server: ServerProcess, story: Story): Promise<string[]> {
  using connection = await openRawConnection(server);
  const replies: string[] = [];
  for (const line of story) {
    const words = typeof line === 'string' ? line.split(' ') : line;
    replies.push((await connection.send([words]))[0]!.toString('latin1'));
  }
  return replies;
}

type Story = readonly (string | readonly string[])[];

/** Redis tells single commands in the order of a hash table with a seed of its own; a connection's number is its own too. */
function inOrder(reply: string): string {
  const rules = /(?:[+-]@all)((?: [+-][^ )\r]+)*)/g;
  const withoutId = reply.replace(/id\r\n:\d+/, 'id');
  return withoutId.replace(rules, (all, list: string) => all.slice(0, 5) + list.split(' ').sort().join(' '));
}

async function expectSame(story: Story): Promise<string[]> {
  const [expected, actual] = await Promise.all([tell(redis, story), tell(ours, story)]);
  const lines = (replies: readonly string[]) => replies.map((reply, i) => `${story[i]} => ${inOrder(reply)}`);
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
    'auth default x',
    'Hello 2 AUTH app bad',
    'MULTI',
    'AUTH none x',
    'FLUSHALL',
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

const stories: Readonly<Record<string, Story>> = {
  'selectors are written, shown, used and cleared as in Redis': [
    'ACL SETUSER u on nopass +@connection ~r* (+get +mget ~a* &x) (+set %W~b* &c* +publish)',
    'ACL LIST',
    'ACL GETUSER u',
    'HELLO 3',
    'ACL GETUSER u',
    'HELLO 2',
    ['ACL', 'SETUSER', 'u', '(+get   ~q)'],
    'ACL SETUSER u ()',
    'ACL SETUSER u (+foo)',
    'ACL SETUSER u (+get',
    'ACL SETUSER u +get (+@read ~c (',
    'ACL SETUSER u (+@read ~c ( )',
    'ACL SETUSER u (on)',
    'ACL SETUSER u (~* ~b)',
    'ACL SETUSER u (+get) (+@foo ~a)',
    'ACL DRYRUN u get a1',
    'ACL DRYRUN u get b1',
    'ACL DRYRUN u set a1 v',
    'ACL DRYRUN u set b1 v',
    'ACL DRYRUN u set b1 v get',
    'ACL DRYRUN u mget a1 b1',
    'ACL DRYRUN u mget a1 a2 c',
    'ACL DRYRUN u publish cc x',
    'ACL DRYRUN u publish x x',
    'ACL DRYRUN u del r1',
    'AUTH u any',
    'GET a1',
    'GET r1',
    'SET r1 v',
    'MGET a1 b2',
    'PUBLISH d x',
    'SUBSCRIBE x',
    'AUTH default x',
    'ACL SETUSER u clearselectors',
    'ACL LIST',
    'ACL SETUSER u (+get)',
    'ACL SETUSER u reset',
    'ACL LIST',
  ],
  'a first argument may be allowed of a command that is not': [
    'ACL SETUSER f on nopass +@connection -select +select|0 +select|1 +SELECT|0 ~*',
    'ACL LIST',
    'ACL GETUSER f',
    'ACL SETUSER f -select|0',
    'ACL SETUSER f +config|get|x',
    'ACL SETUSER f +config|',
    'ACL SETUSER f +get|',
    'ACL SETUSER f +config|foo',
    'ACL SETUSER f +nosuch|foo',
    'ACL SETUSER f +@all|foo',
    'ACL SETUSER f +|foo',
    'ACL SETUSER f +Object|Help +OBJECT|freq',
    'ACL DRYRUN f select 0',
    'ACL DRYRUN f select 2',
    'ACL DRYRUN f select',
    'ACL DRYRUN f config',
    'ACL DRYRUN f config nosuch',
    'ACL DRYRUN f config|get x',
    'ACL DRYRUN f object freq a',
    'ACL DRYRUN f object encoding a',
    'AUTH f x',
    'SELECT 1',
    'SELECT 2',
    'AUTH default x',
    'ACL SETUSER f +select',
    'ACL LIST',
    'ACL SETUSER f -select +select|Three',
    'ACL LIST',
    'ACL SETUSER f -@connection',
    'ACL LIST',
  ],
  'keys are asked for what the command does with each': [
    'ACL SETUSER k on nopass +@all %R~r* %W~w* %RW~b*',
    ...[
      'get r1|get w1|get b1|set r1 v|set w1 v|set w1 v get|set b1 v get|del r1|del w1|exists r1|exists w1|exists x1',
      'append r1 v|append w1 v|incr w1|incr b1|strlen w1|strlen x|type w1|copy r1 w1|copy w1 r1|rename b1 w1',
      'rename w1 b1|lmove b1 w1 left left|lmove r1 w1 left left|smove b1 w1 m|sunionstore w1 r1 r2|sunionstore w1 w2',
      'zunionstore w1 2 r1 r2|zunionstore r1 1 r1|zunion 1 w1|bitfield r1 get u8 0|bitfield r1 set u8 0 1',
      'bitfield r1 overflow sat get u8 0|bitfield b1 incrby u8 0 1|bitop and w1 r1 r2|bitop and r1 r1 r2|sort r1',
      'sort r1 store w1|sort r1 store r2|sort w1|mset w1 a w2 b|mset w1 a r1 b|hset r1 a b|hget w1 a|hlen w1|expire r1 1',
      'ttl w1|getdel w1|getex b1|getset r1 v|blpop w1 b1 0|blpop b1 b2 0|lmpop 1 w1 left|lmpop 1 b1 left|blmpop 0 1 r1 left',
      'object encoding x|object encoding w1|touch w1 x|touch w1 r1|unlink w1 r1|setrange w1 0 a|getrange w1 0 1|watch x',
      'xadd w1 * a b|xadd r1 * a b|xread streams r1 r2 0 0|xread streams r1 w1 0 0|xreadgroup group g c streams r1 >',
      'xgroup create w1 g $|xinfo stream w1|xinfo stream r1|xlen x1|geoadd w1 1 1 a|geoadd r1 1 1 a|geosearch w1 frommember a',
      'georadius r1 1 1 1 m store w1|georadius r1 1 1 1 m store r2|geosearchstore w1 r1 frommember a|eval s 1 r1|eval s 1 b1',
      'zrangestore w1 r1 0 -1|zrangestore w1 w2 0 -1|pfcount w1|pfmerge b1 r1|pfmerge w1 r1|zadd w1 1 a|zincrby w1 1 a',
    ].flatMap((line) => line.split('|').map((request) => `ACL DRYRUN k ${request}`)),
    'ACL SETUSER k %~a',
    'ACL SETUSER k %RR~a',
    'ACL SETUSER k %X~a',
    'ACL SETUSER k %Ra',
    'ACL SETUSER k %R',
    ['ACL', 'SETUSER', 'k', '~a b'],
    ['ACL', 'SETUSER', 'k', '&a b'],
    'ACL SETUSER k %W~r* %RW~*',
    'ACL LIST',
    'ACL SETUSER k allkeys %R~foo',
    'ACL SETUSER k allkeys',
    'ACL SETUSER k %R~foo',
    'ACL GETUSER k',
  ],
  'COMMAND GETKEYS tells the keys that are asked for': [
    'get a|mset a 1 b 2|del a b|object freq a|ping|set a|copy a b|blpop a b 0|bitop and d a b|pfmerge a b c|nosuch a',
    'zunionstore d 2 a b|sintercard 2 a b|sintercard x a b|lmpop 2 a b left|blmpop 0 2 a b left|zmpop 1 a min',
    'sort a by x get y|sort a store b|zrangestore a b 0 1|client list|config nosuch|set a b get',
  ].flatMap((line) => line.split('|').map((request) => `COMMAND GETKEYS ${request}`)),
  'SORT looks at keys that only its elements tell for those who may read every key': [
    'RPUSH list 1 2',
    'ACL SETUSER s on nopass +@all ~list',
    'AUTH s x',
    'SORT list BY nosort',
    'SORT list BY w_*',
    'SORT list GET #',
    'SORT_RO list GET v_*',
    'AUTH default x',
    'ACL SETUSER s %R~*',
    'AUTH s x',
    'SORT list BY w_* GET v_* GET #',
    'AUTH default x',
    'DEL list',
  ],
  'channels are allowed one by one, all, or by default': [
    'CONFIG SET acl-pubsub-default allchannels',
    'ACL SETUSER c on nopass +@all',
    'ACL LIST',
    'ACL SETUSER c resetchannels &a* &b',
    'ACL SETUSER c (+publish)',
    'ACL LIST',
    'ACL SETUSER c reset',
    'ACL LIST',
    'CONFIG SET acl-pubsub-default resetchannels',
    'ACL SETUSER c reset on nopass +@all &a* &b',
    'ACL DRYRUN c subscribe a1 b',
    'ACL DRYRUN c subscribe a1 c',
    'ACL DRYRUN c psubscribe a*',
    'ACL DRYRUN c psubscribe a1*',
    'ACL DRYRUN c unsubscribe x',
    'ACL SETUSER c allchannels',
    'ACL SETUSER c &x',
    'ACL LIST',
  ],
  'names, flags and commands in any case, and commands that only Redis has': [
    ['ACL', 'SETUSER', 'a b'],
    ['ACL', 'SETUSER', ''],
    'ACL LIST',
    ['ACL', 'DELUSER', ''],
    'ACL SETUSER x OFF Off on Sanitize-Payload skip-sanitize-payload NoPass ALLKEYS',
    'ACL LIST',
    'ACL SETUSER x +@ALL -@Dangerous +@Read -KEYS +Config|GET',
    'ACL LIST',
    'ACL SETUSER x +@all -xadd -EVAL -cluster|info',
    'ACL LIST',
    'ACL SETUSER x -@all +xadd +georadius +@scripting +script|load +lolwut',
    'ACL LIST',
    'ACL SETUSER x +@all -@write',
    'ACL LIST',
    'ACL SETUSER x -@all +@read +@fast -get',
    'ACL LIST',
    'ACL SETUSER x nocommands +client',
    'ACL LIST',
    'ACL SETUSER x allcommands -client',
    'ACL LIST',
    'ACL SETUSER x #',
    'ACL SETUSER x <',
    'ACL SETUSER x +@all,foo',
    'ACL CAT dangerous extra',
    'acl Cat dangerous extra',
    'ACL LOG a b',
    'ACL GENPASS 1 2',
    'ACL GENPASS x',
    'ACL NOSUCH',
    'ACL DRYRUN default nosuch',
  ],
};

test.each(Object.entries(stories))('%s', async (_name, story) => {
  await expectSame(story);
});

test('EXEC asks again, and says what has been taken away', async () => {
  const story = async (server: ServerProcess) => {
    const admin = server.client();
    await admin.call('ACL', 'SETUSER', 'u', 'reset', 'on', 'nopass', '+@all', '~*', '&*');
    using connection = await openRawConnection(server);
    const say = async (line: string) => (await connection.send([line.split(' ')]))[0]!.toString();
    const replies: string[] = [];
    for (const line of ['AUTH u x', 'MULTI', 'SET a 1', 'GET b', 'PUBLISH ch x', 'DEL a'])
      replies.push(await say(line));
    await admin.call('ACL', 'SETUSER', 'u', '-set', 'resetkeys', '~a', 'resetchannels');
    replies.push(await say('EXEC'));
    const log = (await admin.call('ACL', 'LOG')) as unknown[][];
    admin.disconnect();
    return { replies, log: log.map((entry) => entry.slice(0, 10)) };
  };
  const actual = await story(ours);
  expect(actual).toEqual(await story(redis));
  expect(actual.replies.at(-1)).toContain('NOPERM ACLs rules changed');
});

test('who listens to a channel that is taken away is cut off; who does not, stays', async () => {
  const cut = async (server: ServerProcess, wanted: readonly string[], rules: readonly string[]) => {
    const admin = server.client();
    await admin.call('ACL', 'SETUSER', 'u', 'reset', 'on', 'nopass', '+@all', '&ch*', '&other');
    using connection = await openRawConnection(server);
    await connection.send([['AUTH', 'u', 'x']]);
    await connection.send([[...wanted]]);
    await admin.call('ACL', 'SETUSER', 'u', ...rules);
    const answer = await connection.send([['PING']]).then(String, () => 'cut');
    admin.disconnect();
    return answer;
  };
  const cases: readonly (readonly [wanted: readonly string[], rules: readonly string[]])[] = [
    [
      ['SUBSCRIBE', 'ch1'],
      ['resetchannels', '&other'],
    ],
    [
      ['SUBSCRIBE', 'ch1'],
      ['resetchannels', '&ch1'],
    ],
    [
      ['PSUBSCRIBE', 'ch*'],
      ['resetchannels', '&ch1'],
    ],
    [
      ['PSUBSCRIBE', 'ch*'],
      ['resetchannels', '&ch*'],
    ],
    [
      ['SUBSCRIBE', 'ch1'],
      ['resetchannels', '(&ch1)'],
    ],
    [['SUBSCRIBE', 'ch1'], ['resetkeys']],
  ];
  for (const [wanted, rules] of cases) {
    const [expected, actual] = [await cut(redis, wanted, rules), await cut(ours, wanted, rules)];
    expect(actual, `${wanted} ${rules}`).toBe(expected);
  }
});

test('who deletes the own user hears the answer, and is closed', async () => {
  for (const server of [redis, ours]) {
    const admin = server.client();
    await admin.call('ACL', 'SETUSER', 'u', 'on', 'nopass', '+@all');
    using connection = await openRawConnection(server);
    await connection.send([['AUTH', 'u', 'x']]);
    expect(String(await connection.send([['ACL', 'DELUSER', 'u']]))).toBe(':1\r\n');
    await expect(connection.send([['PING']])).rejects.toThrow('the connection ended');
    admin.disconnect();
  }
});

/** What Redis 7.0 does not have: taken from newer masters (decision 21). */
const newerCommands = ['hpersist', 'hpexpireat', 'hpexpiretime', 'hsetex'];

test('each category has the commands that it has in Redis, as far as they are here', async () => {
  const inCategory = async (client: Redis, category: string) =>
    ((await client.call('ACL', 'CAT', category)) as string[]).sort();
  const all = async (client: Redis) => [...(await inCategory(client, 'slow')), ...(await inCategory(client, 'fast'))];
  const client = ours.client();
  const real = redis.client();
  const [here, there] = [new Set(await all(client)), new Set(await all(real))];
  expect([...here].filter((name) => !there.has(name)).sort()).toEqual(newerCommands);
  for (const category of (await client.call('ACL', 'CAT')) as string[]) {
    const mine = (await inCategory(client, category)).filter((name) => there.has(name));
    const theirs = (await inCategory(real, category)).filter((name) => here.has(name));
    expect(mine, `@${category}`).toEqual(theirs);
  }
});

test('what is known of commands that only Redis has is what Redis says', async () => {
  const commands = (await redis.client().call('COMMAND')) as CommandFields[];
  const all = commands.flatMap((command) => [command, ...command[9]]);
  const categories = new Map(
    all.map((fields) => [
      fields[0],
      fields[6]
        .map((name) => name.slice(1))
        .sort()
        .join(' '),
    ]),
  );
  for (const [expected, names] of absentCommands) {
    for (const name of names.split(' ')) expect(categories.get(name), name).toBe(expected);
  }
  const here = ((await ours.client().call('COMMAND')) as CommandFields[]).flatMap((one) => [one, ...one[9]]);
  const known = new Set([...here.map(([name]) => name), ...absentCommands.flatMap(([, names]) => names.split(' '))]);
  expect([...categories.keys()].filter((name) => !known.has(name))).toEqual([]);
});

/** Of COMMAND's ten fields: 0 is the name, 6 the categories, 9 the subcommands. */
type CommandFields = [string, unknown, unknown, unknown, unknown, unknown, string[], unknown, unknown, CommandFields[]];

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
