// Ways to a real server other than straight: a real sshd in between, mutual TLS with an authority of its own, a NAT map.
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import type { FailureError } from '#core/contract/failure-error.ts';
import { RemoteServer } from '#core/remote/remote-server.ts';
import { type SshSettings, SshTunnel } from '#core/remote/ssh-tunnel.ts';
import { announcedAt, reachable, straightWay, type Way } from '#core/remote/way.ts';
import { makeCertificateFolder } from '../support/certificates.ts';
import { freePort } from '../support/free-port.ts';
import { startRedis } from '../support/redis-server.ts';
import { startRelay } from '../support/relay.ts';
import { type SshServer, startSshServer } from '../support/ssh-server.ts';
import { waitFor } from '../support/wait-for.ts';

const loopback = '127.0.0.1';

function settingsOf(ssh: SshServer, more: Partial<SshSettings> = {}): SshSettings {
  const { host, port, username, key, keyPassphrase: passphrase, fingerprint: hostKey } = ssh;
  return { host, port, username, login: { kind: 'key', key, passphrase }, hostKey, ...more };
}

function serverAt(port: number, way: Way, tls = false): RemoteServer {
  return new RemoteServer({ host: loopback, port, tls, username: null, password: null }, way);
}

async function failureOf(opening: Promise<unknown>): Promise<{ code: string; params: object }> {
  const error = await opening.then(
    () => null,
    (reason: FailureError) => reason,
  );
  if (!error) throw new Error('it was opened');
  return error.failure;
}

describe('through an SSH server', () => {
  test('two servers are reached over one SSH connection, and come back after it was lost', async () => {
    await using ssh = await startSshServer();
    await using first = await startRedis();
    await using second = await startRedis();
    await using relay = await startRelay(ssh);
    using tunnel = disposable(new SshTunnel(settingsOf(ssh, { port: relay.port })));
    const way = { ...straightWay, tunnel: tunnel.value };
    using one = disposable(serverAt(first.port, way));
    using other = disposable(serverAt(second.port, way));
    await one.value.open();
    await other.value.open();
    expect(
      await one.value.execute([
        ['SET', 'k', 'v'],
        ['GET', 'k'],
      ]),
    ).toEqual(['OK', 'v']);
    expect(await other.value.execute([['GET', 'k']])).toEqual([null]);
    expect(ssh.logins()).toBe(1);
    relay.cut();
    await waitFor('both to be up again', () =>
      [one.value, other.value].every(({ state }) => state.kind === 'up' && ssh.logins() === 2),
    );
    expect(await one.value.execute([['GET', 'k']])).toEqual(['v']);
  });

  test('each thing that can be wrong is told by its own code, and nothing is trusted unasked', async () => {
    await using ssh = await startSshServer();
    await using redis = await startRedis();
    const closed = await freePort();
    const through = (more: Partial<SshSettings>, port = redis.port) =>
      failureOf(serverAt(port, { ...straightWay, tunnel: new SshTunnel(settingsOf(ssh, more)) }).open());
    const { host, port, fingerprint } = ssh;
    expect(await through({ hostKey: null })).toMatchObject({
      code: 'sshHostUnknown',
      params: { host, port, fingerprint },
    });
    expect(await through({ hostKey: 'SHA256:other' })).toMatchObject({
      code: 'sshHostChanged',
      params: { fingerprint, trusted: 'SHA256:other' },
    });
    const key = { kind: 'key', key: ssh.key, passphrase: 'wrong' } as const;
    expect(await through({ login: key })).toMatchObject({ code: 'sshKeyInvalid' });
    expect(await through({ login: { kind: 'password', password: 'no' } })).toMatchObject({ code: 'sshLoginRejected' });
    expect(await through({ port: closed })).toMatchObject({ code: 'sshFailed', params: { port: closed } });
    expect(await through({}, closed)).toMatchObject({ code: 'connectionRefused', params: { port: closed } });
  });
});

test('mutual TLS: own authority, own certificate and a name for it; without them each failure is one of TLS', async () => {
  await using certificates = await makeCertificateFolder();
  const authority = await certificates.authority('authority');
  const server = await authority.identity('cache.internal');
  const me = await authority.identity('operator');
  const tlsPort = await freePort();
  await using _redis = await startRedis({
    settings: {
      'tls-port': tlsPort,
      'tls-cert-file': server.certificate,
      'tls-key-file': server.key,
      'tls-ca-cert-file': authority.certificate,
      'tls-auth-clients': 'yes',
    },
  });
  const text = (path: string) => readFile(path, 'utf8');
  const tls = {
    serverName: 'cache.internal',
    authority: await text(authority.certificate),
    certificate: await text(me.certificate),
    key: await text(me.key),
    keyPassphrase: null,
  };
  const open = async (more: Partial<Way['tls']>) => {
    using remote = disposable(serverAt(tlsPort, { ...straightWay, tls: { ...tls, ...more } }, true));
    await remote.value.open();
    return remote.value.execute([['PING']]);
  };
  expect(await open({})).toEqual(['PONG']);
  expect(await failureOf(open({ serverName: 'another.name' }))).toMatchObject({ code: 'tlsFailed' });
  expect(await failureOf(open({ authority: null }))).toMatchObject({ code: 'tlsFailed' });
  // TLS 1.3 lets the client in first and refuses its missing certificate with the first bytes.
  expect((await failureOf(open({ certificate: null, key: null }))).code).toMatch(/tlsFailed|connectionLost/);
});

test('an announced address is reached where the map says, by port or for the whole host, and back', () => {
  const at = (host: string, port: number) => ({ host, port });
  const addressMap = [
    { announced: at('10.0.0.1', 6379), reachable: at('gate', 7001) },
    { announced: at('10.0.0.2', 0), reachable: at('gate2', 0) },
  ];
  const way = { ...straightWay, addressMap };
  expect([at('10.0.0.1', 6379), at('10.0.0.1', 6380), at('10.0.0.2', 6381)].map((one) => reachable(one, way))).toEqual([
    at('gate', 7001),
    at('10.0.0.1', 6380),
    at('gate2', 6381),
  ]);
  expect([at('gate', 7001), at('gate2', 6381), at('else', 1)].map((one) => announcedAt(one, way))).toEqual([
    at('10.0.0.1', 6379),
    at('10.0.0.2', 6381),
    at('else', 1),
  ]);
});

function disposable<T extends { dispose(): void }>(value: T): Disposable & { readonly value: T } {
  return { value, [Symbol.dispose]: () => value.dispose() };
}
