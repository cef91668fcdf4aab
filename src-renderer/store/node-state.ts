// What a node's dot and word say: one judgement, shared by card, table, inspector and pipe. Pure.
import type { LinkPhase, NodeView } from '#core/contract/views.ts';

export type Tone = 'healthy' | 'syncing' | 'warning' | 'down' | 'unknown';

/** A word (key under `state`), the tone it is drawn in, and an age in seconds where the word carries one. */
export interface NodeCondition {
  readonly tone: Tone;
  readonly word:
    | 'serving'
    | 'streaming'
    | 'connect'
    | 'connecting'
    | 'handshake'
    | 'waiting'
    | 'transfer'
    | 'loading'
    | 'down'
    | 'downFor'
    | 'starting'
    | 'stopping'
    | 'stopped'
    | 'failed'
    | 'reaching'
    | 'unreachable'
    | 'never'
    | 'seen'
    | 'unknown';
  readonly ageSeconds: number | null;
  /** Known to be old or not known: drawn faded, never as healthy. */
  readonly isFaded: boolean;
}

export function isSameCondition(a: NodeCondition, b: NodeCondition): boolean {
  return a.word === b.word && a.tone === b.tone && a.ageSeconds === b.ageSeconds && a.isFaded === b.isFaded;
}

const linkTones: Readonly<Record<LinkPhase, Tone>> = {
  connect: 'warning',
  connecting: 'syncing',
  handshake: 'syncing',
  waiting: 'syncing',
  transfer: 'syncing',
  loading: 'syncing',
  streaming: 'healthy',
  down: 'down',
};

/**
 * How a node stands at `nowMs`.
 *
 * The lifecycle speaks first (a stopped node has no link), then age (old news is never shown as healthy), then the link.
 */
export function conditionOf(node: NodeView, nowMs: number, staleAfterMs: number): NodeCondition {
  const lifecycle = node.lifecycle;
  switch (lifecycle.kind) {
    case 'starting':
    case 'stopping':
      return { tone: 'syncing', word: lifecycle.kind, ageSeconds: null, isFaded: false };
    case 'stopped':
      return { tone: 'unknown', word: 'stopped', ageSeconds: null, isFaded: true };
    case 'failed':
      return { tone: 'down', word: 'failed', ageSeconds: null, isFaded: false };
    case 'connecting':
      return { tone: 'syncing', word: 'reaching', ageSeconds: null, isFaded: node.observedAtMs === null };
    case 'unreachable':
      return {
        tone: 'down',
        word: 'unreachable',
        ageSeconds: wholeSecondsSince(lifecycle.sinceMs, nowMs),
        isFaded: true,
      };
    case 'running':
      return conditionWhileRunning(node, nowMs, staleAfterMs);
  }
}

function conditionWhileRunning(node: NodeView, nowMs: number, staleAfterMs: number): NodeCondition {
  if (node.observedAtMs === null) return { tone: 'unknown', word: 'never', ageSeconds: null, isFaded: true };
  if (nowMs - node.observedAtMs > staleAfterMs) {
    return { tone: 'unknown', word: 'seen', ageSeconds: wholeSecondsSince(node.observedAtMs, nowMs), isFaded: true };
  }
  if (node.role === 'unknown') return { tone: 'unknown', word: 'unknown', ageSeconds: null, isFaded: false };
  if (node.role === 'master' || node.link === null) {
    return { tone: 'healthy', word: 'serving', ageSeconds: null, isFaded: false };
  }
  const { phase, downSinceMs } = node.link;
  if (phase === 'down' && downSinceMs !== null) {
    return { tone: 'down', word: 'downFor', ageSeconds: wholeSecondsSince(downSinceMs, nowMs), isFaded: false };
  }
  return { tone: linkTones[phase], word: phase, ageSeconds: null, isFaded: false };
}

/** Whole seconds, so that a component that selects the age is drawn once a second at most. */
function wholeSecondsSince(sinceMs: number, nowMs: number): number {
  return Math.max(0, Math.floor((nowMs - sinceMs) / 1000));
}

/** The word for `data-phase`: the link's phase on a replica, else where the node itself stands. */
export function phaseOf(node: NodeView): string {
  if (node.lifecycle.kind !== 'running') return node.lifecycle.kind;
  if (node.role === 'replica' && node.link !== null) return node.link.phase;
  return node.role;
}

/** Whether bytes of the stream are arriving at this replica: what the pipe's motion shows. */
export function isFlowing(node: NodeView): boolean {
  if (node.lifecycle.kind !== 'running' || node.link === null) return false;
  const { phase, bytesPerSecond } = node.link;
  return (phase === 'streaming' && bytesPerSecond > 0) || phase === 'transfer';
}
