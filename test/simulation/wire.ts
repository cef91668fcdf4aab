// One simulated connection: two ends, and a flow of bytes each way with little room, which may break anywhere.
import type { Connection, ConnectionHandlers } from '#core/base/ports.ts';
import type { SeededRandom } from '../support/random.ts';
import type { Life, SimulatedTime } from './clock.ts';
import type { Weather } from './weather.ts';

/** Towards the one who listens, or towards the one who called. */
export type Direction = 'toServer' | 'toClient';

/** Sees each piece just before it is delivered. */
export type Tap = (wire: Wire, direction: Direction, bytes: Buffer) => void;

/** The network as its wires know it. */
export interface WireWorld {
  readonly time: SimulatedTime;
  readonly random: SeededRandom;
  readonly weather: Weather;
  readonly tap: Tap;
  readonly wires: Set<Wire>;
  delayMs(): number;
  nextPort(): number;
  /** 0 when the road is free. */
  stalledForMs(oneHost: string, otherHost: string): number;
}

/** Free room in front of what is delivered, as the real transport has it. */
const headroomBytes = 64 * 1024;
const pieceBytes = 64 * 1024;
/** Whoever reads where nothing stands any more shall notice. */
const poison = 0xee;
/** How long a machine that is gone may go unnoticed. */
const silenceMaxMs = 12_000;

const received = Buffer.alloc(headroomBytes + pieceBytes, poison);
const receivedView = new DataView(received.buffer, received.byteOffset, received.length);
const nobody: ConnectionHandlers = { onData() {}, onDrain() {}, onEnd() {}, onClose() {} };

export class Wire {
  readonly network: WireWorld;
  readonly client: WireEnd;
  readonly server: WireEnd;
  /** Nothing arrives any more; the ends may not know yet. */
  isBroken = false;

  constructor(
    network: WireWorld,
    client: { readonly host: string; readonly life: Life },
    server: { readonly host: string; readonly port: number; readonly life: Life },
  ) {
    this.network = network;
    this.client = new WireEnd(this, 'toServer', { ...client, port: network.nextPort() });
    this.server = new WireEnd(this, 'toClient', server);
    this.client.peer = this.server;
    this.server.peer = this.client;
    network.wires.add(this);
  }

  /** Breaks after so many more bytes in one direction; each end learns of it in its own time. */
  cutAfter(bytes: number, direction: Direction): void {
    const flow = direction === 'toServer' ? this.client.outgoing : this.server.outgoing;
    flow.leftBytes = bytes;
    if (bytes === 0) this.break(this.network.random.below(4) === 0);
  }

  cutNever(): void {
    for (const { outgoing } of [this.client, this.server]) outgoing.leftBytes = Number.POSITIVE_INFINITY;
  }

  /** `oneIsSlow`: one of the ends goes on for long in the belief that all is well. */
  break(oneIsSlow: boolean): void {
    if (this.isBroken) return;
    this.isBroken = true;
    const { time, random } = this.network;
    const slow = oneIsSlow ? random.below(2) : -1;
    for (const [index, end] of [this.client, this.server].entries()) {
      const delayMs = index === slow ? random.below(silenceMaxMs) : random.below(50);
      time.after(delayMs, end.life, () => end.fail('ECONNRESET'));
    }
  }

  /** Whoever does not know yet that it is broken hears of it now. */
  tellBoth(): void {
    for (const end of [this.client, this.server]) {
      this.network.time.after(0, end.life, () => end.fail('ECONNRESET'));
    }
  }

  bury(life: Life, loud: boolean): void {
    for (const end of [this.client, this.server]) {
      if (end.life !== life || end.isClosed) continue;
      end.isClosed = true;
      const { time, random } = this.network;
      if (loud && random.below(2) === 0) end.outgoing.finish();
      else {
        this.isBroken = true;
        const delayMs = random.below(loud ? 50 : silenceMaxMs);
        time.after(delayMs, end.peer.life, () => end.peer.fail('ECONNRESET'));
      }
      this.forget();
    }
  }

  forget(): void {
    if (this.client.isClosed && this.server.isClosed) this.network.wires.delete(this);
  }
}

