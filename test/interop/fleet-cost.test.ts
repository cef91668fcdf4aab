// What a full sync costs: the bytes that were foreseen against the file that was sent, and the time against the clock.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import type { Forecast } from '#core/contract/acts.ts';
import { type FleetScene, startScene } from '../support/fleet-scene.ts';
import { waitFor } from '../support/wait-for.ts';

/** Bytes are foreseen within this share. */
const bytesShare = 0.2;
/** Time is foreseen within this factor. */
const timeFactor = 2;

/** Lua that fills the keyspace, by what is in it: the sample must be right for each. */
const datasets: readonly (readonly [title: string, lua: string])[] = [
  ['many short strings', `for i = 1, 900000 do redis.call('SET', 'key:' .. i, 'value:' .. i) end`],
  [
    'hashes, lists, sets and sorted sets of many sizes, some with an expiry',
    `math.randomseed(7)
     for i = 1, 12000 do
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
     for i = 1, 20000 do redis.call('SET', 'small:' .. i, noise(160)) end
     for i = 1, 1500 do redis.call('SET', 'large:' .. i, noise(40000)) end
     for i = 1, 300 do redis.call('SET', 'same:' .. i, string.rep('a', 20000)) end`,
  ],
];

describe.each(datasets)('%s', (_title, lua) => {
  it('bytes are foreseen within 20 %, the time within a factor of two, and the replica gets it all', async () => {
    await using scene = await startScene(inject('nodeWorkerUrl'));
    await scene.start('alpha', { 'repl-diskless-sync': 'no' });
    await scene.start('bravo');
    await fill(scene, 'alpha', lua);
    const plan = await scene.plan({ kind: 'attach', nodeId: scene.id('bravo'), masterId: scene.id('alpha') });
    const beganMs = performance.now();
    const running = scene.run(plan);
    await waitFor(
      'the link to be up',
      () => scene.info('bravo', 'master_link_status'),
      (state) => state === 'up',
      { timeoutMs: 60_000 },
    );
    const seconds = (performance.now() - beganMs) / 1000;
    expect((await running).failure).toBeNull();
    const { size } = await stat(join(scene.at('alpha').process.folder, 'dump.rdb'));
    expectNear(plan.forecast, size, seconds);
  });
});

function expectNear(forecast: Forecast | null, bytes: number, seconds: number): void {
  const foreseen = forecast?.cost;
  console.log(
    `bytes foreseen ${foreseen?.snapshotBytes}, sent ${bytes}; seconds foreseen ${foreseen?.totalSeconds?.toFixed(2)}, taken ${seconds.toFixed(2)}`,
  );
  expect(Math.abs((foreseen?.snapshotBytes ?? 0) / bytes - 1)).toBeLessThan(bytesShare);
  expect((foreseen?.totalSeconds ?? 0) / seconds).toBeGreaterThan(1 / timeFactor);
  expect((foreseen?.totalSeconds ?? 0) / seconds).toBeLessThan(timeFactor);
}

/** Past the host: its commands have a time-out. */
async function fill(scene: FleetScene, name: string, lua: string): Promise<void> {
  await scene.at(name).process.client().call('EVAL', lua, '0');
  await scene.look();
}
