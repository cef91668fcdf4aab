// The live fleet as a store: components select one node or one series and are drawn when that changes.
import { create } from 'zustand';
import type { NodeId } from '#core/contract/places.ts';
import type { FleetEvent, NodeView } from '#core/contract/views.ts';
import { useAttention } from './attention-store.ts';
import { advanceClock, useClock } from './clock-store.ts';
import { applyFleetEvent, emptyFleet, type FleetState, isFiguresOnly } from './fleet-state.ts';
import { conditionOf, isSameCondition, type NodeCondition } from './node-state.ts';
import { useSteady } from './use-steady.ts';

export const useFleet = create<FleetState>(() => emptyFleet);

/** While nobody is at the window, mere figures are shown this often: each showing costs a frame of the whole window. */
export const restIntervalMs = 2000;

/** The newest state; ahead of the shown one for a moment while the window rests. */
let newest = emptyFleet;

/** Applies a message; false when it left a gap and the caller must subscribe anew. */
export function receiveFleetEvent(event: FleetEvent): boolean {
  const before = newest;
  const nowMs = Date.now();
  const step = applyFleetEvent(before, event, nowMs);
  if (step.kind === 'gap') return false;
  newest = step.state;
  const isDue = nowMs - (useFleet.getState().receivedAtMs ?? 0) > restIntervalMs - newest.intervalMs / 2;
  if (isDue || useAttention.getState().isAttended || !isFiguresOnly(before, event)) showNewest();
  return true;
}

function showNewest(): void {
  if (newest.receivedAtMs === null || newest === useFleet.getState()) return;
  advanceClock(newest.receivedAtMs);
  useFleet.setState(newest, true);
}

useAttention.subscribe(({ isAttended }) => isAttended && showNewest());

export function useNode(nodeId: NodeId | null): NodeView | undefined {
  return useFleet((fleet) => (nodeId === null ? undefined : fleet.nodes[nodeId]));
}

/** A node that stands still until what `keyOf` writes of it changes: for what no figure concerns and costs much to draw. */
export function useSteadyNode(nodeId: NodeId, keyOf: (node: NodeView) => string): NodeView | undefined {
  const steady = useSteady<NodeView | undefined>((a, b) => a !== undefined && b !== undefined && keyOf(a) === keyOf(b));
  return useFleet((fleet) => steady(fleet.nodes[nodeId]));
}

export function findNode(nodeId: NodeId): NodeView | undefined {
  return useFleet.getState().nodes[nodeId];
}

/** The condition of a node now; drawn again only when its word or its whole seconds change. */
export function useCondition(node: NodeView): NodeCondition {
  const staleAfterMs = useFleet((fleet) => fleet.staleAfterMs);
  const steady = useSteady(isSameCondition);
  return useClock((clock) => steady(conditionOf(node, clock.nowMs, staleAfterMs)));
}
