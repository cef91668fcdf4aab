// How much memory the engine holds: now, before the first key, and at most so far.
import type { Keyspace } from '../keyspace/keyspace.ts';
import type { ReplicationStream } from '../replication/stream.ts';

export class MemoryFigures {
  startupBytes = 0;
  peakBytes = 0;
  readonly #keyspace: Keyspace;
  readonly #stream: ReplicationStream;

  constructor(keyspace: Keyspace, stream: ReplicationStream) {
    this.#keyspace = keyspace;
    this.#stream = stream;
  }

  usedBytes(): number {
    return this.#keyspace.usedBytes + this.#stream.backlogMemoryBytes;
  }

  /** Before the first key. */
  noteStartup(): void {
    this.startupBytes = this.usedBytes();
  }

  notePeak(): void {
    this.peakBytes = Math.max(this.peakBytes, this.usedBytes());
  }
}
