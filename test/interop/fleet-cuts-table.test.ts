// Every kind of plan that sends commands, cut after each of its steps: cancelled, its host closed, or a node of it killed.
import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, inject, it } from 'vitest';
import type { Act, ActResult, Plan } from '#core/contract/acts.ts';
import { expectWritable, lastRun } from '../support/fleet-failover.ts';
import { FleetScene } from '../support/fleet-scene.ts';
import { openHost, startHost } from '../support/host.ts';
import { waitFor } from '../support/wait-for.ts';

const worker = () => inject('nodeWorkerUrl');
/** Charlie is our own engine; the others are real. */
const names = ['alpha', 'bravo', 'charlie', 'delta'] as const;
type Name = (typeof names)[number];
/** Whom each follows, or 'master'. */
type Places = Readonly<Record<Name, Name | 'master'>>;

const tree: Places = { alpha: 'master', bravo: 'alpha', charlie: 'alpha', delta: 'alpha' };
const chain: Places = { alpha: 'master', bravo: 'alpha', charlie: 'bravo', delta: 'charlie' };

interface Row {
  readonly title: string;
  readonly first: Places;
  readonly act: (id: (name: Name) => string) => Act;
  /** Where the plan leads to. */
  readonly last: Places;
  /** Lost before the plan is made. */
  readonly lost?: Name;
}

const rows: readonly Row[] = [
  {
    title: 'attach',
    first: tree,
    act: (id) => ({ kind: 'attach', nodeId: id('delta'), masterId: id('charlie') }),
    last: { ...tree, delta: 'charlie' },
  },
  {
    title: 'promote',
    first: chain,
    act: (id) => ({ kind: 'promote', nodeId: id('charlie') }),
    last: { ...chain, charlie: 'master' },
  },
  {
    title: 'rescue',
    first: tree,
    act: (id) => ({ kind: 'rescue', nodeId: id('bravo') }),
    last: { alpha: 'master', bravo: 'master', charlie: 'bravo', delta: 'bravo' },
    lost: 'alpha',
  },
  {
    title: 'repoint the replicas of a node',
    first: tree,
    act: (id) => ({ kind: 'repointReplicas', nodeId: id('alpha'), masterId: id('charlie') }),
    last: { ...tree, bravo: 'charlie', delta: 'charlie' },
  },
  {
    title: 'flatten a chain',
    first: chain,
    act: (id) => ({ kind: 'flatten', nodeId: id('alpha') }),
    last: tree,
  },
  {
    title: 'reverse a link in a chain',
    first: chain,
    act: (id) => ({ kind: 'reverseLink', nodeId: id('delta') }),
    last: { ...chain, delta: 'bravo', charlie: 'delta' },
  },
  {
    title: 'reverse the link to the top',
    first: tree,
    act: (id) => ({ kind: 'reverseLink', nodeId: id('charlie') }),
    last: { ...tree, charlie: 'master', alpha: 'charlie' },
  },
  {
    title: 'resync by a new connection',
    first: chain,
    act: (id) => ({ kind: 'resyncPartial', nodeId: id('charlie') }),
    last: chain,
  },
  {
    title: 'resync by a full copy',
    first: chain,
    act: (id) => ({ kind: 'resyncFull', nodeId: id('charlie') }),
    last: chain,
  },
  {
    title: 'change settings',
    first: tree,
    act: (id) => ({ kind: 'changeSettings', nodeId: id('bravo'), settings: changed }),
    last: tree,
  },
];

const changed = { 'repl-timeout': '61', 'repl-backlog-size': '2097152', 'replica-priority': '7' } as const;
const unchanged = { 'repl-timeout': '60', 'repl-backlog-size': '1048576', 'replica-priority': '100' } as const;

/** Scenes that no test uses now: the rows run side by side, each in one, and the next row takes it over. */
const free: FleetScene[] = [];

