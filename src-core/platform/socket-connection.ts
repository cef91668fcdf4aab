// A connection of the transport port made of one of Node's sockets: how bytes leave it, and how it ends.
import type net from 'node:net';
import type { Connection, ConnectionHandlers } from '../base/ports.ts';

const NOTHING = new Uint8Array(0);

export class SocketConnection implements Connection {
  readonly socket: net.Socket;
  handlers!: ConnectionHandlers;
  #closeReason: string | null = null;
  #awaitsDrain = false;

  constructor(socket: net.Socket) {
    this.socket = socket;
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#closeReason = this.reasonOf(error);
    });
    socket.on('drain', () => this.handlers.onDrain());
    socket.on('end', () => this.handlers.onEnd());
    socket.on('close', () => this.handlers.onClose(this.#closeReason));
  }

  protected reasonOf(error: NodeJS.ErrnoException): string {
    return error.code ?? error.message;
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
    this.awaitDrain();
    return false;
  }

  /** Node emits 'drain' only after a queue that was full: a shorter one ends with an empty write that calls back. */
  protected awaitDrain(): void {
    if (this.#awaitsDrain || this.socket.writableNeedDrain) return;
    this.#awaitsDrain = true;
    this.socket.write(NOTHING, () => {
      this.#awaitsDrain = false;
      if (this.socket.destroyed) return;
      if (this.socket.writableLength === 0) this.handlers.onDrain();
      else this.awaitDrain();
    });
  }

  setNoDelay(on: boolean): void {
    this.socket.setNoDelay(on);
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
