// What a step did to a node by the servers' own figures, in one line: where it stands, and what changed.
import type { NodeEvidence, NodeState } from '#core/contract/acts.ts';
import { formatAddress, formatCount, formatId } from './format.ts';
import { say } from './i18n.ts';

/** `bravo: replica of 127.0.0.1:6401 → master · offset 120 → 134`; where nothing changed, its place alone. */
export function evidenceText({ nodeName, before, after }: NodeEvidence): string {
  const words = [change(placeText(before), placeText(after)), ...changes(before, after)];
  return `${nodeName}: ${words.join(' · ')}`;
}

function changes(before: NodeState | null, after: NodeState | null): string[] {
  if (before === null || after === null) return [];
  const figures = [
    ['link', linkText(before), linkText(after)],
    ['history', formatId(before.replicationId ?? '–'), formatId(after.replicationId ?? '–')],
    ['offset', formatCount(before.offset), formatCount(after.offset)],
    ['keys', formatCount(before.keys), formatCount(after.keys)],
    ['full', formatCount(before.counters.full), formatCount(after.counters.full)],
    ['partialOk', formatCount(before.counters.partialOk), formatCount(after.counters.partialOk)],
    ['partialErr', formatCount(before.counters.partialErr), formatCount(after.counters.partialErr)],
  ] as const;
  return figures.flatMap(([figure, from, to]) =>
    from === to ? [] : [say(`journal.evidence.${figure}`, { value: change(from, to) })],
  );
}

function placeText(state: NodeState | null): string {
  if (state === null) return say('journal.evidence.unseen');
  if (state.role === 'replica' && state.master !== null) {
    return say('journal.evidence.replicaOf', { master: formatAddress(state.master) });
  }
  return say(state.role === 'master' ? 'journal.evidence.master' : 'journal.evidence.unknown');
}

function linkText({ linkUp }: NodeState): string {
  if (linkUp === null) return '–';
  return say(linkUp ? 'journal.evidence.up' : 'journal.evidence.down');
}

function change(before: string, after: string): string {
  return before === after ? after : say('journal.evidence.change', { before, after });
}
