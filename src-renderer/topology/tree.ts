// Who follows whom as a forest, with ghosts for servers that are spoken of but not in this console. Pure.

import type { Address, NodeId } from '#core/contract/places.ts';
import type { GhostView } from '#core/contract/surroundings.ts';
import type { NodeView } from '#core/contract/views.ts';
import { formatAddress } from '../i18n/format.ts';

/** A server that a node of ours names as its master, or that is attached to one of ours. */
export interface Ghost {
  readonly id: string;
  readonly address: Address;
  readonly role: GhostView['role'];
}

export interface TreeNode {
  readonly id: NodeId;
  readonly ghost: Ghost | null;
  readonly children: readonly TreeNode[];
}

export interface Forest {
  readonly roots: readonly TreeNode[];
  readonly ghosts: readonly Ghost[];
}

/**
 * What the shape depends on; kept apart from figures, so that the layout stands still while offsets move.
 * @param remembered ghosts that the host knows of: also those that only a Sentinel or nobody speaks of now
 */
export function forestOf(nodes: readonly NodeView[], remembered: readonly GhostView[] = []): Forest {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const ghosts = new Map<string, Ghost>();
  const childrenOf = new Map<string, string[]>();
  const hasParent = new Set<string>();
  const adopt = (parentId: string, childId: string) => {
    if (hasParent.has(childId)) return;
    hasParent.add(childId);
    childrenOf.set(parentId, [...(childrenOf.get(parentId) ?? []), childId]);
  };

  for (const node of nodes) {
    if (node.role !== 'replica' || node.link === null) continue;
    const masterId = node.link.masterId;
    if (masterId !== null && byId.has(masterId)) adopt(masterId, node.id);
    else adopt(ghostFor(ghosts, node.link.masterAddress, 'master').id, node.id);
  }
  for (const node of nodes) {
    for (const replica of node.replicas) {
      if (replica.nodeId === null) adopt(node.id, ghostFor(ghosts, replica.address, 'replica').id);
    }
  }
  for (const { address, role, masterId } of remembered) {
    const ghost = ghostFor(ghosts, address, role);
    if (masterId !== null && byId.has(masterId)) adopt(masterId, ghost.id);
  }
  const build = (id: string, path: ReadonlySet<string>): TreeNode => ({
    id,
    ghost: ghosts.get(id) ?? null,
    // A circle can exist on real servers for a moment; its second visit is left out.
    children: (childrenOf.get(id) ?? [])
      .filter((child) => !path.has(child))
      .map((child) => build(child, new Set([...path, child]))),
  });
  const ids = [...nodes.map((node) => node.id), ...ghosts.keys()];
  const roots = ids.filter((id) => !hasParent.has(id)).map((id) => build(id, new Set([id])));
  return { roots: [...roots, ...circles(ids, roots, build)], ghosts: [...ghosts.values()] };
}

/** Nodes that only follow one another have no root: the first of each circle is taken for one, so that none is hidden. */
function circles(
  ids: readonly string[],
  roots: readonly TreeNode[],
  build: (id: string, path: ReadonlySet<string>) => TreeNode,
): readonly TreeNode[] {
  const drawn = new Set<string>();
  const mark = (node: TreeNode) => {
    drawn.add(node.id);
    node.children.forEach(mark);
  };
  roots.forEach(mark);
  const found: TreeNode[] = [];
  for (const id of ids) {
    if (drawn.has(id)) continue;
    const root = build(id, new Set([id]));
    mark(root);
    found.push(root);
  }
  return found;
}

function ghostFor(ghosts: Map<string, Ghost>, address: Address, role: Ghost['role']): Ghost {
  const id = `ghost:${formatAddress(address)}`;
  const ghost = ghosts.get(id) ?? { id, address, role };
  ghosts.set(id, ghost);
  return ghost;
}

/** A text that changes only when the drawing's shape does. */
export function shapeOf(forest: Forest): string {
  const write = (node: TreeNode): string => `${node.id}(${node.children.map(write).join(',')})`;
  return forest.roots.map(write).join(';');
}
