// Syncline itself killed in the middle of a plan: the next start tells how far it came, and leads on or back.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import type { Act } from '#core/contract/acts.ts';
import { bundleEntry } from '../support/bundle.mjs';
import {
  atFirst,
  atLast,
  expectNoOrphan,
  expectWritable,
  lastRun,
  restore,
  stands,
  startPausing,
  timeoutMs,
} from '../support/fleet-failover.ts';
import { FleetScene } from '../support/fleet-scene.ts';
import { openHost, startHost, unwrap } from '../support/host.ts';

const worker = () => inject('nodeWorkerUrl');
let childProgram = '';

beforeAll(async () => {
  childProgram = await bundleEntry('test/support/fleet-child.ts');
});

/** Another Syncline runs the act on these servers and is killed after so many steps. */
async function runAndKill(scene: FleetScene, act: Record<string, unknown>, dieAfterSteps: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'syncline-killed-'));
  const servers = scene.servers.map(({ name, process }) => ({ name, host: process.host, port: process.port }));
  const task = JSON.stringify({ folder, workerUrl: worker(), servers, act, dieAfterSteps });
  const child = spawn(process.execPath, [childProgram, task], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [, signal] = await once(child, 'exit');
  expect(signal, output).toBe('SIGKILL');
  return folder;
}

describe('Syncline itself killed', () => {
  it.each([0, 1, 2, 3, 4, 5, 6])(
    'after %i steps of a failover: told at the next start, then resumed and undone',
    async (steps) => {
      await using scene = await startPausing(worker());
      const folder = await runAndKill(scene, { kind: 'failover', nodeId: 'bravo', timeoutMs }, steps);
      await scene.takeOver(await openHost(worker(), folder));
      const run = await lastRun(scene);
      expect(run).toMatchObject({ state: 'unfinished', canResume: true, isSettled: false });
      expect(run.results.length).toBeGreaterThanOrEqual(steps);
      await expectWritable(scene);
      expectNoOrphan(await stands(scene));
      await restore(scene, run.runId, 'goal');
      expect(await stands(scene)).toEqual(atLast);
      await restore(scene, run.runId, 'before');
      expect(await stands(scene)).toEqual(atFirst);
      const { runs } = unwrap(await scene.host.client.journal.read({}));
      expect(runs.find(({ runId }) => runId === run.runId)?.isSettled).toBe(true);
    },
  );

  it('while it wrote a line: the torn line is told and skipped', async () => {
    await using scene = new FleetScene(await startHost(worker()));
    await scene.start('alpha');
    const act: Act = { kind: 'changeSettings', nodeId: scene.id('alpha'), settings: { 'repl-timeout': '61' } };
    await scene.run(await scene.plan(act));
    await appendFile(scene.host.journalPath, '{"kind":"step","run');
    const page = unwrap(await scene.host.client.journal.read({}));
    expect(page.skippedLines).toBe(1);
    expect(page.runs).toMatchObject([{ state: 'done' }]);
  });
});
