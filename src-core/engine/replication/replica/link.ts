// The driver of a replica's link: performs what the machine says on a real connection, and keeps what can be observed.
import { InvariantError } from '../../../base/assert.ts';
import { answerReason, type LinkReason, type MasterAddress } from '../link-reason.ts';
import type { SnapshotLoad } from '../replication-host.ts';
import { answerLine } from './answer-line.ts';
import { FileReception } from './file-reception.ts';
import { encodeAck, encodeMessages, showMessage } from './handshake.ts';
import { step } from './link-machine.ts';
import type { LinkNeeds, LinkStatus } from './link-needs.ts';
import {
  isHandshake,
  type LinkEffect,
  type LinkEvent,
  type LinkFacts,
  type LinkState,
  type SnapshotEnd,
} from './link-state.ts';
import { LoadRefusals, retryPauseMs } from './load-refusals.ts';
import { MasterWire } from './master-wire.ts';
import { ParserReception } from './parser-reception.ts';
import { type SnapshotReception, snapshotWay } from './snapshot-reception.ts';
import { StreamApplier } from './stream-applier.ts';

const lineMaxBytes = 4096;
const keepAlive = Buffer.from('\n');

export class MasterLink {
  readonly address: MasterAddress;
  readonly #needs: LinkNeeds;
  readonly #applier: StreamApplier;
  #state: LinkState = { kind: 'none' };
  #reason: LinkReason | null = null;
  #retries = 0;
  #downSinceMs: number | null = null;
  #hasStreamed = false;
  #lastIoMs: number;
  #triedAtMs = Number.NEGATIVE_INFINITY;
  #wire: MasterWire | null = null;
  #granted: { readonly id: string; readonly offset: number } | null = null;
  #reception: SnapshotReception | null = null;
  readonly #refusals = new LoadRefusals();
  #receivingSinceMs = 0;
  #ackWanted = false;

  constructor(needs: LinkNeeds, address: MasterAddress) {
    this.#needs = needs;
    this.address = address;
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
    const reception = this.#reception;
    return {
      address: this.address,
      state: this.#state,
      reason: this.#reason,
      retries: this.#retries,
      downSinceMs: this.#downSinceMs,
      lastIoMs: this.#wire?.lastIoMs ?? this.#lastIoMs,
      transfer: reception === null ? null : { readBytes: reception.readBytes, totalBytes: reception.totalBytes },
      unappliedBytes: this.isConnected ? (this.#wire?.waitingBytes ?? 0) + this.#applier.heldBytes : 0,
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
    const wire = this.#wire;
    const silentMs = wire === null || wire.isHeld ? 0 : this.#needs.ports.clock.nowMs() - wire.lastIoMs;
    if (silentMs > this.#needs.settings.timeoutSeconds * 1000) this.#react({ kind: 'timedOut' });
    else if (this.#state.kind === 'connected') this.sendAck();
    else if (this.#state.kind === 'transfer' && this.#reception !== null) wire?.write(keepAlive);
    if (this.#mayTry(0)) this.#react({ kind: 'tick' });
  }

  /** The master asked by REPLCONF GETACK; answered when what came with the question has been applied. */
  wantAck(): void {
    this.#ackWanted = true;
  }

  sendAck(): void {
    if (this.#state.kind === 'connected') this.#wire?.write(encodeAck(this.#needs.stream.offset));
  }

  #react(event: LinkEvent): void {
    const before = this.#state.kind;
    const { state, effects } = step(this.#state, event, this.#facts());
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
    if (before !== this.#state.kind || effects.length > 0) this.#needs.changed();
  }

  #facts(): LinkFacts {
    const { settings, host, resume, handsOver } = this.#needs;
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
      loadsFromDisk: snapshotWay(settings, host) === 'file',
      mayRetryAtOnce: this.#mayTry(retryPauseMs),
    };
  }

  /** Whether the last try is so long ago, and snapshots that could not be loaded do not hold the next one back. */
  #mayTry(leastMs: number): boolean {
    const nowMs = this.#needs.ports.clock.monotonicMs();
    return this.#refusals.isOver(nowMs) && nowMs - this.#triedAtMs >= leastMs;
  }

  #perform(effect: LinkEffect): void {
    switch (effect.kind) {
      case 'open':
        this.#open();
        return;
      case 'close':
        this.#close();
        return;
      case 'send':
        for (const message of effect.messages) this.#needs.traces.out(showMessage(message));
        this.#wire?.write(encodeMessages(effect.messages));
        return;
      case 'log':
        this.#needs.log(effect.level, effect.text);
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
        this.#expectSnapshot(effect.history);
        return;
      case 'receiveSnapshot':
        this.#reception = this.#receive(effect.end);
        return;
    }
  }

  // ---- the connection

  #open(): void {
    const { ports, settings, traces } = this.#needs;
    this.#triedAtMs = ports.clock.monotonicMs();
    traces.begin(this.address);
    traces.note(`connecting to ${this.address.host}:${this.address.port}`);
    this.#wire = new MasterWire(ports, {
      opened: () => {
        traces.note('connected');
        this.#react({ kind: 'opened' });
      },
      failed: (systemCode) => this.#react({ kind: 'openFailed', systemCode }),
      take: (...piece) => this.#take(...piece),
      wasRead: () => this.#answerGetAck(),
      closed: (systemCode) => this.#react({ kind: 'closed', systemCode }),
    });
    this.#wire.open(this.address, settings.timeoutSeconds * 1000, settings.masterTls);
  }

  #close(): void {
    const wire = this.#wire;
    this.#lastIoMs = wire?.lastIoMs ?? this.#lastIoMs;
    this.#wire = null;
    this.#reception?.dispose();
    this.#reception = null;
    this.#granted = null;
    this.#applier.reset();
    wire?.close();
  }

