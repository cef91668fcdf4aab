// Which node may follow which, as the screen can know it before it asks: the host checks again when it makes the plan. Pure.
import type { NodeId } from '#core/contract/places.ts';
import type { NodeView } from '#core/contract/views.ts';
import type { Refusal } from './refusal.ts';

type Nodes = Readonly<Record<NodeId, NodeView>>;

/** Why `node` cannot become a replica of `master`; null when it can. */
export function whyNotAttach(node: NodeView, master: NodeView, nodes: Nodes): Refusal | null {
  if (node.id === master.id) return { key: 'drag.self', params: {} };
  if (!isUsable(node)) return { key: 'drag.ownNotRunning', params: { name: node.name } };
  if (!isUsable(master)) return { key: 'drag.notRunning', params: {} };
  if (node.link?.masterId === master.id) return { key: 'drag.already', params: {} };
  if (follows(master, node.id, nodes)) return { key: 'drag.cycle', params: { name: node.name } };
  if (node.server?.mode === 'cluster' || master.server?.mode === 'cluster') return { key: 'drag.cluster', params: {} };
  return null;
}

function isUsable(node: NodeView): boolean {
  return node.lifecycle.kind === 'running';
}

/** Whether `node` follows `ancestorId`, directly or through others. A circle that exists already ends the walk. */
function follows(node: NodeView, ancestorId: NodeId, nodes: Nodes): boolean {
  const seen = new Set<NodeId>();
  let current: NodeView | undefined = node;
  while (current !== undefined && !seen.has(current.id)) {
    seen.add(current.id);
    const masterId: NodeId | null = current.role === 'replica' ? (current.link?.masterId ?? null) : null;
    if (masterId === null) return false;
    if (masterId === ancestorId) return true;
    current = nodes[masterId];
  }
  return false;
}

/** The literal command that attaching to this master runs on the replica. */
export function attachCommand(master: NodeView): string {
  return `REPLICAOF ${master.address.host} ${master.address.port}`;
}
