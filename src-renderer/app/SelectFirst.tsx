// Chooses a node for the inspector when none is chosen, or when the chosen one is gone: the first master.
import { useEffect } from 'react';
import { useFleet } from '../store/fleet-store.ts';
import { select, useSelection } from '../store/selection-store.ts';

export function SelectFirst() {
  const selectedId = useSelection((selection) => selection.nodeId);
  const firstId = useFleet((fleet) => {
    if (selectedId !== null && fleet.nodes[selectedId] !== undefined) return selectedId;
    return fleet.order.find((id) => fleet.nodes[id]?.role === 'master') ?? fleet.order[0] ?? null;
  });
  useEffect(() => {
    if (firstId !== selectedId) select(firstId);
  }, [firstId, selectedId]);
  return null;
}
