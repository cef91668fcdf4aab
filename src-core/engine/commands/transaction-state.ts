// What a session keeps between MULTI and EXEC, and what WATCH remembers.
//
//   no transaction --MULTI--> queueing --a request is refused--> aborted
//         ^                      |                                  |
//         '--EXEC: all run-------'                                  |
//         '--EXEC: EXECABORT----------------------------------------'
//         '--DISCARD, RESET, or the end of the connection, from both
//
//   WATCH before MULTI: if a watched key changes before EXEC, EXEC answers null and nothing runs.
import { encodeRequest } from '../../resp/request-decoder.ts';
import type { Keyspace } from '../keyspace/keyspace.ts';
import { SingleKey } from '../keyspace/single-key.ts';
import type { Watcher } from '../keyspace/watches.ts';
import type { Args } from './args.ts';
import type { Command } from './table.ts';

/** One request that waits for EXEC, in memory of its own. */
export interface QueuedRequest {
  readonly command: Command;
  readonly buffer: Buffer;
  readonly view: DataView;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

export interface Transaction {
  readonly queue: QueuedRequest[];
  /** A request was refused while queueing: EXEC will answer EXECABORT. */
  aborted: boolean;
  /** Of all its requests from MULTI on, those refused too: what a replica must ask for again if the link is lost. */
  bytes: number;
}

/** A transaction that its MULTI begins. */
export function beginTransaction(multi: Args): Transaction {
  return { queue: [], aborted: false, bytes: frameBytes(multi) };
}

export function addToTransaction(transaction: Transaction, command: Command, args: Args): void {
  transaction.queue.push(queueRequest(command, args));
  transaction.bytes += frameBytes(args);
}

export function abortTransaction(transaction: Transaction, refused: Args): void {
  transaction.aborted = true;
  transaction.bytes += frameBytes(refused);
}

function frameBytes({ frameStart, frameEnd }: Args): number {
  return frameEnd - frameStart;
}

/** Copies a request out of the shared buffer. */
export function queueRequest(command: Command, args: Args): QueuedRequest {
  const buffer = Buffer.from(args.buffer.subarray(args.frameStart, args.frameEnd));
  const starts = new Int32Array(args.count);
  const ends = new Int32Array(args.count);
  for (let i = 0; i < args.count; i++) {
    starts[i] = args.start(i) - args.frameStart;
    ends[i] = args.end(i) - args.frameStart;
  }
  return { command, buffer, view: new DataView(buffer.buffer, buffer.byteOffset, buffer.length), starts, ends };
}

/** A request of these words. */
export function requestOf(command: Command, words: readonly (Buffer | string)[]): QueuedRequest {
  const buffer = encodeRequest(words);
  const starts = new Int32Array(words.length);
  const ends = new Int32Array(words.length);
  let at = buffer.indexOf('\n') + 1;
  for (const [i, word] of words.entries()) {
    starts[i] = buffer.indexOf('\n', at) + 1;
    ends[i] = starts[i]! + (typeof word === 'string' ? Buffer.byteLength(word) : word.length);
    at = ends[i]! + 2;
  }
  return { command, buffer, view: new DataView(buffer.buffer, buffer.byteOffset, buffer.length), starts, ends };
}

/** Ends MULTI and WATCH. */
export function forgetTransaction(session: { transaction: Transaction | null; watched: WatchedKeys | null }): void {
  session.transaction = null;
  session.watched?.clear();
  session.watched = null;
}

interface WatchedKey {
  readonly databaseIndex: number;
  readonly key: Buffer;
  /** It was past its time when the watch began: that it vanishes then is no change. */
  readonly wasExpired: boolean;
}

/** The keys that a session watches. Only the first change of any of them counts. */
export class WatchedKeys {
  readonly #keyspace: Keyspace;
  readonly #watcher: Watcher = { touched: false };
  #keys: WatchedKey[] = [];

  constructor(keyspace: Keyspace) {
    this.#keyspace = keyspace;
  }

  add(databaseIndex: number, key: Buffer): void {
    if (this.#keys.some((known) => known.databaseIndex === databaseIndex && known.key.equals(key))) return;
    this.#keys.push({ databaseIndex, key, wasExpired: this.#isExpired(databaseIndex, key) });
    this.#keyspace.watch(databaseIndex, key, this.#watcher);
  }

  /** Whether EXEC must give up. */
  get changed(): boolean {
    return (
      this.#watcher.touched ||
      this.#keys.some((known) => !known.wasExpired && this.#isExpired(known.databaseIndex, known.key))
    );
  }

  #isExpired(databaseIndex: number, key: Buffer): boolean {
    const database = this.#keyspace.databases[databaseIndex]!;
    return database.isKeyPastExpiry(new SingleKey(key));
  }

  clear(): void {
    for (const { databaseIndex, key } of this.#keys) this.#keyspace.unwatch(databaseIndex, key, this.#watcher);
    this.#keys = [];
    this.#watcher.touched = false;
  }
}
