// What every session has, and the two kinds that have no socket of their own: the stream of a master, and the host's calls.
import type { Connection } from '../../base/ports.ts';
import type { Protocol, ReplyWriter } from '../../resp/reply-writer.ts';
import type { AclUser } from '../commands/acl/acl-user.ts';
import type { ExecutedSession } from '../commands/execute.ts';
import type { OutputOwner, ReplyMode, SessionKind } from '../commands/services.ts';
import type { Transaction, WatchedKeys } from '../commands/transaction-state.ts';

export interface SessionStart {
  readonly id: number;
  readonly nowMs: number;
  /** No password is asked, or the session needs none. */
  readonly authenticated: boolean;
  /** As CLIENT LIST shows them: `host:port`, or the path of a socket with `:0`. */
  readonly remoteAddress: string;
  readonly localAddress: string;
}

export abstract class SessionState implements ExecutedSession {
  readonly id: number;
  readonly kind: SessionKind;
  protocol: Protocol = 2;
  databaseIndex = 0;
  authenticated: boolean;
  user = 'default';
  restriction: AclUser | null = null;
  name = '';
  libraryName = '';
  libraryVersion = '';
  transaction: Transaction | null = null;
  watched: WatchedKeys | null = null;
  subscriptions = 0;
  replyMode: ReplyMode = 'on';
  noEvict = false;
  closeAfterReply = false;
  isMonitor = false;
  isReplica = false;
  stopped = false;
  blocked = false;
  readonly createdMs: number;
  lastCommandMs: number;
  lastCommand = 'NULL';
  readonly remoteAddress: string;
  readonly localAddress: string;

  constructor(kind: SessionKind, start: SessionStart) {
    this.kind = kind;
    this.id = start.id;
    this.createdMs = start.nowMs;
    this.lastCommandMs = start.nowMs;
    this.authenticated = start.authenticated;
    this.remoteAddress = start.remoteAddress;
    this.localAddress = start.localAddress;
  }

  abstract readonly pendingBytes: number;
  abstract readonly queryBytes: number;
  abstract push(bytes: Uint8Array): void;
  abstract takeOutput(owner: OutputOwner): Connection | null;
  abstract block(): void;
  abstract wait(): void;
  abstract unblock(): void;
  abstract kill(): void;
  abstract flushReply(): void;
}

/** A session without a socket: it cannot be blocked, and what it is told goes to `told`. */
class SocketlessSession extends SessionState {
  readonly pendingBytes = 0;
  readonly queryBytes = 0;
  readonly #reply: ReplyWriter;
  readonly #told: (bytes: Buffer) => void;

  constructor(kind: SessionKind, start: SessionStart, reply: ReplyWriter, told: (bytes: Buffer) => void) {
    super(kind, start);
    this.#reply = reply;
    this.#told = told;
  }

  push(bytes: Uint8Array): void {
    this.#told(Buffer.from(bytes));
  }

  takeOutput(): Connection | null {
    return null;
  }

  block(): void {
    this.stopped = true;
    this.blocked = true;
  }

  wait(): void {
    this.block();
  }

  unblock(): void {
    this.stopped = false;
    this.blocked = false;
  }

  kill(): void {
    this.stopped = true;
  }

  flushReply(): void {
    if (this.#reply.length > 0) this.#told(this.#reply.taken());
  }
}

/** The session in which a replica applies its master's stream: nothing is answered. */
export class MasterSession extends SocketlessSession {
  constructor(start: SessionStart, reply: ReplyWriter) {
    super('master', { ...start, authenticated: true }, reply, () => {});
  }
}

/** The session of the host in the same process: trusted; replies are given to `told` as they are flushed. */
export class LocalSession extends SocketlessSession {
  constructor(start: SessionStart, reply: ReplyWriter, told: (bytes: Buffer) => void) {
    super('local', { ...start, authenticated: true }, reply, told);
  }
}
