// Why a sync was full or partial, in words: from what the replica asked for and what the master answered. Pure.
import type { NodeView, SyncTrace } from '#core/contract/views.ts';
import { formatAddress, formatCount, formatId } from '../i18n/format.ts';
import { say } from '../i18n/i18n.ts';
import { statementText } from '../i18n/statement-text.ts';

const asking = /^PSYNC (\S+) (-?\d+)/;

/**
 * The sentence over a trace; null while nothing is known.
 *
 * @param replica  the name of the node that asked
 * @param master   the node that answered, where it is one that we know
 */
export function syncCause(trace: SyncTrace, replica: string, master: NodeView | undefined): string | null {
  const { reason } = trace;
  if (reason === null) return null;
  const asked = askedBy(trace);
  const names = { name: replica, master: master?.name ?? formatAddress(trace.masterAddress) };
  if (asked === null) return statementText(reason);
  const wanted = { ...names, askedId: formatId(asked.id), askedByte: formatCount(asked.byte) };
  if (reason.code === 'syncAnsweredContinue') return say('inspector.why.partial', wanted);
  if (reason.code !== 'syncAnsweredFull') return statementText(reason);
  const { id, offset } = reason.params;
  if (asked.id === '?') return say('inspector.why.nothingHeld', names);
  if (typeof id !== 'string' || typeof offset !== 'number') return statementText(reason);
  if (asked.id === master?.secondReplicationId) return say('inspector.why.pastParting', wanted);
  if (asked.id !== id) return say('inspector.why.otherHistory', { ...wanted, id: formatId(id) });
  return say(asked.byte > offset + 1 ? 'inspector.why.ahead' : 'inspector.why.behind', {
    ...wanted,
    offset: formatCount(offset),
  });
}

function askedBy(trace: SyncTrace): { readonly id: string; readonly byte: number } | null {
  for (const { direction, text } of trace.steps) {
    const found = direction === 'out' ? asking.exec(text) : null;
    if (found !== null) return { id: found[1] ?? '?', byte: Number(found[2]) };
  }
  return null;
}
