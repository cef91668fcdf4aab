// Situations between two real servers: what was foreseen, and what the master's counters say happened then.
import { describe, expect, inject, it } from 'vitest';
import type { Act, Plan } from '#core/contract/acts.ts';
import { type FleetScene, startScene } from '../support/fleet-scene.ts';
import { waitFor } from '../support/wait-for.ts';

const worker = () => inject('nodeWorkerUrl');
const smallBacklog = { 'repl-backlog-size': 16_384 };

interface Situation {
  readonly title: string;
  readonly prepare: (scene: FleetScene) => Promise<void>;
  readonly act: (scene: FleetScene) => Act;
  /** What must be foreseen, and by which reason. */
  readonly sync: 'partial' | 'full' | 'none';
  readonly reason: string;
  /** Whose counters tell. */
  readonly master: string;
}

const attach =
  (replica: string, master: string) =>
  (scene: FleetScene): Act => ({ kind: 'attach', nodeId: scene.id(replica), masterId: scene.id(master) });

async function inStep(scene: FleetScene, replica: string, master: string): Promise<void> {
  await scene.follow(replica, master);
  await scene.untilLevel(replica, master);
}

/** Bytes that only the master has. */
async function write(scene: FleetScene, name: string, bytes: number): Promise<void> {
  const value = 'x'.repeat(1000);
  await scene.send(name, ...Array.from({ length: Math.ceil(bytes / 1000) }, (_, at) => ['SET', `w${at}`, value]));
}

/** Off its master and with its history: it follows an address where nobody listens. */
async function away(scene: FleetScene, replica: string): Promise<void> {
  await scene.send(replica, ['REPLICAOF', '127.0.0.1', '1']);
}

const situations: readonly Situation[] = [
  {
    title: 'a stranger with data of its own',
    prepare: async (scene) => void (await scene.send('bravo', ['SET', 'own', '1'])),
    act: attach('bravo', 'alpha'),
    sync: 'full',
    reason: 'syncOtherHistory',
    master: 'alpha',
  },
  {
    title: 'a replica that comes back within the backlog',
    prepare: async (scene) => {
      await inStep(scene, 'bravo', 'alpha');
      await away(scene, 'bravo');
      await write(scene, 'alpha', 5_000);
    },
    act: attach('bravo', 'alpha'),
    sync: 'partial',
    reason: 'syncContinues',
    master: 'alpha',
  },
  {
    title: 'a replica that comes back past the backlog',
    prepare: async (scene) => {
      await scene.send('alpha', ['CONFIG', 'SET', 'repl-backlog-size', '16384']);
      await inStep(scene, 'bravo', 'alpha');
      await away(scene, 'bravo');
      await write(scene, 'alpha', 200_000);
    },
    act: attach('bravo', 'alpha'),
    sync: 'full',
    reason: 'syncBehindBacklog',
    master: 'alpha',
  },
  {
    title: 'a sibling of a promoted replica, by the second id',
    prepare: async (scene) => {
      await inStep(scene, 'bravo', 'alpha');
      await inStep(scene, 'charlie', 'alpha');
      await scene.send('bravo', ['REPLICAOF', 'NO', 'ONE']);
    },
    act: attach('charlie', 'bravo'),
    sync: 'partial',
    reason: 'syncContinuesBySecondId',
    master: 'bravo',
  },
  {
    title: 'the old master of a promoted replica, with writes that the new one never had',
    prepare: async (scene) => {
      await inStep(scene, 'bravo', 'alpha');
      await scene.send('bravo', ['REPLICAOF', 'NO', 'ONE']);
      await write(scene, 'alpha', 2_000);
    },
    act: attach('alpha', 'bravo'),
    sync: 'full',
    reason: 'syncPastSecondOffset',
    master: 'bravo',
  },
  {
    title: 'a promoted replica that goes back to its old master',
    prepare: async (scene) => {
      await inStep(scene, 'bravo', 'alpha');
      await scene.send('bravo', ['REPLICAOF', 'NO', 'ONE']);
    },
    act: attach('bravo', 'alpha'),
    sync: 'full',
    reason: 'syncOtherHistory',
    master: 'alpha',
  },
  {
    title: 'the end of a chain that moves to its top',
    prepare: async (scene) => {
      await inStep(scene, 'bravo', 'alpha');
      await inStep(scene, 'charlie', 'bravo');
      await write(scene, 'alpha', 3_000);
      await scene.untilLevel('charlie', 'alpha');
    },
    act: attach('charlie', 'alpha'),
    sync: 'partial',
    reason: 'syncContinues',
    master: 'alpha',
  },
  {
    title: 'a replica that reconnects',
    prepare: (scene) => inStep(scene, 'bravo', 'alpha'),
    act: (scene) => ({ kind: 'resyncPartial', nodeId: scene.id('bravo') }),
    sync: 'partial',
    reason: 'syncContinues',
    master: 'alpha',
  },
  {
    title: 'a replica that is copied anew on purpose',
    prepare: (scene) => inStep(scene, 'bravo', 'alpha'),
    act: (scene) => ({ kind: 'resyncFull', nodeId: scene.id('bravo') }),
    sync: 'full',
    reason: 'syncForced',
    master: 'alpha',
  },
  {
    title: 'a full replica that is attached to an empty master',
    prepare: async (scene) => {
      await inStep(scene, 'bravo', 'alpha');
      await scene.send('bravo', ['REPLICAOF', 'NO', 'ONE']);
    },
    act: attach('bravo', 'charlie'),
    sync: 'full',
    reason: 'syncNoBacklog',
    master: 'charlie',
  },
];

