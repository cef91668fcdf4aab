// What a full sync costs: bytes against the file that was sent, time against the clock, memory against what the master kept.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import type { Act, SyncCost } from '#core/contract/acts.ts';
import { type FleetScene, startScene } from '../support/fleet-scene.ts';
import { planSampled } from '../support/sampled-plan.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { waitFor } from '../support/wait-for.ts';

/** Bytes are foreseen within this share. */
const bytesShare = 0.2;
/** Time is foreseen within this factor. */
const timeFactor = 2;

/** Makes the time of a snapshot the same on a busy machine as on a quiet one: mostly sleep. */
const saveDelayMicros = 60;

/** Lua that fills the keyspace, by what is in it: the sample must be right for each. */
const datasets: readonly (readonly [title: string, lua: string])[] = [
  ['many short strings', `for i = 1, 10000 do redis.call('SET', 'key:' .. i, 'value:' .. i) end`],
  [
    'hashes, lists, sets and sorted sets of many sizes, some with an expiry',
    `math.randomseed(7)
     for i = 1, 1800 do
       local n = math.random(1, 60)
       for j = 1, n do
         redis.call('HSET', 'h' .. i, 'field' .. j, 'v' .. math.random())
         redis.call('RPUSH', 'l' .. i, 'item' .. math.random())
         redis.call('SADD', 's' .. i, math.random(1, 1000000))
         redis.call('ZADD', 'z' .. i, math.random(), 'm' .. j)
       end
       if i % 3 == 0 then redis.call('EXPIRE', 'h' .. i, 100000) end
     end`,
  ],
  [
    'a few large values among small ones, compressible and not',
    `math.randomseed(3)
     local function noise(n) local t = {} for i = 1, n / 8 do t[i] = string.format('%08x', math.random(0, 2147483647)) end return table.concat(t) end
     for i = 1, 5000 do redis.call('SET', 'small:' .. i, noise(160)) end
     for i = 1, 500 do redis.call('SET', 'large:' .. i, noise(40000)) end
     for i = 1, 300 do redis.call('SET', 'same:' .. i, string.rep('a', 20000)) end`,
  ],
];

describe.each(datasets)('%s', (_title, lua) => {
  it('bytes are foreseen within 20 % by the sample, the time within a factor of two by the sync before', async () => {
    await using scene = await startScene(inject('nodeWorkerUrl'));
    await scene.start('alpha', { 'repl-diskless-sync': 'no', 'rdb-key-save-delay': saveDelayMicros });
    await scene.start('bravo');
    await fill(scene, 'alpha', lua);
    const attach: Act = { kind: 'attach', nodeId: scene.id('bravo'), masterId: scene.id('alpha') };
    const first = await runTimed(scene, await planSampled(scene, attach));
    // Nothing was watched yet: that is said, and the time stands on assumptions.
    expect(codesOf(first.cost)).toEqual(['costSizeSampled', 'costRateAssumed']);
    const { size } = await stat(join(scene.at('alpha').process.folder, 'dump.rdb'));
    expect(Math.abs((first.cost.snapshotBytes ?? 0) / size - 1)).toBeLessThan(bytesShare);

    const again: Act = { kind: 'resyncFull', nodeId: scene.id('bravo') };
    const second = await runTimed(scene, await planSampled(scene, again));
    expect(codesOf(second.cost)).toEqual(['costSizeSampled', 'costTimeLastSync']);
    const ratio = (second.cost.totalSeconds ?? 0) / second.seconds;
    expect(ratio).toBeGreaterThan(1 / timeFactor);
    expect(ratio).toBeLessThan(timeFactor);
  });
});

const codesOf = ({ basis }: SyncCost) => basis.map(({ code }) => code);

interface Timed {
  readonly cost: SyncCost;
  readonly seconds: number;
}

type Sampled = Awaited<ReturnType<typeof planSampled>>;

/** Until the link streams again. The first look comes after the run has begun: the link is up before. */
async function runTimed(scene: FleetScene, { plan, cost }: Sampled): Promise<Timed> {
  const beganMs = performance.now();
  const running = scene.run(plan);
  const state = () => scene.info('bravo', 'master_link_status');
  await waitFor('the link to go down', state, (status) => status === 'down', { timeoutMs: 60_000, intervalMs: 5 });
  await waitFor('the link to be up', state, (status) => status === 'up', { timeoutMs: 60_000 });
  const seconds = (performance.now() - beganMs) / 1000;
  expect((await running).failure).toBeNull();
  await scene.look();
  return { cost, seconds };
}

/** Past the host: its commands have a time-out. */
async function fill(scene: FleetScene, name: string, lua: string): Promise<void> {
  await scene.at(name).process.client().call('EVAL', lua, '0');
  await scene.look();
}

