// The live fleet as a store: components select one node or one series and are drawn when that changes.
import { useRef } from 'react';
import { create } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import type { FleetEvent, NodeId, NodeView } from '#core/contract/views.ts';
import { advanceClock, useClock } from './clock-store.ts';
import { applyFleetEvent, emptyFleet, type FleetState } from './fleet-state.ts';
import { conditionOf, type NodeCondition } from './node-state.ts';

export const useFleet = create<FleetState>(() => emptyFleet);

/** Applies a message; false when it left a gap and the caller must subscribe anew. */
export function receiveFleetEvent(event: FleetEvent): boolean {
  const nowMs = Date.now();
  const step = applyFleetEvent(useFleet.getState(), event, nowMs);
  if (step.kind === 'gap') return false;
  advanceClock(nowMs);
  useFleet.setState(step.state, true);
  return true;
}

export function useNode(nodeId: NodeId | null): NodeView | undefined {
  return useFleet((fleet) => (nodeId === null ? undefined : fleet.nodes[nodeId]));
}

/**
 * A node that stands still until what `keyOf` writes of it changes: for buttons and menus, which no figure concerns and
 * which cost much to draw.
 *
 * @param keyOf  a function of module scope
 */
export function useSteadyNode(nodeId: NodeId, keyOf: (node: NodeView) => string): NodeView | undefined {
  const held = useRef<NodeView>(undefined);
  return useFleet((fleet) => {
    const next = fleet.nodes[nodeId];
    const isSame = next !== undefined && held.current !== undefined && keyOf(next) === keyOf(held.current);
    if (!isSame) held.current = next;
    return held.current;
  });
}

export function findNode(nodeId: NodeId): NodeView | undefined {
  return useFleet.getState().nodes[nodeId];
}

/** The condition of a node now; drawn again only when its word or its whole seconds change. */
export function useCondition(node: NodeView): NodeCondition {
  const staleAfterMs = useFleet((fleet) => fleet.staleAfterMs);
  return useClock(useShallow((clock) => conditionOf(node, clock.nowMs, staleAfterMs)));
}
