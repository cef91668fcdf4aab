// One direction of one wire of a relay: takes bytes from a socket, treats them, and sends them on, in order and bounded.
import type { Disposable } from '../base/lifecycle.ts';
import type { Clock, Timers } from '../base/ports.ts';
import type { Treatment } from './treatment.ts';

/** What waits in one direction; past it the sender is not read until half of it has left. */
export const laneBytesMax = 4 * 1024 * 1024;

export interface LaneEnds {
  /** False: no more until `drained` is called. */
  send(bytes: Buffer): boolean;
  /** Everything was sent, and the sender had said its end. */
  end(): void;
  pauseSource(): void;
  resumeSource(): void;
  /** The treatment wants the wire cut here. */
  trip(): void;
}

export type LaneTime = Pick<Clock, 'monotonicMs'> & Pick<Timers, 'after'>;

interface Piece {
  readonly dueMs: number;
  readonly bytes: Buffer;
}

export class Lane implements Disposable {
  /** Bytes of this direction vanished: what came later would not fit to what was before. */
  hasLost = false;
  readonly #ends: LaneEnds;
  readonly #time: LaneTime;
  #treatment: Treatment;
  #queue: Piece[] = [];
  #queuedBytes = 0;
  #isSinkFull = false;
  #isSourcePaused = false;
  #hasEnded = false;
  #isOver = false;
  #timer: Disposable | null = null;

  constructor(ends: LaneEnds, time: LaneTime, treatment: Treatment) {
    this.#ends = ends;
    this.#time = time;
    this.#treatment = treatment;
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** Bytes came from the sender; the chunk is the lane's from now on. */
  take(chunk: Buffer): void {
    if (this.#isOver) return;
    if (this.#treatment.swallows) {
      this.hasLost = true;
      return;
    }
    const { bytes, trips } = this.#treatment.filter(chunk);
    if (bytes.length > 0) this.#push(bytes);
    this.#pump();
    if (trips) this.#ends.trip();
  }

  /** The sender said its end; what waits is sent before it is passed on. */
  finish(): void {
    if (this.#treatment.swallows) this.hasLost = true;
    else this.#hasEnded = true;
    this.#pump();
  }

  /** The receiver takes bytes again. */
  drained(): void {
    this.#isSinkFull = false;
    this.#pump();
  }

  /** Another fault: what waits keeps its place in the order and nothing else of the old one. */
  treat(treatment: Treatment): void {
    this.#treatment = treatment;
    const now = this.#time.monotonicMs();
    this.#queue = this.#queue.map(({ bytes }) => ({ bytes, dueMs: now }));
    this.#pump();
  }

  dispose(): void {
    this.#isOver = true;
    this.#timer?.dispose();
    this.#queue = [];
    this.#queuedBytes = 0;
  }

  #push(bytes: Buffer): void {
    const last = this.#queue.at(-1)?.dueMs ?? 0;
    // With jitter a later piece may draw a shorter delay: it waits for the one before.
    const dueMs = Math.max(last, this.#time.monotonicMs() + this.#treatment.delayMs());
    this.#queue.push({ dueMs, bytes });
    this.#queuedBytes += bytes.length;
  }

  /** Sends what may leave now, arms the timer for what may leave later, and tells the source whether to go on. */
  #pump(): void {
    if (this.#isOver) return;
    this.#timer?.dispose();
    this.#timer = null;
    while (this.#sendOne()) {
      // Goes on until something must wait.
    }
    this.#governSource();
    // A socket says its end even while it is not read: a stall holds that back too.
    if (this.#hasEnded && this.#queue.length === 0 && !this.#treatment.holds && !this.#isOver) {
      this.#isOver = true;
      this.#ends.end();
    }
  }

  #sendOne(): boolean {
    const head = this.#queue[0];
    if (head === undefined || this.#isSinkFull || this.#treatment.holds) return false;
    const now = this.#time.monotonicMs();
    if (head.dueMs > now) return this.#wakeIn(head.dueMs - now);
    const count = this.#treatment.spend(head.bytes.length, now);
    if (count === 0) return this.#wakeIn(this.#treatment.waitMs());
    if (count === head.bytes.length) this.#queue.shift();
    else this.#queue[0] = { dueMs: head.dueMs, bytes: head.bytes.subarray(count) };
    this.#queuedBytes -= count;
    this.#isSinkFull = !this.#ends.send(head.bytes.subarray(0, count));
    return true;
  }

  #wakeIn(delayMs: number): false {
    this.#timer = this.#time.after(delayMs, () => this.#pump());
    return false;
  }

  /** A stalled lane is not read at all: the sender feels it, as over a network that carries nothing. */
  #governSource(): void {
    const isFull = this.#queuedBytes >= (this.#isSourcePaused ? laneBytesMax / 2 : laneBytesMax);
    const waits = isFull || this.#treatment.holds;
    if (waits === this.#isSourcePaused) return;
    this.#isSourcePaused = waits;
    if (waits) this.#ends.pauseSource();
    else this.#ends.resumeSource();
  }
}
