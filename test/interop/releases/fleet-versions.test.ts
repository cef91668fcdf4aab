// Two releases as master and replica: what is foreseen of the snapshot and of the commands, and what then happens.
import { describe, expect, inject, it } from 'vitest';
import type { Act, Plan } from '#core/contract/acts.ts';
import { type FleetScene, startScene } from '../../support/fleet-scene.ts';
import type { RealServerName } from '../../support/redis-server.ts';
import type { ServerSettings } from '../../support/server-process.ts';
import { waitFor } from '../../support/wait-for.ts';

const worker = () => inject('nodeWorkerUrl');
const codes = (plan: Plan, level: 'pass' | 'warn' | 'fail') =>
  plan.checks.filter((check) => check.level === level).map(({ statement }) => statement.code);
const attach = (scene: FleetScene, replica: string, master: string): Act => ({
  kind: 'attach',
  nodeId: scene.id(replica),
  masterId: scene.id(master),
});

async function startPair(
  master: RealServerName,
  replica: RealServerName,
  settings: { readonly master?: ServerSettings; readonly replica?: ServerSettings } = {},
): Promise<FleetScene> {
  const scene = await startScene(worker());
  await scene.start('above', settings.master, { release: master });
  await scene.start('below', settings.replica, { release: replica });
  await scene.send(
    'above',
    ['SET', 'a', '1'],
    ['RPUSH', 'list', '1', '2'],
    ['SADD', 'set', 'x'],
    ['HSET', 'h', 'f', 'v'],
  );
  return scene;
}

/** Runs it against its failed check until what was foreseen is there; then it is cancelled. */
async function runUntil(scene: FleetScene, plan: Plan, what: string, holds: () => boolean | Promise<boolean>) {
  using progress = await scene.progress();
  const running = scene.run(plan, { forceReason: 'to see that it fails' });
  await waitFor(what, holds);
  const { runId } = progress.told.findLast(({ hash }) => hash === plan.hash) ?? { runId: '' };
  await scene.host.client.acts.cancel({ runId });
  await running;
}

const loaded: readonly (readonly [master: RealServerName, replica: RealServerName])[] = [
  ['Redis 6.0', 'Redis 7.0'],
  ['Redis 6.0', 'Redis 8.0'],
  ['Redis 6.0', 'Valkey 8.1'],
  ['Redis 7.0', 'Redis 8.0'],
  ['Redis 7.0', 'Valkey 8.1'],
  ['Valkey 8.1', 'Redis 8.0'],
];

const disk: ServerSettings = { 'repl-diskless-sync': 'no' };
const load = (kind: string): ServerSettings => ({ 'repl-diskless-load': kind });

/** Each drops its data before it sees the version, but for those that load beside it. */
const refused: readonly (readonly [
  RealServerName,
  RealServerName,
  ServerSettings,
  ServerSettings,
  'dropped' | 'kept',
])[] = [
  ['Redis 7.0', 'Redis 6.0', {}, {}, 'dropped'],
  ['Redis 7.0', 'Redis 6.0', disk, load('swapdb'), 'kept'],
  ['Redis 8.0', 'Redis 6.0', {}, load('on-empty-db'), 'dropped'],
  ['Redis 8.0', 'Redis 7.0', {}, {}, 'dropped'],
  ['Redis 8.0', 'Redis 7.0', disk, load('swapdb'), 'kept'],
  ['Redis 8.0', 'Valkey 8.1', disk, {}, 'dropped'],
  ['Redis 8.0', 'Valkey 8.1', {}, load('swapdb'), 'kept'],
  ['Valkey 8.1', 'Redis 6.0', {}, load('swapdb'), 'kept'],
  ['Valkey 8.1', 'Redis 7.0', {}, {}, 'dropped'],
];

