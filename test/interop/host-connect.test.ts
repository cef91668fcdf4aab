// Connecting to what is there, to what is not, and to what is something else: each failure by its own code.
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { describe, expect, inject, it } from 'vitest';
import type { ConnectRequest } from '#core/contract/acts.ts';
import { freePort } from '../support/free-port.ts';
import { connectedId, startHost, type TestHost } from '../support/host.ts';
import { startRedis } from '../support/redis-server.ts';
import { startRelay } from '../support/relay.ts';

const loopback = '127.0.0.1';
const password = 'correct-horse-battery';

async function failureOf(host: TestHost, request: ConnectRequest) {
  const outcome = await host.client.connections.connect(request);
  if (outcome.ok) throw new Error('the connection was made');
  expect(host.host.fleet.members).toEqual([]);
  return outcome.failure;
}

async function listening(server: Server): Promise<number> {
  server.listen(0, loopback);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

describe('a connection that cannot be made', () => {
  it('to a closed port is refused', async () => {
    await using host = await startHost(inject('nodeWorkerUrl'));
    const port = await freePort();
    expect(await failureOf(host, { host: loopback, port })).toEqual({
      code: 'connectionRefused',
      params: { host: loopback, port },
      retryable: true,
    });
  });

  it('to a name that does not resolve says so', async () => {
    await using host = await startHost(inject('nodeWorkerUrl'));
    const failure = await failureOf(host, { host: 'no-such-host.invalid' });
    expect(failure).toMatchObject({ code: 'addressUnresolved', params: { host: 'no-such-host.invalid' } });
  });

  it('to an HTTP server shows the first bytes that it sent', async () => {
    await using host = await startHost(inject('nodeWorkerUrl'));
    const server = createHttpServer((_request, response) => response.end('hello'));
    const port = await listening(server);
    try {
      const failure = await failureOf(host, { host: loopback, port });
      expect(failure).toMatchObject({ code: 'notRedis', params: { host: loopback, port } });
      expect(failure.params.answer).toMatch(/^HTTP\/1\.1 400 Bad Request/);
    } finally {
      server.close();
    }
  });

  it('to a server that speaks first, in bytes, shows them made printable', async () => {
    await using host = await startHost(inject('nodeWorkerUrl'));
    const server = createServer((socket) =>
      socket.on('error', () => {}).end(Buffer.from([0x4a, 0, 0, 0, 0x0a, 0xff, 0x38])),
    );
    const port = await listening(server);
    try {
      const failure = await failureOf(host, { host: loopback, port });
      expect(failure).toMatchObject({ code: 'notRedis', params: { answer: 'J\\x00\\x00\\x00 \\xff8' } });
    } finally {
      server.close();
    }
  });

  it('to a server that hangs times out, and delays no other node meanwhile', async () => {
    await using host = await startHost(inject('nodeWorkerUrl'));
    await using redis = await startRedis();
    const sockets = new Set<{ destroy(): void }>();
    const server = createServer((socket) => sockets.add(socket.on('error', () => {})));
    const port = await listening(server);
    try {
      const hanging = host.client.connections.connect({ host: loopback, port });
      const nodeId = await host.connect(redis, 'real');
      const first = await host.untilView(nodeId, 'a first look', (view) => view.observedAtMs !== null);
      await host.untilView(nodeId, 'a later look', (view) => (view.observedAtMs ?? 0) > (first?.observedAtMs ?? 0));
      expect(await hanging).toMatchObject({ ok: false, failure: { code: 'connectionTimedOut', params: { port } } });
    } finally {
      for (const socket of sockets) socket.destroy();
      server.close();
    }
  });

  it('with a wrong password is rejected, without one it is told that one is needed', async () => {
    await using host = await startHost(inject('nodeWorkerUrl'));
    await using redis = await startRedis({ settings: { requirepass: password } });
    const at = { host: redis.host, port: redis.port };
    expect(await failureOf(host, { ...at, password: 'hunter2' })).toMatchObject({ code: 'authRejected', params: at });
    expect(await failureOf(host, at)).toMatchObject({ code: 'authRequired', params: at });
    const wrong = await failureOf(host, { url: `redis://ann:hunter2@${redis.host}:${redis.port}` });
    expect(wrong.code).toBe('authRejected');
    expect(JSON.stringify(wrong)).not.toContain('hunter2');
  });

  it('by TLS to a server without TLS is a failure of TLS', async () => {
    await using host = await startHost(inject('nodeWorkerUrl'));
    await using redis = await startRedis();
    const failure = await failureOf(host, { url: `rediss://${redis.host}:${redis.port}` });
    expect(failure).toMatchObject({ code: 'tlsFailed', params: { port: redis.port } });
  });
});

describe('a connection', () => {
  it('is made by URL with the right password, which no view ever shows', async () => {
    await using host = await startHost(inject('nodeWorkerUrl'));
    await using redis = await startRedis({ settings: { requirepass: password } });
    const outcome = await host.client.connections.connect({ url: `redis://:${password}@${redis.host}:${redis.port}` });
    const view = await host.untilView(connectedId(outcome), 'the first look', ({ role }) => role === 'master');
    expect(view).toMatchObject({
      kind: 'remote',
      lifecycle: { kind: 'running' },
      server: { family: 'redis', version: '7.0.15' },
    });
    expect(JSON.stringify(host.events)).not.toContain(password);
  });

  it('that was remembered without its password says so, and a new one with it takes its place', async () => {
    await using redis = await startRedis({ settings: { requirepass: password } });
    const { host: name, port } = redis;
    const connections = [{ name: 'real', host: name, port, tls: false, username: null, environment: 'prod' }];
    await using host = await startHost(inject('nodeWorkerUrl'), { 'settings.json': { lab: [], connections } });
    await host.host.openLab();
    const [remembered] = host.host.fleet.members;
    await host.untilView(
      remembered?.id ?? '',
      'the reason',
      ({ lifecycle }) => lifecycle.kind === 'connecting' && lifecycle.failure?.code === 'authRequired',
    );
    const nodeId = await host.connect(redis, 'real', password);
    expect(host.host.fleet.members.map(({ id }) => id)).toEqual([nodeId]);
  });

  it('with a password that the server does not ask for is made all the same', async () => {
    await using host = await startHost(inject('nodeWorkerUrl'));
    await using redis = await startRedis();
    expect(await host.connect(redis, 'real', 'not-needed')).toMatch(/^node-/);
  });

  it('that is lost is told with its reason, tried again with a pause, and comes back by itself', async () => {
    await using host = await startHost(inject('nodeWorkerUrl'));
    await using redis = await startRedis();
    await using relay = await startRelay(redis);
    const nodeId = await host.connect(relay, 'real');
    relay.refuse();
    relay.cut();
    const away = await host.untilView(
      nodeId,
      'it to be unreachable',
      ({ lifecycle }) => lifecycle.kind === 'unreachable',
    );
    expect(away?.lifecycle).toMatchObject({ failure: { code: 'connectionLost', retryable: true } });
    relay.accept();
    await host.untilView(nodeId, 'it to be back', ({ lifecycle }) => lifecycle.kind === 'running');
  });

  it('whose server hangs later is told to be unreachable, and harms no other', async () => {
    await using host = await startHost(inject('nodeWorkerUrl'));
    await using redis = await startRedis();
    await using relay = await startRelay(redis);
    const stuck = await host.connect(relay, 'stuck');
    const free = await host.connect(redis, 'free');
    await host.untilView(stuck, 'a first look', (view) => view.observedAtMs !== null);
    relay.stall();
    const hung = await host.untilView(stuck, 'it to be told', ({ lifecycle }) => lifecycle.kind === 'unreachable');
    expect(hung?.lifecycle).toMatchObject({ failure: { code: 'connectionTimedOut', retryable: true } });
    const last = hung?.observedAtMs ?? 0;
    const toldAtMs = Date.now();
    await host.untilView(free, 'looks to go on', (view) => (view.observedAtMs ?? 0) > toldAtMs);
    expect(host.view(stuck)?.observedAtMs).toBe(last);
    relay.flow();
    await host.untilView(stuck, 'it to be read again', ({ lifecycle }) => lifecycle.kind === 'running');
  });
});
