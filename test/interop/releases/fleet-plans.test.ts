// Every kind of plan at real releases, alone and mixed: what was foreseen, what the counters say then, and the way back.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import type { Act, Plan } from '#core/contract/acts.ts';
import { configFileName, FleetScene } from '../../support/fleet-scene.ts';
import { startHost } from '../../support/host.ts';
import type { RealServerName } from '../../support/redis-server.ts';
import { releaseNames } from '../../support/releases.ts';
import { waitFor } from '../../support/wait-for.ts';

const codes = (plan: Plan, level: 'warn' | 'fail') =>
  plan.checks.filter((check) => check.level === level).map(({ statement }) => statement.code);
const foreseen = (plan: Plan) => plan.moves.map(({ nodeName, forecast }) => `${nodeName} ${forecast.sync}`);

/** A master and its replicas of these releases, in step; the keys are of types that all of them have. */
async function startMixed(master: RealServerName, ...replicas: RealServerName[]): Promise<FleetScene> {
  const scene = new FleetScene(await startHost(inject('nodeWorkerUrl')));
  await scene.startWithFile('alpha', {}, { release: master });
  await scene.send('alpha', ['SET', 'a', '1'], ['RPUSH', 'list', '1', '2'], ['ZADD', 'zset', '1', 'x']);
  for (const [index, release] of replicas.entries()) {
    const name = ['bravo', 'charlie'][index] ?? `replica${index}`;
    await scene.start(name, {}, { release });
    await scene.follow(name, 'alpha');
    await scene.untilLevel(name, 'alpha');
  }
  await untilOnline(scene, 'alpha', replicas.length);
  return scene;
}

/** Its link is up before its master has heard that it has all. */
async function untilOnline(scene: FleetScene, master: string, replicas: number): Promise<void> {
  await waitFor(
    `${master} to have ${replicas} replicas online`,
    () => scene.send(master, ['INFO', 'replication']),
    ([text]) => String(text).split('state=online').length === replicas + 1,
  );
  await scene.look();
}

async function run(scene: FleetScene, act: Act, forceReason?: string): Promise<{ plan: Plan; runId: string }> {
  const plan = await scene.plan(act);
  if (forceReason === undefined) expect(codes(plan, 'fail')).toEqual([]);
  const { failure, results, runId } = await scene.run(plan, forceReason === undefined ? {} : { forceReason });
  expect(failure, JSON.stringify(results)).toBeNull();
  return { plan, runId };
}

async function stands(scene: FleetScene, ...names: string[]): Promise<string> {
  const places = [];
  for (const name of names) places.push(`${name} ${await scene.stands(name)}`);
  return places.join(', ');
}

/** How a planned failover holds the writes: the server itself, a pause of writes, or a pause of everything. */
const failovers: readonly {
  readonly servers: readonly [RealServerName, ...RealServerName[]];
  readonly first: RegExp;
  readonly back: RegExp;
  readonly older: boolean;
}[] = [
  { servers: ['Redis 6.0', 'Redis 7.0', 'Redis 8.0'], first: /^MULTI/, back: /^CLIENT PAUSE 5000 WRITE/, older: true },
  { servers: ['Redis 7.0', 'Valkey 8.1', 'Redis 7.0'], first: /^FAILOVER TO/, back: /^FAILOVER TO/, older: true },
  { servers: ['Valkey 8.1', 'Redis 8.0'], first: /^FAILOVER TO/, back: /^FAILOVER TO/, older: true },
];

