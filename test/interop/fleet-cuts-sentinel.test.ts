// A failover through Sentinel that is cut off: once it is asked it goes on by itself, and before that nothing happens.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import type { JournalRun } from '#core/contract/acts.ts';
import { bundleEntry } from '../support/bundle.mjs';
import { type FleetScene, startTree } from '../support/fleet-scene.ts';
import { openHost, unwrap } from '../support/host.ts';
import { startSentinel, untilReplicasKnown } from '../support/sentinel.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { waitFor } from '../support/wait-for.ts';

const worker = () => inject('nodeWorkerUrl');
const before = { alpha: 'master', bravo: 'alpha' };
const after = { alpha: 'bravo', bravo: 'master' };
/** Sentinel takes a while to fail over. */
const sentinelMs = 60_000;

interface Story {
  readonly scene: FleetScene;
  readonly sentinel: ServerProcess;
}

/** What the journal says of the run that was cut. */
type Told = Pick<JournalRun, 'state'> & Partial<JournalRun>;

async function startSupervised(): Promise<Story & AsyncDisposable> {
  const scene = await startTree(worker(), 'alpha', 'bravo');
  const sentinel = await startSentinel('shop', scene.at('alpha').process, { quorum: 1 });
  await untilReplicasKnown(sentinel, 'shop', 1);
  await letIn({ scene, sentinel });
  return {
    scene,
    sentinel,
    [Symbol.asyncDispose]: async () => {
      await sentinel[Symbol.asyncDispose]();
      await scene[Symbol.asyncDispose]();
    },
  };
}

/** Syncline is told of the Sentinel, and knows what it watches. */
async function letIn({ scene, sentinel: { host, port } }: Story): Promise<void> {
  unwrap(await scene.host.client.connections.connect({ host, port }));
  const supervision = () => scene.host.host.fleet.member(scene.id('alpha')).supervision;
  await waitFor('the Sentinel to be seen', supervision, (seen) => seen !== null, { timeoutMs: sentinelMs });
}

/** Runs the plan, and does something as soon as Sentinel has said OK. */
async function runAnd({ scene }: Story, cut: (runId: string) => unknown) {
  const plan = await scene.plan({ kind: 'failover', nodeId: scene.id('bravo') });
  expect(plan.steps.map(({ command }) => command)).toEqual(['SENTINEL FAILOVER shop', 'INFO replication']);
  expect(plan.undo.code).toBe('undoThroughSentinel');
  using progress = await scene.progress();
  const running = scene.run(plan);
  const asked = () => progress.told.find(({ hash, results }) => hash === plan.hash && results.length >= 1);
  const run = await waitFor('Sentinel to be asked', asked, Boolean, { intervalMs: 1 });
  await cut(run?.runId ?? '');
  return running;
}

/** Another Syncline asks the Sentinel and dies; the next one takes its place. */
async function runAndDie(story: Story, steps: number, moment: 'between' | 'within'): Promise<void> {
  const { scene, sentinel } = story;
  const folder = await mkdtemp(join(tmpdir(), 'syncline-after-'));
  await cp(scene.host.folder, folder, { recursive: true });
  const servers = scene.servers.map(({ name, process: { host, port } }) => ({
    name,
    path: { host, port },
    door: { host, port },
  }));
  const sentinels = [{ host: sentinel.host, port: sentinel.port }];
  const act = { kind: 'failover', nodeId: 'bravo' };
  const task = { folder, workerUrl: worker(), servers, sentinels, act, steps, moment };
  const program = await bundleEntry('test/support/fleet-child.ts');
  const child = spawn(process.execPath, [program, JSON.stringify(task)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [, signal] = await once(child, 'exit');
  expect(signal, said).toBe('SIGKILL');
  await scene.takeOver(await openHost(worker(), folder));
}

/** Everybody stands there, the master takes writes, and the journal tells how far the run came. */
async function expectEnd({ scene }: Story, places: Record<string, string>, told: Told): Promise<void> {
  const names = Object.keys(places);
  const standing = async () =>
    Object.fromEntries(await Promise.all(names.map(async (name) => [name, await scene.stands(name)] as const)));
  await waitFor('everybody to be in place', standing, (now) => names.every((name) => now[name] === places[name]), {
    timeoutMs: sentinelMs,
  });
  const master = names.find((name) => places[name] === 'master') ?? '';
  await waitFor('a write to pass', () => scene.at(master).process.client().set('probe', '1'));
  const { runs } = unwrap(await scene.host.client.journal.read({}));
  // Sentinel ends it, and takes it back only by a failover of its own.
  expect(runs[0]).toMatchObject({ canUndo: false, canResume: false, ...told });
}

// Each waits most of its time for a Sentinel of its own.
describe.concurrent('a failover through Sentinel', () => {
  it('goes on when Syncline is cancelled', async () => {
    await using story = await startSupervised();
    const { failure } = await runAnd(story, (runId) => story.scene.host.client.acts.cancel({ runId }));
    expect(failure?.code ?? 'runCancelled').toBe('runCancelled');
    await expectEnd(story, after, { state: failure ? 'cancelled' : 'done' });
  });

  it('goes on when the master dies meanwhile, and the run does not say that it saw the end', async () => {
    await using story = await startSupervised();
    const { scene } = story;
    const { acts } = scene.host.client;
    const { failure } = await runAnd(story, async (runId) => {
      await scene.at('alpha').process.stop('SIGKILL');
      const raised = async () => (await scene.stands('bravo')) === 'master';
      await waitFor('bravo to be raised', raised, Boolean, { timeoutMs: sentinelMs });
      // It would wait for alpha until its time is over.
      await acts.cancel({ runId });
    });
    expect(failure).not.toBeNull();
    await expectEnd(story, { bravo: 'master' }, { state: failure?.code === 'runCancelled' ? 'cancelled' : 'failed' });
  });

  it.each([
    ['before it asked', 0, 'between', before],
    ['when it had asked', 1, 'between', after],
    ['while it waited', 1, 'within', after],
  ] as const)('Syncline killed %s', async (_when, steps, moment, places) => {
    await using story = await startSupervised();
    await runAndDie(story, steps, moment);
    await expectEnd(story, places, { state: 'unfinished' });
  });
});
