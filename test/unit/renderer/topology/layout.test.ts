import { expect, test } from 'vitest';
import { type CardKind, cardAt, layOut, type PlacedCard } from '../../../../src-renderer/topology/layout.ts';
import { forestOf } from '../../../../src-renderer/topology/tree.ts';
import { master, replica } from '../support/views.ts';

const nodes = [
  master('alpha'),
  replica('bravo', 'alpha'),
  replica('charlie', 'alpha'),
  replica('echo', 'bravo'),
  master('lone'),
  master('other'),
];
const kinds: Record<string, CardKind> = Object.fromEntries(
  nodes.map((node) => [node.id, node.role === 'replica' ? 'replica' : 'master']),
);
const layout = layOut(forestOf(nodes), (id) => ({ kind: kinds[id] ?? 'ghost', isNoted: false }));
const card = (id: string): PlacedCard => {
  const found = layout.cards.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no card of ${id}`);
  return found;
};

test('a replica stands right of its master', () => {
  expect(card('bravo').x).toBeGreaterThan(card('alpha').x + card('alpha').width);
  expect(card('echo').x).toBeGreaterThan(card('bravo').x + card('bravo').width);
});

test('no two cards touch', () => {
  for (const a of layout.cards) {
    for (const b of layout.cards) {
      if (a.id >= b.id) continue;
      const isApart = a.x + a.width < b.x || b.x + b.width < a.x || a.y + a.height < b.y || b.y + b.height < a.y;
      expect({ pair: `${a.id} ${b.id}`, isApart }).toEqual({ pair: `${a.id} ${b.id}`, isApart: true });
    }
  }
});

test('nodes that stand alone share a row below the trees', () => {
  expect(card('lone').y).toBe(card('other').y);
  expect(card('lone').y).toBeGreaterThan(card('charlie').y + card('charlie').height);
});

test('every replica has a pipe from its master, and nobody else has one', () => {
  expect(layout.pipes.map((pipe) => `${pipe.masterId}-${pipe.replicaId}`).sort()).toEqual([
    'alpha-bravo',
    'alpha-charlie',
    'bravo-echo',
  ]);
});

test('the card under a point is found, the dragged one apart', () => {
  const { x, y } = card('bravo');
  expect(cardAt(layout.cards, x + 1, y + 1, 'charlie')).toBe('bravo');
  expect(cardAt(layout.cards, x + 1, y + 1, 'bravo')).toBeNull();
  expect(cardAt(layout.cards, -500, -500, 'bravo')).toBeNull();
});

test('no nodes, no drawing', () => {
  expect(layOut({ roots: [], ghosts: [] }, () => ({ kind: 'master', isNoted: false }))).toEqual({
    cards: [],
    pipes: [],
  });
});
