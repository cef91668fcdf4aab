// One attached replica: what it said of itself, where it stands, and the writing side of its connection.
import type { Connection } from '../../../base/ports.ts';
import type { ReplicationStream, StreamReader } from '../stream.ts';
import { moveReplica, type ReplicaState } from './replica-state.ts';

/** A client's connection as far as replication cares; the commands' sessions are such. */
export interface ReplicaPeer {
  readonly id: number;
  readonly remoteAddress: string;
  isReplica: boolean;
  takeOutput(owner: {
    onDrain(): void;
    onAnswer(answer: Buffer, command: string): void;
    onClose(reason: string | null): void;
  }): Connection | null;
  kill(): void;
}

/** What REPLCONF said before PSYNC. */
export interface Announcement {
  /** 0: not said. */
  listeningPort: number;
  /** Empty: not said. */
  ipAddress: string;
  eof: boolean;
  psync2: boolean;
  /** It wants the snapshot alone, and no stream after it: a tool that makes a backup. */
  rdbOnly: boolean;
  /** It wants a snapshot without keys: a tool that only watches the stream. */
  withoutData: boolean;
}

export class ReplicaSession implements StreamReader {
  readonly peer: ReplicaPeer;
  readonly announcement: Readonly<Announcement>;
  /** It asked by SYNC, so it knows nothing of histories: the snapshot is its whole answer. */
  asksOldWay = false;
  /** Bytes of the stream handed to the connection: the stream keeps what comes after. */
  offset: number;
  ackOffset = 0;
  /** Until its first word it has said nothing of any offset, not even of 0: its snapshot may still be on the way. */
  hasAcknowledged = false;
  ackAtMs: number;
  /** When its output first went over the soft limit; null while it is below. */
  overSoftSinceMs: number | null = null;
  #state: ReplicaState;
  readonly #connection: Connection;
  readonly #stream: ReplicationStream;
  /** The stream has grown, and what could be sent of it was sent. */
  readonly #onPumped: (replica: ReplicaSession) => void;
  #blocked = false;
  #follows = false;
  #stall: { readonly pendingBytes: number; readonly sinceMs: number } | null = null;
  #killed = false;

  constructor(
    peer: ReplicaPeer,
    connection: Connection,
    announcement: Readonly<Announcement>,
    stream: ReplicationStream,
    state: ReplicaState,
    nowMs: number,
    onPumped: (replica: ReplicaSession) => void,
  ) {
    this.#onPumped = onPumped;
    this.peer = peer;
    this.#connection = connection;
    this.announcement = announcement;
    this.#stream = stream;
    this.offset = stream.offset;
    this.ackAtMs = nowMs;
    this.#state = state;
  }

  /**
   * Since when nothing of what was written has left, in Unix time; null when nothing waits. Looked at from time to
   * time: what has left in between shows by what still waits.
   */
  stalledSinceMs(nowMs: number): number | null {
    const { pendingBytes } = this.#connection;
    if (pendingBytes === 0) this.#stall = null;
    else if (this.#stall?.pendingBytes !== pendingBytes) this.#stall = { pendingBytes, sinceMs: nowMs };
    return this.#stall?.sinceMs ?? null;
  }

  get state(): ReplicaState {
    return this.#state;
  }

  get ip(): string {
    return this.announcement.ipAddress === '' ? this.#connection.remoteAddress : this.announcement.ipAddress;
  }

  /** As Redis names a replica in its log. */
  get name(): string {
    const port = this.announcement.listeningPort;
    return `${this.ip}:${port === 0 ? '<unknown-replica-port>' : port}`;
  }

  /**
   * Bytes of the stream that it has not taken: Redis's `omem`. Pieces of the snapshot do not count, since the
   * snapshot waits for its readers and never piles up.
   */
  get pendingBytes(): number {
    const handedOver = this.#state.kind === 'online' ? this.#connection.pendingBytes : 0;
    return handedOver + this.heldBytes;
  }

  /** Of those, what is not yet handed to the connection: it lies in the chunks that all replicas share. */
  get heldBytes(): number {
    return this.#follows ? Math.max(0, this.#stream.offset - this.offset) : 0;
  }

  /** Nothing more can be written to it. */
  get isGone(): boolean {
    return this.#killed || this.#state.kind === 'gone';
  }

  /** Waiting for the system to take what was written. */
  get isBlocked(): boolean {
    return this.#blocked;
  }

  move(to: ReplicaState): void {
    this.#state = moveReplica(this.#state, to);
    if (to.kind === 'gone') this.#stream.removeReader(this);
  }

  /** From here on the stream after `offset` belongs to this replica; it is sent once the state is `online`. */
  follow(offset: number): void {
    this.offset = offset;
    this.#follows = true;
    this.#stream.addReader(this);
  }

  /** Writes outside the stream. False: `onDrain` of its connection follows, and until then the memory must not change. */
  write(bytes: Uint8Array): boolean {
    if (this.isGone) return true;
    const taken = this.#connection.write(bytes, 0, bytes.length);
    if (!taken) this.#blocked = true;
    return taken;
  }

  pump(): void {
    if (this.#killed) return;
    if (this.#state.kind === 'online') this.#send();
    this.#onPumped(this);
  }

  #send(): void {
    while (!this.#blocked) {
      const slice = this.#stream.read(this.offset);
      if (slice === null) return;
      this.offset += slice.end - slice.start;
      if (!this.#connection.write(slice.bytes, slice.start, slice.end)) this.#blocked = true;
    }
  }

  /** The connection took all that was written. */
  unblock(): void {
    this.#blocked = false;
  }

  /** It has all that it asked for: what was written is sent, then the connection closes. */
  end(): void {
    this.#killed = true;
    this.#connection.end();
  }

  kill(): void {
    this.#killed = true;
    this.peer.kill();
  }
}
