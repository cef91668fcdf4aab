// A session without a socket, for tests of what serves many: it keeps what it was sent, and whether it lives.
import type { SessionKind } from '#core/engine/commands/services.ts';
import { SessionState } from '#core/engine/server/session.ts';

export class TestSession extends SessionState {
  readonly pendingBytes = 0;
  readonly queryBytes = 0;
  readonly pushed: string[] = [];
  killed = false;

  constructor(id: number, options: { kind?: SessionKind; nowMs?: number } = {}) {
    super(options.kind ?? 'client', {
      id,
      nowMs: options.nowMs ?? 0,
      authenticated: true,
      remoteAddress: `10.0.0.2:${5000 + id}`,
      localAddress: '10.0.0.1:6379',
    });
  }

  push(bytes: Uint8Array): void {
    this.pushed.push(Buffer.from(bytes).toString('latin1'));
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
  }

  flushReply(): void {}
}