describe('a full copy', () => {
  it.each(loaded)('from %s is loaded by %s, as foreseen', async (master, replica) => {
    await using scene = await startPair(master, replica);
    await scene.send('below', ['SET', 'own', '1']);
    const plan = await scene.plan(attach(scene, 'below', 'above'));
    expect(plan.forecast).toMatchObject({ sync: 'full', keysDestroyed: 1 });
    expect(codes(plan, 'fail')).toEqual([]);
    expect(codes(plan, 'pass')).toContain('checkVersionFits');
    expect((await scene.run(plan)).failure).toBeNull();
    await scene.untilStreaming('below');
    expect(await scene.count('above', 'sync_full')).toBe(1);
    expect(await scene.send('below', ['DBSIZE'], ['LRANGE', 'list', '0', '-1'])).toEqual([4, ['1', '2']]);
  });

  it.each(refused)('from %s is refused by %s (%j, %j): its data is %s', async (master, replica, above, below, data) => {
    await using scene = await startPair(master, replica, { master: above, replica: below });
    await scene.send('below', ['SET', 'own', '1'], ['SET', 'more', '1']);
    const plan = await scene.plan(attach(scene, 'below', 'above'));
    const isKept = data === 'kept';
    expect(plan.forecast).toMatchObject({
      sync: 'full',
      reason: { code: 'syncSnapshotRefused', params: { version: expect.stringContaining(replica) } },
      keysDestroyed: isKept ? 0 : 2,
      cost: null,
    });
    expect(codes(plan, 'fail')).toEqual([isKept ? 'checkSnapshotRefused' : 'checkSnapshotTooNew']);
    expect(plan.destroys.some(({ code }) => code === 'destroysKeys')).toBe(!isKept);
    await runUntil(scene, plan, 'the snapshot to be refused', () =>
      /Can't handle RDB format version 1\d/.test(scene.at('below').process.output()),
    );
    expect(await scene.count('above', 'sync_full')).toBeGreaterThan(0);
    expect(await scene.info('below', 'master_link_status')).toBe('down');
    await waitFor(
      `the data to be ${data}`,
      () => scene.send('below', ['DBSIZE']),
      ([keys]) => keys === (isKept ? 2 : 0),
    );
  });

  it('that is refused leaves those below with what they have, waiting', async () => {
    await using scene = await startPair('Redis 8.0', 'Redis 7.0');
    await scene.start('end');
    await scene.send('below', ['SET', 'own', '1']);
    await scene.follow('end', 'below');
    await scene.untilLevel('end', 'below');
    const plan = await scene.plan(attach(scene, 'below', 'above'));
    expect(plan.moves).toMatchObject([
      { nodeName: 'end', forecast: { sync: 'none', keysDestroyed: 0, reason: { code: 'syncBelowWaits' } } },
    ]);
    const isWaiting = async () =>
      (await scene.info('end', 'master_link_status')) === 'down' &&
      scene.at('end').process.output().includes('NOMASTERLINK');
    await runUntil(scene, plan, 'the end of the chain to wait', isWaiting);
    expect(await scene.send('end', ['GET', 'own'])).toEqual(['1']);
  });
});

/** A command that the newer one sends on and the older one does not know; null where none is known. */
const mixed: readonly (readonly [
  older: RealServerName,
  newer: RealServerName,
  words: string[][],
  lost: string | null,
])[] = [
  ['Redis 6.0', 'Redis 7.0', [['SET', 'new', '1', 'EX', '100']], 'new'],
  ['Redis 7.0', 'Redis 8.0', [['HSETEX', 'new', 'EX', '100', 'FIELDS', '1', 'f', 'v']], 'new'],
  ['Redis 7.0', 'Valkey 8.1', [['SET', 'new', '1']], null],
  ['Valkey 8.1', 'Redis 8.0', [['HSETEX', 'new', 'EX', '100', 'FIELDS', '1', 'f', 'v']], 'new'],
];

describe('a partial resync', () => {
  it.each(mixed)('of %s from %s passes, and what comes of it is said before', async (older, newer, words, lost) => {
    await using scene = await startPair(older, newer);
    await scene.follow('below', 'above');
    await scene.untilLevel('below', 'above');
    await scene.send('below', ['REPLICAOF', 'NO', 'ONE']);
    const plan = await scene.plan(attach(scene, 'above', 'below'));
    expect(plan.forecast).toMatchObject({ sync: 'partial', keysDestroyed: 0 });
    expect(codes(plan, 'fail')).toEqual([]);
    expect(codes(plan, 'warn')).toContain('checkFollowsForNow');
    expect((await scene.run(plan)).failure).toBeNull();
    expect([await scene.count('below', 'sync_full'), await scene.count('below', 'sync_partial_ok')]).toEqual([0, 1]);
    // The link stays up and the offsets are equal, and yet a key is missing.
    const [answer] = await scene.send('below', ...words);
    expect(answer).not.toMatchObject({ error: expect.anything() });
    await scene.untilLevel('above', 'below');
    expect(await scene.info('above', 'master_link_status')).toBe('up');
    expect(await scene.send('above', ['EXISTS', 'new'])).toEqual([lost === null ? 1 : 0]);
    const copy = await scene.plan({ kind: 'resyncFull', nodeId: scene.id('above') });
    expect(codes(copy, 'fail')).toEqual(['checkSnapshotTooNew']);
  });
});
