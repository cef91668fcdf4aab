// The environment that the window's frame shows: the most serious one among the nodes.
import type { Environment } from '#core/contract/labels.ts';
import type { NodeView } from '#core/contract/views.ts';
import { useFleet } from '../store/fleet-store.ts';

const seriousness: readonly Environment[] = ['lab', 'dev', 'stage', 'prod'];

/** `lab` where there are no nodes. */
export function worstEnvironment(nodes: readonly NodeView[]): Environment {
  const worst = Math.max(0, ...nodes.map((node) => seriousness.indexOf(node.environment)));
  return seriousness[worst] ?? 'lab';
}

export function useWorstEnvironment(): Environment {
  return useFleet((fleet) => worstEnvironment(Object.values(fleet.nodes)));
}
