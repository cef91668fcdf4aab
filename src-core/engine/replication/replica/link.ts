// The driver of a replica's link: performs what the machine says on a real connection, and keeps what can be observed.
import { InvariantError } from '../../../base/assert.ts';
import type { Disposable } from '../../../base/lifecycle.ts';
import type { Connection, ConnectionHandlers } from '../../../base/ports.ts';
import { answerReason, type LinkReason, type MasterAddress } from '../link-reason.ts';
import { BulkReceiver } from './bulk-receiver.ts';
import { encodeAck, encodeMessages, type Message, showMessage } from './handshake.ts';
import { step } from './link-machine.ts';
import type { LinkNeeds, LinkStatus } from './link-needs.ts';
import { isHandshake, type LinkEffect, type LinkEvent, type LinkFacts, type LinkState } from './link-state.ts';
import { LoadRest } from './load-rest.ts';
import { loadedLines } from './loaded-lines.ts';
import { StreamApplier } from './stream-applier.ts';
import { StreamInput } from './stream-input.ts';

const lineMaxBytes = 4096;
const retryPauseMs = 1000;
/** So much of the stream is applied before others have their turn. */
const readBudgetBytes = 256 * 1024;
const keepAlive = Buffer.from('\n');
const noBytes = Buffer.alloc(0);
const noView = new DataView(new ArrayBuffer(0));
const newlineByte = 10;
const carriageReturnByte = 13;

export class MasterLink {
  readonly address: MasterAddress;
  readonly #needs: LinkNeeds;
  readonly #applier: StreamApplier;
  #input = new StreamInput();
  #state: LinkState = { kind: 'none' };
  #reason: LinkReason | null = null;
  #retries = 0;
  #downSinceMs: number | null = null;
  #hasStreamed = false;
  #lastIoMs: number;
  #triedAtMs = Number.NEGATIVE_INFINITY;
  #connection: Connection | null = null;
  #opening: Disposable | null = null;
  #granted: { readonly id: string; readonly offset: number } | null = null;
  #receiver: BulkReceiver | null = null;
  #receivingSinceMs = 0;
  #rest: LoadRest;
  #budgetBytes = readBudgetBytes;
  #ackWanted = false;

  constructor(needs: LinkNeeds, address: MasterAddress) {
    this.#needs = needs;
    this.address = address;
    this.#rest = this.#newRest();
    this.#applier = new StreamApplier(needs.host.target, needs.stream);
    this.#lastIoMs = needs.ports.clock.nowMs();
  }

  get state(): LinkState {
    return this.#state;
  }

  get isConnected(): boolean {
    return this.#state.kind === 'connected';
  }

  get status(): LinkStatus {
    const receiver = this.#receiver;
    return {
      address: this.address,
      state: this.#state,
      reason: this.#reason,
      retries: this.#retries,
      downSinceMs: this.#downSinceMs,
      lastIoMs: this.#lastIoMs,
      transfer: receiver === null ? null : { readBytes: receiver.readBytes, totalBytes: receiver.totalBytes },
      unappliedBytes: this.isConnected ? this.#input.waitingBytes + this.#applier.heldBytes : 0,
    };
  }

  start(): void {
    this.#react({ kind: 'attach' });
  }

  /** Ends the link for good. */
  stop(): void {
    this.#needs.traces.end('failed');
    this.#react({ kind: 'detach' });
  }

  /** Drops the connection, as CLIENT KILL TYPE master does; the link comes back by itself. */
  kill(): void {
    this.#react({ kind: 'closed', systemCode: null });
  }

