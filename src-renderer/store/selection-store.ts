// Which node the inspector shows, and which one is being dragged.
import { create } from 'zustand';
import type { NodeId } from '#core/contract/views.ts';

export interface Selection {
  readonly nodeId: NodeId | null;
  readonly draggedId: NodeId | null;
  /** The card under the dragged one. */
  readonly overId: NodeId | null;
}

export const useSelection = create<Selection>(() => ({ nodeId: null, draggedId: null, overId: null }));

export function select(nodeId: NodeId | null): void {
  useSelection.setState({ nodeId });
}
