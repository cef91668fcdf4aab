// A TCP relay between two servers whose wire can be cut and stalled: at once, after so many bytes, or at a word.
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { portOf } from './free-port.ts';

/** Who sent the bytes: the one that connected to the relay, or the server behind it. */
export type Sender = 'client' | 'server';

interface Wire {
  readonly client: Socket;
  readonly server: Socket;
}

interface Cut {
  readonly sender: Sender;
  /** Bytes of this sender, over all wires, that still pass; infinite where a text decides. */
  bytesLeft: number;
  readonly text: string | null;
}

export interface Relay extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Wires opened since the start. */
  readonly opened: number;
  readonly cuts: number;
  /** Drops every wire now; new ones are taken unless `refuse` was called. */
  cut(): void;
  /** Drops the wire after `bytes` more bytes of the sender have passed. */
  cutAfter(sender: Sender, bytes: number): void;
  /** Drops the wire as soon as the sender says `text`; those bytes do not pass. */
  cutAt(sender: Sender, text: string): void;
  /** Bytes wait at the relay, the connections stay up. */
  stall(): void;
  flow(): void;
  /** From now on every new connection is closed at once. */
  refuse(): void;
  accept(): void;
}

/** Starts a relay on a free loopback port in front of `target`. */
export async function startRelay(target: { readonly host: string; readonly port: number }): Promise<Relay> {
  const relay = new TcpRelay(target);
  await relay.listen();
  return relay;
}

class TcpRelay implements Relay {
  readonly host = '127.0.0.1';
  opened = 0;
  cuts = 0;
  readonly #target: { readonly host: string; readonly port: number };
  readonly #server: Server;
  readonly #wires = new Set<Wire>();
  #cut: Cut | null = null;
  #stalled = false;
  #refusing = false;

  constructor(target: { readonly host: string; readonly port: number }) {
    this.#target = target;
    this.#server = createServer((client) => this.#join(client));
  }

  get port(): number {
    return portOf(this.#server);
  }

  async listen(): Promise<void> {
    this.#server.listen(0, this.host);
    await once(this.#server, 'listening');
  }

  cut(): void {
    for (const wire of [...this.#wires]) this.#drop(wire);
  }

  cutAfter(sender: Sender, bytes: number): void {
    this.#cut = { sender, bytesLeft: bytes, text: null };
  }

  cutAt(sender: Sender, text: string): void {
    this.#cut = { sender, bytesLeft: Number.POSITIVE_INFINITY, text };
  }

  stall(): void {
    this.#stalled = true;
    for (const wire of this.#wires) this.#applyFlow(wire);
  }

  flow(): void {
    this.#stalled = false;
    for (const wire of this.#wires) this.#applyFlow(wire);
  }

  refuse(): void {
    this.#refusing = true;
  }

  accept(): void {
    this.#refusing = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(client: Socket): void {
    if (this.#refusing) {
      client.destroy();
      return;
    }
    this.opened++;
    const wire: Wire = { client, server: connect({ ...this.#target, noDelay: true }) };
    this.#wires.add(wire);
    this.#pump(wire, 'client', wire.client, wire.server);
    this.#pump(wire, 'server', wire.server, wire.client);
    this.#applyFlow(wire);
  }

  #pump(wire: Wire, sender: Sender, from: Socket, to: Socket): void {
    from.on('data', (chunk) => {
      const passes = this.#passing(sender, chunk);
      if (passes.length > 0 && !to.write(passes)) from.pause();
      if (passes.length < chunk.length) {
        this.#cut = null;
        this.#drop(wire);
      }
    });
    to.on('drain', () => this.#applyFlow(wire));
    from.on('error', () => {}); // a broken wire is what this file is for; 'close' follows
    from.on('close', () => this.#drop(wire));
  }

  /** What of the chunk may pass; less than the chunk means: cut here. */
  #passing(sender: Sender, chunk: Buffer): Buffer {
    const cut = this.#cut;
    if (cut === null || cut.sender !== sender) return chunk;
    if (cut.text !== null) {
      const at = chunk.indexOf(cut.text);
      return at < 0 ? chunk : chunk.subarray(0, at);
    }
    const passes = chunk.subarray(0, cut.bytesLeft);
    cut.bytesLeft -= passes.length;
    return passes;
  }

  #applyFlow(wire: Wire): void {
    for (const socket of [wire.client, wire.server]) {
      if (this.#stalled) socket.pause();
      else socket.resume();
    }
  }

  #drop(wire: Wire): void {
    if (!this.#wires.delete(wire)) return;
    this.cuts++;
    wire.client.destroy();
    wire.server.destroy();
  }
}
