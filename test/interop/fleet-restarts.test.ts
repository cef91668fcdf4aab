// Restarts: what a server finds when it comes back was foreseen by how it saves; and rolling restarts of whole trees.
import { describe, expect, inject, it } from 'vitest';
import type { Plan } from '#core/contract/acts.ts';
import { FleetScene, startTree } from '../support/fleet-scene.ts';
import { startHost } from '../support/host.ts';
import { startRedis } from '../support/redis-server.ts';
import type { ServerSettings } from '../support/server-process.ts';
import { waitFor } from '../support/wait-for.ts';

const worker = () => inject('nodeWorkerUrl');

/** A replica with a configuration file, in step with its master. */
async function startPair(kept: 'alpha' | 'bravo', settings: ServerSettings): Promise<FleetScene> {
  const scene = new FleetScene(await startHost(worker()));
  await scene.startWithFile('alpha', kept === 'alpha' ? settings : {});
  await scene.send('alpha', ['SET', 'a', '1'], ['SET', 'b', '2']);
  await scene.startWithFile('bravo', kept === 'bravo' ? settings : {});
  await scene.follow('bravo', 'alpha');
  await scene.untilLevel('bravo', 'alpha');
  return scene;
}

/** Runs the plan, and restarts the process where the plan waits for it. */
async function runByHand(scene: FleetScene, name: string, plan: Plan, settings: ServerSettings): Promise<void> {
  using progress = await scene.progress();
  const running = scene.run(plan);
  await waitFor('the plan to wait', () =>
    progress.told.some(({ hash, results }) => hash === plan.hash && results.length > 0),
  );
  await scene.restart(name, settings);
  const { failure, results } = await running;
  expect(failure, JSON.stringify(results)).toBeNull();
  expect(results[1]?.answer).toMatch(/^run_id [0-9a-f]{40} → [0-9a-f]{40}$/);
}

const saves: ServerSettings = { save: ['3600', '1'] };
const aof: ServerSettings = { appendonly: 'yes' };

describe('a replica that is restarted', () => {
  it.each([
    ['saves when it ends', 'partial', 'restartKeepsHistory', saves],
    ['keeps an append-only file', 'full', 'restartFromAof', aof],
  ] as const)('and %s: %s', async (_title, sync, reason, settings) => {
    await using scene = await startPair('bravo', settings);
    const plan = await scene.plan({ kind: 'rollingRestart', nodeId: scene.id('bravo') });
    expect([plan.forecast?.sync, plan.forecast?.reason.code]).toEqual([sync, reason]);
    const before = await scene.count('alpha', 'sync_full');
    await runByHand(scene, 'bravo', plan, settings);
    await scene.untilStreaming('bravo');
    expect((await scene.count('alpha', 'sync_full')) - before).toBe(sync === 'full' ? 1 : 0);
  });
});

it('the time of saving and loading is foreseen within a factor of two: rests at each key are most of it', async () => {
  const [keys, restMicros] = [60, 12_000];
  const restful = { ...saves, 'rdb-key-save-delay': restMicros, 'key-load-delay': restMicros };
  await using scene = await startPair('bravo', restful);
  await scene.send('alpha', ...Array.from({ length: keys - 2 }, (_, at) => ['SET', `key:${at}`, 'x']));
  await scene.untilLevel('bravo', 'alpha');
  const plan = await scene.plan({ kind: 'rollingRestart', nodeId: scene.id('bravo') });
  const told = plan.checks.find(({ statement }) => statement.code === 'checkRestartTime')?.statement.params;
  const process = scene.at('bravo').process;
  await runByHand(scene, 'bravo', plan, restful);
  const loadedSeconds = Number(/DB loaded from disk: ([\d.]+) seconds/.exec(scene.at('bravo').process.output())?.[1]);
  const tookMs = savedMs(process.output()) + loadedSeconds * 1000;
  expect(Number(told?.leastMs)).toBeGreaterThanOrEqual((2 * keys * restMicros) / 1000);
  expect(Number(told?.leastMs)).toBeLessThan(tookMs * 2);
  expect(Number(told?.mostMs)).toBeGreaterThan(tookMs / 2);
});

/** Between two lines of Redis's log: `123:M 22 Nov 2026 10:19:27.331 * DB saved on disk`. */
function savedMs(log: string): number {
  const at = (text: string) => Date.parse(new RegExp(`^\\d+:\\w (.*) [*#] ${text}`, 'm').exec(log)?.[1] ?? '');
  return at('DB saved on disk') - at('Saving the final RDB snapshot');
}

