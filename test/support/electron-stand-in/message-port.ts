// MessagePorts of the main process, and their way into a page: values cross as JSON, not as structured clones.
import { EventEmitter } from 'node:events';

/** The page's end of a port that was handed over. */
export interface PageEnd {
  send(data: unknown): void;
  close(): void;
}

/** What the far end does with what this end sends it. */
interface Receiver {
  receive(data: unknown): void;
  closed(): void;
}

export class StandInMessagePort extends EventEmitter {
  #peer: Receiver | null = null;
  #isStarted = false;
  #isClosed = false;
  #waiting: unknown[] = [];

  /** Joins two ports: what one is given, the other hears. */
  static entangle(one: StandInMessagePort, other: StandInMessagePort): void {
    one.#peer = other.#asReceiver();
    other.#peer = one.#asReceiver();
  }

  postMessage(data: unknown, transfer: readonly unknown[] = []): void {
    if (transfer.length > 0) throw new Error('the Electron stand-in does not play ports sent through ports');
    this.#peer?.receive(throughJson(data));
  }

  start(): void {
    this.#isStarted = true;
    for (const data of this.#waiting.splice(0)) this.emit('message', { data, ports: [] });
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#peer?.closed();
  }

  /** Gives this end to a page: what arrives goes there from now on, and the page speaks in its place. */
  handOver(page: PageEnd): { readonly fromPage: (data: unknown) => void; readonly pageIsGone: () => void } {
    for (const data of this.#waiting.splice(0)) page.send(data);
    this.#deliver = (data) => page.send(data);
    this.#end = () => page.close();
    return { fromPage: (data) => this.#peer?.receive(data), pageIsGone: () => this.close() };
  }

  #deliver = (data: unknown): void => {
    if (this.#isStarted) this.emit('message', { data, ports: [] });
    else this.#waiting.push(data);
  };

  #end = (): void => {
    this.emit('close');
  };

  #asReceiver(): Receiver {
    return {
      // Later, as in Electron: no message arrives within the call that sent it.
      receive: (data) => setImmediate(() => this.#deliver(data)),
      closed: () => setImmediate(() => this.#end()),
    };
  }
}

/** Electron's `MessageChannelMain`. */
export class StandInMessageChannel {
  readonly port1 = new StandInMessagePort();
  readonly port2 = new StandInMessagePort();

  constructor() {
    StandInMessagePort.entangle(this.port1, this.port2);
  }
}

/** @throws Error on bytes, which JSON would turn into something else without a word. */
export function throughJson(value: unknown): unknown {
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    throw new Error('the Electron stand-in carries JSON, not bytes');
  }
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
