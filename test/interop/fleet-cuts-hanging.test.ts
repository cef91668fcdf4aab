// A failover by the server whose replica hangs: it is given up, and the old master takes writes again.
import { describe, expect, inject, it } from 'vitest';
import { type FleetScene, startTree } from '../support/fleet-scene.ts';
import { waitFor } from '../support/wait-for.ts';

const names = ['alpha', 'bravo', 'charlie'] as const;
/** A pause that no test waits for: if writes pass before, somebody let them. */
const longHoldMs = 60_000;

describe('a failover whose replica hangs', () => {
  it.each([
    ['in time', 1000, 'waitTimedOut'],
    ['when it is cancelled', longHoldMs, 'runCancelled'],
  ] as const)('is given up %s, and alpha takes writes', async (_when, timeoutMs, code) => {
    await using scene = await startTree(inject('nodeWorkerUrl'), 'alpha', 'bravo', 'charlie');
    const bravo = scene.at('bravo').process;
    const plan = await scene.plan({ kind: 'failover', nodeId: scene.id('bravo'), timeoutMs });
    using progress = await scene.progress();
    await using _writes = writeOnAndOn(scene);
    const running = scene.run(plan);
    const stepsDone = (count: number) =>
      progress.told.find(({ hash, results }) => hash === plan.hash && results.length >= count);
    try {
      await waitFor('the run to begin', () => stepsDone(0), Boolean, { intervalMs: 0 });
      process.kill(bravo.pid, 'SIGSTOP');
      const begun = await waitFor('FAILOVER to be sent', () => stepsDone(1));
      if (code === 'runCancelled') await scene.host.client.acts.cancel({ runId: begun?.runId ?? '' });
      const { failure } = await running;
      expect(failure?.code).toBe(code);
      await waitFor('a write to pass', () => scene.at('alpha').process.client().set('probe', '1'));
      expect(await scene.info('alpha', 'master_failover_state')).toBe('no-failover');
    } finally {
      process.kill(bravo.pid, 'SIGCONT');
    }
    const standing = await Promise.all(names.map((name) => scene.stands(name)));
    expect(standing).toEqual(['master', 'alpha', 'alpha']);
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
