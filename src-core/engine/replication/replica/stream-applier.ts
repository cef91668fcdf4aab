// The master's stream: run command by command, and handed on byte for byte to our own replicas.
// Hot: guarded by the row "replica applying a backlog" of `npm run bench -- replication`.
import type { StreamTarget } from '../replication-host.ts';
import type { ReplicationStream } from '../stream.ts';

/**
 * What was applied and what stands in our stream are the same bytes, so the stream's offset is what we have.
 * A transaction counts with its EXEC only: if the link is lost before, we must ask for it again from its MULTI.
 * With offset 100, a SET of 30 bytes, MULTI (15) and INCR k (23) read, we stand at 130 and hold 38 bytes back.
 */
export class StreamApplier {
  readonly #target: StreamTarget;
  readonly #stream: ReplicationStream;
  #held: Buffer[] = [];
  #heldBytes = 0;

  constructor(target: StreamTarget, stream: ReplicationStream) {
    this.#target = target;
    this.#stream = stream;
  }

  /** Taken and not applied: the beginning of a transaction. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Takes whole requests; answers how many bytes. @throws Error when they are no requests. */
  apply(buffer: Buffer, view: DataView, start: number, end: number): number {
    const used = this.#target.apply(buffer, view, start, end);
    const openBytes = this.#target.openTransactionBytes;
    const position = start + used;
    const openFrom = Math.max(start, position - openBytes);
    if (openBytes <= used) this.#release();
    if (openFrom > start) this.#stream.appendFromMaster(buffer, start, openFrom);
    if (openFrom < position) this.#hold(buffer, openFrom, position);
    return used;
  }

  /** The link is lost: what was held was never applied. */
  reset(): void {
    this.#held = [];
    this.#heldBytes = 0;
    this.#target.reset();
  }

  #hold(buffer: Buffer, start: number, end: number): void {
    this.#held.push(Buffer.from(buffer.subarray(start, end)));
    this.#heldBytes += end - start;
  }

  #release(): void {
    for (const bytes of this.#held) this.#stream.appendFromMaster(bytes, 0, bytes.length);
    this.#held = [];
    this.#heldBytes = 0;
  }
}
