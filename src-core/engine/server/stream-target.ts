// Where a replica's link puts the stream of its master: the executor, in a session that answers nothing.
import { type PartialRequest, RequestDecoder } from '../../resp/request-decoder.ts';
import type { Executor } from '../commands/execute.ts';
import { forgetTransaction } from '../commands/transaction-state.ts';
import type { StreamTarget } from '../replication/replication-host.ts';
import type { MasterSession } from './session.ts';
import type { Turn } from './turn.ts';

export class MasterStreamTarget implements StreamTarget {
  openTransactionBytes = 0;
  readonly #executor: Executor;
  readonly #session: MasterSession;
  readonly #turn: Turn;
  #partial: PartialRequest | null = null;
  #wantedBytes = 0;

  constructor(executor: Executor, session: MasterSession, turn: Turn) {
    this.#executor = executor;
    this.#session = session;
    this.#turn = turn;
  }

  get databaseIndex(): number {
    return this.#session.databaseIndex;
  }

  set databaseIndex(index: number) {
    this.#session.databaseIndex = index;
  }

  apply(buffer: Buffer, view: DataView, start: number, end: number): number {
    if (end - start < this.#wantedBytes) return 0;
    this.#turn.begin();
    const executor = this.#executor;
    const session = this.#session;
    const before = session.transaction;
    const partial = this.#partial;
    this.#partial = null;
    const position = executor.run(session, buffer, view, start, end, partial);
    if (session.closeAfterReply) throw new Error('the stream is no sequence of requests');
    this.#wantedBytes = position < end ? executor.wantedBytes : 0;
    if (position < end) this.#partial = executor.takePartial();
    const used = position - start;
    executor.services.stats.netInputReplicationBytes += used;
    if (session.transaction === null) this.openTransactionBytes = 0;
    else if (session.transaction === before) this.openTransactionBytes += used;
    else this.openTransactionBytes = position - lastMulti(buffer, start, position);
    return used;
  }

  reset(): void {
    forgetTransaction(this.#session);
    this.#session.closeAfterReply = false;
    this.openTransactionBytes = 0;
    this.#partial = null;
    this.#wantedBytes = 0;
  }
}

/** Where the last MULTI among these whole requests starts. Rare: only for a piece that ends inside a transaction. */
function lastMulti(buffer: Buffer, start: number, end: number): number {
  const decoder = new RequestDecoder();
  let found = start;
  let position = start;
  while (position < end) {
    decoder.restart();
    const next = decoder.decode(buffer, position, end, 0);
    if (next <= position) break;
    const isMulti = decoder.count === 1 && /^multi$/i.test(buffer.latin1Slice(decoder.starts[0], decoder.ends[0]));
    if (isMulti) found = position;
    position = next;
  }
  return found;
}
