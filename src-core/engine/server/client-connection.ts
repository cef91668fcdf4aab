// A client on a socket: what arrives is run where it lies, and what is answered leaves with one write for each event.
// Hot: guarded by `npm run bench -- throughput`.
import type { Connection, ConnectionHandlers, Timers } from '../../base/ports.ts';
import type { PartialRequest } from '../../resp/request-decoder.ts';
import type { Executor } from '../commands/execute.ts';
import type { OutputOwner } from '../commands/services.ts';
import { type SessionStart, SessionState } from './session.ts';
import type { Turn } from './turn.ts';

/** What one client may send in a turn before the others are looked after. */
const TURN_BUDGET_BYTES = 512 * 1024;
/**
 * While a client without a limit leaves so much of its answers untaken, nothing more is read from it. One with a limit is
 * read until it is there.
 */
const PAUSE_READING_ABOVE_BYTES = 64 * 1024 * 1024;
/** Shorter replies are copied out of the shared buffer if they must wait; longer ones take the buffer with them. */
const COPIED_REPLY_BYTES = 16 * 1024;

/** `client-output-buffer-limit` of one class; 0 is no limit. */
export interface OutputLimit {
  hardBytes: number;
  softBytes: number;
  softSeconds: number;
}

/** What all clients of an engine share. */
export interface ClientSurroundings {
  readonly executor: Executor;
  readonly turn: Turn;
  readonly timers: Timers;
  /** `client-query-buffer-limit`: an unfinished request may be this long. */
  readonly queryLimit: { bytes: number };
  readonly outputLimits: { readonly normal: OutputLimit; readonly pubsub: OutputLimit };
  /** The connection is gone; called once. */
  closed(client: ClientConnection): void;
  /** It is closed by us, and why: one line for the log. */
  closing(client: ClientConnection, why: string): void;
}

/** Why nothing is read just now, as bits. */
const pauseFor = { blocked: 1, budget: 2, output: 4 } as const;

export class ClientConnection extends SessionState implements ConnectionHandlers {
  readonly #connection: Connection;
  readonly #around: ClientSurroundings;
  /** The start of a request whose end has not arrived; its memory has room to grow. */
  #pending: Buffer | null = null;
  #pendingLength = 0;
  #partial: PartialRequest | null = null;
  #wantedBytes = 0;
  #pauses = 0;
  #turnNumber = 0;
  #turnBytes = 0;
  #running = false;
  #closed = false;
  #ending = false;
  #owner: OutputOwner | null = null;
  #softLimitSinceMs = 0;

  constructor(start: SessionStart, connection: Connection, around: ClientSurroundings) {
    super('client', start);
    this.#connection = connection;
    this.#around = around;
  }

  get pendingBytes(): number {
    return this.#closed ? 0 : this.#connection.pendingBytes;
  }

  get queryBytes(): number {
    return this.#pendingLength;
  }

  // ---- what arrives

