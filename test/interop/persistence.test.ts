// Saving and loading as a person does it, between our server and a real Redis: files, DUMP payloads, one moment under load.
import { readdirSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fill } from '../support/fill.ts';
import { expectSameData, readBack } from '../support/read-back.ts';
import { startRedis } from '../support/redis-server.ts';
import { startSyncline } from '../support/syncline-server.ts';
import { waitFor } from '../support/wait-for.ts';

const fileName = 'dump.rdb';
let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'syncline-persistence-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function infoField(client: Redis, name: string): Promise<string | undefined> {
  const info = await client.info('persistence');
  return new RegExp(`^${name}:(.*?)\r?$`, 'm').exec(info)?.[1];
}

describe('files', () => {
  it('a real Redis loads what SAVE wrote, and we load what a real Redis wrote', async () => {
    await using ours = await startSyncline({ settings: { save: '3600 1' } });
    await fill(ours);
    const expected = await readBack(ours);
    expect(await ours.client().save()).toBe('OK');
    await copyFile(join(ours.folder, fileName), join(folder, fileName));
    await using redis = await startRedis({ folder });
    expectSameData(await readBack(redis), expected);
    expect(await redis.client().save()).toBe('OK');
    await redis.stop();
    await using again = await startSyncline({ folder });
    expectSameData(await readBack(again), expected);
    expect(await infoField(again.client(), 'rdb_last_load_keys_loaded')).toBe(String(expected.size));
  });

  it('BGSAVE tells of its end by LASTSAVE, INFO and log, and leaves no other file', async () => {
    await using ours = await startSyncline();
    const client = ours.client();
    await client.set('key', 'value');
    expect(await infoField(client, 'rdb_changes_since_last_save')).toBe('1');
    const beganAt = Math.floor(Date.now() / 1000);
    expect(await client.bgsave()).toBe('Background saving started');
    await waitFor(
      'the background save',
      () => infoField(client, 'rdb_saves'),
      (saves) => saves === '1',
    );
    expect(await infoField(client, 'rdb_changes_since_last_save')).toBe('0');
    expect(await infoField(client, 'rdb_last_bgsave_status')).toBe('ok');
    const savedAt = await client.lastsave();
    expect(savedAt).toBeGreaterThanOrEqual(beganAt);
    expect(savedAt).toBeLessThanOrEqual(Date.now() / 1000);
    expect(ours.output()).toContain('Background saving terminated with success');
    expect(readdirSync(ours.folder)).toEqual([fileName]);
  });

  it('saves by its save points', async () => {
    await using ours = await startSyncline({ settings: { save: '1 3' } });
    const client = ours.client();
    await client.mset('a', '1', 'b', '2', 'c', '3');
    await waitFor(
      'the save',
      () => infoField(client, 'rdb_saves'),
      (saves) => saves === '1',
    );
    expect(ours.output()).toContain('3 changes in 1 seconds. Saving...');
  });

  it('SHUTDOWN SAVE keeps the data for the next start', async () => {
    await using first = await startSyncline({ folder });
    await first.client().set('kept', 'yes');
    await first
      .client()
      .shutdown('SAVE')
      .catch(() => {});
    await first.stop();
    await using second = await startSyncline({ folder });
    expect(await second.client().get('kept')).toBe('yes');
  });

  it('a save that fails says why and stops writes until one works', async () => {
    await using ours = await startSyncline({ settings: { save: '3600 1000000' } });
    const client = ours.client();
    await client.set('key', 'value');
    // A folder in the file's place cannot be replaced by the rename.
    await mkdir(join(ours.folder, fileName, 'full'), { recursive: true });
    await expect(client.save()).rejects.toThrow('ERR');
    expect(ours.output()).toMatch(/Error saving the DB on disk: E[A-Z]+/);
    expect(await infoField(client, 'rdb_last_bgsave_status')).toBe('err');
    await expect(client.set('key', 'other')).rejects.toThrow(/^MISCONF/);
    expect(await client.get('key')).toBe('value');
    expect(readdirSync(ours.folder)).toEqual([fileName]);
    await rm(join(ours.folder, fileName), { recursive: true });
    expect(await client.save()).toBe('OK');
    expect(await client.set('key', 'other')).toBe('OK');
  });

  it('a broken file ends the start with its place and reason, and stays as it is', async () => {
    await using redis = await startRedis();
    await fill(redis);
    await redis.client().save();
    const bytes = await readFile(join(redis.folder, fileName));
    bytes[1000] ^= 1;
    await writeFile(join(folder, fileName), bytes);
    await expect(startSyncline({ folder })).rejects.toThrow(
      /ended with 1.*Fatal error loading the DB.*at byte \d+ of the RDB/s,
    );
    expect(await readFile(join(folder, fileName))).toEqual(bytes);
  });
});

