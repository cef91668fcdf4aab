// Node's sockets behind the transport port: real connections on loopback.
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Disposable } from '#core/base/lifecycle.ts';
import type { Connection, ConnectionHandlers } from '#core/base/ports.ts';
import { SocketTransport } from '#core/platform/transport.ts';
import { waitFor } from '../../support/wait-for.ts';

const host = '127.0.0.1';
/** Long, for a busy machine. */
const connectTimeoutMs = 30_000;
const open: Disposable[] = [];

afterEach(() => {
  for (const item of open.splice(0)) item.dispose();
});

/** Keeps what it is told, and echoes what it hears if asked to. */
class Recorder implements ConnectionHandlers {
  readonly connection: Connection;
  readonly echoes: boolean;
  heard: Buffer[] = [];
  events: string[] = [];
  starts: number[] = [];

  constructor(connection: Connection, echoes = false) {
    this.connection = connection;
    this.echoes = echoes;
  }

  onData(bytes: Buffer, view: DataView, start: number, end: number): void {
    if (view.getUint8(start) !== bytes[start]) this.events.push('the view shows other memory');
    this.starts.push(start);
    const copy = Buffer.from(bytes.subarray(start, end));
    this.heard.push(copy);
    if (this.echoes) this.connection.write(copy, 0, copy.length);
  }

  onDrain(): void {
    this.events.push('drain');
  }

  onEnd(): void {
    this.events.push('end');
    this.connection.end();
  }

  onClose(reason: string | null): void {
    this.events.push(`close ${reason}`);
  }

  get text(): string {
    return Buffer.concat(this.heard).toString('latin1');
  }
}

async function listen(transport: SocketTransport, echoes: boolean) {
  const accepted: Recorder[] = [];
  const listener = await transport.listen({ host, port: 0 }, (connection) => {
    const recorder = new Recorder(connection, echoes);
    accepted.push(recorder);
    return recorder;
  });
  open.push(listener);
  return { accepted, port: listener.port };
}

function connect(
  transport: SocketTransport,
  endpoint: { host: string; port: number } | { path: string },
): Promise<Recorder> {
  return new Promise((resolve, reject) => {
    let recorder: Recorder;
    transport.connect(
      endpoint,
      { timeoutMs: connectTimeoutMs },
      (connection) => {
        recorder = new Recorder(connection);
        resolve(recorder);
        return recorder;
      },
      (reason) => reject(new Error(reason)),
    );
  });
}

