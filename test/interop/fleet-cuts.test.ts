// Plans that are cut off at each step: nobody stays paused, nobody is orphaned, the journal knows, undo and resume work.
import { describe, expect, inject, it } from 'vitest';
import type { ActResult, Plan } from '#core/contract/acts.ts';
import {
  atFirst,
  atLast,
  expectNoOrphan,
  expectWritable,
  failover,
  lastRun,
  restore,
  stands,
  startPausing,
} from '../support/fleet-failover.ts';
import { type FleetScene, startTree } from '../support/fleet-scene.ts';
import { startRelay } from '../support/relay.ts';
import { waitFor } from '../support/wait-for.ts';

const worker = () => inject('nodeWorkerUrl');
/** A pause that no test waits for: if writes pass before, somebody let them. */
const longHoldMs = 60_000;

/** Cancels the run when so many steps are done. */
async function runCancelled(scene: FleetScene, plan: Plan, afterSteps: number): Promise<ActResult> {
  using progress = await scene.progress();
  const running = scene.run(plan);
  const isThere = () => progress.told.find(({ hash, results }) => hash === plan.hash && results.length >= afterSteps);
  const found = await waitFor('the step', isThere, Boolean, { intervalMs: 1 });
  await scene.host.client.acts.cancel({ runId: found?.runId ?? '' });
  return running;
}

describe('a failover by pause', () => {
  it('cancelled at each step leaves nothing paused, and can be resumed and undone', async () => {
    await using scene = await startPausing(worker());
    const act = failover(scene, longHoldMs);
    const { length } = (await scene.plan(act)).steps;
    for (let afterSteps = 0; afterSteps < length - 1; afterSteps++) {
      const result = await runCancelled(scene, await scene.plan(act), afterSteps);
      // The next step may have been over before the word came; none is begun after it.
      expect(result.failure?.code ?? 'runCancelled').toBe('runCancelled');
      await expectWritable(scene);
      expectNoOrphan(await stands(scene));
      expect(await lastRun(scene)).toMatchObject({ runId: result.runId, canUndo: result.results.length > 0 });
      await restore(scene, result.runId, 'goal');
      expect(await stands(scene)).toEqual(atLast);
      await restore(scene, result.runId, 'before');
      expect(await stands(scene)).toEqual(atFirst);
    }
  });

  it('ends at the step at which a node dies, and the others go on', async () => {
    for (const [victim, afterSteps] of [
      ['bravo', 1],
      ['alpha', 1],
      ['alpha', 4],
      ['charlie', 6],
    ] as const) {
      await using scene = await startPausing(worker());
      const plan = await scene.plan(failover(scene));
      using progress = await scene.progress();
      const running = scene.run(plan);
      const isThere = () => progress.told.some(({ results }) => results.length >= afterSteps);
      await waitFor('the step', isThere, Boolean, { intervalMs: 1 });
      await scene.at(victim).process.stop('SIGKILL');
      const { failure, results } = await running;
      const run = await lastRun(scene);
      expect(run.results).toHaveLength(results.length);
      if (failure === null) expect(run.state).toBe('done');
      else expect(run).toMatchObject({ state: 'failed', canResume: true });
      await expectWritable(scene, victim);
    }
  });

  it('whose connection is cut while writes are held: the pause ends by itself', async () => {
    await using scene = await startPausing(worker());
    const alpha = scene.at('alpha');
    await using relay = await startRelay(alpha.process);
    const nodeId = await scene.host.connect(relay, 'alpha through a relay');
    scene.host.host.fleet.remove(alpha.nodeId);
    alpha.nodeId = nodeId;
    await scene.look();
    const plan = await scene.plan(failover(scene));
    using progress = await scene.progress();
    const running = scene.run(plan);
    await waitFor('the pause', () => progress.told.some(({ results }) => results.length >= 1), Boolean, {
      intervalMs: 1,
    });
    relay.refuse();
    relay.cut();
    const { failure } = await running;
    expect(failure).not.toBeNull();
    await expectWritable(scene);
    relay.accept();
    await waitFor(
      'the host to reach alpha again',
      () => scene.host.view(nodeId)?.lifecycle.kind,
      (kind) => kind === 'running',
    );
    await restore(scene, (await lastRun(scene)).runId, 'before');
    expect(await stands(scene)).toEqual(atFirst);
  });
});

it('Syncline that is closed in good order lets go of the writes it holds', async () => {
  await using scene = await startPausing(worker());
  const plan = await scene.plan(failover(scene, longHoldMs));
  using progress = await scene.progress();
  const running = scene.run(plan).catch(() => null); // its host ends under it
  await waitFor('the pause', () => progress.told.some(({ results }) => results.length >= 1), Boolean, {
    intervalMs: 1,
  });
  await scene.host.host.close();
  await running;
  await expectWritable(scene);
});

describe('a failover by the server', () => {
  it('that its replica cannot keep up with is given up in time, or when it is cancelled, and alpha takes writes', async () => {
    await using scene = await startTree(worker(), 'alpha', 'bravo', 'charlie');
    const bravo = scene.at('bravo').process;
    for (const [holdMs, isCancelled] of [
      [longHoldMs, true],
      [1000, false],
    ] as const) {
      await scene.untilStreaming('bravo', 'charlie');
      const plan = await scene.plan(failover(scene, holdMs));
      using progress = await scene.progress();
      await using _writes = writeOnAndOn(scene);
      const running = scene.run(plan);
      const stepsDone = (count: number) =>
        progress.told.find(({ hash, results }) => hash === plan.hash && results.length >= count);
      try {
        await waitFor('the run to begin', () => stepsDone(0), Boolean, { intervalMs: 0 });
        process.kill(bravo.pid, 'SIGSTOP');
        const begun = await waitFor('FAILOVER to be sent', () => stepsDone(1));
        if (isCancelled) await scene.host.client.acts.cancel({ runId: begun?.runId ?? '' });
        const { failure } = await running;
        expect(failure?.code).toBe(isCancelled ? 'runCancelled' : 'waitTimedOut');
        await expectWritable(scene, 'bravo');
        expect(await scene.info('alpha', 'master_failover_state')).toBe('no-failover');
      } finally {
        process.kill(bravo.pid, 'SIGCONT');
      }
    }
    expect(await stands(scene)).toEqual(atFirst);
  });
});

/** Writes without a pause, so that a replica that stands still lacks something at once. */
function writeOnAndOn(scene: FleetScene): AsyncDisposable {
  const client = scene.at('alpha').process.client();
  let isOver = false;
  const writing = (async () => {
    for (let at = 0; !isOver; at++) await client.call('SET', 'w', String(at));
  })().catch(() => {}); // ends with its client
  return {
    [Symbol.asyncDispose]: async () => {
      isOver = true;
      await writing;
    },
  };
}
