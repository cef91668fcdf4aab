// What a command is: the row of a family's table, and what its `run` is given.
import type { ReplyWriter } from '../../resp/reply-writer.ts';
import type { Database } from '../keyspace/database.ts';
import type { Keyspace } from '../keyspace/keyspace.ts';
import type { Args } from './args.ts';
import type { Services, Session } from './services.ts';
import type { QueuedRequest } from './transaction-state.ts';

/** Redis's own names, as COMMAND INFO shows them. */
export type CommandFlag =
  | 'write'
  | 'readonly'
  | 'denyoom'
  | 'admin'
  | 'pubsub'
  | 'noscript'
  | 'blocking'
  | 'loading'
  | 'stale'
  | 'skip_monitor'
  | 'skip_slowlog'
  | 'asking'
  | 'fast'
  | 'no_auth'
  | 'may_replicate'
  | 'no_async_loading'
  | 'no_multi'
  | 'no_mandatory_keys'
  | 'allow_busy'
  | 'movablekeys'
  | 'protected';

/** ACL categories without the `@`. */
export type CommandCategory =
  | 'keyspace'
  | 'read'
  | 'write'
  | 'set'
  | 'sortedset'
  | 'list'
  | 'hash'
  | 'string'
  | 'bitmap'
  | 'hyperloglog'
  | 'geo'
  | 'stream'
  | 'pubsub'
  | 'admin'
  | 'fast'
  | 'slow'
  | 'blocking'
  | 'dangerous'
  | 'connection'
  | 'transaction'
  | 'scripting';

/** Which arguments are keys: from `first` to `last` (negative counts from the end) by `step`. */
export interface KeyPlaces {
  readonly first: number;
  readonly last: number;
  readonly step: number;
}

export interface CommandRow {
  /** Lower case. In `subcommands` only the second word. */
  readonly name: string;
  /** Redis's sign: the exact count with the name, or negative for "at least". A subcommand counts both words. */
  readonly arity: number;
  readonly flags: readonly CommandFlag[];
  /** Absent: no key at a fixed place. */
  readonly keys?: KeyPlaces;
  readonly categories: readonly CommandCategory[];
  /** The first version of Redis that had it. */
  readonly since: string;
  readonly summary?: string;
  /** CONFIG, CLIENT, OBJECT…: rows by the second word. */
  readonly subcommands?: readonly CommandRow[];
  /** Absent only where `subcommands` are there. */
  readonly run?: CommandRun;
}

export type CommandRun = (context: CommandContext) => void;

/**
 * What a command may touch. One object, reused for every command: keep nothing of it.
 * Exactly one reply is written, or a `ReplyError` thrown before the first byte of it.
 */
export interface CommandContext {
  readonly args: Args;
  readonly reply: ReplyWriter;
  /** The session's selected database. */
  readonly db: Database;
  readonly keyspace: Keyspace;
  readonly session: Session;
  /** Read once a turn. */
  readonly nowMs: number;
  readonly services: Services;
  /** Inside EXEC. */
  readonly inExec: boolean;
  /** It waited, and runs again since one of its keys has changed. */
  readonly isServed: boolean;
  /** Only a client on a socket, outside of EXEC, can wait. */
  readonly canWait: boolean;
  /**
   * Leaves the request without an answer until one of the keys in these arguments changes; then the command runs again.
   * After `timeoutMs` the answer is the null array; 0 is for ever. No reply may have been written. Needs `canWait`.
   * @param as what runs then, where it is not the request itself
   */
  wait(keyIndexes: readonly number[], timeoutMs: number, as?: readonly (Buffer | string)[]): void;
  /** Says that data changed, so the request is propagated word for word. Counts for `rdb_changes_since_last_save`. */
  changed(changes?: number): void;
  /** Propagates this command instead of the request's own bytes; call again for a further one. Needs `changed` too. */
  propagateInstead(...parts: (Buffer | string)[]): void;
  /** Changed, but nothing of it goes to replicas. */
  doNotPropagate(): void;
  /** EXEC's: runs a request that was queued; it writes its own reply. */
  runQueued(request: QueuedRequest): void;
}
