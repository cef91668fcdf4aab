// Connections in memory: a test is one end, and sees and says bytes; the code under test has the other.
import type { Disposable } from '#core/base/lifecycle.ts';
import type { Connection, ConnectionHandlers, Endpoint, ListenerHandle, Transport } from '#core/base/ports.ts';

/** One connection. The code under test writes to it; the test reads `written`, and speaks by `say`. */
export class MemoryConnection implements Connection {
  readonly remoteAddress = '10.0.0.2';
  readonly remotePort = 50_000;
  readonly localAddress = '10.0.0.1';
  readonly localPort = 6379;
  handlers: ConnectionHandlers | null = null;
  closed = false;
  paused = false;
  noDelay = true;
  /** Writes are queued until `drain` when true: a peer that does not read. */
  isFull = false;
  #written: Buffer[] = [];
  #queued = 0;

  get pendingBytes(): number {
    return this.#queued;
  }

  /** All that was written since the last look, as text of bytes. */
  taken(): string {
    const text = Buffer.concat(this.#written).toString('latin1');
    this.#written = [];
    return text;
  }

  write(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.closed) return true;
    this.#written.push(Buffer.from(bytes.subarray(start, end)));
    if (!this.isFull) return true;
    this.#queued += end - start;
    return false;
  }

  drain(): void {
    this.isFull = false;
    this.#queued = 0;
    this.handlers?.onDrain();
  }

  say(text: string | Buffer): void {
    const bytes = typeof text === 'string' ? Buffer.from(text, 'latin1') : Buffer.from(text);
    if (this.closed) return;
    this.handlers?.onData(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length);
  }

  /** The other side, or the network, ends it. */
  cut(reason: string | null = null): void {
    if (this.closed) return;
    this.closed = true;
    this.handlers?.onClose(reason);
  }

  setNoDelay(on: boolean): void {
    this.noDelay = on;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  end(): void {
    this.cut();
  }

  destroy(): void {
    this.cut();
  }
}

/** Every `connect` waits for the test to open or refuse it. */
export class MemoryTransport implements Transport {
  readonly attempts: { readonly endpoint: Endpoint; open(): MemoryConnection; fail(code: string): void }[] = [];

  get last(): MemoryTransport['attempts'][number] {
    const attempt = this.attempts.at(-1);
    if (attempt === undefined) throw new Error('nobody has tried to connect');
    return attempt;
  }

  listen(): Promise<ListenerHandle> {
    throw new Error('nothing listens in memory');
  }

  connect(
    endpoint: Endpoint,
    _options: { readonly timeoutMs: number },
    opened: (connection: Connection) => ConnectionHandlers,
    failed: (reason: string) => void,
  ): Disposable {
    let given = false;
    this.attempts.push({
      endpoint,
      open: () => {
        const connection = new MemoryConnection();
        if (!given) connection.handlers = opened(connection);
        return connection;
      },
      fail: (code) => {
        if (!given) failed(code);
      },
    });
    return {
      dispose: () => {
        given = true;
      },
    };
  }
}
