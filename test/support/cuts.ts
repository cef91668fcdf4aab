// The ways in which a plan is cut off: by a person, with Syncline in good order or by kill -9, with a server, with a link.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, inject } from 'vitest';
import type { ActResult } from '#core/contract/acts.ts';
import { bundleEntry } from './bundle.mjs';
import { type Cut, type CutStory, type Ending, isPatient, isRestartByHand } from './cut-story.ts';
import { openHost } from './host.ts';

const nothingToMend = async () => {};

const cancelled: Cut = {
  title: 'cancelled',
  letsGo: true,
  keepsData: true,
  leads: 'on',
  run: async (story) => {
    const { acts } = story.scene.host.client;
    const result = await story.runAndCut((runId) => acts.cancel({ runId }));
    // The last step may have been over before the word came.
    expect(result.failure?.code ?? 'runCancelled').toBe('runCancelled');
    return { result, told: { state: result.failure ? 'cancelled' : 'done' } };
  },
  mend: nothingToMend,
};

const closed: Cut = {
  // In the midst of each kind: to the run it is a cancel like the one before.
  title: 'Syncline closed',
  steps: ({ within }) => within,
  letsGo: true,
  keepsData: true,
  leads: 'back',
  run: async (story) => {
    const { scene } = story;
    const result = await story.runAndCut(() => scene.host.host.close());
    expect(result.failure?.code ?? 'runCancelled').toBe('runCancelled');
    await scene.takeOver(await openHost(inject('nodeWorkerUrl'), await copyOf(scene.host.folder)), ...scene.gone);
    return { result, told: { state: result.failure ? 'cancelled' : 'done' } };
  },
  mend: nothingToMend,
};

const nodeKilled: Cut = {
  title: 'the node of the next step killed',
  letsGo: false,
  keepsData: false,
  leads: 'on',
  run: async (story) => {
    const { scene, nextName } = story;
    let begunAtDeath = 0;
    // A server that is away is what a restart by hand waits for.
    const result = await story.runAndCut(async () => {
      await scene.kill(nextName);
      const { results, openStep } = await story.lastRun();
      begunAtDeath = results.length + (openStep === null ? 0 : 1);
    }, isRestartByHand);
    // The others may go on; what is asked of the dead is not done.
    const later = result.results.slice(begunAtDeath);
    expect(later.filter(({ ok, step }) => ok && step.nodeName === nextName)).toEqual([]);
    return { result, told: {} };
  },
  mend: async ({ scene, kind, nextName }) => scene.bringBack(nextName, kind.first),
};

const synclineKilled: Cut = {
  title: 'Syncline killed between two steps',
  letsGo: false,
  keepsData: true,
  leads: 'on',
  run: (story) => runInChild(story, 'between'),
  mend: nothingToMend,
};

const synclineKilledWithin: Cut = {
  title: 'Syncline killed in the middle of a step',
  letsGo: false,
  keepsData: true,
  leads: 'back',
  steps: ({ within }) => within,
  run: (story) => runInChild(story, 'within'),
  mend: async ({ scene, kind }) => {
    if (kind.sender) await scene.slowDown(kind.sender, false);
  },
};

const pathCut: Cut = {
  title: 'Syncline cut off from the node of the next step',
  letsGo: false,
  keepsData: true,
  leads: 'back',
  run: async (story) => {
    const { scene, nextName } = story;
    const result = await story.runAndCut(() => scene.cutPath(nextName), isRestartByHand);
    expectNamed(story, result, { mustFail: story.steps + 1 < story.plan.steps.length });
    return { result, told: {} };
  },
  mend: async ({ scene }) => scene.mend(),
};

const replicationCut: Cut = {
  title: 'all replication cut',
  letsGo: false,
  keepsData: true,
  leads: 'on',
  run: async (story) => {
    const { scene, plan, steps } = story;
    const result = await story.runAndCut(() => scene.cutReplication(), isPatient);
    // The one that goes on may have seen its link before the cut.
    expectNamed(story, result, {
      mustFail: plan.steps.slice(steps + 1).some(({ command }) => command === 'INFO stats'),
    });
    return { result, told: {} };
  },
  mend: async ({ scene }) => scene.mend(),
};

/** Where it ended, it says at which step, of whom, and what was to come. */
function expectNamed({ plan }: CutStory, { failure, results }: ActResult, { mustFail }: { mustFail: boolean }): void {
  if (mustFail) expect(failure).not.toBeNull();
  if (failure === null || failure.code === 'runCancelled') return;
  const index = results.length - 1;
  expect(results.map(({ ok }) => ok)).toEqual(plan.steps.slice(0, index + 1).map((_step, at) => at < index));
  const { nodeName: name, command } = plan.steps[index] ?? {};
  expect(failure.params).toMatchObject({ name, command });
  expect(failure.code).toMatch(/^(stepNotSent|stepLost|stepNotSeen|waitTimedOut|commandRefused)$/);
}

export const cuts: readonly Cut[] = [
  cancelled,
  closed,
  nodeKilled,
  pathCut,
  replicationCut,
  synclineKilled,
  synclineKilledWithin,
];

let bundling: Promise<string> | null = null;

/** Another Syncline runs the act on these servers and dies; the next one takes its place. */
async function runInChild(story: CutStory, moment: 'between' | 'within'): Promise<Ending> {
  const { scene, kind, steps } = story;
  const folder = await copyOf(scene.host.folder);
  bundling ??= bundleEntry('test/support/fleet-child.ts');
  if (moment === 'within' && kind.sender) await scene.slowDown(kind.sender, true);
  const servers = scene.wired.filter(({ name }) => scene.living.some((living) => living === name));
  const task = { folder, workerUrl: inject('nodeWorkerUrl'), servers, act: story.actByNames, steps, moment };
  const child = spawn(process.execPath, [await bundling, JSON.stringify(task)], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'exit');
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  let done = -1;
  for await (const line of createInterface({ input: child.stdout })) {
    said += `${line}\n`;
    const step = line.startsWith('at ') ? JSON.parse(line.slice(3)) : null;
    if (step === null) continue;
    done++;
    if (done < steps && isRestartByHand(step)) await story.restart(step);
  }
  const [, signal] = await ended;
  expect(signal, said).toBe('SIGKILL');
  await scene.takeOver(await openHost(inject('nodeWorkerUrl'), folder), ...scene.gone);
  return { result: null, told: { state: 'unfinished', ...(moment === 'within' && { openStep: steps }) } };
}

/** What a Syncline left on the disk, for the next one. */
async function copyOf(folder: string): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'syncline-after-'));
  await cp(folder, copy, { recursive: true });
  return copy;
}
