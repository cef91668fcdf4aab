// What a session keeps between MULTI and EXEC, and what WATCH remembers.

/** One request that waits for EXEC, in memory of its own. */
export interface QueuedRequest {
  readonly buffer: Buffer;
  readonly view: DataView;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly typedInline: boolean;
}

export interface Transaction {
  readonly queue: QueuedRequest[];
  /** A request was refused while queueing: EXEC will answer EXECABORT. */
  aborted: boolean;
}
