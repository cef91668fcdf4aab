// The built `syncline server` as a person starts it: its lines, its arguments, its signals, its doors, its end.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { startSyncline } from '../support/syncline-server.ts';
import { waitFor } from '../support/wait-for.ts';

const cli = ['out/main/cli.js', 'server'];
/** Long, for a busy machine. */
const runTimeoutMs = 60_000;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'syncline-server-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Runs a server that is expected to end by itself. */
function run(words: readonly string[], input = '') {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...cli, ...words], {
    input,
    encoding: 'utf8',
    timeout: runTimeoutMs,
  });
  return { status, stdout, stderr };
}

/** Log lines without pid and time. */
function linesOf(output: string): string[] {
  return output
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/^\d+:([MSC]) \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2}\.\d{3} /, '$1 '));
}

test('the first lines are those of Redis, and SIGTERM ends it with its last ones', async () => {
  await using server = await startSyncline();
  const lines = linesOf(server.output());
  expect(lines[0]).toBe('C # oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo');
  expect(lines[1]).toContain(`C # Redis version=7.0.15, bits=64, commit=00000000, modified=0, pid=${server.pid}`);
  expect(lines.slice(2)).toEqual([
    'C # Configuration loaded',
    `M * Running mode=standalone, port=${server.port}.`,
    'M # Server initialized',
    'M * Ready to accept connections',
  ]);
  expect(await server.stop('SIGTERM')).toBe(0);
  const ending = server
    .output()
    .slice(server.output().indexOf(`${server.pid}:signal-handler`))
    .trimEnd()
    .split('\n');
  expect(ending[0]).toMatch(/^\d+:signal-handler \(\d+\) Received SIGTERM scheduling shutdown\.\.\.$/);
  expect(linesOf(ending.slice(1).join('\n'))).toEqual([
    'M # User requested shutdown...',
    'M # Redis is now ready to exit, bye bye...',
  ]);
});

test('with save points SIGINT writes the snapshot, and the next start loads it', async () => {
  const settings = { save: [900, 1], dir: folder, dbfilename: 'kept.rdb' };
  {
    await using server = await startSyncline({ settings });
    await server.client().set('key', 'value');
    expect(await server.stop('SIGINT')).toBe(0);
    expect(server.output()).toContain('* Saving the final RDB snapshot before exiting.');
    expect(server.output()).toContain('* DB saved on disk');
  }
  await using again = await startSyncline({ settings });
  expect(again.output()).toMatch(/\* DB loaded from disk: \d+\.\d{3} seconds/);
  expect(await again.client().get('key')).toBe('value');
});

test('SHUTDOWN NOSAVE ends it without a snapshot and without an answer', async () => {
  await using server = await startSyncline({ settings: { save: [1, 1], dbfilename: 'none.rdb' } });
  const client = server.client({ reconnects: false });
  await client.set('key', 'value');
  await expect(client.call('SHUTDOWN', 'NOSAVE')).rejects.toThrow();
  await waitFor('the last line', () => server.output().includes('bye bye'));
  expect(existsSync(join(server.folder, 'none.rdb'))).toBe(false);
});

test('a snapshot that cannot be written keeps the server alive, and SHUTDOWN says so', async () => {
  await using server = await startSyncline({ settings: { 'enable-protected-configs': 'yes' } });
  const client = server.client();
  await client.config('SET', 'dbfilename', 'a-folder');
  spawnSync('mkdir', [join(server.folder, 'a-folder')]);
  await expect(client.call('SHUTDOWN', 'SAVE')).rejects.toThrow('ERR Errors trying to SHUTDOWN. Check logs.');
  expect(await client.ping()).toBe('PONG');
});

test.each([
  ['an unknown word', 'foo bar', 'Bad directive or wrong number of arguments'],
  ['a number that is none', 'port abc', "argument couldn't be parsed into an integer"],
  ['a number out of bounds', 'port 70000', 'argument must be between 0 and 65535 inclusive'],
  [
    'a choice that is none',
    'loglevel loud',
    'argument(s) must be one of the following: debug, verbose, notice, warning',
  ],
  ['an open quote', 'requirepass "a', 'Unbalanced quotes in configuration line'],
  ['a folder that is not there', 'dir /no/such/folder', 'No such file or directory'],
])('%s in the file ends it with 1, with file and line', (_, line, reason) => {
  const path = join(folder, 'bad.conf');
  writeFileSync(path, `# a comment\n\nport 0\n${line}\n`);
  const { status, stderr } = run([path]);
  expect(status).toBe(1);
  const shown = line.startsWith('requirepass') ? 'requirepass (hidden)' : line;
  expect(stderr).toBe(
    [
      '',
      '*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***',
      'Reading the configuration file, at line 4',
      `>>> '${shown}'`,
      reason,
      `(in ${path})`,
      '',
    ].join('\n'),
  );
});

test('a bad option ends it with 1, and says that it was an option', () => {
  const { status, stderr } = run(['--repl-timeout', '0']);
  expect(status).toBe(1);
  expect(stderr).toContain(`at line 2\n>>> 'repl-timeout "0"'\nargument must be between 1 and 2147483647 inclusive`);
  expect(stderr).toContain('(in the options of the command line)');
});

