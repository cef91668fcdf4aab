// TLS beside a real Redis: links in all directions, what is refused and why, and certificates that change while it runs.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ConnectionOptions, connect } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Authority,
  type CertificateFolder,
  type Identity,
  makeCertificateFolder,
} from '../support/certificates.ts';
import { freePort } from '../support/free-port.ts';
import { startRedis } from '../support/redis-server.ts';
import { attach, expectInSync, info, linkUp } from '../support/replication.ts';
import {
  type ServerProcess,
  type ServerSettings,
  type StartOptions,
  startServerProcess,
} from '../support/server-process.ts';
import { startSyncline } from '../support/syncline-server.ts';
import { waitFor } from '../support/wait-for.ts';

const run = promisify(execFile);
const keyPassword = 'opens-the-key';
/** Long, for a busy machine. */
const repliesInMs = 30_000;

let folder: CertificateFolder;
let ours: Authority;
let theirs: Authority;
let server: Identity;
let client: Identity;
let foreign: Identity;
let locked: Identity;

beforeAll(async () => {
  folder = await makeCertificateFolder();
  [ours, theirs] = await Promise.all([folder.authority('ours'), folder.authority('theirs')]);
  server = await ours.identity('server');
  client = await ours.identity('client');
  foreign = await theirs.identity('foreign');
  locked = await ours.locked(server, keyPassword);
});

afterAll(async () => {
  await folder?.[Symbol.asyncDispose]();
});

function trusting(authority: Authority, identity: Identity): ServerSettings {
  return {
    'tls-ca-cert-file': authority.certificate,
    'tls-cert-file': identity.certificate,
    'tls-key-file': identity.key,
  };
}

type Start = (options: StartOptions) => Promise<ServerProcess>;
type TlsServer = ServerProcess & { readonly tlsPort: number };

async function startTls(start: Start, settings: ServerSettings = {}): Promise<TlsServer> {
  const tlsPort = await freePort();
  const started = await start({
    settings: { ...trusting(ours, server), 'tls-port': tlsPort, 'repl-diskless-sync-delay': 0, ...settings },
  });
  return Object.assign(started, { tlsPort });
}

function replicaOf(start: Start, master: TlsServer, settings: ServerSettings): Promise<ServerProcess> {
  return start({ settings: { replicaof: ['127.0.0.1', master.tlsPort], 'tls-replication': 'yes', ...settings } });
}

const kinds = [
  ['a real master and our replica', startRedis, startSyncline],
  ['our master and a real replica', startSyncline, startRedis],
  ['our master and our replica', startSyncline, startSyncline],
] as const;

test.each(kinds)('%s are one by a link over TLS', async (_name, startMaster, startReplica) => {
  await using master = await startTls(startMaster, {
    port: 0,
    'tls-replication': 'yes',
    'tls-auth-clients': 'optional',
  });
  const say = (...words: string[]) => redisCli(master.tlsPort, client, words);
  await say('set', 'big', 'x'.repeat(100_000));
  const replicaTlsPort = await freePort();
  await using replica = await replicaOf(startReplica, master, {
    ...trusting(ours, server),
    'tls-client-cert-file': client.certificate,
    'tls-client-key-file': client.key,
    'tls-port': replicaTlsPort,
  });
  await linkUp(replica);
  await say('set', 'streamed', 'value');
  const reader = replica.client();
  await waitFor(
    'the stream to reach the replica',
    () => reader.mget('big', 'streamed'),
    ([big, streamed]) => big?.length === 100_000 && streamed === 'value',
  );
  expect(await say('info', 'replication')).toContain(`port=${replicaTlsPort},state=online`);
});

test('a chain over TLS through us keeps its data equal to the master', async () => {
  await using master = await startTls(startRedis);
  await using middle = await startTls(startSyncline, {
    replicaof: ['127.0.0.1', master.tlsPort],
    'tls-replication': 'yes',
  });
  await linkUp(middle);
  await using last = await replicaOf(startRedis, middle, trusting(ours, server));
  const writer = master.client();
  for (let i = 0; i < 200; i++) writer.rpush('list', 'x'.repeat(i)).catch(() => {});
  await expectInSync(master, middle, last);
});

/** The port by which a master shows its one replica, once it counts it as online. */
async function shownReplicaPort(master: ServerProcess): Promise<string | undefined> {
  const { slave0 } = await waitFor(
    'the replica to be online',
    () => info(master.client(), 'replication'),
    (fields) => /state=online/.test(fields.slave0 ?? ''),
  );
  return /port=(\d+)/.exec(slave0 ?? '')?.[1];
}

