// Runs requests: decodes a batch, warms the cache for its keys, passes each command through the gates, runs it, and hands
// what changed to the stream. Hot: guarded by `npm run bench -- throughput`.

import { protocolErrors } from '../../resp/protocol-errors.ts';
import type { ReplyWriter } from '../../resp/reply-writer.ts';
import { INCOMPLETE, type PartialRequest } from '../../resp/request-decoder.ts';
import { ArenaFullError } from '../data/arena.ts';
import type { Keyspace } from '../keyspace/keyspace.ts';
import { Args } from './args.ts';
import { ExecutionContext } from './execution-context.ts';
import { gate, PASSED, POSTPONED, passGates } from './gates.ts';
import { ReplyError, replyErrors, unknownCommand, unknownSubcommand, wrongArity } from './reply-errors.ts';
import { RequestBatch } from './request-batch.ts';
import type { Services, Session } from './services.ts';
import type { Command, CommandTable } from './table.ts';
import {
  abortTransaction,
  addToTransaction,
  forgetTransaction,
  type QueuedRequest,
  queueRequest,
  requestOf,
} from './transaction-state.ts';
import { noteBrokenStream, noteDivergence } from './unapplied.ts';
import { type WaitingClient, WaitingClients } from './waiting-clients.ts';

/** Replies are handed on when so many bytes wait, even if the batch is not at its end. */
const FLUSH_REPLY_BYTES = 256 * 1024;
const MINUS = 0x2d;

/** A session whose requests run here: it can be told to send what was written so far. */
export interface ExecutedSession extends Session {
  /** Takes the bytes in `reply` away and clears it. */
  flushReply(): void;
}

export class Executor {
  readonly reply: ReplyWriter;
  readonly keyspace: Keyspace;
  readonly services: Services;
  readonly table: CommandTable;
  /** After `run` left bytes over: another try is in vain before so many are there, counted from the first left over. */
  wantedBytes = 0;
  readonly #batch = new RequestBatch();
  readonly #args = new Args();
  readonly #queuedArgs = new Args();
  /** Clients that BLPOP and its like let wait. */
  readonly waiting: WaitingClients;
  readonly #context: ExecutionContext;

  constructor(table: CommandTable, keyspace: Keyspace, services: Services, reply: ReplyWriter) {
    this.table = table;
    this.keyspace = keyspace;
    this.services = services;
    this.reply = reply;
    this.#context = new ExecutionContext(keyspace, services, reply, (request) => this.#runQueued(request));
    this.waiting = new WaitingClients(keyspace, services.ports.timers);
    keyspace.onExpired = (databaseIndex, key) => this.#context.expired(databaseIndex, ['DEL', key]);
    keyspace.onFieldsExpired = (databaseIndex, key, fields) =>
      this.#context.expired(databaseIndex, ['HDEL', key, ...fields.map((field) => Buffer.from(field, 'latin1'))]);
  }

  /**
   * Runs the whole requests in `buffer` from `start` to `end`, and answers where the first one starts that did not run:
   * because it is not whole, or because the session stopped. Replies are in `reply`, those that broke its bound already
   * flushed. A request that breaks the protocol is answered, and the session's `closeAfterReply` set.
   * @param partial what `takePartial` gave for the request at `start`.
   */
  run(
    session: ExecutedSession,
    buffer: Buffer,
    view: DataView,
    start: number,
    end: number,
    partial: PartialRequest | null = null,
  ): number {
    const { keyspace, reply } = this;
    const expiryMode = keyspace.expiryMode;
    if (session.kind === 'master') keyspace.expiryMode = 'ignore';
    reply.protocol = session.protocol;
    this.wantedBytes = 0;
    try {
      return this.#runBatches(session, buffer, view, start, end, partial);
    } finally {
      if (session.kind === 'master') keyspace.expiryMode = expiryMode;
    }
  }

  /** After `run` left an unfinished request over: what is known of it, if that is much. */
  takePartial(): PartialRequest | null {
    return this.#batch.decoder.takePartial();
  }