describe('a planned failover', () => {
  it.each(failovers)('of $servers, and back', async ({ servers: [master, ...replicas], first, back, older }) => {
    await using scene = await startMixed(master, ...replicas);
    const siblings = replicas.slice(1).map(() => 'charlie');
    const names = ['alpha', 'bravo', ...siblings];
    const { plan, runId } = await run(scene, { kind: 'failover', nodeId: scene.id('bravo') });
    expect(plan.steps[0]?.command).toMatch(first);
    expect(foreseen(plan)).toEqual(['alpha partial', ...siblings.map((name) => `${name} partial`)]);
    expect(codes(plan, 'warn').includes('checkFollowsForNow')).toBe(older);
    const level = [' bravo', ' master', ' bravo'].map((place, index) => `${names[index]}${place}`);
    expect(await stands(scene, ...names)).toBe(level.slice(0, names.length).join(', '));
    await scene.untilStreaming('alpha', ...siblings);
    expect([await scene.count('bravo', 'sync_full'), await scene.count('bravo', 'sync_partial_ok')]).toEqual([
      0,
      1 + siblings.length,
    ]);
    // Nothing is paused or fenced any more, and what is written now arrives everywhere.
    expect(await scene.send('bravo', ['SET', 'new', '1'])).toEqual(['OK']);
    expect(await scene.send('alpha', ['CONFIG', 'GET', 'min-replicas-to-write'])).toEqual([
      ['min-replicas-to-write', '0'],
    ]);
    for (const name of ['alpha', ...siblings]) await scene.untilLevel(name, 'bravo');
    const undo = await run(scene, { kind: 'restore', runId, to: 'before' });
    expect(undo.plan.steps.map(({ command }) => command).join('\n')).toMatch(new RegExp(back.source, 'm'));
    expect(await stands(scene, ...names)).toBe(
      ['alpha master', 'bravo alpha', 'charlie alpha'].slice(0, names.length).join(', '),
    );
    expect(await scene.send('alpha', ['SET', 'again', '1'])).toEqual(['OK']);
  });
});

describe('a planned failover of Redis 6.0', () => {
  it('says that every command is held, loses no write that was answered, and copies nobody', async () => {
    await using scene = await startMixed('Redis 6.0', 'Redis 7.0');
    const writers = Array.from({ length: 12 }, (_, index) => startWriter(scene, `w${index}`));
    await waitFor('all to write', () => writers.every(({ answered }) => answered() > 20));
    const { plan } = await run(scene, { kind: 'failover', nodeId: scene.id('bravo') });
    expect(codes(plan, 'warn')).toContain('checkPausesAll');
    expect(plan.destroys).toContainEqual({ code: 'holdsCommands', params: { name: 'alpha', timeoutMs: 2000 } });
    const answered = await Promise.all(writers.map(({ end }) => end()));
    const kept = await scene.send('bravo', ...writers.map(({ key }) => ['GET', key]));
    expect(kept.map(Number)).toEqual(answered);
    await scene.untilStreaming('alpha');
    expect([await scene.count('bravo', 'sync_full'), await scene.count('bravo', 'sync_partial_ok')]).toEqual([0, 1]);
  });

  it('that is cancelled while all is held leaves the master as it was, pause and fence over', async () => {
    await using scene = await startMixed('Redis 6.0', 'Redis 7.0');
    const writer = startWriter(scene, 'w');
    await waitFor('writes', () => writer.answered() > 20);
    const plan = await scene.plan({ kind: 'failover', nodeId: scene.id('bravo') });
    using progress = await scene.progress();
    const told = (results: number) =>
      progress.told.findLast((it) => it.hash === plan.hash && it.results.length >= results);
    const running = scene.run(plan);
    await waitFor('the run to begin', () => told(0));
    // From here on the replica falls behind, and cannot get in step.
    process.kill(scene.at('bravo').process.pid, 'SIGSTOP');
    try {
      await waitFor('the pause to begin', () => told(1));
      await scene.host.client.acts.cancel({ runId: told(1)?.runId ?? '' });
      expect((await running).failure).not.toBeNull();
    } finally {
      process.kill(scene.at('bravo').process.pid, 'SIGCONT');
    }
    const held = writer.answered();
    await waitFor('writes to go on', () => writer.answered() > held);
    writer.stop();
    const settings = ['min-replicas-to-write', 'repl-ping-replica-period'];
    expect(await scene.send('alpha', ...settings.map((name) => ['CONFIG', 'GET', name]), ['SET', 'b', '1'])).toEqual([
      ['min-replicas-to-write', '0'],
      ['repl-ping-replica-period', '10'],
      'OK',
    ]);
    expect(await stands(scene, 'alpha', 'bravo')).toBe('alpha master, bravo alpha');
  });
});

