// The transport port made of Node's sockets: one static buffer is read into for all of them, and nothing is copied here.
// Hot: guarded by `npm run bench -- throughput`.
import net from 'node:net';
import type { Disposable } from '../base/lifecycle.ts';
import type {
  Connection,
  ConnectionHandlers,
  ConnectOptions,
  Endpoint,
  ListenerHandle,
  Transport,
} from '../base/ports.ts';
import type { TlsContext, TlsDoor, TlsSettings } from '../base/tls.ts';
import { SocketConnection } from './socket-connection.ts';
import { connectTls, TlsAcceptor } from './tls.ts';
import { prepareTls } from './tls-files.ts';

/** One read of a socket. */
const READ_BYTES = 64 * 1024;
/** Free memory in front of each read, where a receiver may put the tail of what it got before. */
export const HEADROOM_BYTES = 64 * 1024;
/** A silent client is asked for a sign of life after this long: Redis's `tcp-keepalive`. */
const KEEP_ALIVE_MS = 300_000;
/** Connections that wait to be accepted. */
const ACCEPT_BACKLOG = 511;

/** What a thread's sockets read into: handed out during a callback, so one for all of them is enough. */
interface ReadBuffer {
  readonly bytes: Buffer;
  readonly view: DataView;
  readonly window: Uint8Array;
}

function makeReadBuffer(): ReadBuffer {
  const bytes = Buffer.allocUnsafeSlow(HEADROOM_BYTES + READ_BYTES);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return { bytes, view, window: bytes.subarray(HEADROOM_BYTES) };
}

/** `net.Socket` takes `onread` also with a handle that a server accepted; its types do not say so. */
type HandleOptions = ConstructorParameters<typeof net.Socket>[0] & {
  readonly handle: unknown;
  readonly onread: net.OnReadOpts;
};

export class SocketTransport implements Transport {
  readonly #read = makeReadBuffer();

  listen(
    endpoint: Endpoint,
    accept: (connection: Connection) => ConnectionHandlers,
    tls?: TlsDoor,
  ): Promise<ListenerHandle> {
    if (tls !== undefined) return this.#listenTls(endpoint, accept, tls);
    const open = new Set<SocketConnection>();
    const server = net.createServer({ noDelay: true, pauseOnConnect: true, allowHalfOpen: true }, (socket) => {
      const connection = this.#accepted(socket);
      open.add(connection);
      connection.socket.once('close', () => open.delete(connection));
      connection.handlers = accept(connection);
      connection.socket.resume();
    });
    return bind(server, endpoint, open);
  }

  #listenTls(
    endpoint: Endpoint,
    accept: (connection: Connection) => ConnectionHandlers,
    door: TlsDoor,
  ): Promise<ListenerHandle> {
    const acceptor = new TlsAcceptor(door, (connection) => {
      connection.handlers = accept(connection);
    });
    const open = new Set<net.Socket>();
    const keepAlive = { keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS };
    const server = net.createServer({ noDelay: true, ...keepAlive }, (socket) => {
      open.add(socket);
      socket.once('close', () => open.delete(socket));
      acceptor.receive(socket);
    });
    return bind(server, endpoint, open);
  }

  prepareTls(settings: TlsSettings): TlsContext {
    return prepareTls(settings);
  }

  /**
   * Takes an accepted socket's handle into a socket that reads into the static buffer. Where Node does not let us (the
   * handle is no documented thing), its own 'data' events serve, each with memory of its own.
   */
  #accepted(socket: net.Socket): SocketConnection {
    const owner = socket as unknown as { _handle: { readStart?: unknown } | null };
    const handle = owner._handle;
    if (handle === null || typeof handle.readStart !== 'function') return this.#readingEvents(socket);
    owner._handle = null;
    let connection: SocketConnection | undefined;
    const options: HandleOptions = {
      handle,
      allowHalfOpen: true,
      onread: this.#onread(() => connection?.handlers),
    };
    const taken = new net.Socket(options);
    taken.setNoDelay(true);
    taken.setKeepAlive(true, KEEP_ALIVE_MS);
    connection = new SocketConnection(taken);
    return connection;
  }

  #readingEvents(socket: net.Socket): SocketConnection {
    const connection = new SocketConnection(socket);
    socket.on('data', (bytes: Buffer) => {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      connection.handlers.onData(bytes, view, 0, bytes.length);
    });
    return connection;
  }

  #onread(handlers: () => ConnectionHandlers | undefined): net.OnReadOpts {
    const { bytes, view, window } = this.#read;
    return {
      buffer: window,
      callback: (count: number): boolean => {
        handlers()?.onData(bytes, view, HEADROOM_BYTES, HEADROOM_BYTES + count);
        return true;
      },
    };
  }

  connect(
    endpoint: Endpoint,
    options: ConnectOptions,
    opened: (connection: Connection) => ConnectionHandlers,
    failed: (reason: string) => void,
  ): Disposable {
    let settled = false;
    const settle = (result: SocketConnection | string): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      if (typeof result === 'string') {
        socket.destroy();
        failed(result);
      } else result.handlers = opened(result);
    };
    const address = {
      ...('path' in endpoint ? { path: endpoint.path } : { host: endpoint.host, port: endpoint.port }),
      ...(options.localAddress === undefined ? {} : { localAddress: options.localAddress }),
      noDelay: true,
      allowHalfOpen: true,
    } as net.TcpNetConnectOpts;
    const socket = options.tls ? connectTls(address, options.tls, settle) : this.#connectPlain(address, settle);
    const timer = setTimeout(() => settle('ETIMEDOUT'), options.timeoutMs);
    return {
      dispose: () => {
        if (settled) return;
        settled = true;
        clearTimeout(timer);
        socket.on('error', () => {});
        socket.destroy();
      },
    };
  }

  #connectPlain(address: net.TcpNetConnectOpts, settle: (result: SocketConnection | string) => void): net.Socket {
    let connection: SocketConnection | undefined;
    const socket = net.connect({ ...address, onread: this.#onread(() => connection?.handlers) });
    const onError = (error: NodeJS.ErrnoException): void => settle(error.code ?? error.message);
    socket.on('error', onError);
    socket.once('connect', () => {
      socket.off('error', onError);
      connection = new SocketConnection(socket);
      settle(connection);
    });
    return socket;
  }
}

/** What an open listener must close with itself. */
interface Closable {
  destroy(): void;
}

function bind(server: net.Server, endpoint: Endpoint, open: ReadonlySet<Closable>): Promise<ListenerHandle> {
  // Every IPv6 address does not mean every IPv4 one too: each has a listener of its own, as in Redis.
  const address = 'path' in endpoint ? { path: endpoint.path } : { ...endpoint, ipv6Only: endpoint.host === '::' };
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ ...address, backlog: ACCEPT_BACKLOG }, () => {
      server.off('error', reject);
      const bound = server.address();
      resolve({
        port: typeof bound === 'object' && bound !== null ? bound.port : 0,
        dispose: () => {
          server.close();
          for (const one of open) one.destroy();
        },
      });
    });
  });
}
