// One connection to the master: opened, read in turns with others, held while what came is worked on, and closed.
import type { Disposable } from '../../../base/lifecycle.ts';
import type { Connection, Ports } from '../../../base/ports.ts';
import type { TlsContext } from '../../../base/tls.ts';
import type { MasterAddress } from '../link-reason.ts';
import { StreamInput } from './stream-input.ts';

/** So much is taken before others have their turn. */
const readBudgetBytes = 256 * 1024;
const noBytes = Buffer.alloc(0);
const noView = new DataView(new ArrayBuffer(0));

/** What the wire tells; nothing of it after `close`. */
export interface WireEvents {
  opened(): void;
  failed(systemCode: string): void;
  /** Takes what is understood of these bytes, one thing at a time; answers how many. 0: more must come first. */
  take(buffer: Buffer, view: DataView, start: number, end: number): number;
  /** All that could be taken of one piece was taken. */
  wasRead(): void;
  /** Null for an orderly end, else the system's code. */
  closed(systemCode: string | null): void;
}

export class MasterWire {
  /** Unix time of the last byte, or of the beginning. */
  lastIoMs: number;
  readonly #ports: Pick<Ports, 'clock' | 'timers' | 'transport'>;
  readonly #events: WireEvents;
  readonly #input = new StreamInput();
  #opening: Disposable | null = null;
  #connection: Connection | null = null;
  #isClosed = false;
  #isHeld = false;
  #budgetBytes = readBudgetBytes;
  /** The budget is used up: reading goes on in the next turn. */
  #nextTurn: Disposable | null = null;

  constructor(ports: Pick<Ports, 'clock' | 'timers' | 'transport'>, events: WireEvents) {
    this.#ports = ports;
    this.#events = events;
    this.lastIoMs = ports.clock.nowMs();
  }

  /** Bytes that arrived and were not taken. */
  get waitingBytes(): number {
    return this.#input.waitingBytes;
  }

  /** Nothing is taken until `goOn`. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** `tls`: what the connection is opened with; null for plain TCP. */
  open(address: MasterAddress, timeoutMs: number, tls: TlsContext | null): void {
    this.#opening = this.#ports.transport.connect(
      address,
      { timeoutMs, tls },
      (connection) => {
        this.#opening = null;
        this.#connection = connection;
        this.lastIoMs = this.#ports.clock.nowMs();
        this.#events.opened();
        return {
          onData: (bytes, view, start, end) => !this.#isClosed && this.#read(bytes, view, start, end),
          onDrain: () => {},
          onEnd: () => !this.#isClosed && this.#events.closed(null),
          onClose: (systemCode) => !this.#isClosed && this.#events.closed(systemCode),
        };
      },
      (systemCode) => {
        this.#opening = null;
        this.#events.failed(systemCode);
      },
    );
  }

  write(bytes: Buffer): void {
    this.#connection?.write(bytes, 0, bytes.length);
  }

  /** What arrives from now on waits: most of it in the system, where it slows the master down. */
  hold(): void {
    this.#isHeld = true;
    this.#connection?.pause();
  }

  /** Takes what has waited, then what comes. */
  goOn(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.lastIoMs = this.#ports.clock.nowMs();
    this.#input.feed(noBytes, noView, 0, 0, (...piece) => this.#take(...piece));
    this.#events.wasRead();
    this.#resume();
  }

  close(): void {
    this.#isClosed = true;
    this.#opening?.dispose();
    this.#nextTurn?.dispose();
    this.#connection?.destroy();
    this.#connection = null;
  }

  #read(bytes: Buffer, view: DataView, start: number, end: number): void {
    this.lastIoMs = this.#ports.clock.nowMs();
    this.#input.feed(bytes, view, start, end, (...piece) => this.#take(...piece));
    this.#events.wasRead();
    this.#budgetBytes -= end - start;
    if (this.#budgetBytes > 0 || this.#nextTurn !== null) return;
    // A fast master could keep us reading for ever: the rest waits for the next turn.
    this.#connection?.pause();
    this.#nextTurn = this.#ports.timers.soon(() => {
      this.#nextTurn = null;
      this.#budgetBytes = readBudgetBytes;
      this.#resume();
    });
  }

  #resume(): void {
    if (!this.#isHeld && this.#nextTurn === null) this.#connection?.resume();
  }

  #take(buffer: Buffer, view: DataView, start: number, end: number): number {
    let at = start;
    while (at < end && !this.#isHeld && !this.#isClosed) {
      const taken = this.#events.take(buffer, view, at, end);
      if (taken === 0) break;
      at += taken;
    }
    // Bytes of a connection that is gone are nobody's.
    return this.#isClosed ? end - start : at - start;
  }
}
