// The ticks of a master's tape, as they stand now.
import type { NodeView } from '#core/contract/views.ts';
import { useClock } from '../store/clock-store.ts';
import { useFleet } from '../store/fleet-store.ts';
import { useSteady } from '../store/use-steady.ts';
import type { TapeTick } from './tape-scale.ts';
import { ticksOf } from './tape-ticks.ts';

/** Few and flat, so that writing them out is the shortest way to compare. */
const isSame = (a: readonly TapeTick[], b: readonly TapeTick[]) => JSON.stringify(a) === JSON.stringify(b);

export function useTicks(master: NodeView): readonly TapeTick[] {
  const nodes = useFleet((fleet) => fleet.nodes);
  const staleAfterMs = useFleet((fleet) => fleet.staleAfterMs);
  const steady = useSteady(isSame);
  return useClock((clock) => steady(ticksOf(master, nodes, clock.nowMs, staleAfterMs)));
}