test('a replica that has certificates links in plain until tls-replication is set, and tells its port for it', async () => {
  await using master = await startTls(startRedis);
  await using replica = await startTls(startSyncline, { replicaof: [master.host, master.port] });
  await linkUp(replica);
  expect(await shownReplicaPort(master)).toBe(String(replica.port));
  await replica.client().config('SET', 'tls-replication', 'yes');
  await attach(replica, { host: master.host, port: master.tlsPort });
  await linkUp(replica);
  expect(await shownReplicaPort(master)).toBe(String(replica.tlsPort));
});

test('tls-replication that is set later makes a server without a port for TLS read its certificates', async () => {
  await using master = await startTls(startRedis);
  await using replica = await startSyncline({ settings: trusting(ours, server) });
  await replica.client().config('SET', 'tls-replication', 'yes');
  await attach(replica, { host: master.host, port: master.tlsPort });
  await linkUp(replica);
});

/** Starts a link that must fail, and waits until the replica's log says why. */
async function expectLinkDown(master: TlsServer, settings: ServerSettings, reason: string): Promise<void> {
  await using replica = await replicaOf(startSyncline, master, settings);
  await waitFor(
    'the replica to say why',
    () => replica.output(),
    (output) => output.includes(reason),
  );
  expect(await replica.client().info('replication')).toContain('master_link_status:down');
}

test('a link that TLS forbids stays down, and both logs say why', async () => {
  const unverified = 'error:0A000086:SSL routines::certificate verify failed';
  await using redis = await startTls(startRedis);
  await using syncline = await startTls(startSyncline);
  for (const master of [redis, syncline]) {
    await expectLinkDown(master, trusting(theirs, foreign), `Error condition on socket for SYNC: ${unverified}`);
    await expectLinkDown(master, { 'tls-replication': 'no' }, 'Failed to read response from the server: ');
    await expectLinkDown(master, trusting(ours, foreign), 'Failed to read response from the server: ');
    expect(master.output()).toContain(`Error accepting a client connection: ${unverified}`);
    expect(master.output()).toContain(
      'Error accepting a client connection: error:0A00010B:SSL routines::wrong version',
    );
  }
});

test('settings that cannot be are refused at the start with the lines of Redis', async () => {
  const good = trusting(ours, server);
  const none = join(folder.path, 'nosuch');
  const cases: readonly ServerSettings[] = [
    {},
    { 'tls-cert-file': server.certificate },
    { 'tls-cert-file': server.certificate, 'tls-key-file': server.key },
    { ...good, 'tls-cert-file': none },
    { ...good, 'tls-cert-file': server.key },
    { ...good, 'tls-key-file': none },
    { ...good, 'tls-key-file': foreign.key },
    { ...good, 'tls-key-file': locked.key, 'tls-key-file-pass': 'wrong' },
    { ...good, 'tls-ca-cert-file': none },
    { ...good, 'tls-protocols': 'TLSv9' },
    { ...good, 'tls-ciphers': 'nosuch' },
    { ...good, 'tls-ciphersuites': 'nosuch' },
  ];
  const warnings = async (start: Start, settings: ServerSettings) => {
    const ended: unknown = await start({ settings: { port: 0, 'tls-port': await freePort(), ...settings } }).catch(
      (error: unknown) => error,
    );
    return [...String(ended).matchAll(/^\d+:M .* # (.*)$/gm)].map(([, text]) => text!);
  };
  for (const settings of cases) {
    const [expected, actual] = await Promise.all([warnings(startRedis, settings), warnings(startSyncline, settings)]);
    expect(expected.at(-1)).toBe('Failed to configure TLS. Check logs for more info.');
    expect(actual).toEqual(expect.arrayContaining(expected));
    expect(actual).toHaveLength(expected.length + 1);
    expect(actual.join()).not.toContain('wrong');
  }
});

/** The common name of the certificate that a server shows; or why there is no connection. */
async function shownName(port: number, options: ConnectionOptions = {}): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options });
  try {
    const name = new Promise<string>((resolve, reject) => {
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('closed')));
      // A refusal of the client comes after the handshake, so the server must have said something.
      socket.once('data', () => resolve(String(socket.getPeerCertificate().subject.CN)));
      socket.setTimeout(repliesInMs, () => reject(new Error('no reply')));
    });
    socket.write('PING\r\n');
    return await name;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  } finally {
    socket.destroy();
  }
}

const identityOf = async ({ certificate, key }: Identity) => ({
  cert: await readFile(certificate),
  key: await readFile(key),
});

