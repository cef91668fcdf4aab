// Places the forest of nodes from left to right; cards have fixed sizes, so that nothing moves while figures change. Pure.
import { hierarchy, tree } from 'd3-hierarchy';
import type { Forest, TreeNode } from './tree.ts';

export const cardWidth = 272;
const cardHeights = { master: 214, replica: 158, ghost: 92 } as const;
const columnGap = 128;
const rowGap = 26;

export interface PlacedCard {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedPipe {
  readonly id: string;
  readonly masterId: string;
  readonly replicaId: string;
}

export interface Layout {
  readonly cards: readonly PlacedCard[];
  readonly pipes: readonly PlacedPipe[];
}

export function cardHeight(node: TreeNode, isMaster: boolean): number {
  if (node.ghost !== null) return cardHeights.ghost;
  return isMaster ? cardHeights.master : cardHeights.replica;
}

/** @param isMaster tells by id whether the card carries a tape, and so is taller */
export function layOut(forest: Forest, isMaster: (id: string) => boolean): Layout {
  if (forest.roots.length === 0) return { cards: [], pipes: [] };
  const heightOf = (node: TreeNode) => cardHeight(node, isMaster(node.id));
  // d3 draws one tree: the forest hangs on a root that is not shown.
  const sky: TreeNode = { id: '', ghost: null, children: forest.roots };
  const drawn = tree<TreeNode>()
    .nodeSize([1, cardWidth + columnGap])
    .separation((a, b) => (heightOf(a.data) + heightOf(b.data)) / 2 + rowGap)(hierarchy(sky, (node) => node.children));

  const shown = drawn.descendants().filter((place) => place.depth > 0);
  return {
    // d3's x runs across the levels: down the page here. Its y is the level: 1 is the first that is shown.
    cards: shown.map((place) => ({
      id: place.data.id,
      x: place.y - (cardWidth + columnGap),
      y: place.x - heightOf(place.data) / 2,
      width: cardWidth,
      height: heightOf(place.data),
    })),
    pipes: shown
      .filter((place) => place.depth > 1)
      .map((place) => ({
        id: `pipe:${place.data.id}`,
        masterId: place.parent?.data.id ?? '',
        replicaId: place.data.id,
      })),
  };
}

/** The card under a point, other than the dragged one; null over the ground. */
export function cardAt(cards: readonly PlacedCard[], x: number, y: number, exceptId: string): string | null {
  const isOver = (card: PlacedCard) =>
    x >= card.x && x <= card.x + card.width && y >= card.y && y <= card.y + card.height;
  return cards.find((card) => card.id !== exceptId && isOver(card))?.id ?? null;
}
