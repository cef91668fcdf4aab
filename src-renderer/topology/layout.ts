// Places the forest of nodes from left to right; cards have fixed sizes, so that nothing moves while figures change. Pure.
import { type HierarchyPointNode, hierarchy, tree } from 'd3-hierarchy';
import type { Forest, TreeNode } from './tree.ts';

export type CardKind = 'master' | 'replica' | 'unknown' | 'ghost';

/** What a card's size depends on. */
export interface CardForm {
  readonly kind: CardKind;
  /** It carries one line more: of Sentinels, its shard, or another address. */
  readonly isNoted: boolean;
}

export const cardWidth = 272;
const cardHeights: Readonly<Record<CardKind, number>> = { master: 198, replica: 160, unknown: 104, ghost: 132 };
const noteHeight = 18;
const columnGap = 128;
const rowGap = 26;
/** Between trees, and between the trees and the nodes that stand alone. */
const treeGap = 44;
/** Nodes that stand alone fill rows of at least this many columns. */
const fewestColumns = 2;

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

type FormOf = (id: string) => CardForm;

function cardHeight({ kind, isNoted }: CardForm): number {
  return cardHeights[kind] + (isNoted ? noteHeight : 0);
}

/** Trees one below the other; below them, in rows, the nodes that follow nobody and are followed by nobody. */
export function layOut(forest: Forest, formOf: FormOf): Layout {
  const trees = forest.roots.filter((root) => root.children.length > 0).map((root) => layOutTree(root, formOf));
  const cards: PlacedCard[] = [];
  let top = 0;
  for (const placed of trees) {
    cards.push(...placed.cards.map((card) => ({ ...card, y: card.y + top })));
    top += heightOf(placed.cards) + treeGap;
  }
  const alone = forest.roots.filter((root) => root.children.length === 0).map((root) => root.id);
  const columns = Math.max(fewestColumns, ...cards.map((card) => Math.round(card.x / (cardWidth + columnGap)) + 1));
  return { cards: [...cards, ...inRows(alone, columns, top, formOf)], pipes: trees.flatMap((placed) => placed.pipes) };
}

/** One tree with its upper edge at 0. */
function layOutTree(root: TreeNode, formOf: FormOf): Layout {
  const height = (node: TreeNode) => cardHeight(formOf(node.id));
  const drawn = tree<TreeNode>()
    .nodeSize([1, cardWidth + columnGap])
    .separation((a, b) => (height(a.data) + height(b.data)) / 2 + rowGap)(hierarchy(root, (node) => node.children));
  const places = drawn.descendants();
  // d3's x runs across the levels, so down the page here, and means the middle of a card; its y is the level's place.
  const upperEdge = (place: HierarchyPointNode<TreeNode>) => place.x - height(place.data) / 2;
  const top = Math.min(...places.map(upperEdge));
  return {
    cards: places.map((place) => ({
      id: place.data.id,
      x: place.y,
      y: upperEdge(place) - top,
      width: cardWidth,
      height: height(place.data),
    })),
    pipes: places.flatMap((place) =>
      place.parent === null
        ? []
        : [{ id: `pipe:${place.data.id}`, masterId: place.parent.data.id, replicaId: place.data.id }],
    ),
  };
}

function inRows(ids: readonly string[], columns: number, top: number, formOf: FormOf): readonly PlacedCard[] {
  const cards: PlacedCard[] = [];
  let y = top;
  for (let first = 0; first < ids.length; first += columns) {
    const row = ids.slice(first, first + columns).map((id, column) => ({
      id,
      x: column * (cardWidth + columnGap),
      y,
      width: cardWidth,
      height: cardHeight(formOf(id)),
    }));
    cards.push(...row);
    y += Math.max(...row.map((card) => card.height)) + rowGap;
  }
  return cards;
}

function heightOf(cards: readonly PlacedCard[]): number {
  return Math.max(0, ...cards.map((card) => card.y + card.height));
}

/** The card under a point, other than the dragged one; null over the ground. */
export function cardAt(cards: readonly PlacedCard[], x: number, y: number, exceptId: string): string | null {
  const isOver = (card: PlacedCard) =>
    x >= card.x && x <= card.x + card.width && y >= card.y && y <= card.y + card.height;
  return cards.find((card) => card.id !== exceptId && isOver(card))?.id ?? null;
}