test('CONFIG SET changes certificates at once, and answers like Redis what it cannot use', async () => {
  await using redis = await startTls(startRedis);
  await using syncline = await startTls(startSyncline);
  const changes: readonly (readonly string[])[] = [
    ['tls-cert-file', join(folder.path, 'nosuch')],
    ['tls-cert-file', foreign.certificate],
    ['tls-cert-file', foreign.certificate, 'tls-key-file', foreign.key, 'tls-ca-cert-file', 'nosuch'],
    ['tls-ca-cert-file', ''],
    ['tls-protocols', 'TLSv9'],
    ['tls-auth-clients', 'sometimes'],
    ['tls-session-caching', 'x'],
    ['tls-dh-params-file', 'nosuch'],
    ['tls-client-cert-file', 'nosuch', 'tls-client-key-file', 'nosuch'],
  ];
  const shown = await identityOf(client);
  for (const one of [redis, syncline]) expect(await shownName(one.tlsPort, shown)).toBe('server');
  for (const words of changes) {
    const [expected, actual] = await Promise.all(
      [redis, syncline].map((one) =>
        one
          .client()
          .call('CONFIG', 'SET', ...words)
          .catch(String),
      ),
    );
    expect(actual).toBe(expected);
    expect(actual).toContain('CONFIG SET failed');
    expect(await shownName(syncline.tlsPort, shown)).toBe('server');
  }
  for (const one of [redis, syncline]) {
    const admin = one.client();
    const set = (...words: string[]) => admin.call('CONFIG', 'SET', ...words);
    await set('tls-cert-file', foreign.certificate, 'tls-key-file', foreign.key);
    expect(await shownName(one.tlsPort, shown)).toBe('foreign');
    await set('tls-cert-file', locked.certificate, 'tls-key-file', locked.key, 'tls-key-file-pass', keyPassword);
    expect(await shownName(one.tlsPort, shown)).toBe('server');
    expect(one.output()).not.toContain(keyPassword);
  }
});