/** Writes rising numbers to a key, each when the one before was answered, until the server refuses. */
function startWriter(scene: FleetScene, key: string) {
  const client = scene.at('alpha').process.client();
  let last = 0;
  const ended = (async () => {
    for (let number = 1; ; number++) {
      try {
        await client.set(key, String(number));
      } catch {
        return last;
      }
      last = number;
    }
  })();
  return { key, answered: () => last, end: () => ended, stop: () => client.disconnect() };
}

type Counted = Readonly<Record<'full' | 'partial', number>>;

async function counted(scene: FleetScene, name: string): Promise<Counted> {
  return { full: await scene.count(name, 'sync_full'), partial: await scene.count(name, 'sync_partial_ok') };
}

/** Runs it, and compares what was foreseen of its first sync with what the master of that sync counted. */
async function runAndCompare(scene: FleetScene, act: Act, replica: string, master: string, sync: keyof Counted) {
  const before = await counted(scene, master);
  const { plan } = await run(scene, act);
  const forecast = plan.moves.find(({ nodeName }) => nodeName === replica)?.forecast ?? plan.forecast;
  expect([act.kind, forecast?.sync]).toEqual([act.kind, sync]);
  await scene.untilStreaming(replica);
  const after = await counted(scene, master);
  const grown = { full: after.full - before.full, partial: after.partial - before.partial };
  expect([act.kind, grown]).toEqual([act.kind, { full: 0, partial: 0, [sync]: 1 }]);
  await scene.untilLevel(replica, master);
}

const fleets: readonly (readonly [RealServerName, RealServerName, RealServerName])[] = [
  ['Redis 6.0', 'Redis 6.0', 'Redis 6.0'],
  ['Redis 8.0', 'Redis 8.0', 'Redis 8.0'],
  ['Valkey 8.1', 'Valkey 8.1', 'Valkey 8.1'],
  ['Redis 6.0', 'Redis 7.0', 'Valkey 8.1'],
];

describe.each(releaseNames)('%s behind a password', (release) => {
  it('is attached to with the login that is known, and a login that is wrong by now is found out before', async () => {
    await using scene = new FleetScene(await startHost(inject('nodeWorkerUrl')));
    await scene.start('alpha', { requirepass: 'first' }, { release, password: 'first' });
    await scene.start('bravo', {}, { release });
    const { plan } = await run(scene, { kind: 'attach', nodeId: scene.id('bravo'), masterId: scene.id('alpha') });
    expect(plan.steps[0]?.command).toBe('CONFIG SET masterauth ***');
    await scene.untilStreaming('bravo');
    await scene.send('bravo', ['CONFIG', 'SET', 'masterauth', 'wrong']);
    const again = await scene.plan({ kind: 'resyncPartial', nodeId: scene.id('bravo') });
    expect([again.forecast?.reason.code, codes(again, 'fail')]).toEqual(['syncLoginRejected', ['checkLoginRejected']]);
  });
});

const twoChannels = [
  ['Redis 8.0', {}],
  ['Valkey 8.1', { 'dual-channel-replication-enabled': 'yes' }],
] as const;

