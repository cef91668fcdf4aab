// The ticks of a master's tape: each replica's own word on what it applied, and the master's on what was acknowledged.

import type { NodeId } from '#core/contract/places.ts';
import type { AttachedReplicaView, NodeView } from '#core/contract/views.ts';
import { formatAddress } from '../i18n/format.ts';
import { conditionOf } from '../store/node-state.ts';
import type { TapeTick } from './tape-scale.ts';

/**
 * Replicas that are away have no row at their master any more, but their own offset is known: they keep a filled tick,
 * which stands still while the window moves towards it.
 */
export function ticksOf(
  master: NodeView,
  nodes: Readonly<Record<NodeId, NodeView>>,
  nowMs: number,
  staleAfterMs: number,
): readonly TapeTick[] {
  const followers = Object.values(nodes).filter((node) => node.link?.masterId === master.id && node.role === 'replica');
  const known = followers.map((node): TapeTick => {
    const row = master.replicas.find((replica) => replica.nodeId === node.id);
    return {
      name: node.name,
      acknowledgedOffset: acknowledged(row),
      appliedOffset: isOnHistory(node, master) ? node.offset : null,
      tone: conditionOf(node, nowMs, staleAfterMs).tone,
    };
  });
  const strangers = master.replicas
    .filter((replica) => acknowledged(replica) !== null)
    .filter((replica) => replica.nodeId === null || !followers.some((node) => node.id === replica.nodeId))
    .map(
      (replica): TapeTick => ({
        name: formatAddress(replica.address),
        acknowledgedOffset: replica.offset,
        appliedOffset: null,
        tone: 'unknown',
      }),
    );
  return [...known, ...strangers].filter((tick) => tick.acknowledgedOffset !== null || tick.appliedOffset !== null);
}

/** In the middle of a full copy a row's offset is 0 and means nothing yet. */
function acknowledged(row: AttachedReplicaView | undefined): number | null {
  return row?.state === 'online' ? row.offset : null;
}

/** Offsets of different histories cannot stand on one tape. */
function isOnHistory(node: NodeView, master: NodeView): boolean {
  return node.replicationId !== null && [master.replicationId, master.secondReplicationId].includes(node.replicationId);
}