describe('the transport', () => {
  test('carries bytes both ways, many connections over one read buffer', async () => {
    const transport = new SocketTransport();
    const { port, accepted } = await listen(transport, true);
    const clients = await Promise.all(Array.from({ length: 10 }, () => connect(transport, { host, port })));
    const messages = clients.map((_, i) => `message of ${i} `.repeat(5000));
    clients.forEach((client, i) => void client.connection.write(Buffer.from(messages[i]!), 0, messages[i]!.length));
    await waitFor('all echoes are back', () =>
      clients.every((client, i) => client.text.length === messages[i]!.length),
    );
    expect(clients.map((client) => client.text)).toEqual(messages);
    for (const client of clients) client.connection.end();
    await waitFor('the server side has closed', () => accepted.every(({ events }) => events.includes('close null')));
    expect(accepted.flatMap(({ events }) => events).filter((event) => event !== 'drain')).toEqual(
      accepted.flatMap(() => ['end', 'close null']),
    );
  });

  test('leaves room in front of what it reads', async () => {
    const transport = new SocketTransport();
    const { port, accepted } = await listen(transport, false);
    const client = await connect(transport, { host, port });
    client.connection.write(Buffer.from('hello'), 0, 5);
    await waitFor('the message is there', () => accepted[0]?.text === 'hello');
    expect(accepted[0]!.starts.every((start) => start >= 64 * 1024)).toBe(true);
  });

  test('hands the wish to the system that packets wait for company', async () => {
    const transport = new SocketTransport();
    const { port, accepted } = await listen(transport, false);
    await connect(transport, { host, port });
    await waitFor('the connection is accepted', () => accepted.length === 1);
    const told = vi.spyOn(net.Socket.prototype, 'setNoDelay');
    open.push({ dispose: () => told.mockRestore() });
    accepted[0]!.connection.setNoDelay(false);
    expect(told.mock.calls).toEqual([[false]]);
  });

  test('says when a write must wait, and when all has left', async () => {
    const transport = new SocketTransport();
    const { port, accepted } = await listen(transport, false);
    const client = net.connect(port, host);
    open.push({ dispose: () => void client.destroy() });
    await once(client, 'connect');
    await waitFor('the connection is accepted', () => accepted.length === 1);
    const { connection } = accepted[0]!;
    const bytes = Buffer.alloc(32 * 1024 * 1024, 'x');
    expect(connection.write(bytes, 0, bytes.length)).toBe(false);
    expect(connection.pendingBytes).toBeGreaterThan(0);
    let received = 0;
    client.on('data', (chunk) => {
      received += chunk.length;
    });
    await waitFor('everything has left', () => accepted[0]!.events.includes('drain'));
    await waitFor('everything has come', () => received === bytes.length);
    expect(connection.pendingBytes).toBe(0);
  });

  test('reads nothing while it is paused', async () => {
    const transport = new SocketTransport();
    const { port, accepted } = await listen(transport, true);
    const client = await connect(transport, { host, port });
    client.connection.write(Buffer.from('a'), 0, 1);
    await waitFor('the first echo', () => client.text === 'a');
    accepted[0]!.connection.pause();
    client.connection.write(Buffer.from('b'), 0, 1);
    const other = await connect(transport, { host, port });
    other.connection.write(Buffer.from('c'), 0, 1);
    await waitFor('the echo to another', () => other.text === 'c');
    expect(accepted[0]!.text).toBe('a');
    accepted[0]!.connection.resume();
    await waitFor('the second echo', () => client.text === 'ab');
  });

  test('works over the path of a socket', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'syncline-transport-'));
    try {
      const transport = new SocketTransport();
      const path = join(folder, 'door.sock');
      const listener = await transport.listen({ path }, (connection) => new Recorder(connection, true));
      open.push(listener);
      const client = await connect(transport, { path });
      client.connection.write(Buffer.from('hello'), 0, 5);
      await waitFor('the echo', () => client.text === 'hello');
      expect(listener.port).toBe(0);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('says why it cannot listen or connect', async () => {
    const transport = new SocketTransport();
    const { port } = await listen(transport, false);
    await expect(transport.listen({ host, port }, (connection) => new Recorder(connection))).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    const gone = await transport.listen({ host, port: 0 }, (connection) => new Recorder(connection));
    gone.dispose();
    await expect(connect(transport, { host, port: gone.port })).rejects.toThrow('ECONNREFUSED');
    await expect(connect(transport, { path: join(tmpdir(), 'no', 'such', 'door.sock') })).rejects.toThrow('ENOENT');
  });

  test('a try that is called off says nothing any more', async () => {
    const transport = new SocketTransport();
    const { port, accepted } = await listen(transport, false);
    const said: string[] = [];
    const attempt = transport.connect(
      { host, port },
      { timeoutMs: connectTimeoutMs },
      (connection) => {
        said.push('opened');
        return new Recorder(connection);
      },
      (reason) => void said.push(reason),
    );
    attempt.dispose();
    const other = await connect(transport, { host, port });
    other.connection.write(Buffer.from('x'), 0, 1);
    await waitFor('a later connection works', () => accepted.some(({ text }) => text === 'x'));
    expect(said).toEqual([]);
  });

  test('closing the door ends who is inside', async () => {
    const transport = new SocketTransport();
    const accepted: Recorder[] = [];
    const listener = await transport.listen({ host, port: 0 }, (connection) => {
      accepted.push(new Recorder(connection));
      return accepted.at(-1)!;
    });
    const client = await connect(transport, { host, port: listener.port });
    await waitFor('the connection is accepted', () => accepted.length === 1);
    listener.dispose();
    await waitFor('the client hears of it', () => client.events.some((event) => event.startsWith('close')));
  });
});
