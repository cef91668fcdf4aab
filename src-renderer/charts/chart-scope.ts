// Whom the charts show: everybody while all lines can be told apart, else the selected node's tree. Pure.
import type { NodeId } from '#core/contract/places.ts';
import type { NodeView } from '#core/contract/views.ts';

/** As many lines as differ in colour and dash. */
const allUpTo = 6;

/** In the order of `nodes`; everybody where nothing is selected. */
export function shownInCharts(nodes: readonly NodeView[], selectedId: NodeId | null): readonly NodeView[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const selected = selectedId === null ? undefined : byId.get(selectedId);
  if (nodes.length <= allUpTo || selected === undefined) return nodes;
  const rootId = rootOf(selected, byId);
  return nodes.filter((node) => rootOf(node, byId) === rootId);
}

/** The last master up the links that is here; in a circle the first node by id. */
function rootOf(node: NodeView, byId: ReadonlyMap<NodeId, NodeView>): NodeId {
  const path = [node.id];
  let current = node;
  for (;;) {
    const masterId = current.role === 'replica' ? (current.link?.masterId ?? null) : null;
    const master = masterId === null ? undefined : byId.get(masterId);
    if (master === undefined) return current.id;
    const seenAt = path.indexOf(master.id);
    if (seenAt !== -1) return path.slice(seenAt).sort()[0] ?? current.id;
    path.push(master.id);
    current = master;
  }
}