export class WireEnd implements Connection {
  readonly wire: Wire;
  readonly host: string;
  readonly life: Life;
  readonly localPort: number;
  readonly outgoing: Flow;
  peer!: WireEnd;
  handlers: ConnectionHandlers | null = null;
  isPaused = false;
  isClosed = false;
  #isEnding = false;

  constructor(
    wire: Wire,
    direction: Direction,
    place: { readonly host: string; readonly port: number; readonly life: Life },
  ) {
    this.wire = wire;
    this.host = place.host;
    this.localPort = place.port;
    this.life = place.life;
    this.outgoing = new Flow(wire, this, direction);
  }

  get remoteAddress(): string {
    return this.peer.host;
  }

  get remotePort(): number {
    return this.peer.localPort;
  }

  get localAddress(): string {
    return this.host;
  }

  get pendingBytes(): number {
    return this.outgoing.queuedBytes;
  }

  attach(handlers: ConnectionHandlers): void {
    this.handlers = this.isClosed ? nobody : handlers;
    this.peer.outgoing.wake();
  }

  write(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.isClosed || this.#isEnding) return true;
    return this.outgoing.write(bytes, start, end);
  }

  /** Simulated packets never wait for company. */
  setNoDelay(): void {}

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
    this.peer.outgoing.wake();
  }

  end(): void {
    this.#isEnding = true;
    if (this.pendingBytes === 0) this.destroy();
  }

  destroy(): void {
    if (this.isClosed) return;
    const leavesUnread = this.peer.outgoing.bufferedBytes > 0;
    this.isClosed = true;
    this.outgoing.dropQueue();
    // As the system does: who closes without having read all resets the connection, and what was on its way is lost.
    const { network } = this.wire;
    if (!leavesUnread) this.outgoing.finish();
    else if (!this.wire.isBroken) {
      network.time.after(network.delayMs(), this.peer.life, () => this.peer.fail('ECONNRESET'));
    }
    network.time.after(0, this.life, () => this.handlers?.onClose(null));
    this.wire.forget();
  }

  /** The system gives the connection up. */
  fail(reason: string): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.wire.isBroken = true;
    this.outgoing.dropQueue();
    this.wire.forget();
    this.handlers?.onClose(reason);
  }

  /** Everything that had to wait has left. */
  drained(): void {
    if (this.isClosed) return;
    if (this.#isEnding) this.destroy();
    else this.handlers?.onDrain();
  }
}

interface Queued {
  readonly bytes: Uint8Array;
  start: number;
  readonly end: number;
  /** As they were when they were queued: nobody may change them until they have left. */
  readonly asWritten: Buffer;
}

/** Bytes from one end to the other: queued by the writer, buffered by the system, delivered in pieces. */
class Flow {
  readonly #wire: Wire;
  readonly #from: WireEnd;
  readonly #direction: Direction;
  readonly #capacityBytes: number;
  #queue: Queued[] = [];
  #buffered: Buffer[] = [];
  bufferedBytes = 0;
  queuedBytes = 0;
  /** The wire breaks when so many more were delivered. */
  leftBytes = Number.POSITIVE_INFINITY;
  #owesDrain = false;
  #isFinished = false;
  #endWasTold = false;
  #isUnderWay = false;

  constructor(wire: Wire, from: WireEnd, direction: Direction) {
    this.#wire = wire;
    this.#from = from;
    this.#direction = direction;
    this.#capacityBytes = wire.network.weather.bufferBytes;
  }

  write(bytes: Uint8Array, start: number, end: number): boolean {
    if (start === end) return this.#queue.length === 0;
    const { weather, random } = this.#wire.network;
    const isPartial = weather.partialWriteIn > 0 && random.below(weather.partialWriteIn) === 0;
    const room = this.#queue.length > 0 ? 0 : this.#capacityBytes - this.bufferedBytes;
    const taken = isPartial ? random.below(Math.min(end - start, room) + 1) : Math.min(end - start, room);
    this.#buffer(bytes, start, start + taken);
    if (start + taken < end) {
      const asWritten = Buffer.from(bytes.subarray(start + taken, end));
      this.#queue.push({ bytes, start: start + taken, end, asWritten });
      this.queuedBytes += asWritten.length;
      this.#owesDrain = true;
    }
    this.wake();
    return this.#queue.length === 0;
  }