describe('DUMP and RESTORE', () => {
  it('carry every key between us and a real Redis, both ways', async () => {
    await using redis = await startRedis();
    await using ours = await startSyncline();
    await using third = await startRedis();
    await fill(redis);
    const expected = await readBack(redis);
    for (const [from, to] of [
      [redis.client(), ours.client()],
      [ours.client(), third.client()],
    ] as const) {
      for (const database of [0, 3, 15]) {
        await from.select(database);
        await to.select(database);
        for (const key of await from.keysBuffer('*')) {
          const expiresAtMs = Math.max(0, await from.pexpiretime(key));
          expect(await to.restore(key, expiresAtMs, (await from.dumpBuffer(key))!, 'ABSTTL')).toBe('OK');
        }
      }
    }
    expectSameData(await readBack(ours), expected);
    expectSameData(await readBack(third), expected);
  });

  it('refuse in Redis’s words', async () => {
    await using redis = await startRedis();
    await using ours = await startSyncline();
    const payload = await (async () => {
      await redis.client().set('source', 'value');
      return (await redis.client().dumpBuffer('source'))!;
    })();
    const broken = Buffer.from(payload);
    broken[2]! ^= 1;
    const answers = await Promise.all(
      [redis.client(), ours.client()].map(async (client) => {
        await client.set('there', '1');
        const tries = [
          client.restore('there', 0, payload),
          client.restore('new', 0, broken),
          client.restore('new', 0, Buffer.from('x')),
          client.restore('new', -1, payload),
          client.restore('new', 0, payload, 'NOSUCH' as 'REPLACE'),
          client.call('RESTORE', 'new', '0', payload, 'FREQ', '300'),
          client.restore('there', 0, payload, 'REPLACE'),
          client.get('there'),
          client.restore('past', 1, payload, 'ABSTTL'),
          client.exists('past'),
          client.dump('nothing'),
        ];
        return (await Promise.allSettled(tries)).map((one) =>
          one.status === 'fulfilled' ? one.value : (one.reason as Error).message,
        );
      }),
    );
    expect(answers[1]).toEqual(answers[0]);
  });
});

describe('one moment', () => {
  it('a file saved under INCR holds a state that was: the counters of a round-robin are equal or one apart', async () => {
    const counters = 20_000;
    await using ours = await startSyncline({ settings: { loglevel: 'verbose' } });
    const client = ours.client();
    let running = true;
    let sent = 0;
    const load = (async () => {
      while (running) {
        const pipeline = client.pipeline();
        for (let at = 0; at < 500; at++) pipeline.incr(`counter:${sent++ % counters}`);
        await pipeline.exec();
      }
    })();
    const other = ours.client();
    for (let save = 1; save <= 3; save++) {
      const before = sent;
      await waitFor(
        'more rounds of the load',
        () => sent,
        (now) => now > before + 2 * counters,
      );
      await other.bgsave();
      await waitFor(
        'the save',
        () => infoField(other, 'rdb_saves'),
        (saves) => saves === String(save),
      );
      await copyFile(join(ours.folder, fileName), join(folder, fileName));
      await using redis = await startRedis({ folder });
      const values = (await redis.client().mget(Array.from({ length: counters }, (_, at) => `counter:${at}`))).map(
        Number,
      );
      const turn = values.findIndex((value) => value !== values[0]);
      const boundary = turn === -1 ? counters : turn;
      const first = values[0]!;
      const shouldBe = values.map((_, at) => (at < boundary ? first : first - 1));
      expect(values).toEqual(shouldBe);
    }
    running = false;
    await load;
    const ahead = [...ours.output().matchAll(/(\d+) keys ahead of a change/g)].map(([, keys]) => Number(keys));
    expect(ahead).toHaveLength(3);
    expect(Math.max(...ahead), 'keys that were saved because they were about to change').toBeGreaterThan(0);
  });
});
