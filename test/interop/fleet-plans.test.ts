// Every kind of plan that moves real servers, run to its end: who follows whom then, by full or partial, and the way back.
import { describe, expect, inject, it } from 'vitest';
import type { Act, Plan } from '#core/contract/acts.ts';
import { type FleetScene, startScene, startTree } from '../support/fleet-scene.ts';
import { unwrap } from '../support/host.ts';

const worker = () => inject('nodeWorkerUrl');

/** Runs it, and says who stands where afterwards. */
async function runAndStand(scene: FleetScene, act: Act, ...names: string[]): Promise<Record<string, string>> {
  const plan = await scene.plan(act);
  expect(failed(plan)).toEqual([]);
  const { failure } = await scene.run(plan);
  expect(failure).toBeNull();
  return stands(scene, ...names);
}

async function stands(scene: FleetScene, ...names: string[]): Promise<Record<string, string>> {
  const entries = await Promise.all(names.map(async (name) => [name, await scene.stands(name)] as const));
  return Object.fromEntries(entries);
}

const failed = (plan: Plan) =>
  plan.checks.filter(({ level }) => level === 'fail').map(({ statement }) => statement.code);

describe('a planned failover', () => {
  it('raises the replica by FAILOVER, everybody follows it by a partial resync, and undo leads back', async () => {
    await using scene = await startTree(worker(), 'alpha', 'bravo', 'charlie');
    const plan = await scene.plan({ kind: 'failover', nodeId: scene.id('bravo') });
    expect(plan.steps.map(({ nodeName, command }) => `${nodeName}: ${command}`)).toEqual([
      `alpha: FAILOVER TO 127.0.0.1 ${scene.at('bravo').process.port} TIMEOUT 5000`,
      'alpha: INFO replication',
      'bravo: INFO stats',
      `charlie: REPLICAOF 127.0.0.1 ${scene.at('bravo').process.port}`,
      'bravo: INFO stats',
    ]);
    expect(plan.moves.map(({ nodeName, forecast }) => `${nodeName} ${forecast.sync}`)).toEqual([
      'alpha partial',
      'charlie partial',
    ]);
    const { failure, runId } = await scene.run(plan);
    expect(failure).toBeNull();
    expect(await stands(scene, 'alpha', 'bravo', 'charlie')).toEqual({
      alpha: 'bravo',
      bravo: 'master',
      charlie: 'bravo',
    });
    expect(await scene.count('bravo', 'sync_full')).toBe(0);
    await scene.untilStreaming('alpha', 'charlie');
    const undo = await runAndStand(scene, { kind: 'restore', runId, to: 'before' }, 'alpha', 'bravo', 'charlie');
    expect(undo).toEqual({ alpha: 'master', bravo: 'alpha', charlie: 'alpha' });
  });

  it('pauses the writes itself where the server has no FAILOVER, and leaves nothing paused', async () => {
    await using scene = await startScene(worker());
    await scene.start('alpha', { 'rename-command': ['FAILOVER', 'NOPE'] });
    for (const name of ['bravo', 'charlie']) {
      await scene.start(name);
      await scene.follow(name, 'alpha');
    }
    const standing = await runAndStand(
      scene,
      { kind: 'failover', nodeId: scene.id('bravo') },
      'alpha',
      'bravo',
      'charlie',
    );
    expect(standing).toEqual({ alpha: 'bravo', bravo: 'master', charlie: 'bravo' });
    expect(await scene.count('bravo', 'sync_full')).toBe(0);
    expect(await scene.send('bravo', ['SET', 'new', '1'])).toEqual(['OK']);
    expect(await scene.send('alpha', ['CONFIG', 'SET', 'replica-read-only', 'no'], ['SET', 'own', '1'])).toEqual([
      'OK',
      'OK',
    ]);
  });
});

describe('a lost master', () => {
  it('is replaced by the replica that loses least, and the others follow it', async () => {
    await using scene = await startTree(worker(), 'alpha', 'bravo', 'charlie');
    await scene.at('alpha').process.stop('SIGKILL');
    await scene.look();
    const plan = await scene.plan({ kind: 'rescue', nodeId: scene.id('bravo') });
    expect(failed(plan)).toEqual([]);
    expect(plan.candidates.map(({ name, lostBytes }) => [name, lostBytes])).toEqual([
      ['bravo', 0],
      ['charlie', 0],
    ]);
    expect((await scene.run(plan)).failure).toBeNull();
    expect(await stands(scene, 'bravo', 'charlie')).toEqual({ bravo: 'master', charlie: 'bravo' });
    expect(await scene.count('bravo', 'sync_full')).toBe(0);
  });

  it('that still answers is not replaced without a reason', async () => {
    await using scene = await startTree(worker(), 'alpha', 'bravo');
    const plan = await scene.plan({ kind: 'rescue', nodeId: scene.id('bravo') });
    expect(failed(plan)).toEqual(['checkMasterAnswers']);
    expect(await scene.host.client.acts.run({ hash: plan.hash })).toMatchObject({ ok: false });
    const forced = await scene.plan({ kind: 'rescue', nodeId: scene.id('bravo') });
    expect((await scene.run(forced, { forceReason: 'alpha takes no writes any more' })).failure).toBeNull();
    expect(await scene.stands('bravo')).toBe('master');
    const { runs } = unwrap(await scene.host.client.journal.read({}));
    expect(runs[0]).toMatchObject({ forceReason: 'alpha takes no writes any more', state: 'done' });
  });
});

