// Syncline killed while everything waits at a Redis 6.0: what its fence does then, and how the next Syncline takes it away.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { bundleEntry } from '../../support/bundle.mjs';
import { FleetScene } from '../../support/fleet-scene.ts';
import { openHost, startHost, unwrap } from '../../support/host.ts';

const worker = () => inject('nodeWorkerUrl');

/** Another Syncline fails over to bravo and dies after so many steps; the next one takes its place. */
async function failOverAndDie(scene: FleetScene, steps: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'syncline-killed-'));
  await mkdir(join(folder, 'settings'));
  const servers = scene.servers.map(({ name, process: { host, port } }) => ({
    name,
    path: { host, port },
    door: { host, port },
  }));
  const act = { kind: 'failover', nodeId: 'bravo' };
  const task = { folder, workerUrl: worker(), servers, act, steps, moment: 'between' };
  const program = await bundleEntry('test/support/fleet-child.ts');
  const child = spawn(process.execPath, [program, JSON.stringify(task)], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [, signal] = await once(child, 'exit');
  expect(signal, said).toBe('SIGKILL');
  await scene.takeOver(await openHost(worker(), folder));
  const { runs } = unwrap(await scene.host.client.journal.read({}));
  expect(runs).toMatchObject([{ state: 'unfinished' }]);
  return runs[0]?.runId ?? '';
}

it.each([
  { steps: 1, to: 'before', raised: false, what: 'as soon as all waits: writes go on, and undo takes the fence away' },
  { steps: 3, to: 'goal', raised: true, what: 'after the promotion: no write is taken by two, and resume ends it' },
] as const)('killed $what', async ({ steps, to, raised }) => {
  await using scene = new FleetScene(await startHost(worker()));
  await scene.start('alpha', {}, { release: 'Redis 6.0' });
  await scene.start('bravo');
  await scene.send('alpha', ['SET', 'a', '1']);
  await scene.follow('bravo', 'alpha');
  await scene.untilLevel('bravo', 'alpha');
  const runId = await failOverAndDie(scene, steps);
  const fence = ['min-replicas-to-write', 'repl-ping-replica-period'];
  const fenceNow = () => scene.send('alpha', ...fence.map((name) => ['CONFIG', 'GET', name]));
  expect(await fenceNow()).toEqual([
    ['min-replicas-to-write', '1'],
    ['repl-ping-replica-period', '3600'],
  ]);
  const [answer] = await scene.send('alpha', ['SET', 'b', '1']);
  expect(answer).toEqual(raised ? { error: expect.stringContaining('NOREPLICAS') } : 'OK');
  const plan = await scene.plan({ kind: 'restore', runId, to });
  const { failure, results } = await scene.run(plan);
  expect(failure, JSON.stringify(results)).toBeNull();
  expect(await fenceNow()).toEqual([
    ['min-replicas-to-write', '0'],
    ['repl-ping-replica-period', '10'],
  ]);
  expect([await scene.stands('alpha'), await scene.stands('bravo')]).toEqual(
    raised ? ['bravo', 'master'] : ['master', 'alpha'],
  );
  if (raised) expect(await scene.count('bravo', 'sync_full')).toBe(0);
});