  onData(bytes: Buffer, view: DataView, start: number, end: number): void {
    const { turn, executor } = this.#around;
    turn.begin();
    executor.services.stats.netInputBytes += end - start;
    if (this.#ending || this.#closed) return;
    this.#spendBudget(end - start);
    const tail = this.#pendingLength;
    if (tail === 0) {
      if (this.stopped) this.#keep(bytes, start, end);
      else this.#run(bytes, view, start, end);
    } else if (tail <= start && this.#partial === null && !this.stopped && tail + end - start >= this.#wantedBytes) {
      // The shared buffer has room in front of what was read: the tail of last time is put there.
      this.#pending!.copy(bytes, start - tail, 0, tail);
      this.#dropPending();
      this.#run(bytes, view, start - tail, end);
    } else {
      this.#keep(bytes, start, end);
      if (!this.stopped && this.#pendingLength >= this.#wantedBytes) this.#runPending();
    }
  }

  #run(bytes: Buffer, view: DataView, start: number, end: number): void {
    const position = this.#execute(bytes, view, start, end, null);
    if (position < end && !this.#ending && !this.#closed) this.#keep(bytes, position, end);
  }

  #runPending(): void {
    const pending = this.#pending;
    if (pending === null) return;
    const length = this.#pendingLength;
    const partial = this.#partial;
    this.#partial = null;
    const view = new DataView(pending.buffer, pending.byteOffset, pending.length);
    const position = this.#execute(pending, view, 0, length, partial);
    if (position === 0) return;
    this.#dropPending();
    if (position < length && !this.#ending && !this.#closed) this.#keep(pending, position, length);
  }

  #execute(bytes: Buffer, view: DataView, start: number, end: number, partial: PartialRequest | null): number {
    const { executor } = this.#around;
    this.#running = true;
    const position = executor.run(this, bytes, view, start, end, partial);
    this.#running = false;
    if (position < end) {
      this.#wantedBytes = executor.wantedBytes;
      this.#partial = executor.takePartial();
    }
    this.flushReply();
    executor.services.propagation.flush();
    if (this.closeAfterReply) this.#end();
    return position;
  }

  /** Adds to the unfinished request. */
  #keep(bytes: Buffer, start: number, end: number): void {
    const length = this.#pendingLength + end - start;
    if (length > this.#around.queryLimit.bytes) {
      this.#around.closing(this, 'its query buffer reached the limit');
      this.kill();
      return;
    }
    if (this.#pending === null || this.#pending.length < length) {
      const doubled = (this.#pending === null ? 0 : this.#pending.length) * 2;
      const useful = this.#wantedBytes > length ? Math.min(doubled, this.#wantedBytes) : doubled;
      const larger = Buffer.allocUnsafeSlow(Math.max(length, useful));
      this.#pending?.copy(larger, 0, 0, this.#pendingLength);
      this.#pending = larger;
    }
    bytes.copy(this.#pending, this.#pendingLength, start, end);
    this.#pendingLength = length;
  }

  #dropPending(): void {
    this.#pending = null;
    this.#pendingLength = 0;
  }

  #spendBudget(bytes: number): void {
    const { turn, timers } = this.#around;
    if (this.#turnNumber !== turn.number) {
      this.#turnNumber = turn.number;
      this.#turnBytes = 0;
    }
    this.#turnBytes += bytes;
    if (this.#turnBytes < TURN_BUDGET_BYTES || (this.#pauses & pauseFor.budget) !== 0) return;
    this.#pause(pauseFor.budget);
    timers.soon(() => this.#resume(pauseFor.budget));
  }

  #pause(reason: number): void {
    if (this.#pauses === 0 && !this.#closed) this.#connection.pause();
    this.#pauses |= reason;
  }

  #resume(reason: number): void {
    if ((this.#pauses & reason) === 0) return;
    this.#pauses &= ~reason;
    if (this.#pauses === 0 && !this.#closed) this.#connection.resume();
  }

  block(): void {
    this.wait();
    this.#pause(pauseFor.blocked);
  }

  wait(): void {
    this.stopped = true;
    this.blocked = true;
  }

  unblock(): void {
    if (this.#closed || !this.blocked) return;
    // Not at once: the one who unblocks may be another client's command, whose answers fill the shared buffer.
    this.#around.timers.soon(() => {
      if (this.#closed || this.#ending || !this.blocked) return;
      this.blocked = false;
      this.stopped = false;
      if (this.closeAfterReply) {
        this.#end();
        return;
      }
      this.#around.turn.begin();
      this.#runPending();
      if (!this.stopped) this.#resume(pauseFor.blocked);
    });
  }

  // ---- what leaves

  flushReply(): void {
    const { executor } = this.#around;
    const { reply } = executor;
    const length = reply.length;
    if (length === 0) return;
    if (this.#owner !== null || this.#closed) {
      const answer = Buffer.from(reply.buffer.subarray(0, length));
      reply.clear();
      if (!this.#closed) this.#owner?.onAnswer(answer, this.lastCommand === 'NULL' ? '<unknown>' : this.lastCommand);
      return;
    }
    executor.services.stats.netOutputBytes += length;
    if (length <= COPIED_REPLY_BYTES && this.#connection.pendingBytes > 0) {
      this.#write(Buffer.from(reply.buffer.subarray(0, length)));
      reply.clear();
    } else if (this.#connection.write(reply.buffer, 0, length)) reply.clear();
    else {
      reply.replaceBuffer();
      this.#checkOutput();
    }
  }

  push(bytes: Uint8Array): void {
    if (this.#owner !== null || this.#closed || this.#ending) return;
    const { executor } = this.#around;
    if (this.#running) {
      executor.reply.raw(bytes);
      return;
    }
    executor.services.stats.netOutputBytes += bytes.length;
    this.#write(bytes);
  }

  #write(bytes: Uint8Array): void {
    if (!this.#connection.write(bytes, 0, bytes.length)) this.#checkOutput();
  }

  /** Something had to wait: read no more from who does not take its answers, and close who is past its limit. */
  #checkOutput(): void {
    const { outputLimits, executor } = this.#around;
    const waiting = this.#connection.pendingBytes;
    const limit = this.subscriptions > 0 ? outputLimits.pubsub : outputLimits.normal;
    const nowMs = executor.keyspace.nowMs;
    if (limit.softBytes === 0 || waiting < limit.softBytes) this.#softLimitSinceMs = 0;
    else if (this.#softLimitSinceMs === 0) this.#softLimitSinceMs = nowMs;
    const softReached = this.#softLimitSinceMs !== 0 && nowMs - this.#softLimitSinceMs >= limit.softSeconds * 1000;
    if ((limit.hardBytes > 0 && waiting >= limit.hardBytes) || softReached) {
      this.#around.closing(this, 'its output buffer reached the limit');
      this.kill();
    } else if (limit.hardBytes === 0 && limit.softBytes === 0 && waiting > PAUSE_READING_ABOVE_BYTES) {
      this.#pause(pauseFor.output);
    }
  }

  onDrain(): void {
    if (this.#owner !== null) this.#owner.onDrain();
    this.#softLimitSinceMs = 0;
    this.#resume(pauseFor.output);
  }

  takeOutput(owner: OutputOwner): Connection | null {
    if (this.#closed) return null;
    this.flushReply();
    this.#owner = owner;
    return this.#connection;
  }

  // ---- the end

  onEnd(): void {
    this.#end();
  }

  #end(): void {
    if (this.#ending || this.#closed) return;
    this.#ending = true;
    this.stopped = true;
    this.#connection.end();
  }

  kill(): void {
    if (this.#closed) return;
    this.stopped = true;
    this.#ending = true;
    this.#connection.destroy();
  }

  onClose(reason: string | null): void {
    if (this.#closed) return;
    this.#closed = true;
    this.stopped = true;
    this.#dropPending();
    this.#partial = null;
    this.#owner?.onClose(reason);
    this.#around.closed(this);
  }
}
