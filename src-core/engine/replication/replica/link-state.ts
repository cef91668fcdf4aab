// Where a replica's link to its master stands, and what each event makes of it: pure, the driver performs the effects.
import { invariant } from '../../../base/assert.ts';
import { answerReason, connectionReason, type LinkReason, type MasterAddress, printable } from '../link-reason.ts';
import type { Asked } from '../psync.ts';
import type { LogLevel } from '../replication-log.ts';
import { type Introduction, introduce, type Message, pingMessage, psyncMessage, syncMessage } from './handshake.ts';

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
      return { state: { kind: 'none' }, effects: isOpen(state) ? [{ kind: 'close' }] : [] };
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
      return line(state, event.text, facts);
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

function line(state: LinkState, text: string, facts: LinkFacts): LinkStep {
  switch (state.kind) {
    case 'receive-ping-reply':
      return pingReply(text, facts);
    case 'receive-auth-reply':
      if (!text.startsWith('-')) return stay({ kind: 'receive-port-reply' });
      return giveUp([log('warning', `Unable to AUTH to MASTER: ${text}`)], {
        code: 'linkAuthRejected',
        params: { host: facts.address.host, port: facts.address.port },
      });
    case 'receive-port-reply': {
      const next: LinkState = { kind: facts.us.announceIp === '' ? 'receive-capa-reply' : 'receive-ip-reply' };
      return { state: next, effects: notUnderstood('listening-port', text) };
    }
    case 'receive-ip-reply':
      return { state: { kind: 'receive-capa-reply' }, effects: notUnderstood('ip-address', text) };
    case 'receive-capa-reply':
      return { state: { kind: 'receive-psync-reply' }, effects: [...notUnderstood('capa', text), ...askPsync(facts)] };
    case 'receive-psync-reply':
      return psyncReply(state, text, facts);
    case 'transfer':
      return state.part === 'length' ? snapshotHead(state, text, facts) : stay(state);
    default:
      return stay(state);
  }
}

function pingReply(text: string, facts: LinkFacts): LinkStep {
  // A master that wants a password says so even to PING; whether ours is right shows at AUTH.
  const goesOn = /^(\+|-NOAUTH|-NOPERM|-ERR operation not permitted)/.test(text);
  if (!goesOn) {
    return giveUp(
      [log('warning', `Error reply to PING from master: '${printable(text)}'`)],
      answerReason(text, facts.address),
    );
  }
  return {
    state: { kind: facts.us.password === '' ? 'receive-port-reply' : 'receive-auth-reply' },
    effects: [
      log('notice', 'Master replied to PING, replication can continue...'),
      { kind: 'send', messages: introduce(facts.us) },
    ],
  };
}

function notUnderstood(option: string, text: string): LinkEffect[] {
  if (!text.startsWith('-')) return [];
  return [log('notice', `(Non critical) Master does not understand REPLCONF ${option}: ${printable(text)}`)];
}

function askPsync({ resume }: LinkFacts): LinkEffect[] {
  const words =
    resume === null
      ? 'Partial resynchronization not possible (no cached master)'
      : `Trying a partial resynchronization (request ${resume.id}:${resume.byte}).`;
  return [log('notice', words), { kind: 'send', messages: [psyncMessage(resume ?? { id: '?', byte: -1 })] }];
}

function psyncReply(state: LinkState, text: string, facts: LinkFacts): LinkStep {
  if (text === '') return stay(state); // the master is alive and makes its snapshot
  if (text.startsWith('+FULLRESYNC')) return fullResync(text, facts);
  if (text.startsWith('+CONTINUE')) {
    const id = /^\+CONTINUE ([0-9a-f]{40})$/i.exec(text)?.[1] ?? null;
    return {
      state: { kind: 'connected' },
      effects: [
        log('notice', 'Successful partial resynchronization with master.'),
        { kind: 'continue', id },
        log('notice', 'MASTER <-> REPLICA sync: Master accepted a Partial Resynchronization.'),
      ],
    };
  }
  if (text.startsWith('-NOMASTERLINK') || text.startsWith('-LOADING')) {
    const words = `Master is currently unable to PSYNC but should be in the future: ${printable(text)}`;
    return giveUp([log('notice', words)], answerReason(text, facts.address));
  }
  const refusal = text.startsWith('-ERR')
    ? log('notice', `Master does not support PSYNC or is in error state (reply: ${printable(text)})`)
    : log('warning', `Unexpected reply to PSYNC from master: ${printable(text)}`);
  return {
    state: { kind: 'transfer', part: 'length' },
    effects: [
      refusal,
      log('notice', 'Retrying with SYNC...'),
      { kind: 'send', messages: [syncMessage] },
      { kind: 'expectSnapshot', history: null },
    ],
  };
}