describe('trees', () => {
  it('replicas move to another master, one at a time, and continue', async () => {
    await using scene = await startTree(worker(), 'alpha', 'bravo', 'charlie', 'delta');
    const act: Act = { kind: 'repointReplicas', nodeId: scene.id('alpha'), masterId: scene.id('bravo') };
    const standing = await runAndStand(scene, act, 'bravo', 'charlie', 'delta');
    expect(standing).toEqual({ bravo: 'alpha', charlie: 'bravo', delta: 'bravo' });
    expect(await scene.count('bravo', 'sync_full')).toBe(0);
    const flat = await runAndStand(scene, { kind: 'flatten', nodeId: scene.id('alpha') }, 'charlie', 'delta');
    expect(flat).toEqual({ charlie: 'alpha', delta: 'alpha' });
    expect(await scene.count('alpha', 'sync_full')).toBe(3);
  });

  it('a replica changes places with its master, at the top and in the middle of a chain', async () => {
    await using scene = await startTree(worker(), 'alpha', 'bravo');
    await scene.start('charlie');
    await scene.follow('charlie', 'bravo');
    await scene.untilLevel('charlie', 'bravo');
    const middle = await runAndStand(scene, { kind: 'reverseLink', nodeId: scene.id('charlie') }, 'bravo', 'charlie');
    expect(middle).toEqual({ bravo: 'charlie', charlie: 'alpha' });
    await scene.untilStreaming('bravo', 'charlie');
    const top = await runAndStand(
      scene,
      { kind: 'reverseLink', nodeId: scene.id('charlie') },
      'alpha',
      'bravo',
      'charlie',
    );
    expect(top).toEqual({ alpha: 'charlie', bravo: 'charlie', charlie: 'master' });
  });
});

describe('settings', () => {
  it('are changed, and undone from the journal', async () => {
    await using scene = await startScene(worker(), 'alpha');
    const act: Act = {
      kind: 'changeSettings',
      nodeId: scene.id('alpha'),
      settings: { 'repl-backlog-size': '2097152', 'repl-timeout': '61' },
    };
    const { runId, failure } = await scene.run(await scene.plan(act));
    expect(failure).toBeNull();
    expect(await scene.send('alpha', ['CONFIG', 'GET', 'repl-timeout'])).toEqual([['repl-timeout', '61']]);
    await runAndStand(scene, { kind: 'restore', runId, to: 'before' });
    expect(await scene.send('alpha', ['CONFIG', 'GET', 'repl-timeout'])).toEqual([['repl-timeout', '60']]);
  });

  it('CONFIG REWRITE without a file is refused, and the failure says so', async () => {
    await using scene = await startScene(worker(), 'alpha');
    const { failure } = await scene.run(
      await scene.plan({ kind: 'changeSettings', nodeId: scene.id('alpha'), rewrite: true }),
    );
    expect(failure).toMatchObject({ code: 'commandRefused', params: { command: 'CONFIG REWRITE' } });
  });
});

describe('with embedded nodes in between', () => {
  it('a real master fails over to an embedded replica, and back', async () => {
    await using scene = await startScene(worker(), 'alpha', 'charlie');
    const { host } = scene;
    const bravo = await host.startNode('bravo');
    await scene.send('alpha', ['SET', 'a', '1']);
    await host.act({ kind: 'attach', nodeId: bravo, masterId: scene.id('alpha') });
    await host.act({ kind: 'attach', nodeId: scene.id('charlie'), masterId: scene.id('alpha') });
    await host.untilStreaming(bravo);
    await host.untilStreaming(scene.id('charlie'));
    const plan = await scene.plan({ kind: 'failover', nodeId: bravo });
    expect(plan.moves.map(({ nodeName, forecast }) => `${nodeName} ${forecast.sync}`)).toEqual([
      'alpha partial',
      'charlie partial',
    ]);
    const { failure, runId, results } = await scene.run(plan);
    expect(failure, JSON.stringify(results)).toBeNull();
    const bravoView = await host.untilView(bravo, 'bravo to serve both', ({ syncs }) => (syncs?.partialOk ?? 0) >= 2);
    expect([bravoView?.role, bravoView?.syncs?.full]).toEqual(['master', 0]);
    await scene.untilStreaming('alpha', 'charlie');
    const undo = await scene.run(await scene.plan({ kind: 'restore', runId, to: 'before' }));
    expect(undo.failure, JSON.stringify(undo.results)).toBeNull();
    expect(await scene.stands('alpha')).toBe('master');
    await host.untilView(bravo, 'bravo to follow alpha', ({ link }) => link?.masterId === scene.id('alpha'));
    expect(await scene.count('alpha', 'sync_full')).toBe(2);
  });
});