  /** Once a second: the next try, the time limit, and a sign of life to the master. */
  cron(): void {
    const { clock } = this.#needs.ports;
    const isWaiting = !this.#rest.isOn && this.#state.kind !== 'none' && this.#state.kind !== 'connect';
    if (isWaiting && clock.nowMs() - this.#lastIoMs > this.#needs.settings.timeoutSeconds * 1000) {
      this.#react({ kind: 'timedOut' });
    } else if (this.#state.kind === 'connected') this.sendAck();
    else if (this.#state.kind === 'transfer' && this.#receiver !== null) this.#write(keepAlive);
    this.#react({ kind: 'tick' });
  }

  /** The master asked by REPLCONF GETACK; answered when what came with the question has been applied. */
  wantAck(): void {
    this.#ackWanted = true;
  }

  sendAck(): void {
    if (this.#state.kind === 'connected') this.#write(encodeAck(this.#needs.stream.offset));
  }

  #react(event: LinkEvent): void {
    const before = this.#state.kind;
    const { state, effects } = step(this.#state, event, this.#facts());
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
    if (before !== this.#state.kind || effects.length > 0) this.#needs.changed();
  }

  #facts(): LinkFacts {
    const { settings, ports, resume, handsOver } = this.#needs;
    return {
      address: this.address,
      us: {
        user: settings.masterUser,
        password: settings.masterAuth,
        listeningPort: settings.announcePort === 0 ? settings.listeningPort : settings.announcePort,
        announceIp: settings.announceIp,
      },
      resume: resume(),
      handsOver: handsOver(),
      mayRetryAtOnce: ports.clock.monotonicMs() - this.#triedAtMs >= retryPauseMs,
    };
  }

  #perform(effect: LinkEffect): void {
    const { log, host, traces } = this.#needs;
    switch (effect.kind) {
      case 'open':
        this.#open();
        return;
      case 'close':
        this.#close();
        return;
      case 'send':
        this.#send(effect.messages);
        return;
      case 'log':
        log(effect.level, effect.text);
        return;
      case 'fail':
        this.#fail(effect.reason);
        return;
      case 'continue':
        this.#continue(effect.id);
        return;
      case 'handedOver':
        this.#needs.handedOver(effect.accepted);
        return;
      case 'expectSnapshot':
        this.#granted = effect.history;
        traces.explain({ code: 'syncAnsweredFull', params: { ...this.#named(), ...(effect.history ?? {}) } });
        return;
      case 'receiveSnapshot':
        this.#receivingSinceMs = this.#needs.ports.clock.monotonicMs();
        this.#rest = this.#newRest();
        this.#receiver = new BulkReceiver(
          effect.end,
          host.beginLoad(effect.end.kind === 'length' ? effect.end.bytes : null),
        );
        log('notice', 'MASTER <-> REPLICA sync: Loading DB in memory');
        return;
    }
  }

  #open(): void {
    const { ports, settings, traces } = this.#needs;
    this.#triedAtMs = ports.clock.monotonicMs();
    this.#lastIoMs = ports.clock.nowMs();
    this.#input = new StreamInput();
    traces.begin(this.address);
    traces.note(`connecting to ${this.address.host}:${this.address.port}`);
    this.#opening = ports.transport.connect(
      this.address,
      { timeoutMs: settings.timeoutSeconds * 1000 },
      (connection) => this.#opened(connection),
      (systemCode) => {
        this.#opening = null;
        this.#react({ kind: 'openFailed', systemCode });
      },
    );
  }

  #opened(connection: Connection): ConnectionHandlers {
    this.#opening = null;
    this.#connection = connection;
    this.#lastIoMs = this.#needs.ports.clock.nowMs();
    this.#needs.traces.note('connected');
    this.#react({ kind: 'opened' });
    const isCurrent = () => this.#connection === connection;
    return {
      onData: (bytes, view, start, end) => isCurrent() && this.#read(connection, bytes, view, start, end),
      onDrain: () => {},
      onEnd: () => isCurrent() && this.#react({ kind: 'closed', systemCode: null }),
      onClose: (systemCode) => isCurrent() && this.#react({ kind: 'closed', systemCode }),
    };
  }

  #read(connection: Connection, bytes: Buffer, view: DataView, start: number, end: number): void {
    this.#lastIoMs = this.#needs.ports.clock.nowMs();
    this.#input.feed(bytes, view, start, end, (...piece) => this.#take(connection, ...piece));
    if (this.#ackWanted) {
      this.#ackWanted = false;
      this.sendAck();
    }
    this.#budgetBytes -= end - start;
    if (this.#budgetBytes > 0 || this.#connection !== connection) return;
    // A fast master could keep us reading for ever: the rest waits for the next turn.
    connection.pause();
    this.#needs.ports.timers.soon(() => {
      this.#budgetBytes = readBudgetBytes;
      if (!this.#rest.isOn) connection.resume();
    });
  }

