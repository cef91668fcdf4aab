// The transport port made of Node's sockets: one static buffer is read into for all of them, and nothing is copied here.
// Hot: guarded by `npm run bench -- throughput`.
import net from 'node:net';
import type { Disposable } from '../base/lifecycle.ts';
import type { Connection, ConnectionHandlers, Endpoint, ListenerHandle, Transport } from '../base/ports.ts';

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

const NOTHING = new Uint8Array(0);

class SocketConnection implements Connection {
  readonly socket: net.Socket;
  handlers!: ConnectionHandlers;
  #closeReason: string | null = null;
  #awaitsDrain = false;

  constructor(socket: net.Socket) {
    this.socket = socket;
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#closeReason = error.code ?? error.message;
    });
    socket.on('drain', () => this.handlers.onDrain());
    socket.on('end', () => this.handlers.onEnd());
    socket.on('close', () => this.handlers.onClose(this.#closeReason));
  }

  get remoteAddress(): string {
    return this.socket.remoteAddress ?? '';
  }

  get remotePort(): number {
    return this.socket.remotePort ?? 0;
  }

  get localAddress(): string {
    return this.socket.localAddress ?? '';
  }

  get localPort(): number {
    return this.socket.localPort ?? 0;
  }

  get pendingBytes(): number {
    return this.socket.writableLength;
  }

  write(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.socket.destroyed || this.socket.writableEnded) return true;
    this.socket.write(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end));
    if (this.socket.writableLength === 0) return true;
    this.#awaitDrain();
    return false;
  }

  /** Node emits 'drain' only after a queue that was full: a shorter one ends with an empty write that calls back. */
  #awaitDrain(): void {
    if (this.#awaitsDrain || this.socket.writableNeedDrain) return;
    this.#awaitsDrain = true;
    this.socket.write(NOTHING, () => {
      this.#awaitsDrain = false;
      if (this.socket.destroyed) return;
      if (this.socket.writableLength === 0) this.handlers.onDrain();
      else this.#awaitDrain();
    });
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  end(): void {
    this.socket.destroySoon();
  }

  destroy(): void {
    this.socket.destroy();
  }
}

export class SocketTransport implements Transport {
  readonly #read = makeReadBuffer();

  listen(endpoint: Endpoint, accept: (connection: Connection) => ConnectionHandlers): Promise<ListenerHandle> {
    const open = new Set<SocketConnection>();
    const server = net.createServer({ noDelay: true, pauseOnConnect: true, allowHalfOpen: true }, (socket) => {
      const connection = this.#accepted(socket);
      open.add(connection);
      connection.socket.once('close', () => open.delete(connection));
      connection.handlers = accept(connection);
      connection.socket.resume();
    });
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
            for (const connection of open) connection.destroy();
          },
        });
      });
    });
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
    options: { readonly timeoutMs: number; readonly localAddress?: string },
    opened: (connection: Connection) => ConnectionHandlers,
    failed: (reason: string) => void,
  ): Disposable {
    const address = 'path' in endpoint ? { path: endpoint.path } : { host: endpoint.host, port: endpoint.port };
    let connection: SocketConnection | undefined;
    let settled = false;
    const socket = net.connect({
      ...address,
      ...(options.localAddress === undefined ? {} : { localAddress: options.localAddress }),
      noDelay: true,
      allowHalfOpen: true,
      onread: this.#onread(() => connection?.handlers),
    } as net.TcpNetConnectOpts);
    const fail = (reason: string): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      socket.destroy();
      failed(reason);
    };
    const timer = setTimeout(() => fail('ETIMEDOUT'), options.timeoutMs);
    const onError = (error: NodeJS.ErrnoException): void => fail(error.code ?? error.message);
    socket.on('error', onError);
    socket.once('connect', () => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      socket.off('error', onError);
      connection = new SocketConnection(socket);
      connection.handlers = opened(connection);
    });
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
}
