// What replication asks of the engine around it: snapshots out, snapshots in, commands of the stream, gates.

/** Takes a snapshot piece by piece. `write` false: wait for `onDrain`, and leave the chunk's memory alone until then. */
export interface SnapshotSink {
  write(chunk: Buffer): boolean;
  /** Set by the snapshot; called by the owner of the sink. */
  onDrain: () => void;
}

export interface SnapshotRequest {
  /** Goes into the snapshot as `repl-id`, `repl-offset` and `repl-stream-db`. */
  readonly historyId: string;
  readonly offset: number;
  readonly streamDatabase: number;
  /** Leave all keys out. */
  readonly withoutData: boolean;
  readonly sink: SnapshotSink;
  /** Called once: null when all was handed to the sink, else why not. Not called after `abort`. */
  readonly onEnd: (error: Error | null) => void;
}

export interface RunningSnapshot {
  abort(): void;
}

export interface LoadRequest {
  /** How long the snapshot is; null where the master does not say. */
  readonly sizeBytes: number | null;
  /** 'in-place': the present data go now. 'beside': they stay until `adopt`. */
  readonly place: 'in-place' | 'beside';
  /** The present data are an earlier state of what comes: who reads them meanwhile reads the past, and no other's data. */
  readonly servesMeanwhile: boolean;
}

/** A snapshot that is being loaded. Exactly one of `adopt` and `abandon` ends it. */
export interface SnapshotLoad {
  /** Takes bytes at any split; answers how many it used, the rest is given again with what follows. @throws Error on bad bytes. */
  feed(buffer: Buffer, view: DataView, start: number, end: number): number;
  readonly finished: boolean;
  readonly keysLoaded: number;
  readonly keysExpired: number;
  /** `repl-stream-db` of the snapshot: the database in which the stream goes on; 0 when it says none. */
  readonly streamDatabase: number;
  /** What the snapshot says of its origin: the server's version, its time in Unix seconds, memory in bytes. */
  readonly origin: { readonly version: string; readonly createdSeconds: number; readonly usedMemoryBytes: number };
  /** What was loaded is what is served from now on. */
  adopt(): void;
  /** What was loaded goes; in place nothing is left then. */
  abandon(): void;
}

/** Runs the master's stream. One for the life of the engine; `reset` forgets what a former master left unfinished. */
export interface StreamTarget {
  /** Runs whole requests without answering; answers how many bytes it used. @throws Error when they are no requests. */
  apply(buffer: Buffer, view: DataView, start: number, end: number): number;
  /** How many of the bytes used so far, at their end, belong to a transaction whose EXEC has not come; 0 outside of one. */
  readonly openTransactionBytes: number;
  databaseIndex: number;
  /** Drops an unfinished transaction. */
  reset(): void;
}

/** Reasons for which commands are refused; what they mean stands at the gates of the commands. */
export type ReplicationGate = 'readOnly' | 'masterDown' | 'tooFewReplicas';

export interface ReplicationHost {
  readonly target: StreamTarget;
  /** A snapshot is being made, for us or for a save: only one can be at a time. */
  readonly snapshotRunning: boolean;
  /** Takes the data as they are now; the first bytes may reach the sink before this returns. */
  startSnapshot(request: SnapshotRequest): RunningSnapshot;
  /** There is no key. */
  readonly isEmpty: boolean;
  beginLoad(request: LoadRequest): SnapshotLoad;
  /** FAILOVER: clients' writes wait until they are let go again. */
  holdWrites(held: boolean): void;
  /** The line of CLIENT LIST for the client with this id, for the log; empty when there is none. */
  describeClient(id: number): string;
  setGate(gate: ReplicationGate, shut: boolean): void;
  /** A master became a replica, or the reverse: keys expire by another rule, blocked clients are let go. */
  roleChanged(role: 'master' | 'replica'): void;
}