describe('a full copy by two connections', () => {
  it.each(twoChannels)(
    'of %s fills no output buffer, however small its limit: so it was foreseen',
    async (release, more) => {
      const settings = {
        ...more,
        'repl-backlog-size': 16_384,
        'client-output-buffer-limit': ['replica', '100kb', '100kb', '1'],
        'rdb-key-save-delay': 100,
      };
      await using scene = new FleetScene(await startHost(inject('nodeWorkerUrl')));
      await scene.start('alpha', settings, { release });
      await scene.start('bravo', more, { release });
      await scene.send('alpha', ['MSET', ...Array.from({ length: 5_000 }, (_, index) => [`k${index}`, 'x']).flat()]);
      await scene.follow('bravo', 'alpha');
      await run(scene, { kind: 'startLoad', nodeId: scene.id('alpha'), writesPerSecond: 300, valueBytes: 5000 });
      // More than the master's limit would hold, once the writes were measured.
      const plan = await waitFor(
        'the write rate to be measured',
        () => scene.plan({ kind: 'resyncFull', nodeId: scene.id('bravo') }),
        ({ forecast }) => (forecast?.cost?.outputBuffer.peakBytes ?? 0) > 102_400,
      );
      expect(plan.forecast?.cost?.outputBuffer).toMatchObject({ verdict: 'fits' });
      expect(plan.checks.map(({ statement }) => statement.code)).toContain('checkBufferAtReplica');
      const { full } = await counted(scene, 'alpha');
      expect((await scene.run(plan)).failure).toBeNull();
      await scene.untilStreaming('bravo');
      expect((await counted(scene, 'alpha')).full).toBe(full + 1);
      expect(scene.at('alpha').process.output()).not.toContain('overcoming of output buffer limits');
    },
  );
});

describe('every other plan', () => {
  it.each(fleets)('at %s with %s and %s', async (master, first, second) => {
    await using scene = await startMixed(master, first, second);
    const [alpha, bravo, charlie] = ['alpha', 'bravo', 'charlie'].map((name) => scene.id(name)) as [
      string,
      string,
      string,
    ];
    await runAndCompare(scene, { kind: 'resyncPartial', nodeId: bravo }, 'bravo', 'alpha', 'partial');
    await runAndCompare(scene, { kind: 'resyncFull', nodeId: bravo }, 'bravo', 'alpha', 'full');
    const repoint: Act = { kind: 'repointReplicas', nodeId: alpha, masterId: bravo };
    await runAndCompare(scene, repoint, 'charlie', 'bravo', 'partial');
    expect(await stands(scene, 'bravo', 'charlie')).toBe('bravo alpha, charlie bravo');
    await runAndCompare(scene, { kind: 'flatten', nodeId: alpha }, 'charlie', 'alpha', 'partial');
    await run(scene, { kind: 'promote', nodeId: charlie });
    expect(await stands(scene, 'charlie')).toBe('charlie master');
    await runAndCompare(scene, { kind: 'attach', nodeId: charlie, masterId: alpha }, 'charlie', 'alpha', 'full');
    await changeSettingsAndBack(scene);
    await scene.at('alpha').process.stop('SIGKILL');
    await scene.look();
    await runAndCompare(scene, { kind: 'rescue', nodeId: bravo }, 'charlie', 'bravo', 'partial');
    expect(await stands(scene, 'bravo', 'charlie')).toBe('bravo master, charlie bravo');
  });
});

/** Into the configuration file, and out of it. */
async function changeSettingsAndBack(scene: FleetScene): Promise<void> {
  const settings = { 'repl-backlog-size': '2097152', 'repl-timeout': '61' };
  const present = await valuesOf(scene, ...Object.keys(settings));
  const { runId } = await run(scene, { kind: 'changeSettings', nodeId: scene.id('alpha'), settings, rewrite: true });
  const file = () => readFile(join(scene.at('alpha').process.folder, configFileName), 'utf8');
  expect(await valuesOf(scene, ...Object.keys(settings))).toEqual(Object.values(settings));
  expect(await file()).toMatch(/^repl-timeout 61$/m);
  await run(scene, { kind: 'restore', runId, to: 'before' });
  expect(await valuesOf(scene, ...Object.keys(settings))).toEqual(present);
  expect(await file()).not.toMatch(/^repl-timeout 61$/m);
}

async function valuesOf(scene: FleetScene, ...names: string[]): Promise<unknown[]> {
  const replies = await scene.send('alpha', ...names.map((name) => ['CONFIG', 'GET', name]));
  return replies.map((reply) => (Array.isArray(reply) ? reply[1] : reply));
}
