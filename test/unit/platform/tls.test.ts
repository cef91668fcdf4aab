// TLS as the transport does it: bytes in both directions, what is said of those who are not let in, and the bound on handshakes.
import { once } from 'node:events';
import net from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, expect, test } from 'vitest';
import type { Disposable } from '#core/base/lifecycle.ts';
import type { Connection } from '#core/base/ports.ts';
import type { TlsSettings } from '#core/base/tls.ts';
import { HANDSHAKES_MAX } from '#core/platform/tls.ts';
import { SocketTransport } from '#core/platform/transport.ts';
import { waitFor } from '../../support/wait-for.ts';

const settings: TlsSettings = {
  folder: 'test/fixtures/tls',
  identity: { certificateFile: 'server.crt', keyFile: 'server.key', keyPassword: '' },
  clientIdentity: null,
  authorityFile: 'ca.crt',
  authorityFolder: '',
  protocols: '',
  ciphers: '',
  cipherSuites: '',
  prefersServerCiphers: false,
  keyExchangeFile: '',
  resumesSessions: true,
  sessionSeconds: 300,
};

/** For what must come, on a busy machine too. */
const longTimeoutMs = 30_000;

const open: Disposable[] = [];

afterEach(() => {
  for (const one of open.splice(0).reverse()) one.dispose();
});

/** Gives back what it hears. */
async function echoing(refused: string[] = []) {
  const transport = new SocketTransport();
  const context = transport.prepareTls(settings);
  const door = {
    context: () => context,
    clientAuthentication: () => 'no' as const,
    refused: refused.push.bind(refused),
  };
  const accept = (connection: Connection) => ({
    onData: (bytes: Buffer, _view: DataView, start: number, end: number) =>
      void connection.write(Buffer.from(bytes.subarray(start, end)), 0, end - start),
    onDrain: () => {},
    onEnd: () => connection.end(),
    onClose: () => {},
  });
  const listener = await transport.listen({ host: '127.0.0.1', port: 0 }, accept, door);
  open.push(listener);
  return { transport, context, port: listener.port };
}

test('bytes of any number come back as they were, though a writer uses its memory again', async () => {
  const { transport, context, port } = await echoing();
  const sent = Buffer.alloc(3_000_000, 'abcdefghij');
  const received: Buffer[] = [];
  let connection: Connection | undefined;
  let at = 0;
  const room = Buffer.alloc(50_000);
  const send = () => {
    while (at < sent.length) {
      const end = Math.min(at + room.length, sent.length);
      sent.copy(room, 0, at, end);
      const length = end - at;
      at = end;
      if (!connection!.write(room, 0, length)) return;
      room.fill('!');
    }
  };
  open.push(
    transport.connect(
      { host: '127.0.0.1', port },
      { timeoutMs: longTimeoutMs, tls: context },
      (opened) => {
        connection = opened;
        open.push({ dispose: () => opened.destroy() });
        return {
          onData: (bytes, _view, start, end) => void received.push(Buffer.from(bytes.subarray(start, end))),
          onDrain: send,
          onEnd: () => {},
          onClose: () => {},
        };
      },
      (reason) => received.push(Buffer.from(reason)),
    ),
  );
  await waitFor('the handshake', () => connection !== undefined);
  send();
  await waitFor(
    'all bytes to come back',
    () => received.reduce((sum, { length }) => sum + length, 0),
    (length) => length >= sent.length,
  );
  expect(Buffer.concat(received).equals(sent)).toBe(true);
});

test('a client that has said all still gets its answer', async () => {
  const { port } = await echoing();
  const client = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
  client.allowHalfOpen = true;
  open.push({ dispose: () => client.destroy() });
  const heard: Buffer[] = [];
  client.on('data', (bytes: Buffer) => heard.push(bytes));
  client.end(Buffer.alloc(500_000, 'x'));
  await once(client, 'close');
  expect(Buffer.concat(heard)).toHaveLength(500_000);
});

test('a server that speaks no TLS, and one that says nothing, are failures with words', async () => {
  const { transport, context } = await echoing();
  for (const [answer, timeoutMs, reason] of [
    ['-ERR no TLS here\r\n', longTimeoutMs, /^error:0A00010B:SSL routines::wrong version number$/],
    ['', 200, /^ETIMEDOUT$/],
  ] as const) {
    const server = net.createServer((socket) => socket.on('error', () => {}).write(answer)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    open.push({ dispose: () => server.close() });
    const { port } = server.address() as net.AddressInfo;
    const failed = await new Promise<string>((resolve, reject) => {
      const unexpected = () => reject(new Error('it was opened')) as never;
      transport.connect({ host: '127.0.0.1', port }, { timeoutMs, tls: context }, unexpected, resolve);
    });
    expect(failed).toMatch(reason);
  }
});

test('those who hang in their handshake keep others out only up to a bound, and as long as they are there', async () => {
  const refused: string[] = [];
  const { port } = await echoing(refused);
  const silent = Array.from({ length: HANDSHAKES_MAX + 1 }, () => net.connect(port, '127.0.0.1').on('error', () => {}));
  open.push({ dispose: () => silent.forEach((socket) => void socket.destroy()) });
  await waitFor('one to be refused', () => refused.length === 1);
  expect(refused[0]).toBe('1000 others are at their handshake');
  for (const socket of silent) socket.destroy();
  const echo = await waitFor('others to come in again', async () => {
    const client = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
    open.push({ dispose: () => client.destroy() });
    client.write('here');
    return (await once(client, 'data'))[0] as Buffer;
  });
  expect(echo.toString()).toBe('here');
});
