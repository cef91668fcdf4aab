// Places the forest of nodes from left to right; cards have fixed sizes, so that nothing moves while figures change. Pure.
import { type HierarchyPointNode, hierarchy, tree } from 'd3-hierarchy';
import { placeInColumns, type Size } from './columns.ts';
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
const treeGaps = { betweenColumns: 80, betweenRows: 44 } as const;
/** Between nodes that stand alone: no pipe runs there. */
const aloneGap = 40;
/** Nodes that stand alone fill rows of at least this many. */
const fewestInRow = 2;
/** The room that is laid out for until it is measured. */
const commonRoom: Size = { width: 1000, height: 640 };

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

/**
 * Each tree from left to right, and the nodes that follow nobody and are followed by nobody in rows; those blocks stand
 * one below the other, and in columns where that shows them larger.
 * @param room in which the whole is shown; only its shape counts, and whether all fits into it
 */
export function layOut(forest: Forest, formOf: FormOf, room: Size = commonRoom): Layout {
  const trees = forest.roots.filter((root) => root.children.length > 0).map((root) => layOutTree(root, formOf));
  const alone = forest.roots.filter((root) => root.children.length === 0).map((root) => root.id);
  const blocks = alone.length === 0 ? trees : [...trees, layOutRows(alone, formOf, room)];
  const places = placeInColumns(blocks.map(sizeOf), room, treeGaps);
  const cards = blocks.flatMap((block, index) => {
    const { x, y } = places[index] ?? { x: 0, y: 0 };
    return block.cards.map((card) => ({ ...card, x: card.x + x, y: card.y + y }));
  });
  return { cards, pipes: trees.flatMap(({ pipes }) => pipes) };
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

/** Rows of the room's shape, so that many nodes that stand alone are no column and no line. */
function layOutRows(ids: readonly string[], formOf: FormOf, room: Size): Layout {
  const shape = (room.width / room.height) * ((cardHeights.master + rowGap) / (cardWidth + aloneGap));
  const inRow = Math.max(fewestInRow, Math.round(Math.sqrt(ids.length * shape)));
  const cards: PlacedCard[] = [];
  let y = 0;
  for (let first = 0; first < ids.length; first += inRow) {
    const row = ids.slice(first, first + inRow).map((id, column) => ({
      id,
      x: column * (cardWidth + aloneGap),
      y,
      width: cardWidth,
      height: cardHeight(formOf(id)),
    }));
    cards.push(...row);
    y += Math.max(...row.map((card) => card.height)) + rowGap;
  }
  return { cards, pipes: [] };
}

function sizeOf({ cards }: Layout): Size {
  return {
    width: Math.max(...cards.map((card) => card.x + card.width)),
    height: Math.max(...cards.map((card) => card.y + card.height)),
  };
}

/** The card under a point, other than the dragged one; null over the ground. */
export function cardAt(cards: readonly PlacedCard[], x: number, y: number, exceptId: string): string | null {
  const isOver = (card: PlacedCard) =>
    x >= card.x && x <= card.x + card.width && y >= card.y && y <= card.y + card.height;
  return cards.find((card) => card.id !== exceptId && isOver(card))?.id ?? null;
}
