// The table of snapshot formats that forecasts go by, held against files: what each server writes, and who loads it.
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadsSnapshotOf, type ServerVersion, snapshotFormat } from '#core/insight/rdb-versions.ts';
import { withClient } from '../../support/client.ts';
import { type RealServerName, realServerNames, startReal } from '../../support/redis-server.ts';
import { info, linkUp } from '../../support/replication.ts';
import type { ServerProcess, StartOptions } from '../../support/server-process.ts';
import { startSyncline } from '../../support/syncline-server.ts';

const fileName = 'dump.rdb';
const names = [...realServerNames, 'Syncline'] as const;
type Name = RealServerName | 'Syncline';

const start = (name: Name, options: StartOptions = {}) =>
  name === 'Syncline' ? startSyncline(options) : startReal(name, options);

async function versionOf(server: ServerProcess, name: Name): Promise<ServerVersion> {
  const told = await withClient(server, async (client) => ({
    ...(await info(client, 'server')),
    ...(await info(client, 'persistence')),
  }));
  const { redis_version: redisVersion = '', valkey_version: valkey, syncline_rdb_version: writes } = told;
  if (name === 'Syncline') return { family: 'syncline', version: '', redisVersion, writes: Number(writes) };
  const [family = ''] = name.toLowerCase().split(' ');
  return { family, version: valkey ?? redisVersion, redisVersion, writes: null };
}

/** A key of each packed type, whose forms are what the formats differ in. */
async function write(server: ServerProcess): Promise<void> {
  await withClient(server, async (client) => {
    await client.rpush('list', 'a', 'b');
    await client.sadd('set', 'a', 'b');
    await client.hset('hash', 'a', 'b');
    await client.zadd('zset', 1, 'a');
    await client.xadd('stream', '1-1', 'a', 'b');
    await client.save();
  });
}

/** Whether it comes up with the file, and has its keys. */
async function loads(name: Name, file: string): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'syncline-versions-'));
  try {
    await copyFile(file, join(folder, fileName));
    await using server = await start(name, { folder });
    return (await withClient(server, (client) => client.dbsize())) === 5;
  } catch (error) {
    expect(String(error)).toMatch(/Can't handle RDB format version \d+/);
    return false;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function compare(writer: ServerProcess, name: Name): Promise<void> {
  await write(writer);
  const version = await versionOf(writer, name);
  const file = join(writer.folder, fileName);
  const written = (await readFile(file)).toString('latin1', 0, 9);
  expect(written).toBe(`REDIS${String(snapshotFormat(version)).padStart(4, '0')}`);
  for (const readerName of names) {
    await using reader = await start(readerName);
    const foreseen = loadsSnapshotOf(await versionOf(reader, readerName), version);
    expect({ readerName, loads: await loads(readerName, file) }).toEqual({ readerName, loads: foreseen });
  }
}

it.concurrent.each(names)('%s writes what the table says, and is loaded by whom it says', async (name) => {
  await using writer = await start(name);
  await compare(writer, name);
});

it.concurrent('Syncline with a field that expires writes what it says, and is loaded by fewer', async () => {
  await using writer = await startSyncline();
  await withClient(writer, async (client) => {
    await client.hset('hash', 'fleeting', '1');
    await client.call('HPEXPIREAT', 'hash', Date.now() + 3_600_000, 'FIELDS', 1, 'fleeting');
  });
  await compare(writer, 'Syncline');
  expect(await versionOf(writer, 'Syncline')).toMatchObject({ writes: 12 });
});

it.concurrent('Syncline below an older master writes what it says, and is loaded by its siblings', async () => {
  await using master = await startReal('Redis 6.0');
  await write(master);
  await using writer = await startSyncline({ settings: { replicaof: [master.host, master.port] } });
  await linkUp(writer);
  await withClient(writer, (client) => client.save());
  const version = await versionOf(writer, 'Syncline');
  expect(version).toMatchObject({ writes: 9 });
  await using sibling = await startReal('Redis 6.0');
  expect(loadsSnapshotOf(await versionOf(sibling, 'Redis 6.0'), version)).toBe(true);
  expect(await loads('Redis 6.0', join(writer.folder, fileName))).toBe(true);
});