  #runBatches(
    session: ExecutedSession,
    buffer: Buffer,
    view: DataView,
    start: number,
    end: number,
    partial: PartialRequest | null,
  ): number {
    const batch = this.#batch;
    const { limits } = batch.decoder;
    let unfinished = partial;
    let position = start;
    while (position < end) {
      limits.maxBulkBytes = this.services.limits.maxBulkBytes;
      limits.authenticated = session.authenticated;
      batch.read(buffer, view, position, end, unfinished);
      unfinished = null;
      if (batch.count > 1) batch.warm(this.keyspace.databases[session.databaseIndex]!.table, this.keyspace.hashSeed);
      for (let i = 0; i < batch.count; i++) {
        if (batch.words(i) === 0) continue;
        batch.point(this.#args, i);
        if (!this.#execute(session, this.#args)) return batch.start(i);
        if (session.stopped || session.closeAfterReply) return batch.start(i + 1);
        if (this.reply.length > FLUSH_REPLY_BYTES) session.flushReply();
      }
      position = batch.start(batch.count);
      if (batch.lineBuffer !== null && session.kind === 'master') {
        this.#refuse(session, protocolErrors.inlineFromMaster);
        return end;
      }
      if (batch.lineBuffer !== null) {
        batch.pointAtLine(this.#args, batch.lineBuffer);
        if (!this.#execute(session, this.#args)) return position;
        position = batch.next;
        if (session.stopped || session.closeAfterReply) return position;
      } else if (batch.next === INCOMPLETE) {
        this.wantedBytes = batch.decoder.wantedBytes;
        return position;
      } else if (batch.next < 0) {
        this.#refuse(session, batch.decoder.error);
        return end;
      }
    }
    return position;
  }

  #refuse(session: ExecutedSession, error: string): void {
    if (session.kind === 'master') noteBrokenStream(this.services, error);
    this.reply.error(`ERR ${error}`);
    session.closeAfterReply = true;
    this.services.stats.errorReplies++;
  }

  /** False: the request must wait (CLIENT PAUSE), it was not run. */
  #execute(session: ExecutedSession, args: Args): boolean {
    const command = this.#find(session, args);
    if (command === null) return true;
    if (session.restriction !== null && session.authenticated) {
      const refusal = this.services.acl.refusal(session, session.restriction, command, args);
      if (refusal !== null) {
        this.#reject(session, args, command, refusal);
        return true;
      }
    }
    const { gates } = this.services;
    if (
      !session.authenticated ||
      session.subscriptions !== 0 ||
      session.isReplica ||
      gates.shut !== 0 ||
      session.isMonitor
    ) {
      const verdict = passGates(this.services, session, command);
      if (verdict === POSTPONED) {
        this.services.clients.postpone(session);
        return false;
      }
      if (verdict !== PASSED) {
        this.#reject(session, args, command, verdict);
        return true;
      }
    }
    if (session.transaction !== null && !RUNS_INSIDE_MULTI.has(command.name)) this.#queue(session, command, args);
    else this.#call(session, command, args);
    return true;
  }

  /** The command that is asked for; null when it was answered with an error. */
  #find(session: ExecutedSession, args: Args): Command | null {
    let command = this.table.find(args.buffer, args.start(0), args.end(0));
    if (command === null) {
      const echoed: string[] = [];
      for (let i = 1; i < args.count && i < 20; i++) echoed.push(args.text(i));
      this.#reject(session, args, null, unknownCommand(args.text(0), echoed));
      return null;
    }
    if (command.subcommands !== null && args.count > 1) {
      const subcommand = command.subcommands.find(args.buffer, args.start(1), args.end(1));
      if (subcommand === null && command.run === null) {
        this.#reject(session, args, command, unknownSubcommand(command.name, args.text(1)));
        return null;
      }
      command = subcommand ?? command;
    }
    if (command.takes(args.count) && command.run !== null) return command;
    this.#reject(session, args, command, wrongArity(command.name));
    return null;
  }

  /** Answers an error before anything ran; a transaction in the making will be aborted. */
  #reject(session: ExecutedSession, args: Args, command: Command | null, text: string): void {
    if (command !== null) command.rejectedCalls++;
    session.lastCommand = command?.name ?? 'NULL';
    const mark = this.reply.length;
    if (command !== null && command.name === 'exec') {
      forgetTransaction(session);
      this.reply.error(`EXECABORT Transaction discarded because of: ${text.replace(/^ERR /, '')}`);
    } else {
      if (session.transaction !== null) abortTransaction(session.transaction, args);
      this.reply.error(text);
    }
    this.#countError(mark);
    this.#applyReplyMode(session, mark, command);
  }

  #queue(session: ExecutedSession, command: Command, args: Args): void {
    if (command.has('no_multi')) {
      this.#reject(session, args, command, replyErrors.notInTransaction);
      return;
    }
    addToTransaction(session.transaction!, command, args);
    const mark = this.reply.length;
    this.reply.simple('QUEUED');
    this.#applyReplyMode(session, mark, command);
  }

  #call(session: ExecutedSession, command: Command, args: Args): void {
    const context = this.#context;
    const mark = this.reply.length;
    session.lastCommand = command.name;
    session.lastCommandMs = this.keyspace.nowMs;
    context.enter(session, args);
    this.#runGuarded(command, mark);
    context.leave();
    if (context.waiting !== null) this.#letWait(session, command, args);
    if (this.waiting.hasTouched) this.#serveWaiting();
    if (session.replyMode !== 'on' || session.kind === 'master') this.#applyReplyMode(session, mark, command);
  }

  #letWait(session: ExecutedSession, command: Command, args: Args): void {
    const { keys, timeoutMs, as } = this.#context.waiting!;
    this.#context.waiting = null;
    const request = as === null ? queueRequest(command, args) : requestOf(command, as);
    this.waiting.add(session, request, keys, timeoutMs, (client) => {
      this.#answerWaiting(client, () => this.reply.nullArray());
    });
  }

  /** Runs the commands of those again who wait for a key that has changed, until nobody gets anything by it. */
  #serveWaiting(): void {
    while (this.waiting.hasTouched) {
      for (const client of this.waiting.takeTouched()) {
        if (!this.waiting.has(client.session)) continue;
        if (this.services.gates.has(gate.readOnly)) this.#sendAway(client);
        else this.#serve(client);
      }
    }
  }

  #serve(client: WaitingClient): void {
    const context = this.#context;
    const { request, session } = client;
    const args = this.#queuedArgs;
    this.#answerWaiting(client, () => {
      const mark = this.reply.length;
      args.point(request.buffer, request.view, request.starts, request.ends, 0, request.starts.length);
      args.frameStart = 0;
      args.frameEnd = request.buffer.length;
      context.enter(session, args);
      context.isServed = true;
      this.#runGuarded(request.command, mark);
      context.isServed = false;
      context.leave();
      const stillWaits = context.waiting !== null;
      context.waiting = null;
      if (!stillWaits) this.waiting.forget(session);
    });
  }

  /** We became a replica: those who wait here for an element would wait in vain, and are told so and closed. */
  dropWaiting(): void {
    for (const client of this.waiting.all()) {
      client.session.closeAfterReply = true;
      this.#sendAway(client);
    }
  }

  /** A replica takes its data from its master only: nobody may wait here to change it. */
  #sendAway(client: WaitingClient): void {
    this.waiting.forget(client.session);
    this.#answerWaiting(client, () => this.reply.error(replyErrors.unblockedByRole));
  }

  /** CLIENT UNBLOCK: a client that waits for a key is answered as if its time were up, or with an error. False: none waits. */
  interrupt(session: Session, how: 'timeout' | 'error'): boolean {
    const client = this.waiting.all().find((other) => other.session === session);
    if (client === undefined) return false;
    this.waiting.forget(session);
    this.#answerWaiting(client, () => {
      if (how === 'timeout') this.reply.nullArray();
      else this.reply.error(replyErrors.unblockedByClient);
    });
    return true;
  }

  /** Writes an answer in the middle of another client's; if there is one, it is sent and the client goes on. */
  #answerWaiting({ session }: WaitingClient, write: () => void): void {
    const { reply } = this;
    const mark = reply.length;
    const { protocol } = reply;
    reply.protocol = session.protocol;
    write();
    reply.protocol = protocol;
    if (reply.length === mark) return;
    const answer = Buffer.from(reply.buffer.subarray(mark, reply.length));
    reply.length = mark;
    if (session.replyMode === 'on') session.push(answer);
    session.unblock();
  }

  #runQueued(request: QueuedRequest): void {
    const context = this.#context;
    const outer = context.args;
    const args = this.#queuedArgs;
    args.point(request.buffer, request.view, request.starts, request.ends, 0, request.starts.length);
    args.frameStart = 0;
    args.frameEnd = request.buffer.length;
    context.enterQueued(args);
    const { session } = context;
    const mark = this.reply.length;
    // The user may have lost rights since the request was queued.
    const refusal =
      session.restriction === null
        ? null
        : this.services.acl.refusalInExec(session, session.restriction, request.command, args);
    if (refusal === null) this.#runGuarded(request.command, mark);
    else {
      this.reply.error(refusal);
      this.#countError(mark);
    }
    context.leaveQueued(outer);
  }

  /** Runs a command, makes a `ReplyError` its answer, and counts. Anything else that is thrown is our mistake. */
  #runGuarded(command: Command, mark: number): void {
    const { observation } = this.services;
    const isSeen = observation.seesAll || (observation.seesLong && !command.isQuick);
    const startedMs = isSeen ? observation.nowMs() : 0;
    try {
      command.run!(this.#context);
    } catch (error) {
      const text = replyTextOf(error);
      if (text === null) throw error;
      this.reply.length = mark;
      this.reply.error(text);
    }
    command.calls++;
    this.services.stats.commandsProcessed++;
    if (this.reply.length > mark && this.reply.buffer[mark] === MINUS) {
      command.failedCalls++;
      this.#countError(mark);
    }
    if (isSeen) observation.ran(this.#context.session, command, this.#context.args, startedMs);
  }

  #countError(mark: number): void {
    const { stats } = this.services;
    stats.errorReplies++;
    const text = this.reply.buffer.latin1Slice(mark + 1, Math.min(this.reply.length, mark + 40));
    const prefix = /^[^ \r]*/.exec(text)![0];
    stats.errorsByPrefix.set(prefix, (stats.errorsByPrefix.get(prefix) ?? 0) + 1);
  }

  /** Drops the answer of a master's command, or as CLIENT REPLY asked. `command` is null for one that we do not know. */
  #applyReplyMode(session: ExecutedSession, mark: number, command: Command | null): void {
    const mode = session.replyMode;
    if (mode === 'on' && session.kind !== 'master') return;
    if (session.kind === 'master' && this.reply.length > mark && this.reply.buffer[mark] === MINUS) {
      noteDivergence(this.services, this.reply.buffer.latin1Slice(mark + 1, this.reply.length), command);
    }
    this.reply.length = mark;
    if (mode === 'skip-next') session.replyMode = 'skip';
    else if (mode === 'skip') session.replyMode = 'on';
  }
}

/** These are not queued by MULTI. */
const RUNS_INSIDE_MULTI: ReadonlySet<string> = new Set(['exec', 'discard', 'multi', 'watch', 'quit', 'reset']);

/** What to answer for an error that a command raised; null for those that are our mistakes. */
function replyTextOf(error: unknown): string | null {
  if (error instanceof ReplyError) return error.message;
  if (error instanceof ArenaFullError) return replyErrors.outOfMemory;
  return null;
}