  #take(buffer: Buffer, view: DataView, start: number, end: number): number {
    const state = this.#state;
    if (state.kind === 'connected') return this.#apply(buffer, view, start, end);
    if (state.kind === 'transfer' && state.part !== 'length') return this.#reception!.take(buffer, view, start, end);
    if (state.kind === 'transfer' || isHandshake(state)) return this.#takeLine(buffer, start, end);
    return end - start;
  }

  #takeLine(buffer: Buffer, start: number, end: number): number {
    const line = answerLine(buffer, start, end);
    if (line === null) {
      if (end - start > lineMaxBytes) this.#refuse(buffer.latin1Slice(start, start + lineMaxBytes));
      return 0;
    }
    if (line.text !== '') this.#needs.traces.in(line.text);
    this.#react({ kind: 'line', text: line.text });
    return line.usedBytes;
  }

  #refuse(answer: string): void {
    this.#react({
      kind: 'broken',
      reason: answerReason(answer, this.address),
      log: `The master sent more than ${lineMaxBytes} bytes where a line of its answer was expected`,
    });
  }

  #answerGetAck(): void {
    if (!this.#ackWanted) return;
    this.#ackWanted = false;
    this.sendAck();
  }

  // ---- a full sync

  #expectSnapshot(history: { readonly id: string; readonly offset: number } | null): void {
    this.#granted = history;
    this.#needs.traces.explain({ code: 'syncAnsweredFull', params: { ...this.#named(), ...(history ?? {}) } });
  }

  #receive(end: SnapshotEnd): SnapshotReception {
    const { ports, settings, host, stream, log, leaveData } = this.#needs;
    this.#receivingSinceMs = ports.clock.monotonicMs();
    const wire = this.#wire!;
    const needs = {
      ports,
      settings,
      host,
      log,
      isSameHistory: this.#granted?.id === stream.history.id,
      leaveData,
      received: () => this.#react({ kind: 'received' }),
      loaded: (load: SnapshotLoad) => this.#loaded(load, end),
      failed: (text: string, why: string) => this.#snapshotFailed(text, why),
      hold: () => wire.hold(),
      goOn: () => wire.goOn(),
    };
    const way = snapshotWay(settings, host);
    return way === 'file' ? new FileReception(needs, end) : new ParserReception(needs, end, way);
  }

  #loaded(load: SnapshotLoad, end: SnapshotEnd): void {
    const { host, stream, traces, ports } = this.#needs;
    const lastedMs = ports.clock.monotonicMs() - this.#receivingSinceMs;
    traces.note(`received ${this.#reception?.readBytes} bytes and loaded ${load.keysLoaded} keys`, lastedMs);
    this.#reception = null;
    if (this.#granted === null) {
      // A master that knows only SYNC gives no history; ours begins here, and cannot be continued by asking it.
      stream.openBacklog();
      stream.renewId();
    } else stream.adopt(this.#granted.id, this.#granted.offset);
    this.#applier.reset();
    host.target.databaseIndex = load.streamDatabase;
    this.#react({ kind: 'loaded' });
    this.#arrived('full');
    if (end.kind === 'mark') this.sendAck();
  }

  #snapshotFailed(log: string, why: string): void {
    const { host, port } = this.address;
    const pauseMs = this.#refusals.note(this.#needs.ports.clock.monotonicMs());
    this.#react({ kind: 'broken', reason: { code: 'linkSnapshotBroken', params: { host, port, reason: why } }, log });
    if (pauseMs > retryPauseMs) {
      const words = `The master's snapshot could not be loaded again: the next try is in ${pauseMs / 1000} seconds`;
      this.#needs.log('notice', words);
    }
  }

  // ---- the stream

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
    this.#refusals.forget();
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
      const { host, port } = this.address;
      this.#needs.forgetResume();
      this.#react({
        kind: 'broken',
        reason: { code: 'linkTransferFailed', params: { host, port, reason: why } },
        log: `Master stream corruption? Closing the master connection and discarding the cached master: ${why}`,
      });
      return end - start;
    }
  }

  #fail(reason: LinkReason): void {
    this.#reason = reason;
    this.#retries++;
    if (this.#hasStreamed) this.#downSinceMs ??= this.#needs.ports.clock.nowMs();
    this.#needs.traces.end('failed', reason);
  }

  /** As the contract's statements name a master that is known by its address only. */
  #named(): { master: string } {
    return { master: `${this.address.host}:${this.address.port}` };
  }
}