test('a mistake in an included file names that file', () => {
  const included = join(folder, 'included.conf');
  writeFileSync(included, 'hz 10\nnonsense\n');
  const path = join(folder, 'including.conf');
  writeFileSync(path, `include ${included}\n`);
  const { status, stderr } = run([path]);
  expect(status).toBe(1);
  expect(stderr).toContain(`at line 2\n>>> 'nonsense'`);
  expect(stderr).toContain(`(in ${included})`);
});

test('a file that is not there is fatal', () => {
  const { status, stderr } = run([join(folder, 'absent.conf')]);
  expect(status).toBe(1);
  expect(stderr).toContain(
    `Fatal error, can't open config file '${join(folder, 'absent.conf')}': No such file or directory`,
  );
});

test('a port in use ends it with 1 and the warning of Redis', async () => {
  await using server = await startSyncline();
  const { status, stdout } = run(['--port', String(server.port), '--bind', '127.0.0.1', '--save', '']);
  expect(status).toBe(1);
  expect(linesOf(stdout).slice(-2)).toEqual([
    `M # Warning: Could not create server TCP listening socket 127.0.0.1:${server.port}: bind: Address already in use`,
    `M # Failed listening on port ${server.port} (TCP), aborting.`,
  ]);
  expect(await server.client().ping()).toBe('PONG');
});

test('an address of another machine is fatal, and passed over when it is written with a minus', async () => {
  const port = String(await freePort());
  const { status, stdout } = run(['--port', port, '--bind', '127.0.0.1', '192.0.2.1', '--save', '']);
  expect(status).toBe(1);
  expect(stdout).toContain(`TCP listening socket 192.0.2.1:${port}: bind: Cannot assign requested address`);
  await using server = await startSyncline({ settings: { bind: ['127.0.0.1', '-192.0.2.1'] } });
  expect(await server.client().ping()).toBe('PONG');
});

