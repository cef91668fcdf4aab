// The one context object that commands are given, and what it collects for the stream while they run.
// Hot: guarded by `npm run bench -- throughput`.

import type { ReplyWriter } from '../../resp/reply-writer.ts';
import { encodeRequest } from '../../resp/request-decoder.ts';
import type { Database } from '../keyspace/database.ts';
import type { Keyspace } from '../keyspace/keyspace.ts';
import { Args } from './args.ts';
import type { Services, Session } from './services.ts';
import type { CommandContext } from './spec.ts';
import type { QueuedRequest } from './transaction-state.ts';

/** A request for the stream that waits until the command, or the transaction, is done. */
interface HeldRequest {
  readonly databaseIndex: number;
  readonly buffer: Buffer;
  readonly start: number;
  readonly end: number;
}

const MULTI = encodeRequest(['MULTI']);
const EXEC = encodeRequest(['EXEC']);

export class ExecutionContext implements CommandContext {
  args: Args = new Args();
  db: Database;
  session!: Session;
  inExec = false;
  isServed = false;
  /** The executor's: what `wait` asked for. */
  waiting: {
    readonly keys: readonly Buffer[];
    readonly timeoutMs: number;
    /** What runs when a key has changed; null: the request itself. */
    readonly as: readonly (Buffer | string)[] | null;
  } | null = null;
  readonly reply: ReplyWriter;
  readonly keyspace: Keyspace;
  readonly services: Services;
  readonly #runQueued: (request: QueuedRequest) => void;
  #running = false;
  #changes = 0;
  #replaced = false;
  #silent = false;
  /** What goes out when the command is done; more than one goes out as a transaction. */
  #held: HeldRequest[] = [];

  constructor(keyspace: Keyspace, services: Services, reply: ReplyWriter, runQueued: (request: QueuedRequest) => void) {
    this.keyspace = keyspace;
    this.services = services;
    this.reply = reply;
    this.#runQueued = runQueued;
    this.db = keyspace.databases[0]!;
  }

  get nowMs(): number {
    return this.keyspace.nowMs;
  }

  get canWait(): boolean {
    return !this.inExec && this.session.kind === 'client';
  }

  wait(keyIndexes: readonly number[], timeoutMs: number, as: readonly (Buffer | string)[] | null = null): void {
    this.waiting = { keys: keyIndexes.map((i) => this.args.copy(i)), timeoutMs, as };
  }

  changed(changes = 1): void {
    this.#changes += changes;
  }

  propagateInstead(...parts: (Buffer | string)[]): void {
    this.#replaced = true;
    if (!this.#propagates()) return;
    const buffer = encodeRequest(parts);
    this.#held.push({ databaseIndex: this.db.index, buffer, start: 0, end: buffer.length });
  }

  doNotPropagate(): void {
    this.#silent = true;
  }

  runQueued(request: QueuedRequest): void {
    this.#runQueued(request);
  }

  /** The executor's: a command begins. */
  enter(session: Session, args: Args): void {
    this.session = session;
    this.args = args;
    this.db = this.keyspace.databases[session.databaseIndex]!;
    this.#running = true;
    this.#forget();
  }

  /** The executor's: the command is done; what it changed goes to the stream. */
  leave(): void {
    this.#running = false;
    if (this.#changes === 0 && this.#held.length === 0) return;
    this.services.stats.dirty += this.#changes;
    if (this.#held.length === 0) {
      if (this.#replaced || this.#silent || !this.#propagates()) return;
      const { args } = this;
      this.services.propagation.append(this.db.index, args.buffer, args.frameStart, args.frameEnd);
      return;
    }
    if (this.#changes !== 0 && !this.inExec) this.#holdVerbatim();
    this.#release();
  }

  /** The executor's: a request of a transaction begins inside EXEC. */
  enterQueued(args: Args): void {
    this.inExec = true;
    this.args = args;
    this.db = this.keyspace.databases[this.session.databaseIndex]!;
    this.#forget();
  }

  /** The executor's: that request is done; its bytes wait for the end of EXEC. `outer` are EXEC's own arguments. */
  leaveQueued(outer: Args): void {
    this.services.stats.dirty += this.#changes;
    if (this.#changes !== 0) this.#holdVerbatim();
    this.inExec = false;
    this.args = outer;
    this.db = this.keyspace.databases[this.session.databaseIndex]!;
    this.#forget();
  }

  /** The keyspace's: time is up for a key or for fields; replicas are told so before the command that met them. */
  expired(databaseIndex: number, request: readonly (Buffer | string)[]): void {
    if (!this.services.propagation.active) return;
    const buffer = encodeRequest(request);
    if (this.#running) this.#held.push({ databaseIndex, buffer, start: 0, end: buffer.length });
    else this.services.propagation.append(databaseIndex, buffer, 0, buffer.length);
  }

  #forget(): void {
    this.#changes = 0;
    this.#replaced = false;
    this.#silent = false;
  }

  #propagates(): boolean {
    return this.services.propagation.active && this.session.kind !== 'master';
  }

  #holdVerbatim(): void {
    if (this.#replaced || this.#silent || !this.#propagates()) return;
    const { args } = this;
    this.#held.push({ databaseIndex: this.db.index, buffer: args.buffer, start: args.frameStart, end: args.frameEnd });
  }

  #release(): void {
    const held = this.#held;
    this.#held = [];
    const { propagation } = this.services;
    const wrapped = held.length > 1;
    if (wrapped) propagation.append(held[0]!.databaseIndex, MULTI, 0, MULTI.length);
    for (const { databaseIndex, buffer, start, end } of held) propagation.append(databaseIndex, buffer, start, end);
    if (wrapped) propagation.append(held[held.length - 1]!.databaseIndex, EXEC, 0, EXEC.length);
  }
}
