// Where a replica's link to its master stands, and what each event makes of it: pure, the driver performs the effects.
import { invariant } from '../../../base/assert.ts';
import { connectionReason, type LinkReason, type MasterAddress } from '../link-reason.ts';
import type { Asked } from '../psync.ts';
import type { LogLevel } from '../replication-log.ts';
import { type Introduction, type Message, pingMessage } from './handshake.ts';
import { answered } from './link-answers.ts';
import { giveUp, isOpen, log, lose, name, open, stay } from './link-steps.ts';

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
 *    │   v                                                        │ loaded            │
 *    └ connected <────────────────────────────────────────────────┘                   │
 *         └───────────────────────────────────────────────────────────────────────────┘
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
  | { readonly kind: 'transfer'; readonly part: 'length' | 'payload' }
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

export type LinkEvent =
  | { readonly kind: 'attach' }
  | { readonly kind: 'detach' }
  /** Once a second. */
  | { readonly kind: 'tick' }
  | { readonly kind: 'opened' }
  | { readonly kind: 'openFailed'; readonly systemCode: string }
  /** An answer of the master, or the head of its snapshot; without the line's end. */
  | { readonly kind: 'line'; readonly text: string }
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
  | { readonly kind: 'receiveSnapshot'; readonly end: SnapshotEnd };

/** What the driver knows and the machine asks. */
export interface LinkFacts {
  readonly address: MasterAddress;
  readonly us: Introduction;
  /** What the next PSYNC asks; null asks for a full sync. */
  readonly resume: Asked | null;
  /** The last try began long enough ago that another may follow at once. */
  readonly mayRetryAtOnce: boolean;
}

export interface LinkStep {
  readonly state: LinkState;
  readonly effects: readonly LinkEffect[];
}

/** The next state, and what is to be done to get there. An event that means nothing in a state changes nothing. */
export function step(state: LinkState, event: LinkEvent, facts: LinkFacts): LinkStep {
  const next = react(state, event, facts);
  invariant(mayMove(state, next.state), `the link cannot go from ${state.kind} to ${next.state.kind}`);
  return next;
}

function react(state: LinkState, event: LinkEvent, facts: LinkFacts): LinkStep {
  switch (event.kind) {
    case 'attach':
      return state.kind === 'none' ? open([log('notice', `Connecting to MASTER ${name(facts)}`)]) : stay(state);
    case 'detach':
      return {
        state: { kind: 'none' },
        effects: [...(state.kind === 'connected' ? lostStream : []), ...(isOpen(state) ? [close] : [])],
      };
    case 'tick':
      return state.kind === 'connect' ? open([log('notice', `Connecting to MASTER ${name(facts)}`)]) : stay(state);
    case 'opened':
      if (state.kind !== 'connecting') return stay(state);
      return {
        state: { kind: 'receive-ping-reply' },
        effects: [
          log('notice', 'Non blocking connect for SYNC fired the event.'),
          { kind: 'send', messages: [pingMessage] },
        ],
      };
    case 'openFailed':
      return openFailed(state, event.systemCode, facts);
    case 'line':
      return answered(state, event.text, facts);
    case 'loaded':
      if (state.kind !== 'transfer') return stay(state);
      return {
        state: { kind: 'connected' },
        effects: [log('notice', 'MASTER <-> REPLICA sync: Finished with success')],
      };
    case 'broken':
      if (!isOpen(state)) return stay(state);
      return lose(facts, [log('warning', event.log)], event.reason);
    case 'closed':
      return closed(state, event.systemCode, facts);
    case 'timedOut':
      return timedOut(state, facts);
  }
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

const close: LinkEffect = { kind: 'close' };

/** What is cached is our own history, which the next PSYNC asks with. */
const lostStream: readonly LinkEffect[] = [
  log('warning', 'Connection with master lost.'),
  log('notice', 'Caching the disconnected master state.'),
];

function openFailed(state: LinkState, systemCode: string, facts: LinkFacts): LinkStep {
  if (state.kind !== 'connecting') return stay(state);
  const reason = connectionReason(systemCode, facts.address);
  const words = systemWords[systemCode] ?? systemCode;
  const text =
    reason.code === 'linkUnresolved'
      ? `Unable to connect to MASTER: ${words}`
      : `Error condition on socket for SYNC: ${words}`;
  return giveUp([log('warning', text)], reason);
}

/** The system's sentences, as C's `strerror` has them; Node only gives the codes. */
const systemWords: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Connection refused',
  ECONNRESET: 'Connection reset by peer',
  EHOSTUNREACH: 'No route to host',
  ENETUNREACH: 'Network is unreachable',
  ENOTFOUND: 'Name or service not known',
  EAI_AGAIN: 'Temporary failure in name resolution',
  EPIPE: 'Broken pipe',
  ETIMEDOUT: 'Connection timed out',
};

function closed(state: LinkState, systemCode: string | null, facts: LinkFacts): LinkStep {
  if (!isOpen(state)) return stay(state);
  const reason = connectionReason(systemCode, facts.address);
  const words = systemCode === null ? 'connection lost' : (systemWords[systemCode] ?? systemCode);
  switch (state.kind) {
    case 'connected':
      return lose(facts, lostStream, reason);
    case 'transfer': {
      const text =
        state.part === 'length'
          ? `I/O error reading bulk count from MASTER: ${words}`
          : `I/O error trying to sync with MASTER: ${words}`;
      const { host, port } = facts.address;
      const failed: LinkReason = { code: 'linkTransferFailed', params: { host, port, reason: words } };
      return lose(facts, [log('warning', text)], state.part === 'length' ? reason : failed);
    }
    case 'receive-psync-reply':
      return giveUp(
        [
          log('warning', `Failed to read response from the server: ${words}`),
          log('warning', 'Master did not reply to PSYNC, will try later'),
        ],
        reason,
      );
    default:
      return giveUp(
        [
          log('warning', `Failed to read response from the server: ${words}`),
          log('warning', 'Master did not respond to command during SYNC handshake'),
        ],
        reason,
      );
  }
}

function timedOut(state: LinkState, facts: LinkFacts): LinkStep {
  if (!isOpen(state)) return stay(state);
  const { host, port } = facts.address;
  const reason: LinkReason = { code: 'linkTimedOut', params: { host, port } };
  switch (state.kind) {
    case 'connected':
      return lose(facts, [log('warning', 'MASTER timeout: no data nor PING received...'), ...lostStream], reason);
    case 'transfer':
      return lose(
        facts,
        [
          log(
            'warning',
            'Timeout receiving bulk data from MASTER... If the problem persists try to set the ' +
              "'repl-timeout' parameter in redis.conf to a larger value.",
          ),
        ],
        reason,
      );
    default:
      return lose(facts, [log('warning', 'Timeout connecting to the MASTER...')], reason);
  }
}