function fullResync(text: string, facts: LinkFacts): LinkStep {
  const match = /^\+FULLRESYNC ([0-9a-f]{40}) (\d{1,15})$/i.exec(text);
  if (match === null) {
    return giveUp(
      [log('warning', 'Master replied with wrong +FULLRESYNC syntax.')],
      answerReason(`-${text}`, facts.address),
    );
  }
  const history = { id: match[1]!, offset: Number(match[2]) };
  return {
    state: { kind: 'transfer', part: 'length' },
    effects: [
      log('notice', `Full resync from master: ${history.id}:${history.offset}`),
      { kind: 'expectSnapshot', history },
    ],
  };
}

function snapshotHead(state: LinkState, text: string, facts: LinkFacts): LinkStep {
  if (text === '') return stay(state); // the master is alive and still has no first byte
  if (text.startsWith('-')) {
    const words = `MASTER aborted replication with an error: ${printable(text.slice(1))}`;
    return lose(facts, [log('warning', words)], answerReason(text, facts.address));
  }
  const end = snapshotEnd(text);
  if (end === null) {
    const words =
      `Bad protocol from MASTER, the first byte is not '$' (we received '${printable(text)}'), ` +
      'are you sure the host and port are right?';
    return lose(facts, [log('warning', words)], answerReason(text, facts.address));
  }
  const words =
    end.kind === 'length'
      ? `MASTER <-> REPLICA sync: receiving ${end.bytes} bytes from master to parser`
      : 'MASTER <-> REPLICA sync: receiving streamed RDB from master with EOF to parser';
  return {
    state: { kind: 'transfer', part: 'payload' },
    effects: [log('notice', words), { kind: 'receiveSnapshot', end }],
  };
}

function snapshotEnd(text: string): SnapshotEnd | null {
  const mark = /^\$EOF:(.{40})$/s.exec(text)?.[1];
  if (mark !== undefined) return { kind: 'mark', mark };
  const length = /^\$(\d{1,15})$/.exec(text)?.[1];
  return length === undefined ? null : { kind: 'length', bytes: Number(length) };
}

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
      return lose(facts, [log('warning', 'Connection with master lost.')], reason);
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
      return lose(facts, [log('warning', 'MASTER timeout: no data nor PING received...')], reason);
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

function open(before: readonly LinkEffect[]): LinkStep {
  return {
    state: { kind: 'connecting' },
    effects: [...before, log('notice', 'MASTER <-> REPLICA sync started'), { kind: 'open' }],
  };
}

/** Waits for the next tick. */
function giveUp(effects: readonly LinkEffect[], reason: LinkReason): LinkStep {
  return { state: { kind: 'connect' }, effects: [...effects, { kind: 'close' }, { kind: 'fail', reason }] };
}

/**
 * Tries again at once, since each second brings the backlog's edge nearer; but never more than once a second, which
 * Redis does not heed: a master that refuses after the handshake is then asked thousands of times a second.
 */
function lose(facts: LinkFacts, effects: readonly LinkEffect[], reason: LinkReason): LinkStep {
  const given = giveUp(effects, reason);
  if (!facts.mayRetryAtOnce) return given;
  const again = open([log('notice', `Reconnecting to MASTER ${name(facts)}`)]);
  return { state: again.state, effects: [...given.effects, ...again.effects] };
}

function isOpen(state: LinkState): boolean {
  return state.kind !== 'none' && state.kind !== 'connect';
}

function stay(state: LinkState): LinkStep {
  return { state, effects: [] };
}

function log(level: LogLevel, text: string): LinkEffect {
  return { kind: 'log', level, text };
}

function name({ address }: LinkFacts): string {
  return `${address.host}:${address.port}`;
}
