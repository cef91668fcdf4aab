// The failover that tests cut off: a master without FAILOVER, so that Syncline itself takes every step of it.
import { expect } from 'vitest';
import type { Act, JournalRun } from '#core/contract/acts.ts';
import { FleetScene } from './fleet-scene.ts';
import { startHost, unwrap } from './host.ts';
import { waitFor } from './wait-for.ts';

const names = ['alpha', 'bravo', 'charlie'] as const;
/** How long a plan may hold writes here. */
export const timeoutMs = 1500;
/** What is waited for beyond the pause's own end. */
const marginMs = 1500;

export const atFirst = { alpha: 'master', bravo: 'alpha', charlie: 'alpha' };
export const atLast = { alpha: 'bravo', bravo: 'master', charlie: 'bravo' };

/** Two replicas under alpha, which has no FAILOVER: the failover has all the steps that can be cut. */
export async function startPausing(nodeWorkerUrl: string): Promise<FleetScene> {
  const scene = new FleetScene(await startHost(nodeWorkerUrl));
  await scene.start('alpha', { 'rename-command': ['FAILOVER', 'NOPE'] });
  await scene.send('alpha', ['SET', 'a', '1']);
  for (const name of ['bravo', 'charlie']) {
    await scene.start(name);
    await scene.follow(name, 'alpha');
  }
  return scene;
}

export const failover = (scene: FleetScene, holdMs = timeoutMs): Act => ({
  kind: 'failover',
  nodeId: scene.id('bravo'),
  timeoutMs: holdMs,
});

export async function stands(scene: FleetScene): Promise<Record<string, string>> {
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await scene.stands(name)] as const)));
}

/** A write goes through on every master, soon: nothing is paused. Past the host, as an application would. */
export async function expectWritable(scene: FleetScene, ...gone: string[]): Promise<void> {
  for (const { name, process } of scene.servers) {
    if (gone.includes(name)) continue;
    const client = process.client();
    const [role] = (await client.call('ROLE')) as [string];
    if (role !== 'master') continue;
    await waitFor(
      'a write to pass',
      () => client.call('SET', 'probe', '1'),
      (answer) => answer === 'OK',
      {
        timeoutMs: timeoutMs + marginMs,
      },
    );
  }
}

/** Everyone who had a master has one, but for whom the plan raises. */
export function expectNoOrphan(standing: Record<string, string>): void {
  expect(standing.alpha === 'master' || standing.bravo === 'master').toBe(true);
  expect(standing.charlie).toMatch(/^(alpha|bravo)$/);
}

export async function lastRun(scene: FleetScene): Promise<JournalRun> {
  const { runs } = unwrap(await scene.host.client.journal.read({}));
  const [run] = runs;
  if (!run) throw new Error('the journal is empty');
  return run;
}

export async function restore(scene: FleetScene, runId: string, to: 'before' | 'goal'): Promise<void> {
  await scene.look();
  const plan = await scene.plan({ kind: 'restore', runId, to });
  const isThere = plan.checks.some(({ statement }) => statement.code === 'checkNothingToMove');
  if (isThere) return;
  const { failure, results } = await scene.run(plan);
  expect(failure, JSON.stringify(results)).toBeNull();
  await scene.untilStreaming(...(to === 'before' ? ['bravo', 'charlie'] : ['alpha', 'charlie']));
}