describe('what was foreseen is what happened', () => {
  it.each(situations)('$title: $sync, $reason', async ({ prepare, act, sync, reason, master }) => {
    await using scene = await startScene(worker(), 'alpha', 'bravo', 'charlie');
    await scene.send('alpha', ['SET', 'a', '1'], ['SET', 'b', '2']);
    await prepare(scene);
    await scene.look();
    const before = await counters(scene, master);
    const plan = await scene.plan(act(scene));
    expect([plan.forecast?.sync, plan.forecast?.reason.code]).toEqual([sync, expect.stringMatching(reasonOf(reason))]);
    const { failure } = await scene.run(plan);
    expect(failure).toBeNull();
    await waitFor(
      'the master to count it',
      () => counters(scene, master),
      (now) => now.full + now.partial > before.full + before.partial,
    );
    const after = await counters(scene, master);
    expect({ full: after.full - before.full, partial: after.partial - before.partial }).toEqual({
      full: sync === 'full' ? 1 : 0,
      partial: sync === 'partial' ? 1 : 0,
    });
  });
});

/** A history that the master does not know comes before a backlog that it does not keep. */
function reasonOf(reason: string): RegExp {
  return reason === 'syncNoBacklog' ? /^sync(NoBacklog|OtherHistory)$/ : new RegExp(`^${reason}$`);
}

async function counters(scene: FleetScene, name: string): Promise<{ full: number; partial: number }> {
  return { full: await scene.count(name, 'sync_full'), partial: await scene.count(name, 'sync_partial_ok') };
}

const failed = (plan: Plan) =>
  plan.checks.filter(({ level }) => level === 'fail').map(({ statement, forceable }) => [statement.code, forceable]);

describe('what cannot go well is said before', () => {
  it('self and cycle can never be run, not even with a reason', async () => {
    await using scene = await startScene(worker(), 'alpha', 'bravo');
    await inStep(scene, 'bravo', 'alpha');
    for (const [act, code] of [
      [attach('alpha', 'alpha')(scene), 'checkWouldBeSelf'],
      [attach('alpha', 'bravo')(scene), 'checkWouldBeCycle'],
    ] as const) {
      const plan = await scene.plan(act);
      expect(failed(plan)).toEqual([[code, false]]);
      const outcome = await scene.host.client.acts.run({ hash: plan.hash, forceReason: 'because' });
      expect(outcome).toMatchObject({ ok: false });
    }
  });

  it('a replica whose password is wrong by now will not come back: and it does not', async () => {
    await using scene = await startScene(worker());
    await scene.start('alpha', { requirepass: 'first' }, { password: 'first' });
    await scene.start('bravo', { masterauth: 'first' });
    await inStep(scene, 'bravo', 'alpha');
    await scene.send('bravo', ['CONFIG', 'SET', 'masterauth', 'wrong']);
    const plan = await scene.plan({ kind: 'resyncPartial', nodeId: scene.id('bravo') });
    expect([plan.forecast?.sync, plan.forecast?.reason.code]).toEqual(['none', 'syncLoginRejected']);
    expect(failed(plan)).toEqual([['checkLoginRejected', true]]);
    const before = await counters(scene, 'alpha');
    await runUntil(
      scene,
      plan,
      'the link to go down',
      async () => (await scene.info('bravo', 'master_link_status')) === 'down',
    );
    expect(await scene.info('bravo', 'master_link_status')).toBe('down');
    expect(await counters(scene, 'alpha')).toEqual(before);
  });

  it('an output buffer that is too small for the writes of a full sync: the sync is cut off, again and again', async () => {
    await using scene = await startScene(worker());
    const limit = ['replica', '100kb', '100kb', '1'];
    await scene.start('alpha', {
      ...smallBacklog,
      'client-output-buffer-limit': limit,
      'rdb-key-save-delay': 100,
      'repl-diskless-sync': 'no',
    });
    await scene.start('bravo');
    const pairs = Array.from({ length: 8_000 }, (_, at) => [`k${at}`, 'x']).flat();
    await scene.send('alpha', ['MSET', ...pairs]);
    await scene.follow('bravo', 'alpha');
    const load: Act = { kind: 'startLoad', nodeId: scene.id('alpha'), writesPerSecond: 2000, valueBytes: 5000 };
    await scene.run(await scene.plan(load));
    await waitFor(
      'the write rate to be measured',
      () => scene.host.view(scene.id('alpha')),
      (view) => (view?.writeBytesPerSecond ?? 0) > 4_000_000,
    );
    const plan = await scene.plan({ kind: 'resyncFull', nodeId: scene.id('bravo') });
    expect(failed(plan).map(([code]) => code)).toEqual(['checkBufferExceeds']);
    const before = await counters(scene, 'alpha');
    const hasBegunAgain = async () => (await counters(scene, 'alpha')).full >= before.full + 2;
    await runUntil(scene, plan, 'the master to begin again', hasBegunAgain);
    expect(scene.at('alpha').process.output()).toMatch(
      /scheduled to be closed ASAP for overcoming of output buffer limits/,
    );
  });
});

/** Runs it against its failed check, until what was foreseen is there; then it is cancelled. */
async function runUntil(scene: FleetScene, plan: Plan, what: string, holds: () => Promise<boolean>): Promise<void> {
  using progress = await scene.progress();
  const running = scene.run(plan, { forceReason: 'to see that it fails' });
  await waitFor(what, holds, Boolean, { timeoutMs: 20_000 });
  const { runId } = progress.told.findLast(({ hash }) => hash === plan.hash) ?? { runId: '' };
  await scene.host.client.acts.cancel({ runId });
  expect((await running).failure?.code).toBe('runCancelled');
}
