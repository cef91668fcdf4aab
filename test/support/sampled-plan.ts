// Plans of full syncs whose cost is known: on a busy machine a look at the keys may take longer than it is waited for.
import type { Act, Plan, SyncCost } from '#core/contract/acts.ts';
import type { FleetScene } from './fleet-scene.ts';
import { waitFor } from './wait-for.ts';

/** Until the plan could look at the keys: a length that could not be seen is said to be unknown, and is not what is tested. */
export async function planSampled(
  scene: FleetScene,
  act: Act,
): Promise<{ readonly plan: Plan; readonly cost: SyncCost }> {
  const plan = await waitFor(
    'a plan that could look at the keys',
    () => scene.plan(act),
    ({ forecast }) => forecast?.cost?.snapshotBytes != null,
  );
  if (!plan.forecast?.cost) throw new Error('no full sync was foreseen');
  return { plan, cost: plan.forecast.cost };
}
