// What the master's answers mean to the link: each step of the handshake, and the head of the snapshot.
import { answerReason, printable } from '../link-reason.ts';
import { introduce, psyncMessage, syncMessage } from './handshake.ts';
import type { LinkEffect, LinkFacts, LinkState, LinkStep, SnapshotEnd } from './link-state.ts';
import { giveUp, log, lose, stay } from './link-steps.ts';

/** What the machine makes of an answer, or of the head of the snapshot. */
export function answered(state: LinkState, text: string, facts: LinkFacts): LinkStep {
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

function askPsync({ resume, handsOver }: LinkFacts): LinkEffect[] {
  const words =
    resume === null
      ? 'Partial resynchronization not possible (no cached master)'
      : `Trying a partial resynchronization (request ${resume.id}:${resume.byte}).`;
  return [log('notice', words), { kind: 'send', messages: [psyncMessage(resume ?? { id: '?', byte: -1 }, handsOver)] }];
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
        ...handedOver(facts, true),
      ],
    };
  }
  if (text.startsWith('-NOMASTERLINK') || text.startsWith('-LOADING')) {
    const words = `Master is currently unable to PSYNC but should be in the future: ${printable(text)}`;
    const given = giveUp([log('notice', words)], answerReason(text, facts.address));
    return { state: given.state, effects: [...given.effects, ...handedOver(facts, false)] };
  }
  const refusal = text.startsWith('-ERR')
    ? log('notice', `Master does not support PSYNC or is in error state (reply: ${printable(text)})`)
    : log('warning', `Unexpected reply to PSYNC from master: ${printable(text)}`);
  if (facts.handsOver) {
    // SYNC would ask for the data of one that is no master; we stay what we were.
    const given = giveUp([refusal], answerReason(text, facts.address));
    return { state: given.state, effects: [...given.effects, ...handedOver(facts, false)] };
  }
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

/** The last effect of its step, since a refusal ends the link. */
function handedOver({ handsOver }: LinkFacts, accepted: boolean): LinkEffect[] {
  return handsOver ? [{ kind: 'handedOver', accepted }] : [];
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
      ...handedOver(facts, true),
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
  const where = facts.loadsFromDisk ? 'to disk' : 'to parser';
  const words =
    end.kind === 'length'
      ? `MASTER <-> REPLICA sync: receiving ${end.bytes} bytes from master ${where}`
      : `MASTER <-> REPLICA sync: receiving streamed RDB from master with EOF ${where}`;
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