async function withScene(test: (scene: FleetScene) => Promise<void>): Promise<void> {
  const scene = free.pop() ?? (await startScene());
  try {
    await test(scene);
  } catch (error) {
    await scene[Symbol.asyncDispose]();
    throw error;
  }
  free.push(scene);
}

async function startScene(): Promise<FleetScene> {
  const scene = new FleetScene(await startHost(worker()));
  for (const name of names) await (name === 'charlie' ? scene.startEngine(name) : scene.start(name));
  return scene;
}

afterAll(async () => {
  for (const scene of free) await scene[Symbol.asyncDispose]();
});

async function stands(scene: FleetScene): Promise<Record<string, string>> {
  const living = names.filter((name) => isAlive(scene, name));
  return Object.fromEntries(await Promise.all(living.map(async (name) => [name, await scene.stands(name)] as const)));
}

function isAlive(scene: FleetScene, name: Name): boolean {
  const member = scene.host.host.fleet.members.find(({ id }) => id === scene.id(name));
  return member?.lifecycle.kind === 'running';
}

/** Lays the places by the servers' own commands, whoever was killed before. */
async function lay(scene: FleetScene, places: Places): Promise<void> {
  for (const name of names) if (!isAlive(scene, name)) await scene.revive(name, 'master');
  for (const name of names) if (places[name] === 'master') await scene.send(name, ['REPLICAOF', 'NO', 'ONE']);
  for (const name of names) {
    const master = places[name];
    if (master !== 'master' && (await scene.stands(name)) !== master) await scene.follow(name, master);
  }
  const followers = names.filter((name) => places[name] !== 'master');
  await scene.untilStreaming(...followers);
  for (const name of followers) await scene.untilLevel(name, 'alpha');
}

type Cut = (runId: string, countDone: () => number) => Promise<unknown>;

/** Starts the plan, and cuts it when so many steps are done. */
async function cutAfter(scene: FleetScene, plan: Plan, steps: number, cut: Cut): Promise<ActResult> {
  using progress = await scene.progress();
  const running = scene.run(plan);
  const newest = () => progress.told.findLast(({ hash }) => hash === plan.hash);
  const countDone = () => newest()?.results.length ?? -1;
  await waitFor('the step', () => countDone() >= steps, Boolean, { intervalMs: 1 });
  await cut(newest()?.runId ?? '', countDone);
  return running;
}

/** What holds after any cut, of those that live. */
async function expectUnharmed(
  scene: FleetScene,
  { first, last }: Row,
  result: ActResult,
  ...gone: Name[]
): Promise<void> {
  await expectWritable(scene, ...gone);
  const standing = await stands(scene);
  for (const name of names) {
    const had = first[name] !== 'master' && last[name] !== 'master';
    if (name in standing && had) expect(standing[name], `${name} has a master`).not.toBe('master');
    if (name in standing) expect([first[name], last[name]], `${name} stands on the way`).toContain(standing[name]);
  }
  const run = await lastRun(scene);
  expect(run).toMatchObject({ runId: result.runId, openStep: null });
  expect(run.results).toEqual(result.results);
}

/** Leads the run on or back, where there is something to lead. */
async function restore(scene: FleetScene, runId: string, to: 'before' | 'goal'): Promise<void> {
  await scene.look();
  const plan = await scene.plan({ kind: 'restore', runId, to });
  if (plan.checks.some(({ statement }) => statement.code === 'checkNothingToMove')) return;
  const { failure, results } = await scene.run(plan);
  expect(failure, JSON.stringify(results)).toBeNull();
}

/** On, where the run knows a goal, and then back. */
async function leadOnAndBack(scene: FleetScene, row: Row, runId: string): Promise<void> {
  if (row.first !== row.last || row.lost) {
    await restore(scene, runId, 'goal');
    expect(await stands(scene)).toEqual(livingOf(scene, row.last));
    if (row.lost) await scene.revive(row.lost, row.first[row.lost]);
  }
  await restore(scene, runId, 'before');
  expect(await stands(scene)).toEqual(row.first);
  const settings = Object.keys(unchanged).map((name) => scene.send('bravo', ['CONFIG', 'GET', name]));
  expect(Object.fromEntries((await Promise.all(settings)).flat() as [string, string][])).toEqual(unchanged);
}

