// All that the engine asks of the world: no socket, file, timer, clock or random number but through these.
import type { Disposable } from './lifecycle.ts';
import type { TlsContext, TlsDoor, TlsSettings } from './tls.ts';

export interface Clock {
  /** Milliseconds since 1970, as Redis's `mstime`. */
  nowMs(): number;
  /** Milliseconds that never go back, with fractions; for measuring. */
  monotonicMs(): number;
}

export interface Timers {
  after(delayMs: number, run: () => void): Disposable;
  every(intervalMs: number, run: () => void): Disposable;
  /** Runs after the events that are ready now, before any timer: Node's setImmediate. */
  soon(run: () => void): Disposable;
}

export interface Random {
  bytes(count: number): Uint8Array;
  /** A whole number from 0 to `below - 1`. */
  integer(below: number): number;
}

/** Where to listen or to connect. */
export type Endpoint = { readonly host: string; readonly port: number } | { readonly path: string };

/** What happened on a connection. Exactly one `onClose` ends it. */
export interface ConnectionHandlers {
  /**
   * Bytes arrived. `bytes` may be shared by all connections: it holds them during the call only,
   * at `start` up to but not with `end`. `view` looks at the same memory. What is before `start` is free room: the
   * receiver may write there, to put the tail of what it got before in front of what came now.
   */
  onData(bytes: Buffer, view: DataView, start: number, end: number): void;
  /** Everything written so far has left; called only after a `write` that answered false. */
  onDrain(): void;
  /** The other side sent its end; what is left to write may still be written. */
  onEnd(): void;
  /** The connection is gone. `reason` is null for an orderly close, else a system error code such as ECONNRESET. */
  onClose(reason: string | null): void;
}

export interface Connection {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  /** Bytes handed over and not yet taken by the system. */
  readonly pendingBytes: number;
  /**
   * Writes `bytes` from `start` to `end`. True: they were taken at once and the memory may be used again.
   * False: they are queued, and the memory must not change until `onDrain`.
   */
  write(bytes: Uint8Array, start: number, end: number): boolean;
  pause(): void;
  resume(): void;
  /** False: the system may hold a small packet back to make a larger one of it. At first it does not. */
  setNoDelay(on: boolean): void;
  /** Sends what is queued, then closes. */
  end(): void;
  /** Closes at once; what is queued is lost. */
  destroy(): void;
}

export interface ListenerHandle extends Disposable {
  /** The port in fact bound, where 0 was asked. 0 for a path. */
  readonly port: number;
}

export interface ConnectOptions {
  readonly timeoutMs: number;
  readonly localAddress?: string;
  /** Null is as absent: plain TCP. */
  readonly tls?: TlsContext | null;
}

export interface Transport {
  /**
   * Rejects with an error whose `code` is the system's (EADDRINUSE, EACCES, ENOTFOUND …).
   * With `tls`, `accept` is called when the handshake is done.
   */
  listen(
    endpoint: Endpoint,
    accept: (connection: Connection) => ConnectionHandlers,
    tls?: TlsDoor,
  ): Promise<ListenerHandle>;
  /**
   * Never throws: a failure arrives at `failed` with the system's code, ETIMEDOUT after `timeoutMs`.
   * With `tls`, a handshake is part of it; what is wrong with it arrives as words of OpenSSL instead of a code, here
   * and at `onClose`.
   */
  connect(
    endpoint: Endpoint,
    options: ConnectOptions,
    opened: (connection: Connection) => ConnectionHandlers,
    failed: (reason: string) => void,
  ): Disposable;
  /**
   * Reads certificates and keys. Absent: this world has no TLS.
   * @throws TlsError
   */
  prepareTls?(settings: TlsSettings): TlsContext;
}

export interface WritableFile {
  write(bytes: Uint8Array): Promise<void>;
  /** Flushes to the disk and closes. */
  close(): Promise<void>;
}

export interface Files {
  exists(path: string): Promise<boolean>;
  read(path: string): Promise<Buffer>;
  /** Pieces of the file in order, each valid until the next is asked. Rejects with the system's code. */
  readPieces(path: string, pieceBytes: number): AsyncIterable<Buffer>;
  /** Makes or empties the file. */
  create(path: string): Promise<WritableFile>;
  /** Replaces `to` in one step. */
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  sizeBytes(path: string): Promise<number>;
}

export interface Ports {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly transport: Transport;
  readonly files: Files;
}
