// What a person does on the first day, from the lab to a real server, over each carrier of the console.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { withClient } from '../support/client.ts';
import { fill } from '../support/fill.ts';
import { expectSameData, readBack } from '../support/read-back.ts';
import { startRedis } from '../support/redis-server.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Carrier, carriers } from './carriers.ts';
import type { ConsolePage } from './console-page.ts';

const screenshots = join('test-results', 'screenshots');
mkdirSync(screenshots, { recursive: true });

describe.each(carriers)('over the $name carrier', (carrier: Carrier) => {
  test('a person sees the lab, attaches, loads, resyncs, promotes, and brings a real server in', async () => {
    await using opened = await carrier.open();
    console.log(`run on: ${opened.carrier}`);
    const page = opened.console;
    await using redis = await startRedis();

    try {
      await livesTheFirstDay(page, carrier, redis);
    } catch (error) {
      await page.page.screenshot({ path: join(screenshots, `${carrier.name}-failed.png`) });
      throw error;
    }
    expect(page.problems).toEqual([]);
  });
});

async function livesTheFirstDay(page: ConsolePage, carrier: Carrier, redis: ServerProcess): Promise<void> {
  const keep = (moment: string) => page.page.screenshot({ path: join(screenshots, `${carrier.name}-${moment}.png`) });
  await seesTheLab(page);
  await keep('lab');
  await startsAThirdNode(page);
  await dragsItOntoTheMaster(page);
  await startsTheLoad(page);
  await keep('load');
  await resyncsExpectingPartial(page);
  await resyncsInFull(page);
  await promotesAReplica(page);
  await attachesARealServer(page, redis);
  await keep('end');
}

async function seesTheLab(page: ConsolePage): Promise<void> {
  for (const name of ['alpha', 'bravo', 'charlie']) await page.see(page.card(name));
  await page.untilRole('alpha', 'master');
  for (const replica of ['bravo', 'charlie']) {
    await page.untilRole(replica, 'replica');
    await page.untilPhase(replica, 'streaming');
  }
  for (const name of ['alpha', 'bravo', 'charlie']) {
    const before = await page.figureChange(name, 'offset', Number.NaN);
    expect(await page.figureChange(name, 'offset', before)).toBeGreaterThan(before);
  }
}

async function startsAThirdNode(page: ConsolePage): Promise<void> {
  await page.part('start-node').first().click();
  await page.runPlan();
  await page.see(page.card('delta'));
  await page.untilRole('delta', 'master');
}

async function dragsItOntoTheMaster(page: ConsolePage): Promise<void> {
  await page.drag('delta', 'alpha');
  const commands = await page.runPlan();
  expect(commands.join('\n')).toMatch(/REPLICAOF 127\.0\.0\.1 \d+/i);
  await page.untilRole('delta', 'replica');
  await page.untilPhase('delta', 'streaming');
  await page.select('delta');
  await page.openTab('syncs');
  await page.see(page.part('sync-step'));
  const outcome = await waitFor(
    'the sync to have an outcome',
    () => page.part('sync-outcome').first().getAttribute('data-outcome'),
    (value) => value !== null && value !== 'running',
  );
  expect(outcome).toBe('full');
  const steps = (await page.part('sync-step').allInnerTexts()).join('\n');
  for (const message of ['PING', 'REPLCONF', 'PSYNC', 'FULLRESYNC']) expect(steps).toContain(message);
  await page.select('alpha');
  expect(await page.untilFigure('info-connected_slaves', (count) => count === 3)).toBe(3);
}

async function startsTheLoad(page: ConsolePage): Promise<void> {
  const gentle = await growth(page, 'alpha');
  const reachBefore = await page.figure('alpha', 'reach');
  const lagsBefore = await lags(page);
  await page.begin('startLoad', 'alpha');
  // Far more than the gentle load of the lab, and no more than a backlog holds of it while a busy machine resyncs.
  await page.part('load-rate').fill('2000');
  await page.part('load-size').fill('64');
  await page.runPlan();
  const loaded = await waitFor(
    'the offset to grow far faster',
    () => growth(page, 'alpha'),
    (bytes) => bytes > 5 * gentle,
  );
  expect(loaded).toBeGreaterThan(5 * gentle);
  expect(await page.figureChange('alpha', 'reach', reachBefore)).toBeGreaterThanOrEqual(0);
  await waitFor(
    'the lag of a replica to change',
    () => lags(page),
    (now) => now !== lagsBefore,
  );
  for (const chart of ['chart-offset', 'chart-lag', 'chart-reach']) await page.see(page.part(chart));
}

/** The lags of all replicas, as one text: at the moment of a sample a replica that keeps up has none. */
async function lags(page: ConsolePage): Promise<string> {
  return (await Promise.all(['bravo', 'charlie', 'delta'].map((name) => page.figure(name, 'lag')))).join(' ');
}

/** Bytes that an offset grows from one reading to the next. */
async function growth(page: ConsolePage, name: string): Promise<number> {
  const before = await page.figureChange(name, 'offset', await page.figure(name, 'offset'));
  return (await page.figureChange(name, 'offset', before)) - before;
}

async function resyncsExpectingPartial(page: ConsolePage): Promise<void> {
  await page.select('alpha');
  const before = { full: await page.untilFigure('sync-full'), partial: await page.untilFigure('sync-partial-ok') };
  await page.begin('resyncPartial', 'bravo');
  await page.runPlan();
  await page.select('alpha');
  expect(await page.untilFigure('sync-partial-ok', (count) => count > before.partial)).toBe(before.partial + 1);
  expect(await page.untilFigure('sync-full')).toBe(before.full);
  await page.untilPhase('bravo', 'streaming');
}

async function resyncsInFull(page: ConsolePage): Promise<void> {
  await page.select('alpha');
  const before = await page.untilFigure('sync-full');
  await page.begin('resyncFull', 'bravo');
  await page.runPlan();
  await page.select('alpha');
  expect(await page.untilFigure('sync-full', (count) => count > before)).toBe(before + 1);
  await page.untilPhase('bravo', 'streaming');
}

async function promotesAReplica(page: ConsolePage): Promise<void> {
  await page.begin('promote', 'charlie');
  expect((await page.runPlan()).join('\n')).toMatch(/REPLICAOF NO ONE/i);
  await page.untilRole('charlie', 'master');
}

async function attachesARealServer(page: ConsolePage, redis: ServerProcess): Promise<void> {
  const name = await page.connect(`redis://${redis.host}:${redis.port}`);
  await page.untilRole(name, 'master');
  await page.drag(name, 'alpha');
  await page.runPlan();
  await page.untilPhase(name, 'streaming');

  const onRedis = redis.client();
  const alpha = { host: '127.0.0.1', port: infoNumber(await onRedis.info('replication'), 'master_port') };
  await page.begin('stopLoad', 'alpha');
  await page.runPlan();
  await fill(alpha);
  const offset = await withClient(alpha, async (client) =>
    infoNumber(await client.info('replication'), 'master_repl_offset'),
  );
  await waitFor(
    `the real server to reach offset ${offset}`,
    async () => infoNumber(await onRedis.info('replication'), 'slave_repl_offset'),
    (reached) => reached >= offset,
  );
  expectSameData(await readBack(redis), await readBack(alpha));
}

function infoNumber(info: string, field: string): number {
  const number = Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(info)?.[1]);
  if (Number.isNaN(number)) throw new Error(`INFO has no number ${field}:\n${info}`);
  return number;
}
