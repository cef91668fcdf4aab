// Where a replica's link to its master stands: its states with their moves, what happens to it, and what it asks for.
import type { LinkReason, MasterAddress } from '../link-reason.ts';
import type { Asked } from '../psync.ts';
import type { LogLevel } from '../replication-log.ts';
import type { Introduction, Message } from './handshake.ts';

/*
 *   none ── attach ──┐  connect <────────────────────────────────────────────────────┐
 *    ^               │    │ tick (once a second), or at once after a loss             │ refused, closed,
 *    │ detach,       └───>v                                                           │ timed out, answered
 *    │ from every      connecting                                                     │ wrongly, broken:
 *    │ state              │ opened                     > PING                         │ from every state
 *    │                    v                                                           │ below
 *    │                 receive-ping-reply                                             │
 *    │                    │ < +PONG, -NOAUTH           > AUTH, REPLCONF × 2 or 3      │
 *    │                    v                              (one write)                  │
 *    │                 receive-auth-reply ── -… ──────────────────────────────────────┤
 *    │                    │ < +OK       (left out without masterauth)                 │
 *    │                    v                                                           │
 *    │                 receive-port-reply                                             │
 *    │                    │ < any answer                                              │
 *    │                    v                                                           │
 *    │                 receive-ip-reply    (left out without replica-announce-ip)     │
 *    │                    │ < any answer                                              │
 *    │                    v                                                           │
 *    │                 receive-capa-reply                                             │
 *    │                    │ < any answer               > PSYNC id byte                │
 *    │                    v                                                           │
 *    │                 receive-psync-reply ── -NOMASTERLINK, -LOADING ────────────────┤
 *    │    < +CONTINUE     │  │ < +FULLRESYNC id offset; or another refusal: > SYNC    │
 *    │   ┌────────────────┘  v                                                        │
 *    │   │             transfer: length ── < $n, $EOF:mark ──> transfer: payload ─────┤
 *    │   │                                                       │      │ received,     │
 *    │   │                                               loaded, │      v to disk       │
 *    │   v                                             to parser │   transfer: loading ─┤
 *    └ connected <───────────────────────────────────────────────┴──────┘ loaded        │
 *         └───────────────────────────────────────────────────────────────────────────┘
 *
 * After snapshots that could not be loaded, one upon the other, the driver sends no tick for longer and longer.
 */
export type LinkState =
  | { readonly kind: 'none' }
  | { readonly kind: 'connect' }
  | { readonly kind: 'connecting' }
  | { readonly kind: 'receive-ping-reply' }
  | { readonly kind: 'receive-auth-reply' }
  | { readonly kind: 'receive-port-reply' }
  | { readonly kind: 'receive-ip-reply' }
  | { readonly kind: 'receive-capa-reply' }
  | { readonly kind: 'receive-psync-reply' }
  | { readonly kind: 'transfer'; readonly part: 'length' | 'payload' | 'loading' }
  | { readonly kind: 'connected' };

export type LinkKind = LinkState['kind'];

/** Moves other than to `none`, and from an open state to `connect` or `connecting`: those are always allowed. */
const linkMoves: Readonly<Record<LinkKind, readonly LinkKind[]>> = {
  none: ['connecting'],
  connect: ['connecting'],
  connecting: ['receive-ping-reply'],
  'receive-ping-reply': ['receive-auth-reply', 'receive-port-reply'],
  'receive-auth-reply': ['receive-port-reply'],
  'receive-port-reply': ['receive-ip-reply', 'receive-capa-reply'],
  'receive-ip-reply': ['receive-capa-reply'],
  'receive-capa-reply': ['receive-psync-reply'],
  'receive-psync-reply': ['transfer', 'connected'],
  transfer: ['transfer', 'connected'],
  connected: [],
};

/** Whether the table above has this move. */
export function mayMove(from: LinkState, to: LinkState): boolean {
  if (to.kind === from.kind || to.kind === 'none') return true;
  if (isOpen(from) && (to.kind === 'connect' || to.kind === 'connecting')) return true;
  return linkMoves[from.kind].includes(to.kind);
}

/** It has a connection, or is about to. */
export function isOpen(state: LinkState): boolean {
  return state.kind !== 'none' && state.kind !== 'connect';
}

/** Redis's word in ROLE: none, connect, connecting, handshake, sync, connected. */
export function roleWord(state: LinkState): string {
  if (isHandshake(state)) return 'handshake';
  return state.kind === 'transfer' ? 'sync' : state.kind;
}

/** Waiting for an answer of the handshake. */
export function isHandshake(state: LinkState): boolean {
  return state.kind.startsWith('receive-');
}

export type LinkEvent =
  | { readonly kind: 'attach' }
  | { readonly kind: 'detach' }
  /** Once a second. */
  | { readonly kind: 'tick' }
  | { readonly kind: 'opened' }
  | { readonly kind: 'openFailed'; readonly systemCode: string }
  /** An answer of the master, or the head of its snapshot; without the line's end. */
  | { readonly kind: 'line'; readonly text: string }
  /** All of the snapshot is in a file, from which it is loaded now. */
  | { readonly kind: 'received' }
  | { readonly kind: 'loaded' }
  /** The snapshot or the stream cannot be understood; `log` says it in Redis's words. */
  | { readonly kind: 'broken'; readonly reason: LinkReason; readonly log: string }
  | { readonly kind: 'closed'; readonly systemCode: string | null }
  /** `repl-timeout` has passed without a byte. */
  | { readonly kind: 'timedOut' };

/** How the master ends the snapshot: after so many bytes, or by repeating a mark. */
export type SnapshotEnd =
  | { readonly kind: 'length'; readonly bytes: number }
  | { readonly kind: 'mark'; readonly mark: string };

export type LinkEffect =
  | { readonly kind: 'open' }
  | { readonly kind: 'close' }
  | { readonly kind: 'send'; readonly messages: readonly Message[] }
  | { readonly kind: 'log'; readonly level: LogLevel; readonly text: string }
  /** Why the link is not streaming. */
  | { readonly kind: 'fail'; readonly reason: LinkReason }
  /** +CONTINUE; `id` when the master said one. */
  | { readonly kind: 'continue'; readonly id: string | null }
  /** A full sync was granted; null when the master knows only SYNC and gives no history. */
  | { readonly kind: 'expectSnapshot'; readonly history: { readonly id: string; readonly offset: number } | null }
  /** The one that was asked to take over our role has answered PSYNC. */
  | { readonly kind: 'handedOver'; readonly accepted: boolean }
  | { readonly kind: 'receiveSnapshot'; readonly end: SnapshotEnd };

/** What the driver knows and the machine asks. */
export interface LinkFacts {
  readonly address: MasterAddress;
  readonly us: Introduction;
  /** What the next PSYNC asks; null asks for a full sync. */
  readonly resume: Asked | null;
  /** PSYNC also asks the other to become our master: FAILOVER is in progress. */
  readonly handsOver: boolean;
  /** A snapshot goes into a file before it is loaded: `repl-diskless-load`. */
  readonly loadsFromDisk: boolean;
  /** The last try began long enough ago that another may follow at once. */
  readonly mayRetryAtOnce: boolean;
}

export interface LinkStep {
  readonly state: LinkState;
  readonly effects: readonly LinkEffect[];
}
