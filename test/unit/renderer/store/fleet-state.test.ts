import { expect, test } from 'vitest';
import { marksMax, seriesPointsMax } from '#core/contract/settings.ts';
import { emptySurroundings } from '#core/contract/surroundings.ts';
import type { FleetEvent, FleetSnapshot, SeriesPoint } from '#core/contract/views.ts';
import {
  applyFleetEvent,
  emptyFleet,
  type FleetState,
  isFiguresOnly,
} from '../../../../src-renderer/store/fleet-state.ts';
import { master } from '../support/views.ts';

const point = (atMs: number): SeriesPoint => ({
  atMs,
  offset: atMs,
  lagBytes: null,
  reachSeconds: null,
  writeBytesPerSecond: 0,
  lagSeconds: null,
  unappliedBytes: null,
  dataAgeMs: null,
  outputBufferBytes: null,
  syncs: null,
});

const snapshot = (part: Partial<FleetSnapshot> = {}): FleetSnapshot => ({
  nodes: [master('alpha'), master('bravo')],
  series: { alpha: [point(1)] },
  marks: [],
  surroundings: emptySurroundings,
  shell: 'web',
  version: '0.1.0',
  intervalMs: 1000,
  staleAfterMs: 5000,
  ...part,
});

const patch = (seq: number, part: Partial<Extract<FleetEvent, { kind: 'patch' }>> = {}): FleetEvent => ({
  seq,
  kind: 'patch',
  changed: [],
  removed: [],
  samples: {},
  marks: [],
  surroundings: null,
  ...part,
});

function applied(state: FleetState, event: FleetEvent): FleetState {
  const step = applyFleetEvent(state, event, 99);
  if (step.kind !== 'applied') throw new Error(`expected the event to be applied, but: ${JSON.stringify(step)}`);
  return step.state;
}

const started = applied(emptyFleet, { seq: 7, kind: 'snapshot', snapshot: snapshot() });

test('a snapshot is taken whole, whatever was there before', () => {
  const again = applied(started, { seq: 3, kind: 'snapshot', snapshot: snapshot({ nodes: [master('charlie')] }) });
  expect(again.order).toEqual(['charlie']);
  expect(Object.keys(again.nodes)).toEqual(['charlie']);
  expect(again.seq).toBe(3);
});

test('the patch that follows changes its nodes and leaves the others the same objects', () => {
  const next = applied(started, patch(8, { changed: [master('alpha', { offset: 2000 })] }));
  expect(next.nodes.alpha?.offset).toBe(2000);
  expect(next.nodes.bravo).toBe(started.nodes.bravo);
  expect(next.order).toBe(started.order);
});

test('a patch that skips a number is a gap and names what was expected', () => {
  expect(applyFleetEvent(started, patch(9), 99)).toEqual({ kind: 'gap', expected: 8, got: 9 });
});

test('a patch that comes twice is a gap, since it no longer follows', () => {
  const next = applied(started, patch(8));
  expect(applyFleetEvent(next, patch(8), 99).kind).toBe('gap');
});

test('a patch before any snapshot is a gap', () => {
  expect(applyFleetEvent(emptyFleet, patch(1), 99).kind).toBe('gap');
});

test('a new node stands last, and a removed one takes its series with it', () => {
  const grown = applied(started, patch(8, { changed: [master('delta')], samples: { delta: point(5) } }));
  expect(grown.order).toEqual(['alpha', 'bravo', 'delta']);
  const shrunk = applied(grown, patch(9, { removed: ['alpha'] }));
  expect(shrunk.order).toEqual(['bravo', 'delta']);
  expect(Object.keys(shrunk.series)).toEqual(['delta']);
});

test('a series keeps its newest points only', () => {
  let state = started;
  for (let i = 0; i < seriesPointsMax + 5; i++)
    state = applied(state, patch(8 + i, { samples: { alpha: point(100 + i) } }));
  expect(state.series.alpha).toHaveLength(seriesPointsMax);
  expect(state.series.alpha?.at(-1)?.atMs).toBe(100 + seriesPointsMax + 4);
});

test('marks keep the newest only', () => {
  const many = Array.from({ length: marksMax + 3 }, (_, atMs) => ({ atMs, nodeId: 'alpha', kind: 'linkUp' as const }));
  const state = applied(started, patch(8, { marks: many }));
  expect(state.marks).toHaveLength(marksMax);
  expect(state.marks[0]?.atMs).toBe(3);
});

test('each message tells when it arrived', () => {
  expect(started.receivedAtMs).toBe(99);
});

test('a patch of figures is told from one that changes how a node stands', () => {
  const state = applied(emptyFleet, { seq: 1, kind: 'snapshot', snapshot: snapshot() });
  const figures = patch(2, { changed: [{ ...master('alpha'), offset: 99 }] });
  const stopped = patch(2, { changed: [{ ...master('alpha'), lifecycle: { kind: 'stopped' } }] });
  expect(isFiguresOnly(state, figures)).toBe(true);
  expect(isFiguresOnly(state, stopped)).toBe(false);
  expect(isFiguresOnly(state, patch(2, { changed: [master('charlie')] }))).toBe(false);
  expect(isFiguresOnly(state, patch(2, { removed: ['bravo'] }))).toBe(false);
});
