// Applies the master's stream with the same executor that serves clients, in a session that passes all gates.
import type { PartialRequest } from '../../resp/request-decoder.ts';
import type { Executor } from '../commands/execute.ts';
import type { Session } from '../commands/services.ts';
import { forgetTransaction } from '../commands/transaction-state.ts';
import type { StreamTarget } from '../replication/replication-host.ts';
import { MasterSession } from './session.ts';
import type { Turn } from './turn.ts';

export interface StreamTargetNeeds {
  readonly executor: Executor;
  readonly turn: Turn;
  readonly nextId: () => number;
  /** `host:port` of the master whose stream begins. */
  readonly masterAddress: () => string;
}

export class MasterStream implements StreamTarget {
  readonly #needs: StreamTargetNeeds;
  #session: MasterSession | null = null;
  #partial: PartialRequest | null = null;
  /** Of the session to come. */
  #databaseIndex = 0;

  constructor(needs: StreamTargetNeeds) {
    this.#needs = needs;
  }

  /** As CLIENT LIST shows it and CLIENT KILL finds it; there from the moment the link is up, before any byte. */
  get session(): Session {
    return this.#open();
  }

  apply(buffer: Buffer, view: DataView, start: number, end: number): number {
    const { executor, turn } = this.#needs;
    turn.begin();
    const session = this.#open();
    const position = executor.run(session, buffer, view, start, end, this.#partial);
    this.#partial = position < end ? executor.takePartial() : null;
    executor.reply.clear();
    executor.services.stats.netInputReplicationBytes += position - start;
    if (session.closeAfterReply) throw new Error('the stream of the master is no sequence of requests');
    return position - start;
  }

  get openTransactionBytes(): number {
    return this.#session?.transaction?.bytes ?? 0;
  }

  get databaseIndex(): number {
    return this.#session?.databaseIndex ?? this.#databaseIndex;
  }

  set databaseIndex(index: number) {
    this.#databaseIndex = index;
    if (this.#session !== null) this.#session.databaseIndex = index;
  }

  reset(): void {
    if (this.#session !== null) {
      forgetTransaction(this.#session);
      // After a partial resync the stream goes on in the database it was in, without a SELECT.
      this.#databaseIndex = this.#session.databaseIndex;
    }
    this.#session = null;
    this.#partial = null;
  }

  #open(): MasterSession {
    if (this.#session !== null) return this.#session;
    const { executor, nextId, masterAddress } = this.#needs;
    const nowMs = executor.services.ports.clock.nowMs();
    this.#session = new MasterSession(
      { id: nextId(), nowMs, authenticated: true, remoteAddress: masterAddress(), localAddress: '' },
      executor.reply,
    );
    this.#session.databaseIndex = this.#databaseIndex;
    return this.#session;
  }
}
