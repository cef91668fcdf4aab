// A session without a socket: it keeps what it was sent, and whether it lives.
import type { SessionKind } from '#core/engine/commands/services.ts';
import { SessionState } from '#core/engine/server/session.ts';
import type { ReplyWriter } from '#core/resp/reply-writer.ts';

interface TestSessionOptions {
  readonly kind?: SessionKind;
  readonly nowMs?: number;
  /** What commands of this session write to. Without it nothing is answered; what is pushed is kept all the same. */
  readonly reply?: ReplyWriter;
}

export class TestSession extends SessionState {
  readonly pendingBytes = 0;
  readonly queryBytes = 0;
  /** Replies and pushes in their order, until they are taken. */
  readonly sent: Buffer[] = [];
  killed = false;
  readonly #reply: ReplyWriter | null;

  constructor(id: number, { kind = 'client', nowMs = 0, reply }: TestSessionOptions = {}) {
    super(kind, {
      id,
      nowMs,
      authenticated: true,
      remoteAddress: `10.0.0.2:${5000 + id}`,
      localAddress: '10.0.0.1:6379',
    });
    this.#reply = reply ?? null;
  }

  /** What it was sent, as byte texts. */
  get pushed(): string[] {
    return this.sent.map((bytes) => bytes.toString('latin1'));
  }

  push(bytes: Uint8Array): void {
    this.sent.push(Buffer.from(bytes));
  }

  takeOutput(): null {
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
    this.killed = true;
    this.stopped = true;
  }

  flushReply(): void {
    if (this.#reply) this.sent.push(this.#reply.taken());
  }
}