const lostOf = ({ lost }: Row): Name[] => (lost ? [lost] : []);

function livingOf(scene: FleetScene, places: Places): Record<string, string> {
  return Object.fromEntries(names.filter((name) => isAlive(scene, name)).map((name) => [name, places[name]]));
}

async function planAnew(scene: FleetScene, row: Row): Promise<Plan> {
  await lay(scene, row.first);
  if (row.lost) {
    await scene.at(row.lost).process.stop('SIGKILL');
    await waitFor('the host to miss it', () => row.lost && !isAlive(scene, row.lost));
  }
  await scene.look();
  const plan = await scene.plan(row.act(scene.id.bind(scene)));
  const failed = plan.checks.filter(({ level }) => level === 'fail').map(({ statement }) => statement.code);
  expect(failed).toEqual([]);
  return plan;
}

/** The host closed in good order, and another one opened on what it left. */
async function closeAndOpen(scene: FleetScene, gone: readonly Name[]): Promise<void> {
  await scene.host.host.close();
  const folder = await mkdtemp(join(tmpdir(), 'syncline-after-'));
  await cp(scene.host.folder, folder, { recursive: true });
  await scene.takeOver(await openHost(worker(), folder), ...gone);
}

/** Plans the row anew for each number of steps after which it can be cut: none, one, and so on. */
async function atEachStep(
  row: Row,
  cutAndLook: (scene: FleetScene, plan: Plan, steps: number) => Promise<ActResult>,
): Promise<void> {
  await withScene(async (scene) => {
    let plan = await planAnew(scene, row);
    const { length } = plan.steps;
    for (let steps = 0; steps < length; steps++) {
      if (steps > 0) plan = await planAnew(scene, row);
      const { runId } = await cutAndLook(scene, plan, steps);
      await leadOnAndBack(scene, row, runId);
    }
  });
}

describe.concurrent.each(rows)('$title', (row) => {
  it('cancelled after each step: nothing is harmed, and it is led on and back', async () => {
    await atEachStep(row, async (scene, plan, steps) => {
      const { acts } = scene.host.client;
      const result = await cutAfter(scene, plan, steps, (runId) => acts.cancel({ runId }));
      // The last step may have been over before the word came.
      expect(result.failure?.code ?? 'runCancelled').toBe('runCancelled');
      await expectUnharmed(scene, row, result, ...lostOf(row));
      return result;
    });
  });

  it('its host closed after each step: the next one leads on and back', async () => {
    await atEachStep(row, async (scene, plan, steps) => {
      const result = await cutAfter(scene, plan, steps, () => scene.host.host.close());
      expect(result.failure?.code ?? 'runCancelled').toBe('runCancelled');
      await closeAndOpen(scene, lostOf(row));
      await expectUnharmed(scene, row, result, ...lostOf(row));
      return result;
    });
  });

  it('the node of the next step killed: it ends there, nobody is led to the dead, and it is led on and back', async () => {
    await atEachStep(row, async (scene, plan, steps) => {
      const victim = names.find((name) => name === plan.steps[steps]?.nodeName);
      if (victim === undefined) throw new Error('the step is at no node of the scene');
      let doneAtDeath = 0;
      const result = await cutAfter(scene, plan, steps, async (_runId, countDone) => {
        await scene.at(victim).process.stop('SIGKILL');
        doneAtDeath = countDone();
      });
      // The one that went on at its death, and the one that found it dead.
      expect(result.results.length).toBeLessThanOrEqual(doneAtDeath + 2);
      await waitFor('the host to miss it', () => !isAlive(scene, victim));
      await expectUnharmed(scene, row, result, victim, ...lostOf(row));
      await scene.revive(victim, row.first[victim]);
      return result;
    });
  });
});