/** Rests at each key make the sync as long on a busy machine as on a quiet one. */
const restful = { 'repl-diskless-sync': 'no', 'rdb-key-save-delay': 20_000, 'repl-backlog-size': 16_384 };
const keysWithRest = 100;
const writtenBytes = 20_000;
/** Of the peak that is foreseen, the limits of one sync that just fits and of one that just does not. */
const [justAbove, justBelow] = [1.6, 0.6];

describe('the output buffer of a replica that is copied while its master is written to', () => {
  it('peaks as was foreseen: a limit just above holds, one just below ends the sync, each as was said', async () => {
    await using scene = await startScene(inject('nodeWorkerUrl'));
    await scene.start('alpha', restful);
    await scene.start('bravo');
    const { process } = scene.at('alpha');
    await fill(
      scene,
      'alpha',
      `for i = 1, ${keysWithRest} do redis.call('SET', 'key:' .. i, string.rep('x', ${writtenBytes})) end`,
    );
    await scene.run(await scene.plan({ kind: 'attach', nodeId: scene.id('bravo'), masterId: scene.id('alpha') }));
    await scene.untilStreaming('bravo');
    using writes = writeSteadily(process);
    await waitFor(
      'the write rate to be measured',
      () => scene.host.view(scene.id('alpha'))?.writeBytesPerSecond ?? 0,
      (rate) => rate > writes.bytesPerSecond / 2,
    );

    const { peakBytes } = await withLimit(scene, 0);
    const fits = await withLimit(scene, Math.round(peakBytes * justAbove));
    expect(fits.verdict).toBe('tight');
    using buffer = watchBuffer(process);
    const before = await scene.count('alpha', 'sync_full');
    expect((await scene.run(fits.plan)).failure).toBeNull();
    await scene.untilStreaming('bravo');
    expect(await scene.count('alpha', 'sync_full')).toBe(before + 1);
    const ratio = fits.peakBytes / buffer.peakBytes;
    expect(ratio).toBeGreaterThan(1 / timeFactor);
    expect(ratio).toBeLessThan(timeFactor);
    expect(fits.forkBytes).toBeGreaterThanOrEqual(Number(await scene.info('alpha', 'rdb_last_cow_size')));

    const exceeds = await withLimit(scene, Math.round(peakBytes * justBelow));
    expect(exceeds.verdict).toBe('exceedsHard');
    expect(process.output()).not.toContain(overcome);
    const running = scene.run(exceeds.plan, { forceReason: 'to see that it fails' });
    await waitFor(
      'the master to drop the replica',
      () => process.output(),
      (log) => log.includes(overcome),
      { timeoutMs: 30_000 },
    );
    await scene.send('alpha', ['CONFIG', 'SET', 'client-output-buffer-limit', 'replica 0 0 0']);
    await running;
  });
});

/** What Redis writes to its log. */
const overcome = 'overcoming of output buffer limits';

/** The same keys over and over, two megabytes a second: a tick that comes late makes up for it. */
function writeSteadily(master: ServerProcess): { readonly bytesPerSecond: number } & Disposable {
  const bytesPerSecond = 2_000_000;
  const value = Buffer.alloc(writtenBytes, 'x');
  const client = master.client();
  const beganMs = performance.now();
  let written = 0;
  const ticking = setInterval(() => {
    for (; written * value.length < ((performance.now() - beganMs) / 1000) * bytesPerSecond; written++) {
      client.set(`key:${1 + (written % keysWithRest)}`, value).catch(() => {}); // ends with the server
    }
  }, 20);
  return { bytesPerSecond, [Symbol.dispose]: () => clearInterval(ticking) };
}

/** Sets the hard limit of replicas, and asks what a full sync would need. */
async function withLimit(scene: FleetScene, bytes: number) {
  await scene.send('alpha', ['CONFIG', 'SET', 'client-output-buffer-limit', `replica ${bytes} 0 0`]);
  const { plan, cost } = await planSampled(scene, { kind: 'resyncFull', nodeId: scene.id('bravo') });
  const { peakBytes, verdict, limitBytes } = cost.outputBuffer;
  if (!peakBytes) throw new Error(`no peak was foreseen: ${JSON.stringify(cost)}`);
  expect(limitBytes).toBe(bytes);
  return { plan, peakBytes, verdict, forkBytes: cost.forkBytes };
}

/** The most that the master keeps for a replica, as it says itself, until disposed. */
function watchBuffer(master: ServerProcess): { readonly peakBytes: number } & Disposable {
  const client = master.client();
  let peakBytes = 0;
  let ends = false;
  const look = async () => {
    while (!ends) {
      const clients = String(await client.call('CLIENT', 'LIST', 'TYPE', 'replica'));
      for (const [, bytes] of clients.matchAll(/ omem=(\d+)/g)) peakBytes = Math.max(peakBytes, Number(bytes));
    }
  };
  void look().catch(() => {}); // ends with the server
  return {
    get peakBytes() {
      return peakBytes;
    },
    [Symbol.dispose]: () => {
      ends = true;
    },
  };
}
