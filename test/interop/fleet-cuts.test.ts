// Plans that are cut off at each step: nobody stays paused, nobody is orphaned, the journal knows, undo and resume work.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import type { Act, ActResult, JournalRun, Plan } from '#core/contract/acts.ts';
import { FleetScene } from '../support/fleet-scene.ts';
import { openHost, startHost, unwrap } from '../support/host.ts';
import { startRelay } from '../support/relay.ts';
import { waitFor } from '../support/wait-for.ts';

const worker = () => inject('nodeWorkerUrl');
const names = ['alpha', 'bravo', 'charlie'] as const;
/** How long a plan may hold writes here. */
const timeoutMs = 1500;
/** What is waited for beyond the pause's own end. */
const marginMs = 1500;

const atFirst = { alpha: 'master', bravo: 'alpha', charlie: 'alpha' };
const atLast = { alpha: 'bravo', bravo: 'master', charlie: 'bravo' };

/** Two replicas under alpha, which has no FAILOVER: the failover has all the steps that can be cut. */
async function startPausing(): Promise<FleetScene> {
  const scene = new FleetScene(await startHost(worker()));
  await scene.start('alpha', { 'rename-command': ['FAILOVER', 'NOPE'] });
  await scene.send('alpha', ['SET', 'a', '1']);
  for (const name of ['bravo', 'charlie']) {
    await scene.start(name);
    await scene.follow(name, 'alpha');
  }
  return scene;
}

const failover = (scene: FleetScene): Act => ({ kind: 'failover', nodeId: scene.id('bravo'), timeoutMs });

async function stands(scene: FleetScene): Promise<Record<string, string>> {
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await scene.stands(name)] as const)));
}

/** A write goes through on every master, soon: nothing is paused. Past the host, as an application would. */
async function expectWritable(scene: FleetScene): Promise<void> {
  for (const { process } of scene.servers) {
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
function expectNoOrphan(standing: Record<string, string>): void {
  expect(standing.alpha === 'master' || standing.bravo === 'master').toBe(true);
  expect(standing.charlie).toMatch(/^(alpha|bravo)$/);
}

async function lastRun(scene: FleetScene): Promise<JournalRun> {
  const { runs } = unwrap(await scene.host.client.journal.read({}));
  const [run] = runs;
  if (!run) throw new Error('the journal is empty');
  return run;
}

async function restore(scene: FleetScene, runId: string, to: 'before' | 'goal'): Promise<void> {
  await scene.look();
  const plan = await scene.plan({ kind: 'restore', runId, to });
  const isThere = plan.checks.some(({ statement }) => statement.code === 'checkNothingToMove');
  if (isThere) return;
  const { failure, results } = await scene.run(plan);
  expect(failure, JSON.stringify(results)).toBeNull();
  await scene.untilStreaming(...(to === 'before' ? ['bravo', 'charlie'] : ['alpha', 'charlie']));
}

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
    await using scene = await startPausing();
    const { length } = (await scene.plan(failover(scene))).steps;
    for (let afterSteps = 0; afterSteps < length - 1; afterSteps++) {
      const result = await runCancelled(scene, await scene.plan(failover(scene)), afterSteps);
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
      await using scene = await startPausing();
      const plan = await scene.plan(failover(scene));
      using progress = await scene.progress();
      const running = scene.run(plan);
      const isThere = () => progress.told.some(({ results }) => results.length >= afterSteps);
      await waitFor('the step', isThere, Boolean, { intervalMs: 1 });
      await scene.at(victim).process.stop('SIGKILL');
      const { failure, results } = await running;
      const alive = scene.servers.filter(({ name }) => name !== victim);
      const run = await lastRun(scene);
      expect(run.results).toHaveLength(results.length);
      if (failure === null) expect(run.state).toBe('done');
      else expect(run).toMatchObject({ state: 'failed', canResume: true });
      for (const { process } of alive) {
        const client = process.client();
        const [role] = (await client.call('ROLE')) as [string];
        if (role !== 'master') continue;
        const isWritten = () => client.call('SET', 'probe', '1');
        await waitFor('a write to pass', isWritten, Boolean, { timeoutMs: timeoutMs + marginMs });
      }
    }
  });

  it('whose connection is cut while writes are held: the pause ends by itself', async () => {
    await using scene = await startPausing();
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

/** Another Syncline runs the act on these servers and is killed after so many steps. */
async function runAndKill(scene: FleetScene, act: Record<string, unknown>, dieAfterSteps: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'syncline-killed-'));
  const servers = scene.servers.map(({ name, process }) => ({ name, host: process.host, port: process.port }));
  const task = JSON.stringify({ folder, workerUrl: worker(), servers, act, dieAfterSteps });
  const program = ['test/support/run-typescript.mjs', 'test/support/fleet-child.ts', task];
  const child = spawn(process.execPath, program, { stdio: ['ignore', 'pipe', 'pipe'] });
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
      await using scene = await startPausing();
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