test('who must show a certificate, and which versions and ciphers are spoken, follows CONFIG SET', async () => {
  const [good, bad] = [await identityOf(client), await identityOf(foreign)];
  await using redis = await startTls(startRedis);
  await using syncline = await startTls(startSyncline);
  const steps: readonly { set: readonly string[]; tries: readonly [ConnectionOptions, boolean][] }[] = [
    {
      set: ['tls-auth-clients', 'yes'],
      tries: [
        [good, true],
        [bad, false],
        [{}, false],
      ],
    },
    {
      set: ['tls-auth-clients', 'optional'],
      tries: [
        [good, true],
        [bad, false],
        [{}, true],
      ],
    },
    {
      set: ['tls-auth-clients', 'no'],
      tries: [
        [bad, true],
        [{}, true],
      ],
    },
    {
      set: ['tls-protocols', 'TLSv1.2'],
      tries: [
        [{ minVersion: 'TLSv1.3' }, false],
        [{ maxVersion: 'TLSv1.2' }, true],
      ],
    },
    {
      set: ['tls-protocols', 'TLSv1.3'],
      tries: [
        [{ minVersion: 'TLSv1.3' }, true],
        [{ maxVersion: 'TLSv1.2' }, false],
      ],
    },
    {
      set: [
        'tls-protocols',
        '',
        'tls-ciphersuites',
        'TLS_AES_128_GCM_SHA256',
        'tls-ciphers',
        'ECDHE-ECDSA-AES128-GCM-SHA256',
      ],
      tries: [
        [{ minVersion: 'TLSv1.3', ciphers: 'TLS_AES_128_GCM_SHA256' }, true],
        [{ minVersion: 'TLSv1.3', ciphers: 'TLS_AES_256_GCM_SHA384' }, false],
        [{ maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' }, true],
        [{ maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384' }, false],
      ],
    },
  ];
  for (const { set, tries } of steps) {
    for (const one of [redis, syncline]) {
      await one.client().call('CONFIG', 'SET', ...set);
      for (const [options, comes] of tries) {
        const name = await shownName(one.tlsPort, options);
        expect(name === 'server', `${one.name} after ${set.join(' ')}: ${Object.keys(options)} ${name}`).toBe(comes);
      }
    }
  }
});

test('the authorities of a folder count as those of a file', async () => {
  const [good, bad] = [await identityOf(client), await identityOf(foreign)];
  const hashed = await theirs.hashedFolder();
  await using redis = await startTls(startRedis);
  await using syncline = await startTls(startSyncline);
  for (const one of [redis, syncline]) {
    await one.client().call('CONFIG', 'SET', 'tls-ca-cert-file', '', 'tls-ca-cert-dir', hashed);
    expect(await shownName(one.tlsPort, bad), one.name).toBe('server');
    expect(await shownName(one.tlsPort, good), one.name).not.toBe('server');
    await one.client().call('CONFIG', 'SET', 'tls-ca-cert-dir', join(folder.path, 'nosuch'));
    expect(await shownName(one.tlsPort, bad), one.name).not.toBe('server');
  }
});

test('a replica shows its client certificate, whose key may be locked', async () => {
  const foreignLocked = await theirs.locked(foreign, keyPassword);
  await using master = await startTls(startRedis, { 'tls-ca-cert-file': theirs.certificate });
  await using replica = await replicaOf(startSyncline, master, {
    ...trusting(ours, server),
    'tls-client-cert-file': foreignLocked.certificate,
    'tls-client-key-file': foreignLocked.key,
    'tls-key-file-pass': keyPassword,
    'tls-client-key-file-pass': keyPassword,
  });
  await linkUp(replica);
  expect(replica.output()).not.toContain(keyPassword);
});

/** What two connections in a row agree on: the cipher, and whether the second one went on with the session of the first. */
async function agreed(port: number, ciphers: string): Promise<{ cipher: string; isReused: boolean }> {
  const options: ConnectionOptions = { ...(await identityOf(client)), maxVersion: 'TLSv1.2', ciphers };
  const open = async (session?: Buffer) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options, session });
    try {
      await once(socket, 'secureConnect');
      return { cipher: socket.getCipher().name, isReused: socket.isSessionReused(), session: socket.getSession() };
    } finally {
      socket.destroy();
    }
  };
  const { session, cipher } = await open();
  // Redis breaks off with a client that comes back while sessions are off.
  const again = await open(session).catch(() => ({ isReused: false }));
  return { cipher, isReused: again.isReused };
}

test('whose order of ciphers counts, and whether sessions are resumed, follows CONFIG SET', async () => {
  const [one, other] = ['ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-ECDSA-AES128-GCM-SHA256'];
  await using redis = await startTls(startRedis, { 'tls-ciphers': `${one}:${other}` });
  await using syncline = await startTls(startSyncline, { 'tls-ciphers': `${one}:${other}` });
  for (const at of [redis, syncline]) {
    const asked = `${other}:${one}`;
    expect(await agreed(at.tlsPort, asked), at.name).toEqual({ cipher: other, isReused: true });
    await at.client().call('CONFIG', 'SET', 'tls-prefer-server-ciphers', 'yes', 'tls-session-caching', 'no');
    expect(await agreed(at.tlsPort, asked), at.name).toEqual({ cipher: one, isReused: false });
  }
});

async function redisCli(port: number, identity: Identity, words: readonly string[]): Promise<string> {
  const { stdout } = await run('redis-cli', ['-p', String(port), ...tlsOptions(identity), ...words], {
    timeout: repliesInMs,
  });
  return stdout;
}

function tlsOptions({ certificate, key }: Identity): string[] {
  return ['--tls', '--cacert', ours.certificate, '--cert', certificate, '--key', key];
}

test('a file of Redis with TLS alone serves redis-cli and redis-benchmark, and CONFIG REWRITE keeps it', async () => {
  const tlsPort = await freePort();
  const file = join(folder.path, 'redis.conf');
  const lines = Object.entries(trusting(ours, locked)).map(([name, value]) => `${name} ${value}`);
  await writeFile(file, [...lines, 'port 0', `tls-port ${tlsPort}`, `tls-key-file-pass ${keyPassword}`, ''].join('\n'));
  const program = {
    name: 'syncline server',
    command: process.execPath,
    leadingArguments: ['out/main/cli.js', 'server', file],
  };
  const start = () => startServerProcess(program, { folder: folder.path, port: 0 });
  await using first = await start();
  expect(await redisCli(tlsPort, client, ['info', 'server'])).toContain(`tcp_port:${tlsPort}`);
  const benchmark = ['-p', String(tlsPort), ...tlsOptions(client), '-q', '-n', '2000', '-t', 'set,get', '-P', '8'];
  const { stdout } = await run('redis-benchmark', benchmark, { timeout: repliesInMs });
  expect(stdout).toMatch(/GET: [0-9.]+ requests per second/);
  await redisCli(tlsPort, client, ['config', 'rewrite']);
  expect(await readFile(file, 'utf8')).toContain(`tls-key-file-pass "${keyPassword}"`);
  expect(first.output()).not.toContain(keyPassword);
  await first.stop();
  await using second = await start();
  expect(await redisCli(tlsPort, client, ['ping'])).toBe('PONG\n');
  expect(second.output()).not.toContain('has no effect');
});
