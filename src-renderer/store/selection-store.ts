// Which node the inspector shows, which one the topology is to bring into view, and which one is being dragged.
import { create } from 'zustand';
import type { NodeId } from '#core/contract/places.ts';

export interface Selection {
  readonly nodeId: NodeId | null;
  /** Chosen elsewhere than in the topology, which keeps it in view until another is chosen or the map is moved. */
  readonly soughtId: NodeId | null;
  readonly draggedId: NodeId | null;
  /** The card under the dragged one. */
  readonly overId: NodeId | null;
}

export const useSelection = create<Selection>(() => ({ nodeId: null, soughtId: null, draggedId: null, overId: null }));

export function select(nodeId: NodeId | null): void {
  useSelection.setState({ nodeId, soughtId: null });
}

/** Selects a node that may be out of view, and brings it there. */
export function seek(nodeId: NodeId): void {
  useSelection.setState({ nodeId, soughtId: nodeId });
}

/** The map was moved by hand. */
export function endSeeking(): void {
  if (useSelection.getState().soughtId !== null) useSelection.setState({ soughtId: null });
}