test('the file comes first, then the options, then the standard input', async () => {
  const path = join(folder, 'good.conf');
  writeFileSync(path, 'port 0\nhz 20\ntimeout 7\nrepl-timeout 30\n');
  const words = [path, '--bind', '127.0.0.1', '--save', '', '--timeout', '9', '--replica-priority', '5', '-'];
  const child = spawn(process.execPath, [...cli, ...words], { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.stdin.end('repl-timeout 40\n');
    const port = await waitFor('the port', () => Number(/port=(\d+)\.[\s\S]*Ready/.exec(output)?.[1] ?? 0));
    const client = new Redis({ port, host: '127.0.0.1', lazyConnect: false });
    const get = async (name: string) => ((await client.config('GET', name)) as string[])[1];
    expect([await get('hz'), await get('timeout'), await get('repl-timeout'), await get('slave-priority')]).toEqual([
      '20',
      '9',
      '40',
      '5',
    ]);
    client.disconnect();
  } finally {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  }
});

test('the redis.conf that comes with Redis starts without a complaint', async () => {
  const words = ['test/fixtures/stock-redis.conf', '--port', '0', '--bind', '127.0.0.1', '--dir', folder];
  const child = spawn(process.execPath, [...cli, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    await waitFor('the server to be ready', () => output.includes('Ready to accept connections'));
    expect(output).not.toContain('has no effect');
  } finally {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
});

test('a directive of Redis of which nothing comes here is named', async () => {
  await using server = await startSyncline({ settings: { 'io-threads': 4, appendonly: 'yes', 'lfu-log-factor': 10 } });
  expect(server.output()).toContain("# The directive 'io-threads' has no effect here.");
  expect(server.output()).toContain("# The directive 'appendonly' has no effect here.");
  expect(server.output()).not.toContain('lfu-log-factor');
});

test('a Unix socket serves beside no TCP at all, with its mode, and is gone at the end', async () => {
  const path = join(folder, 'door.sock');
  const pidFile = join(folder, 'server.pid');
  await using server = await startSyncline({
    port: 0,
    settings: { unixsocket: path, unixsocketperm: 700, pidfile: pidFile },
    readyText: `The server is now ready to accept connections at ${path}`,
  });
  await waitFor('the socket to have its mode', () => (statSync(path).mode & 0o777) === 0o700);
  await waitFor('the pid file', () => existsSync(pidFile) && readFileSync(pidFile, 'utf8') === `${server.pid}\n`);
  const client = new Redis({ path });
  expect(await client.ping()).toBe('PONG');
  expect(await client.call('CLIENT', 'INFO')).toContain(`addr=${path}:0 laddr=${path}:0`);
  client.disconnect();
  expect(await server.stop()).toBe(0);
  expect(linesOf(server.output()).slice(-3)).toEqual([
    'M * Removing the pid file.',
    'M * Removing the unix socket file.',
    'M # Redis is now ready to exit, bye bye...',
  ]);
  expect([existsSync(path), existsSync(pidFile)]).toEqual([false, false]);
});

test('the log goes to its file, without the password', async () => {
  const logfile = join(folder, 'server.log');
  const words = ['--port', '0', '--bind', '127.0.0.1', '--save', '', '--logfile', logfile, '--requirepass', 'hush'];
  const child = spawn(process.execPath, [...cli, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    await waitFor('the log', () => existsSync(logfile) && readFileSync(logfile, 'utf8').includes('Ready to accept'));
    expect(readFileSync(logfile, 'utf8')).not.toContain('hush');
  } finally {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  }
});

test('redis-cli talks to it', async () => {
  await using server = await startSyncline({ settings: { requirepass: 'word' } });
  const cliOf = (...words: string[]) =>
    spawnSync('redis-cli', ['-h', '127.0.0.1', '-p', String(server.port), ...words], {
      encoding: 'utf8',
    }).stdout.trim();
  expect(cliOf('PING')).toBe('NOAUTH Authentication required.');
  expect(cliOf('--no-auth-warning', '-a', 'word', 'SET', 'a', '1')).toBe('OK');
  expect(cliOf('--no-auth-warning', '-a', 'word', '-3', 'HELLO').split('\n')[0]).toBe('server redis');
  expect(cliOf('--no-auth-warning', '-a', 'word', 'DBSIZE')).toBe('1');
});

test('redis-cli --rdb, which asks by SYNC, gets a whole snapshot', async () => {
  await using server = await startSyncline({ settings: { 'repl-diskless-sync-delay': 0 } });
  await server.client().mset('a', '1', 'b', 'x'.repeat(10_000));
  const path = join(folder, 'copy.rdb');
  const words = ['-h', server.host, '-p', String(server.port), '--rdb', path];
  const { status, stderr } = spawnSync('redis-cli', words, { encoding: 'utf8', timeout: runTimeoutMs });
  expect([status, stderr]).toEqual([0, expect.stringContaining('Transfer finished with success')]);
  const checked = spawnSync('redis-check-rdb', [path], { encoding: 'utf8' });
  expect(checked.stdout).toContain('RDB looks OK');
  expect(checked.stdout).toContain('2 keys read');
});

test('more clients than maxclients hear why', async () => {
  await using server = await startSyncline({ settings: { maxclients: 1 } });
  const first = server.client();
  expect(await first.ping()).toBe('PONG');
  const second = connect(server.port, server.host);
  const [bytes] = (await once(second, 'data')) as [Buffer];
  expect(bytes.toString()).toBe('-ERR max number of clients reached\r\n');
  await once(second, 'close');
  expect(await first.info('stats')).toContain('rejected_connections:1');
});

test('a client that is silent longer than timeout is closed, a subscriber is not', async () => {
  await using server = await startSyncline({ settings: { timeout: 1 } });
  const silent = connect(server.port, server.host);
  const listener = server.client();
  await listener.subscribe('news');
  silent.write('PING\r\n');
  await once(silent, 'data');
  await once(silent, 'close');
  const heard = once(listener, 'message');
  await server.client().publish('news', 'hello');
  expect(await heard).toEqual(['news', 'hello']);
});

test('CLIENT PAUSE holds writes back, lets reads pass, and CLIENT UNPAUSE lets go', async () => {
  await using server = await startSyncline();
  const [steering, writing] = [server.client(), server.client()];
  await writing.ping();
  await steering.call('CLIENT', 'PAUSE', '60000', 'WRITE');
  let written = false;
  const write = writing.set('key', 'value').then(() => {
    written = true;
  });
  await waitFor('the writer to be held back', async () =>
    (await steering.info('clients')).includes('blocked_clients:1'),
  );
  expect([await steering.get('key'), written]).toEqual([null, false]);
  await steering.call('CLIENT', 'UNPAUSE');
  await write;
  expect(await steering.get('key')).toBe('value');
});

test('CLIENT KILL cuts whom the filters mean', async () => {
  await using server = await startSyncline();
  const steering = server.client();
  const victim = server.client({ reconnects: false });
  const listener = server.client({ reconnects: false });
  await listener.subscribe('news');
  const id = await victim.client('ID');
  const listenerGone = once(listener, 'close');
  expect(await steering.call('CLIENT', 'KILL', 'TYPE', 'pubsub')).toBe(1);
  await listenerGone;
  const victimGone = once(victim, 'close');
  expect(await steering.call('CLIENT', 'KILL', 'ID', String(id), 'TYPE', 'normal')).toBe(1);
  await victimGone;
  expect(await steering.ping()).toBe('PONG');
});

test('INFO has every field of Redis 7.0 in its order', async () => {
  const { startRedis } = await import('../support/redis-server.ts');
  await using ours = await startSyncline();
  await using redis = await startRedis();
  const fieldsOf = async (client: Redis) =>
    (await client.info('default')).split('\r\n').map((line) => line.replace(/:.*/, ''));
  const [our, their] = [await fieldsOf(ours.client()), await fieldsOf(redis.client())];
  expect(our.filter((field) => !field.startsWith('syncline_'))).toEqual(their);
});
