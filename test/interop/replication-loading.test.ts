// Where a full sync's snapshot goes, by `repl-diskless-load`: what clients are answered meanwhile, what INFO and the log say,
// and what is left when it fails. The same stories are told to a real replica and to ours.
import { readdir } from 'node:fs/promises';
import type { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { answer, logged, type Start, tellBoth } from '../support/both-kinds.ts';
import { startRedis } from '../support/redis-server.ts';
import { startRelay } from '../support/relay.ts';
import { attach, expectInSync, info, linkUp, syncCounts } from '../support/replication.ts';
import { startScriptedMaster, wellMannered } from '../support/scripted-master.ts';
import type { ServerProcess, ServerSettings } from '../support/server-process.ts';
import { startSyncline } from '../support/syncline-server.ts';
import { waitFor } from '../support/wait-for.ts';

/** Each key is longer than the piece after which either server looks at its clients. */
const keys = 60;
const valueBytes = 1500;
/** Of 60 keys a load would last twelve seconds: whoever has looked lets it go on without delay. */
const loadDelay = 200_000;

const masterSettings: ServerSettings = {
  'repl-diskless-sync-delay': 0,
  rdbcompression: 'no',
  'repl-backlog-size': 16_384,
};

function replicaSettings(way: string, extra: ServerSettings = {}): ServerSettings {
  return {
    'repl-diskless-sync-delay': 0,
    'repl-diskless-load': way,
    'loading-process-events-interval-bytes': 1024,
    ...extra,
  };
}

async function fill(server: ServerProcess, text: string): Promise<void> {
  const client = server.client();
  for (let key = 0; key < keys; key++) await client.set(`key:${key}`, text.repeat(valueBytes));
  client.disconnect();
}

async function untilLoading(client: Redis): Promise<Readonly<Record<string, string>>> {
  return waitFor(
    'a load to be under way',
    () => info(client, 'persistence'),
    (at) => (at.loading === '1' || at.async_loading === '1') && Number(at.loading_loaded_bytes) > 0,
    { intervalMs: 5 },
  );
}

async function letGoOn(client: Redis): Promise<void> {
  await client.config('SET', 'key-load-delay', '0');
}

const shortened = (text: string) => (text.length > 100 ? text.slice(0, 3) : text);

/** What is asked in the middle of a load; the answers of a real server are the measure. */
const questions = [
  'GET own',
  'GET key:0',
  'SET a b',
  'PING',
  'DBSIZE',
  'REPLICAOF NO ONE',
  'BGSAVE',
  'PSYNC ? -1',
  'FAILOVER',
  'WAIT 0 1',
  'WATCH own',
  'MULTI',
  'PUBLISH a b',
  'EXEC',
];

async function lookInTheMiddle(client: Redis) {
  const figures = await untilLoading(client);
  // All at once: each answer may have to wait for a key to be loaded.
  const answering = questions.map((question) => answer(client, ...question.split(' ')));
  const [link, role, keyspace, after] = await Promise.all([
    info(client, 'replication'),
    client.role() as Promise<unknown[]>,
    info(client, 'keyspace'),
    info(client, 'persistence'),
  ]);
  const said = (await Promise.all(answering)).map(String);
  await letGoOn(client);
  const [, , , state, offset] = role;
  const { db0 } = keyspace;
  return {
    answers: Object.fromEntries(questions.map((question, at) => [question, shortened(said[at]!)])),
    link: [link.master_link_status, link.master_sync_in_progress, state, offset],
    loading: [figures.loading, figures.async_loading, figures.loading_total_bytes === '0'],
    fields: Object.keys(figures).filter((name) => name.startsWith('loading')),
    keysShown: db0 === undefined ? 'none' : Number(/keys=(\d+)/.exec(db0)?.[1]) < keys / 2 ? 'few' : 'many',
    goesOn: Number(after.loading_loaded_bytes) >= Number(figures.loading_loaded_bytes),
    isPart: Number(figures.loading_loaded_perc) > 0 && Number(figures.loading_loaded_perc) < 100,
  };
}

const whatItLogs =
  /MASTER <-> REPLICA sync|Discarding|Flushing|Loading RDB|RDB age|memory usage|Done loading|Full resync|terminat/;

/** A replica of its own data, or of none, comes to a master for the first time. */
async function firstSync(start: Start, way: string, ownKeys: number) {
  await using master = await startRedis({ settings: masterSettings });
  await using subject = await start({ settings: replicaSettings(way, { 'key-load-delay': loadDelay }) });
  await fill(master, 'n');
  const client = subject.client();
  for (let key = 0; key < ownKeys; key++) await client.set(key === 0 ? 'own' : `own:${key}`, 'mine');
  await attach(subject, master);
  const middle = await lookInTheMiddle(client);
  await linkUp(subject);
  await expectInSync(master, subject);
  const memory = await info(client, 'memory');
  const persistence = await info(client, 'persistence');
  return {
    ...middle,
    own: await client.get('own'),
    lazyFreed: memory.lazyfreed_objects,
    after: [persistence.loading, persistence.async_loading, persistence.rdb_last_load_keys_loaded],
    files: (await readdir(subject.folder)).sort(),
    log: logged(subject, whatItLogs),
  };
}

describe('repl-diskless-load', () => {
  it.each([
    ['disabled', 3],
    ['on-empty-db', 0],
    ['on-empty-db', 3],
    ['swapdb', 3],
  ])('%s, with %i keys of its own: a first sync is as on a real replica', async (way, ownKeys) => {
    const seen = await tellBoth((start) => firstSync(start, way, ownKeys));
    expect(seen.answers['GET own']).toMatch(/^-LOADING/);
    expect(seen.answers['REPLICAOF NO ONE']).toMatch(/^-LOADING/);
    expect(seen.loading.slice(0, 2)).toEqual(['1', '0']);
    expect(seen.files).toEqual(way === 'disabled' || ownKeys > 0 ? (way === 'swapdb' ? [] : ['dump.rdb']) : []);
    expect(seen.log.some((line) => line.includes('to disk'))).toBe(seen.files.length > 0);
    expect(seen.lazyFreed).toBe(way === 'swapdb' ? '3' : '0');
  });

  it('swapdb serves the former data while a later state of them is loaded', async () => {
    const seen = await tellBoth(async (start) => {
      await using master = await startRedis({ settings: masterSettings });
      await using relay = await startRelay(master);
      await using subject = await start({ settings: replicaSettings('swapdb') });
      const client = subject.client();
      await fill(master, 'o');
      await attach(subject, relay);
      await linkUp(subject);
      await expectInSync(master, subject);
      await client.config('SET', 'key-load-delay', loadDelay);
      relay.refuse();
      relay.cut();
      await fill(master, 'n');
      relay.accept();
      const middle = await lookInTheMiddle(client);
      await linkUp(subject);
      await expectInSync(master, subject);
      return { ...middle, counts: await syncCounts(master), freed: (await info(client, 'memory')).lazyfreed_objects };
    });
    expect(seen.loading.slice(0, 2)).toEqual(['0', '1']);
    expect(seen.answers).toMatchObject({
      'GET key:0': 'ooo',
      DBSIZE: String(keys),
      'REPLICAOF NO ONE': '-LOADING Redis is loading the dataset in memory',
    });
    expect(seen.freed).toBe(String(keys));
  });

  it.each(['yes', 'no'])('replica-lazy-flush %s shows in lazyfreed_objects', async (lazily) => {
    const freed = await tellBoth(async (start) => {
      await using master = await startRedis({ settings: masterSettings });
      await using subject = await start({ settings: replicaSettings('disabled', { 'slave-lazy-flush': lazily }) });
      const client = subject.client();
      await client.mset('a', '1', 'b', '2');
      await attach(subject, master);
      await linkUp(subject);
      const { lazyfreed_objects: counted } = await info(client, 'memory');
      await client.config('RESETSTAT');
      return [counted, (await info(client, 'memory')).lazyfreed_objects];
    });
    expect(freed).toEqual([lazily === 'yes' ? '2' : '0', '0']);
  });

  it.each(['disabled', 'swapdb'])('%s: libraries of functions go with the data', async (way) => {
    const library = "#!lua name=own\nredis.register_function('f', function() return 1 end)";
    await tellBoth(async (start) => {
      await using master = await startRedis({ settings: masterSettings });
      await using subject = await start({ settings: replicaSettings(way) });
      const client = subject.client();
      const listed = async () => JSON.stringify(await answer(client, 'FUNCTION', 'LIST')).includes('own');
      const seen = [await answer(client, 'FUNCTION', 'LOAD', library), await listed()];
      await attach(subject, master);
      await linkUp(subject);
      return [...seen, await listed()];
    });
  });

  it('rdb-del-sync-files takes the file away where nothing else wants it', async () => {
    const left = await tellBoth(async (start) => {
      await using master = await startRedis({ settings: masterSettings });
      const seen: string[][] = [];
      for (const save of ['', '3600 1']) {
        await using subject = await start({
          settings: replicaSettings('disabled', { 'rdb-del-sync-files': 'yes', save }),
        });
        await attach(subject, master);
        await linkUp(subject);
        seen.push(await readdir(subject.folder));
      }
      return seen;
    });
    expect(left).toEqual([[], ['dump.rdb']]);
  });
});

const id = '4'.repeat(40);
const mark = 'e'.repeat(40);
/** One whole key of two, and the beginning of the other. */
const begun = 'REDIS0010\xfe\x00\xfb\x02\x00\x00\x01k\x01v\x00\x05oth';
const wrongSum = 'REDIS0010\xfe\x00\xfb\x01\x00\x00\x01k\x01v\xff12345678';

function snapshotScript(text: string) {
  return { ...wellMannered, psync: Buffer.from(`+FULLRESYNC ${id} 500\r\n$EOF:${mark}\r\n${text}`, 'latin1') };
}

/** A replica with `ownKeys` keys is given this snapshot; answers what it holds when that has failed. */
async function failedSync(start: Start, way: string, ownKeys: number, text: string, isCut: boolean) {
  await using master = await startScriptedMaster(snapshotScript(text));
  await using relay = await startRelay(master);
  await using subject = await start({ settings: replicaSettings(way) });
  const client = subject.client();
  for (let key = 0; key < ownKeys; key++) await client.set('own', 'mine');
  await attach(subject, relay);
  await waitFor('the snapshot to begin', () => subject.output().includes('receiving streamed RDB'));
  relay.refuse();
  if (isCut) relay.cut();
  await waitFor('the sync to fail', () => /Failed trying to load|I\/O error trying to sync/.test(subject.output()));
  await waitFor(
    'it to serve again',
    () => answer(client, 'DBSIZE'),
    (size) => typeof size === 'number',
  );
  const { loading, async_loading: beside } = await info(client, 'persistence');
  return { own: await client.get('own'), size: await client.dbsize(), loading, beside };
}

describe('a snapshot that cannot be used', () => {
  it.each([
    ['disabled', 1],
    ['on-empty-db', 0],
    ['swapdb', 1],
  ])('%s, cut off: nothing is lost, and nothing half loaded stays', async (way, ownKeys) => {
    const left = await tellBoth((start) => failedSync(start, way, ownKeys, begun, true));
    expect(left).toEqual({ own: ownKeys === 1 ? 'mine' : null, size: ownKeys, loading: '0', beside: '0' });
  });

  // Redis ends its process over a wrong sum, so there is nothing to compare with.
  it.each([
    ['disabled', 1, 0],
    ['on-empty-db', 0, 0],
    ['swapdb', 1, 1],
  ])('%s, with a wrong sum: what was in its way is gone, what stood beside it stays', async (way, ownKeys, size) => {
    const left = await failedSync(startSyncline, way, ownKeys, wrongSum + mark, false);
    expect(left).toMatchObject({ size, loading: '0', beside: '0' });
  });
});

describe('a load that is given up', () => {
  it('REPLICAOF NO ONE while the file is received keeps the data and removes the file', async () => {
    const seen = await tellBoth(async (start) => {
      const answers = { ...wellMannered, psync: `+FULLRESYNC ${id} 500\r\n$1000\r\nREDIS0010` };
      await using master = await startScriptedMaster(answers);
      await using subject = await start({ settings: replicaSettings('disabled') });
      const client = subject.client();
      await client.set('own', 'mine');
      await attach(subject, master);
      await waitFor(
        'bytes of the snapshot',
        () => info(client, 'replication'),
        (at) => at.master_sync_read_bytes === '9',
      );
      const during = [await client.get('own'), (await readdir(subject.folder)).length];
      const said = await answer(client, 'REPLICAOF', 'NO', 'ONE');
      const { role } = await info(client, 'replication');
      await waitFor(
        'the file to be removed',
        () => readdir(subject.folder),
        (files) => files.length === 0,
      );
      return { during, said, role, after: [await client.get('own'), await answer(client, 'SET', 'a', '1')] };
    });
    expect(seen).toEqual({ during: ['mine', 1], said: 'OK', role: 'master', after: ['mine', 'OK'] });
  });

  it.each(['disabled', 'swapdb'])('SHUTDOWN ends it at once and saves nothing, %s', async (way) => {
    const ended = await tellBoth(async (start) => {
      await using master = await startRedis({ settings: masterSettings });
      const slow = { 'key-load-delay': loadDelay, save: '3600 1', dbfilename: 'own.rdb' };
      await using subject = await start({ settings: replicaSettings(way, slow) });
      await fill(master, 'n');
      const client = subject.client({ reconnects: false });
      await attach(subject, master);
      await untilLoading(client);
      client.call('SHUTDOWN').catch(() => {});
      await waitFor('the end', () => subject.output().includes('bye bye'));
      return logged(subject, /final RDB|saved on disk/);
    });
    expect(ended).toEqual([]);
  });
});

describe('a start from a file', () => {
  it('answers LOADING and tells how far it is', async () => {
    await tellBoth(async (start) => {
      await using first = await start({ settings: { save: '3600 1', rdbcompression: 'no' } });
      await fill(first, 'n');
      await first.client().save();
      const settings = { 'key-load-delay': loadDelay, 'loading-process-events-interval-bytes': 1024 };
      await using again = await start({ settings, folder: first.folder, readyText: 'Server initialized' });
      const client = again.client({ waitsForLoad: false });
      const figures = await untilLoading(client);
      const said = await Promise.all([answer(client, 'GET', 'key:0'), answer(client, 'DBSIZE')]);
      await letGoOn(client);
      await waitFor('the end of the load', () => again.output().includes('DB loaded from disk'));
      return {
        said,
        loading: [figures.loading, figures.async_loading],
        fields: Object.keys(figures).filter((name) => name.startsWith('loading')),
        isPart: Number(figures.loading_loaded_perc) > 0 && Number(figures.loading_loaded_perc) < 100,
        knowsSize: Number(figures.loading_total_bytes) > keys * valueBytes,
        keys: await client.dbsize(),
      };
    });
  });
});