  /** Takes what the state understands, until the bytes, or the connection, end. */
  #take(connection: Connection, buffer: Buffer, view: DataView, start: number, end: number): number {
    let at = start;
    while (at < end && this.#connection === connection) {
      const taken = this.#takeByState(buffer, view, at, end);
      if (taken === 0) break;
      at += taken;
    }
    // Bytes of a connection that is gone are nobody's.
    return this.#connection === connection ? at - start : end - start;
  }

  #takeByState(buffer: Buffer, view: DataView, start: number, end: number): number {
    const state = this.#state;
    if (state.kind === 'connected') return this.#apply(buffer, view, start, end);
    if (state.kind === 'transfer' && state.part === 'payload') return this.#receive(buffer, view, start, end);
    if (state.kind === 'transfer' || isHandshake(state)) return this.#takeLine(buffer, start, end);
    return end - start;
  }

  #takeLine(buffer: Buffer, start: number, end: number): number {
    const newlineAt = buffer.indexOf(newlineByte, start);
    if (newlineAt < 0 || newlineAt >= end) {
      if (end - start > lineMaxBytes) this.#refuse(buffer.latin1Slice(start, start + lineMaxBytes));
      return 0;
    }
    const lineEnd = newlineAt > start && buffer[newlineAt - 1] === carriageReturnByte ? newlineAt - 1 : newlineAt;
    const text = buffer.latin1Slice(start, lineEnd);
    if (text !== '') this.#needs.traces.in(text);
    this.#react({ kind: 'line', text });
    return newlineAt + 1 - start;
  }

  #refuse(answer: string): void {
    this.#react({
      kind: 'broken',
      reason: answerReason(answer, this.address),
      log: `The master sent more than ${lineMaxBytes} bytes where a line of its answer was expected`,
    });
  }

  #receive(buffer: Buffer, view: DataView, start: number, end: number): number {
    const receiver = this.#receiver!;
    if (this.#rest.isOn) return 0;
    let taken: number;
    try {
      taken = receiver.feed(buffer, view, start, end);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#react({
        kind: 'broken',
        reason: { code: 'linkSnapshotBroken', params: { ...this.#addressed(), reason: why } },
        log: `Failed trying to load the MASTER synchronization DB from socket: ${why}`,
      });
      return end - start;
    }
    const connection = this.#connection!;
    if (this.#rest.begin(receiver.load.keysLoaded, () => this.#goOn(connection, receiver))) connection.pause();
    else if (receiver.finished) this.#finishTransfer(receiver);
    return taken;
  }

  #newRest(): LoadRest {
    return new LoadRest(this.#needs.settings, this.#needs.ports.timers);
  }

  /** After a rest: what arrived before it waits in the input, what came after it in the connection. */
  #goOn(connection: Connection, receiver: BulkReceiver): void {
    this.#lastIoMs = this.#needs.ports.clock.nowMs();
    if (receiver.finished) this.#finishTransfer(receiver);
    this.#input.feed(noBytes, noView, 0, 0, (...piece) => this.#take(connection, ...piece));
    if (!this.#rest.isOn && this.#connection === connection) connection.resume();
  }

  /** Only now do the old data, and all who followed them, go. */
  #finishTransfer(receiver: BulkReceiver): void {
    const { host, stream, dropReplicas, traces, log, ports } = this.#needs;
    const { load } = receiver;
    this.#receiver = null;
    for (const line of loadedLines(load, ports.clock.nowMs())) log('notice', line);
    const lastedMs = ports.clock.monotonicMs() - this.#receivingSinceMs;
    traces.note(`received ${receiver.readBytes} bytes and loaded ${load.keysLoaded} keys`, lastedMs);
    log('notice', 'MASTER <-> REPLICA sync: Swapping active DB with loaded DB');
    dropReplicas();
    load.adopt();
    if (this.#granted === null) {
      // A master that knows only SYNC gives no history; ours begins here, and cannot be continued by asking it.
      stream.openBacklog();
      stream.renewId();
    } else stream.adopt(this.#granted.id, this.#granted.offset);
    this.#applier.reset();
    host.target.databaseIndex = load.streamDatabase;
    this.#react({ kind: 'loaded' });
    this.#arrived('full');
    if (receiver.end.kind === 'mark') this.sendAck();
  }

  #continue(id: string | null): void {
    const { stream, log, dropReplicas, traces } = this.#needs;
    const { offset } = stream;
    traces.explain({ code: 'syncAnsweredContinue', params: { ...this.#named(), offset } });
    stream.openBacklog();
    if (id !== null && id !== stream.history.id) {
      log('warning', `Master replication ID changed to ${id}`);
      stream.continueAs(id);
      // They come back at once and hear of the new id; nothing is lost to them.
      dropReplicas();
    }
    this.#arrived('partial');
  }

  #arrived(outcome: 'partial' | 'full'): void {
    this.#reason = null;
    this.#retries = 0;
    this.#downSinceMs = null;
    this.#hasStreamed = true;
    this.#needs.traces.end(outcome);
    this.#needs.arrived();
    this.#needs.changed();
  }

  #apply(buffer: Buffer, view: DataView, start: number, end: number): number {
    try {
      return this.#applier.apply(buffer, view, start, end);
    } catch (error) {
      if (error instanceof InvariantError) throw error;
      const why = error instanceof Error ? error.message : String(error);
      this.#needs.forgetResume();
      this.#react({
        kind: 'broken',
        reason: { code: 'linkTransferFailed', params: { ...this.#addressed(), reason: why } },
        log: `Master stream corruption? Closing the master connection and discarding the cached master: ${why}`,
      });
      return end - start;
    }
  }

  #send(messages: readonly Message[]): void {
    for (const message of messages) this.#needs.traces.out(showMessage(message));
    this.#write(encodeMessages(messages));
  }

  #write(bytes: Buffer): void {
    this.#connection?.write(bytes, 0, bytes.length);
  }

  #close(): void {
    const connection = this.#connection;
    this.#connection = null;
    this.#rest.dispose();
    this.#opening?.dispose();
    this.#opening = null;
    this.#receiver = null;
    this.#granted = null;
    this.#applier.reset();
    connection?.destroy();
  }

  #fail(reason: LinkReason): void {
    this.#reason = reason;
    this.#retries++;
    if (this.#hasStreamed) this.#downSinceMs ??= this.#needs.ports.clock.nowMs();
    this.#needs.traces.end('failed', reason);
  }

  #addressed(): { host: string; port: number } {
    return { host: this.address.host, port: this.address.port };
  }

  /** As the contract's statements name a master that is known by its address only. */
  #named(): { master: string } {
    return { master: `${this.address.host}:${this.address.port}` };
  }
}