it('a master that saves comes back with its history: its replica continues by the second id', async () => {
  await using scene = await startPair('alpha', saves);
  // Down, the replica cannot take over: the master is restarted as it is.
  await scene.send('bravo', ['CONFIG', 'SET', 'masterauth', 'wrong'], ['CLIENT', 'KILL', 'TYPE', 'master']);
  await waitFor(
    'bravo to be down',
    () => scene.info('bravo', 'master_link_status'),
    (state) => state === 'down',
  );
  await scene.look();
  const plan = await scene.plan({ kind: 'rollingRestart', nodeId: scene.id('alpha') });
  const own = plan.moves.find(({ nodeName }) => nodeName === 'alpha')?.forecast;
  expect([own?.sync, own?.reason.code, own?.keysDestroyed]).toEqual(['partial', 'restartKeepsHistory', 0]);
  await scene.restart('alpha', saves);
  await scene.send('bravo', ['CONFIG', 'SET', 'masterauth', '']);
  await scene.untilStreaming('bravo');
  expect([await scene.count('alpha', 'sync_full'), await scene.count('alpha', 'sync_partial_ok')]).toEqual([0, 1]);
});

it('of a replica without a configuration file it is not known what it follows after a restart', async () => {
  await using scene = await startTree(worker(), 'alpha', 'bravo');
  const plan = await scene.plan({ kind: 'rollingRestart', nodeId: scene.id('bravo') });
  // It saves nothing either.
  expect([plan.forecast?.sync, plan.forecast?.reason.code]).toEqual(['unknown', 'restartPlaceUnknown']);
  // The plan lets it follow alpha all the same, once it is back.
  expect(plan.steps.map(({ command }) => command)[1]).toMatch(/^REPLICAOF 127\.0\.0\.1 /);
});

it('a master that saves nothing is restarted after a failover, and then loses nothing', async () => {
  await using scene = await startPair('alpha', {});
  const plan = await scene.plan({ kind: 'rollingRestart', nodeId: scene.id('alpha') });
  expect(plan.moves.find(({ nodeName }) => nodeName === 'alpha')?.forecast.keysDestroyed).toBe(0);
  expect(plan.steps.map(({ command }) => command.split(' ')[0])).toContain('FAILOVER');
});

it('a tree of embedded nodes restarts leaves first, the master after a failover, and nothing is copied', async () => {
  await using host = await startHost(worker());
  const ids = { alpha: '', bravo: '', charlie: '' };
  for (const name of ['alpha', 'bravo', 'charlie'] as const) ids[name] = await host.startNode(name);
  await host.act({ kind: 'attach', nodeId: ids.bravo, masterId: ids.alpha });
  await host.act({ kind: 'attach', nodeId: ids.charlie, masterId: ids.alpha });
  await host.untilStreaming(ids.bravo);
  await host.untilStreaming(ids.charlie);
  const { results, failure } = await host.act({ kind: 'rollingRestart', nodeId: ids.alpha });
  expect(failure, JSON.stringify(results)).toBeNull();
  expect(results.filter(({ step }) => step.command.startsWith('SHUTDOWN')).map(({ step }) => step.nodeName)).toEqual([
    'bravo',
    'charlie',
    'alpha',
  ]);
  await host.untilView(ids.alpha, 'alpha to follow bravo', ({ link }) => link?.masterId === ids.bravo);
  await host.untilView(ids.charlie, 'charlie to follow bravo', ({ link }) => link?.masterId === ids.bravo);
  await host.untilView(ids.bravo, 'bravo to serve both', ({ syncs }) => syncs?.full === 0 && syncs.partialOk >= 2);
});

it('a master that saves nothing and has no replica to take over is said to lose its keys', async () => {
  await using server = await startRedis();
  await using host = await startHost(worker());
  const nodeId = await host.connect(server, 'alone');
  await host.host.fleet.member(nodeId).node.execute([['SET', 'a', '1']]);
  const plan = await host.client.acts.plan({ kind: 'rollingRestart', nodeId });
  expect(plan).toMatchObject({
    ok: true,
    value: { forecast: { sync: 'none', keysDestroyed: 1, reason: { code: 'restartMasterUnsaved' } } },
  });
});
