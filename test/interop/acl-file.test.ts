// Users kept in files, beside a real Redis: aclfile with ACL LOAD and ACL SAVE, and what stops a server from starting.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRawConnection } from '../support/raw-connection.ts';
import { startRedis } from '../support/redis-server.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { startSyncline } from '../support/syncline-server.ts';

const hash = '30c952fab122c3f9759f02a6d95c3758b246b4fee239957b2d4fee46e26170c4';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'syncline-acl-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const both = [startRedis, startSyncline] as const;

async function call(server: ServerProcess, ...words: string[]): Promise<unknown> {
  const client = server.client();
  try {
    return await client.call(words[0]!, ...words.slice(1));
  } catch (error) {
    return (error as Error).message;
  } finally {
    client.disconnect();
  }
}

test('ACL LOAD takes a file whole or not at all, with the lines that are wrong; ACL SAVE writes it', async () => {
  const path = join(folder, 'users.acl');
  const good = [
    `user alice on #${hash} ~a* +get (+set ~b*)\n\n  user bob off\t\nuser default on nopass ~* &* +@all\n`,
    'user carol on nopass +@read ~*\n',
    '',
  ];
  const bad = [
    'alice on\n',
    'user\n',
    'USER alice on\n',
    '# a comment\nuser bob on\n',
    'user alice\nuser bob\nuser alice on\n',
    'user alice +nosuch +foo\nuser bob bad worse +bar\nfoo bar\nuser ok on\n',
    'user alice "on"\n',
  ];
  await writeFile(path, good[0]!);
  const replies: unknown[][] = [];
  for (const start of both) {
    await writeFile(path, good[0]!);
    await using server = await start({ settings: { aclfile: path } });
    const seen: unknown[] = [await call(server, 'ACL', 'LIST')];
    for (const text of [...bad, ...good]) {
      await writeFile(path, text);
      seen.push(text, await call(server, 'ACL', 'LOAD'), await call(server, 'ACL', 'LIST'));
    }
    seen.push(await call(server, 'ACL', 'SETUSER', 'dave', 'on', '>pw', '+get', '~d*', '(+set)'));
    seen.push(await call(server, 'ACL', 'SAVE'), await readFile(path, 'utf8'));
    await rm(path);
    seen.push(await call(server, 'ACL', 'LOAD'));
    replies.push(seen);
  }
  expect(replies[1]).toEqual(replies[0]);
  expect(replies[1]!.join()).toContain('ACL errors detected');
});

test('ACL LOAD closes the connections of all users but the default one', async () => {
  const path = join(folder, 'connections.acl');
  await writeFile(path, 'user alice on nopass +@all ~*\nuser default on nopass ~* &* +@all -config\n');
  for (const start of both) {
    await using server = await start({ settings: { aclfile: path } });
    using alice = await openRawConnection(server);
    using other = await openRawConnection(server);
    await alice.send([['AUTH', 'alice', 'x']]);
    await writeFile(path, 'user alice on nopass +@all ~*\nuser default on nopass ~* &* +@all -keys\n');
    expect(String(await alice.send([['ACL', 'LOAD']]))).toBe('+OK\r\n');
    await expect(alice.send([['PING']])).rejects.toThrow('the connection ended');
    expect(String(await other.send([['KEYS', '*']]))).toContain('NOPERM');
    expect(String(await other.send([['CONFIG', 'GET', 'aclfile']]))).toContain(path);
  }
});

test('a server does not start with users that it cannot make', async () => {
  const path = join(folder, 'broken.acl');
  await writeFile(path, 'user alice +nosuch\n');
  const cases = [
    { aclfile: path },
    { aclfile: join(folder, 'nosuch.acl') },
    { aclfile: path, user: ['alice', 'on'] },
    { user: ['alice', 'on', '+nosuch'] },
    { user: ['a b', 'on'] },
  ];
  const warnings = async (start: (typeof both)[number], settings: (typeof cases)[number]) => {
    const ended: unknown = await start({ settings }).catch((error: unknown) => error);
    const lines = [...String(ended).matchAll(/^\d+:[MC] .* # (.*)$/gm)].map(([, text]) => text!);
    return lines.filter((line) => /ACL|alice/.test(line) && !line.startsWith('WARNING Memory'));
  };
  for (const settings of cases) {
    const expected = await warnings(startRedis, settings);
    expect(expected.length).toBeGreaterThan(0);
    expect(await warnings(startSyncline, settings), JSON.stringify(settings)).toEqual(expected);
  }
});

test('CONFIG REWRITE leaves users to the ACL file', async () => {
  const path = join(folder, 'kept.acl');
  const config = join(folder, 'redis.conf');
  await writeFile(path, 'user alice on nopass +@all ~*\n');
  const programs = [
    { name: 'redis-server', command: 'redis-server', leadingArguments: [config] },
    { name: 'syncline server', command: process.execPath, leadingArguments: ['out/main/cli.js', 'server', config] },
  ];
  for (const program of programs) {
    await writeFile(config, `aclfile ${path}\n`);
    await using server = await startServerProcess(program, {});
    expect(await call(server, 'ACL', 'SETUSER', 'late', 'on')).toBe('OK');
    expect(await call(server, 'CONFIG', 'REWRITE')).toBe('OK');
    const text = await readFile(config, 'utf8');
    expect(text).toContain('aclfile ');
    expect(text).not.toMatch(/^user /m);
  }
});
