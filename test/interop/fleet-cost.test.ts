// What a full sync costs: the bytes that were foreseen against the file that was sent, and the time against the clock.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import type { Act, Forecast, Plan } from '#core/contract/acts.ts';
import { type FleetScene, startScene } from '../support/fleet-scene.ts';
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
    const first = await runTimed(scene, await scene.plan(attach));
    // Nothing was watched yet: that is said, and the time stands on assumptions.
    expect(codesOf(first.forecast)).toEqual(['costSizeSampled', 'costRateAssumed']);
    const { size } = await stat(join(scene.at('alpha').process.folder, 'dump.rdb'));
    expect(Math.abs((first.forecast.cost?.snapshotBytes ?? 0) / size - 1)).toBeLessThan(bytesShare);

    const second = await runTimed(scene, await scene.plan({ kind: 'resyncFull', nodeId: scene.id('bravo') }));
    expect(codesOf(second.forecast)).toEqual(['costSizeSampled', 'costTimeLastSync']);
    const ratio = (second.forecast.cost?.totalSeconds ?? 0) / second.seconds;
    expect(ratio).toBeGreaterThan(1 / timeFactor);
    expect(ratio).toBeLessThan(timeFactor);
  });
});

const codesOf = ({ cost }: Forecast) => cost?.basis.map(({ code }) => code);

interface Timed {
  readonly forecast: Forecast;
  readonly seconds: number;
}

/** Until the link streams again. The first look comes after the run has begun: the link is up before. */
async function runTimed(scene: FleetScene, plan: Plan): Promise<Timed> {
  if (plan.forecast === null) throw new Error('the plan has no forecast');
  const beganMs = performance.now();
  const running = scene.run(plan);
  const state = () => scene.info('bravo', 'master_link_status');
  await waitFor('the link to go down', state, (status) => status === 'down', { timeoutMs: 60_000, intervalMs: 5 });
  await waitFor('the link to be up', state, (status) => status === 'up', { timeoutMs: 60_000 });
  const seconds = (performance.now() - beganMs) / 1000;
  expect((await running).failure).toBeNull();
  await scene.look();
  return { forecast: plan.forecast, seconds };
}

/** Past the host: its commands have a time-out. */
async function fill(scene: FleetScene, name: string, lua: string): Promise<void> {
  await scene.at(name).process.client().call('EVAL', lua, '0');
  await scene.look();
}