  /** Nothing more will be written. */
  finish(): void {
    this.#isFinished = true;
    this.wake();
  }

  dropQueue(): void {
    this.#queue = [];
    this.queuedBytes = 0;
  }

  /** Something is to be carried, or can be again. */
  wake(): void {
    if (this.#isUnderWay || this.#wire.isBroken) return;
    this.#isUnderWay = true;
    this.#wire.network.time.after(this.#wire.network.delayMs(), null, () => this.#carry());
  }

  #carry(): void {
    this.#isUnderWay = false;
    const { network } = this.#wire;
    const to = this.#from.peer;
    if (this.#wire.isBroken) return;
    const stalledMs = network.stalledForMs(this.#from.host, to.host);
    if (stalledMs > 0) {
      this.#isUnderWay = true;
      network.time.after(stalledMs, null, () => this.#carry());
      return;
    }
    this.#refill();
    if (to.isClosed) {
      if (this.bufferedBytes > 0 && this.#from.life.alive) this.#from.fail('EPIPE');
      return;
    }
    if (to.isPaused || to.handlers === null) return;
    if (this.bufferedBytes > 0) this.#deliver(to);
    else if (this.#isFinished && !this.#endWasTold && to.life.alive) {
      this.#endWasTold = true;
      to.handlers.onEnd();
    }
  }

  #deliver(to: WireEnd): void {
    const { network } = this.#wire;
    const { weather, random, time } = network;
    const wanted = Math.min(1 + random.below(weather.pieceMaxBytes), this.leftBytes, pieceBytes);
    const length = this.#takeBuffered(wanted);
    this.leftBytes -= length;
    const breaks = this.leftBytes === 0;
    if (breaks) this.#wire.break(random.below(4) === 0);
    network.tap(this.#wire, this.#direction, received.subarray(headroomBytes, headroomBytes + length));
    if (to.life.alive) to.handlers?.onData(received, receivedView, headroomBytes, headroomBytes + length);
    received.fill(poison, headroomBytes - Math.min(headroomBytes, 512), headroomBytes + length);
    if (breaks) return;
    this.#refill();
    if (this.bufferedBytes === 0 && !this.#isFinished) return;
    this.#isUnderWay = true;
    const pauseMs = weather.bytesPerMs === 0 ? network.delayMs() / 4 : length / weather.bytesPerMs;
    time.after(pauseMs, null, () => this.#carry());
  }

  /** Moves what was queued to where there is room now. */
  #refill(): void {
    for (let first = this.#queue[0]; first !== undefined; first = this.#queue[0]) {
      const count = Math.min(first.end - first.start, this.#capacityBytes - this.bufferedBytes);
      if (count <= 0) return;
      const from = first.asWritten.length - (first.end - first.start);
      const written = first.asWritten.subarray(from, from + count);
      if (!written.equals(first.bytes.subarray(first.start, first.start + count))) {
        throw new Error('memory was changed before the connection had taken it');
      }
      this.#buffer(written, 0, count);
      this.queuedBytes -= count;
      first.start += count;
      if (first.start === first.end) this.#queue.shift();
    }
    if (!this.#owesDrain) return;
    this.#owesDrain = false;
    this.#wire.network.time.after(0, this.#from.life, () => {
      if (this.#queue.length === 0) this.#from.drained();
    });
  }

  #buffer(bytes: Uint8Array, start: number, end: number): void {
    if (start === end) return;
    this.#buffered.push(Buffer.from(bytes.subarray(start, end)));
    this.bufferedBytes += end - start;
  }

  /** Puts up to `wanted` bytes where they are delivered; answers how many. */
  #takeBuffered(wanted: number): number {
    let length = 0;
    for (let first = this.#buffered[0]; first !== undefined && length < wanted; first = this.#buffered[0]) {
      const count = first.copy(received, headroomBytes + length, 0, Math.min(first.length, wanted - length));
      length += count;
      if (count === first.length) this.#buffered.shift();
      else this.#buffered[0] = first.subarray(count);
    }
    this.bufferedBytes -= length;
    return length;
  }
}
