// The steps that several events of the link share: trying, waiting for the next try, trying again at once.
import type { LinkReason } from '../link-reason.ts';
import type { LogLevel } from '../replication-log.ts';
import type { LinkEffect, LinkFacts, LinkState, LinkStep } from './link-state.ts';

export function open(before: readonly LinkEffect[]): LinkStep {
  return {
    state: { kind: 'connecting' },
    effects: [...before, log('notice', 'MASTER <-> REPLICA sync started'), { kind: 'open' }],
  };
}

/** Waits for the next tick. */
export function giveUp(effects: readonly LinkEffect[], reason: LinkReason): LinkStep {
  return { state: { kind: 'connect' }, effects: [...effects, { kind: 'close' }, { kind: 'fail', reason }] };
}

/**
 * Tries again at once, since each second brings the backlog's edge nearer; but never more than once a second, which
 * Redis does not heed: a master that refuses after the handshake is then asked thousands of times a second.
 */
export function lose(facts: LinkFacts, effects: readonly LinkEffect[], reason: LinkReason): LinkStep {
  const given = giveUp(effects, reason);
  if (!facts.mayRetryAtOnce) return given;
  const again = open([log('notice', `Reconnecting to MASTER ${name(facts)}`)]);
  return { state: again.state, effects: [...given.effects, ...again.effects] };
}

export function stay(state: LinkState): LinkStep {
  return { state, effects: [] };
}

export function log(level: LogLevel, text: string): LinkEffect {
  return { kind: 'log', level, text };
}

export function name({ address }: LinkFacts): string {
  return `${address.host}:${address.port}`;
}
