// RDB in both directions with a real Redis: it loads what we write, we load what it writes, and refuse what it refuses.
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rdbVersion } from '#core/engine/persistence/rdb/format.ts';
import { rdbTypeOf } from '#core/engine/persistence/rdb/value-writer.ts';
import { fill } from '../support/fill.ts';
import { loadRdb, writeRdb } from '../support/rdb.ts';
import { type DataReading, expectSameData, readBack } from '../support/read-back.ts';
import { startRedis } from '../support/redis-server.ts';

const samplesFolder = 'test/fixtures/rdb';
const samples = readdirSync(samplesFolder).filter((name) => name.endsWith('.rdb'));
const fileName = 'dump.rdb';
const refusedByBoth = ['redis_40_with_module.rdb', 'redis_60_with_module_aux.rdb'];

/** What a real Redis has after it started with this file. As a replica, so that it keeps keys whose time is up. */
async function loadedByRedis(rdb: Buffer): Promise<DataReading> {
  const folder = await mkdtemp(join(tmpdir(), 'syncline-rdb-'));
  try {
    await writeFile(join(folder, fileName), rdb);
    await using redis = await startRedis({ folder, settings: { dbfilename: fileName } });
    return await readBack(redis);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe('RDB files of older Redis', () => {
  it.each(samples.filter((name) => !refusedByBoth.includes(name)))(
    '%s: what we load and write again is what a real Redis loads from the file itself',
    async (name) => {
      const bytes = readFileSync(join(samplesFolder, name));
      const expected = await loadedByRedis(bytes);
      for (const pieceBytes of [bytes.length, 1]) {
        const actual = await loadedByRedis(writeRdb(loadRdb(bytes, pieceBytes).keyspace));
        if (name === 'empty_database.rdb' || name === 'keys_with_expiry.rdb') expect(actual).toEqual(expected);
        else expectSameData(actual, expected);
      }
    },
  );

  it.each(refusedByBoth)('%s is refused by a real Redis and by us', async (name) => {
    const bytes = readFileSync(join(samplesFolder, name));
    await expect(loadedByRedis(bytes)).rejects.toThrow(/ended with [01]:.*module/s);
    expect(() => loadRdb(bytes)).toThrow(/module/);
  });
});

describe('RDB between us and a real Redis', () => {
  it.each(['yes', 'no'])('carries every type in every form both ways, rdbcompression %s', async (rdbcompression) => {
    await using redis = await startRedis({ settings: { rdbcompression } });
    await fill(redis);
    await redis.client().save();
    const written = await readFile(join(redis.folder, fileName));
    const expected = await readBack(redis);
    for (const pieceBytes of [written.length, 1, 4096]) {
      const { keyspace, report } = loadRdb(written, pieceBytes);
      expect(report).toMatchObject({ version: 10, checksum: 'right', keysLoaded: expected.size });
      const ours = writeRdb(keyspace, { compress: rdbcompression === 'yes' });
      expectSameData(await loadedByRedis(ours), expected);
    }
  });

  it('writes the type byte that Redis 7.0 writes for each key', async () => {
    await using redis = await startRedis();
    await fill(redis);
    const client = redis.client();
    await client.save();
    const [database] = loadRdb(await readFile(join(redis.folder, fileName))).keyspace.databases;
    const keys: Buffer[] = [];
    const ours: number[] = [];
    database.forEach((ref) => {
      keys.push(Buffer.from(database.keyBytes(ref)));
      ours.push(rdbTypeOf(database, ref, rdbVersion));
    });
    const dumps = await Promise.all(keys.map((key) => client.dumpBuffer(key)));
    expect(new Set(ours)).toEqual(new Set([0, 2, 4, 5, 11, 16, 17, 18, 19]));
    expect(ours).toEqual(dumps.map((dump) => dump[0]));
  });
});
