// What the window knows of the fleet, and how one numbered message of the host changes it: pure, no clock, no network.

import type { NodeId } from '#core/contract/places.ts';
import { marksMax, seriesPointsMax } from '#core/contract/settings.ts';
import { emptySurroundings, type Surroundings } from '#core/contract/surroundings.ts';
import type { FleetEvent, FleetSnapshot, Mark, NodeView, SeriesPoint } from '#core/contract/views.ts';

export interface FleetState {
  /** The number of the last message applied; null before the first snapshot. */
  readonly seq: number | null;
  readonly nodes: Readonly<Record<NodeId, NodeView>>;
  /** Node ids in the order in which the host made them known. */
  readonly order: readonly NodeId[];
  /** Samples by node, oldest first, at most `seriesPointsMax` each. */
  readonly series: Readonly<Record<NodeId, readonly SeriesPoint[]>>;
  readonly marks: readonly Mark[];
  readonly surroundings: Surroundings;
  readonly shell: FleetSnapshot['shell'] | null;
  readonly version: string | null;
  readonly intervalMs: number;
  readonly staleAfterMs: number;
  /** When the last message arrived, by the window's clock; null before the first. */
  readonly receivedAtMs: number | null;
}

/** `gap`: a message was lost, so the state is no longer to be trusted and a snapshot must be asked for. */
export type FleetStep =
  | { readonly kind: 'applied'; readonly state: FleetState }
  | { readonly kind: 'gap'; readonly expected: number; readonly got: number };

export const emptyFleet: FleetState = {
  seq: null,
  nodes: {},
  order: [],
  series: {},
  marks: [],
  surroundings: emptySurroundings,
  shell: null,
  version: null,
  intervalMs: 1000,
  staleAfterMs: 5000,
  receivedAtMs: null,
};

/**
 * One message of the host applied.
 *
 * A snapshot is taken whole, whatever its number. A patch must carry the next number: after 7 comes 8, and a 9 is a gap.
 */
export function applyFleetEvent(state: FleetState, event: FleetEvent, nowMs: number): FleetStep {
  if (event.kind === 'snapshot') return { kind: 'applied', state: fromSnapshot(event.seq, event.snapshot, nowMs) };
  if (state.seq === null || event.seq !== state.seq + 1) {
    return { kind: 'gap', expected: state.seq === null ? 0 : state.seq + 1, got: event.seq };
  }
  return { kind: 'applied', state: withPatch(state, event, nowMs) };
}

/** Whether a message moves figures and nothing else: no node comes, goes, or changes its role, its life or its link. */
export function isFiguresOnly(state: FleetState, event: FleetEvent): boolean {
  if (event.kind === 'snapshot' || event.removed.length > 0 || event.marks.length > 0) return false;
  return event.changed.every((node) => {
    const before = state.nodes[node.id];
    return before !== undefined && standingOf(before) === standingOf(node);
  });
}

function standingOf(node: NodeView): string {
  const { lifecycle, role, link, replicas, workload } = node;
  return [lifecycle.kind, role, link?.masterId, link?.phase, replicas.length, workload === null].join();
}

function fromSnapshot(seq: number, snapshot: FleetSnapshot, nowMs: number): FleetState {
  const series: Record<NodeId, readonly SeriesPoint[]> = {};
  for (const [id, points] of Object.entries(snapshot.series)) series[id] = points.slice(-seriesPointsMax);
  return {
    seq,
    nodes: Object.fromEntries(snapshot.nodes.map((node) => [node.id, node])),
    order: snapshot.nodes.map((node) => node.id),
    series,
    marks: snapshot.marks.slice(-marksMax),
    surroundings: snapshot.surroundings,
    shell: snapshot.shell,
    version: snapshot.version,
    intervalMs: snapshot.intervalMs,
    staleAfterMs: snapshot.staleAfterMs,
    receivedAtMs: nowMs,
  };
}

type Patch = Extract<FleetEvent, { kind: 'patch' }>;

/** What did not change keeps its identity, so that only the components that show a changed node are drawn again. */
function withPatch(state: FleetState, patch: Patch, nowMs: number): FleetState {
  const isMembershipChanged = patch.removed.length > 0 || patch.changed.some((node) => !(node.id in state.nodes));
  return {
    ...state,
    seq: patch.seq,
    nodes: patchNodes(state.nodes, patch),
    order: isMembershipChanged ? patchOrder(state, patch) : state.order,
    series: patchSeries(state.series, patch),
    marks: patch.marks.length === 0 ? state.marks : [...state.marks, ...patch.marks].slice(-marksMax),
    surroundings: patch.surroundings ?? state.surroundings,
    receivedAtMs: nowMs,
  };
}

function patchNodes(nodes: FleetState['nodes'], patch: Patch): FleetState['nodes'] {
  if (patch.changed.length === 0 && patch.removed.length === 0) return nodes;
  const next: Record<NodeId, NodeView> = { ...nodes };
  for (const node of patch.changed) next[node.id] = node;
  for (const id of patch.removed) delete next[id];
  return next;
}

function patchOrder(state: FleetState, patch: Patch): readonly NodeId[] {
  const removed = new Set(patch.removed);
  const added = patch.changed.filter((node) => !(node.id in state.nodes)).map((node) => node.id);
  return [...state.order, ...added].filter((id) => !removed.has(id));
}

function patchSeries(series: FleetState['series'], patch: Patch): FleetState['series'] {
  const next: Record<NodeId, readonly SeriesPoint[]> = { ...series };
  for (const [id, point] of Object.entries(patch.samples))
    next[id] = [...(next[id] ?? []), point].slice(-seriesPointsMax);
  for (const id of patch.removed) delete next[id];
  return next;
}
