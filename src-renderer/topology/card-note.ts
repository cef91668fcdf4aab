// The one line more that a card carries where something surrounds its node: Sentinels, a cluster, another address. Pure.
import type { NodeView } from '#core/contract/views.ts';
import { formatAddress } from '../i18n/format.ts';
import { say } from '../i18n/i18n.ts';

export interface CardNote {
  readonly text: string;
  readonly isWarning: boolean;
}

/** The weightiest one; the inspector has them all. */
export function noteOf(node: NodeView): CardNote | null {
  return sentinelNote(node) ?? announcedNote(node) ?? clusterNote(node);
}

function sentinelNote({ supervision, role }: NodeView): CardNote | null {
  if (supervision === null || role !== 'master') return null;
  const { masterName, sentinels, quorum, asked, agreement } = supervision;
  const isSplit = agreement < asked;
  const code = isSplit ? 'card.sentinelsSplit' : 'card.sentinels';
  return { text: say(code, { name: masterName, sentinels, quorum, asked, agreement }), isWarning: isSplit };
}

function announcedNote({ announced }: NodeView): CardNote | null {
  if (announced === null) return null;
  return { text: say('card.announced', { address: formatAddress(announced.address) }), isWarning: true };
}

function clusterNote({ cluster }: NodeView): CardNote | null {
  if (cluster === null) return null;
  const { shard, shards, slots } = cluster;
  if (shard === null) return { text: say('card.cluster'), isWarning: false };
  return { text: say('card.shard', { shard, shards: shards ?? shard, slots: slots || '–' }), isWarning: false };
}
