// Where a node stands in its Redis Cluster: which shard, of how many, with which slots. Pure.
import type { ClusterView } from '../../contract/views.ts';
import type { ClusterReading } from '../observing/facts.ts';

/** Shards are numbered by their first slot; those that serve none come last. */
export function placeInCluster({ ownId, shards }: ClusterReading): ClusterView {
  if (shards === null) return { shard: null, shards: null, slots: '', masterAddress: null };
  const ordered = [...shards].sort((a, b) => firstSlot(a.slots) - firstSlot(b.slots));
  const index = ordered.findIndex(({ nodes }) => nodes.some(({ id }) => id === ownId));
  const own = ordered[index];
  const master = own?.nodes.find(({ id }) => id === own.masterId);
  return {
    shard: own ? index + 1 : null,
    shards: ordered.length,
    slots: own?.slots ?? '',
    masterAddress: master?.address ?? null,
  };
}

function firstSlot(slots: string): number {
  return slots === '' ? Number.POSITIVE_INFINITY : Number.parseInt(slots, 10);
}
