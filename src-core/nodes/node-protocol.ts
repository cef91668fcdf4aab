// What the main process and an embedded node's worker say to each other: plain data, cloned at the border.
import type { Failure } from '../contract/failures.ts';
import type { LogLine, SyncTrace } from '../contract/views.ts';

/** How one embedded node is started. */
export interface NodeSettings {
  readonly name: string;
  /** 0: any free port. */
  readonly port: number;
  readonly password: string | null;
  /** A folder that is the node's own; its snapshot lies there. */
  readonly dataFolder: string;
  /** The product's version, which INFO tells. */
  readonly version: string;
  /** Whom it follows from its start on, by which it finds its place in the history again; null: nobody. */
  readonly follows: FollowSettings | null;
}

/** A master, and the login there. */
export interface FollowSettings {
  readonly host: string;
  readonly port: number;
  readonly username: string | null;
  readonly password: string | null;
}

/** A write load on the node itself, inside its worker. */
export interface LoadSettings {
  readonly writesPerSecond: number;
  readonly valueBytes: number;
}

/** A reply as plain data; an error of the engine is a value, as on the wire. */
export type NodeReply = string | number | null | { readonly error: string } | readonly NodeReply[];

/** Every request is answered exactly once, by its number. */
export type NodeRequest = { readonly id: number } & (
  | { readonly kind: 'start'; readonly settings: NodeSettings }
  | { readonly kind: 'execute'; readonly commands: readonly (readonly string[])[] }
  | { readonly kind: 'startLoad'; readonly load: LoadSettings }
  | { readonly kind: 'stopLoad' }
  | { readonly kind: 'stop'; readonly ending: Ending }
);

/** 'save' writes the snapshot first, so that a later start finds the data; 'discard' ends at once. */
export type Ending = 'save' | 'discard';

export type NodeMessage =
  | { readonly kind: 'answer'; readonly id: number; readonly value: NodeAnswer }
  | { readonly kind: 'refused'; readonly id: number; readonly failure: Failure }
  | { readonly kind: 'log'; readonly lines: readonly LogLine[] }
  /** The newest first. `failedTries` counts the failures in a row: traces of equal failures are kept once. */
  | { readonly kind: 'syncs'; readonly traces: readonly SyncTrace[]; readonly failedTries: number }
  | { readonly kind: 'load'; readonly achievedPerSecond: number }
  /** The engine ended by itself: a client said SHUTDOWN. */
  | { readonly kind: 'ended' };

/** What an answer carries: the port of a start, the replies of an execute, nothing else. */
export type NodeAnswer = { readonly port: number } | { readonly replies: readonly NodeReply[] } | null;
