// What each event makes of a replica's link: pure, the driver performs the effects.
import { invariant } from '../../../base/assert.ts';
import { connectionReason, type LinkReason } from '../link-reason.ts';
import { pingMessage } from './handshake.ts';
import { answered } from './link-answers.ts';
import {
  isOpen,
  type LinkEffect,
  type LinkEvent,
  type LinkFacts,
  type LinkState,
  type LinkStep,
  mayMove,
} from './link-state.ts';
import { giveUp, log, lose, name, open, stay } from './link-steps.ts';

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
    case 'received':
      return state.kind === 'transfer' ? { state: { kind: 'transfer', part: 'loading' }, effects: [] } : stay(state);
    case 'loaded':
      if (state.kind !== 'transfer') return stay(state);
      return {
        state: { kind: 'connected' },
        effects: [log('notice', 'MASTER <-> REPLICA sync: Finished with success')],
      };
    case 'broken':
      if (!isOpen(state)) return stay(state);
      return lose(
        facts,
        [log('warning', event.log), ...(state.kind === 'connected' ? [lostMaster] : [])],
        event.reason,
      );
    case 'closed':
      return closed(state, event.systemCode, facts);
    case 'timedOut':
      return timedOut(state, facts);
  }
}

const close: LinkEffect = { kind: 'close' };

const lostMaster = log('warning', 'Connection with master lost.');

/** What is cached is our own history, which the next PSYNC asks with. */
const lostStream: readonly LinkEffect[] = [lostMaster, log('notice', 'Caching the disconnected master state.')];

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
