// Three real Sentinels over an embedded master with one of our replicas and a real one: they find, fail over and re-point.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { startRedis } from '../support/redis-server.ts';
import { attach, expectInSync, linkUp, syncCounts } from '../support/replication.ts';
import {
  fieldsOf,
  hush,
  replicasOf,
  startSentinel,
  untilFollows,
  untilPromoted,
  untilReplicasKnown,
} from '../support/sentinel.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { startSyncline } from '../support/syncline-server.ts';
import { waitFor } from '../support/wait-for.ts';

const failoverMs = 45_000;
/** Longer than a busy machine lets a server wait for its turn: who is late is not gone. */
const downAfterMs = 4000;
const testMs = 240_000;
const serverSettings = { 'repl-diskless-sync-delay': 0 };
const group = 'lab';

const open: AsyncDisposable[] = [];
const folders: string[] = [];

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one[Symbol.asyncDispose]();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

function kept<T extends AsyncDisposable>(server: T): T {
  open.push(server);
  return server;
}

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'syncline-sentinel-'));
  folders.push(folder);
  return folder;
}

/** With a configuration file, since Sentinel has its servers rewrite theirs. */
async function startOurs(priority: number): Promise<ServerProcess> {
  const folder = await newFolder();
  const path = join(folder, 'redis.conf');
  await writeFile(path, `replica-priority ${priority}\n`);
  const program = {
    name: 'syncline server',
    command: process.execPath,
    leadingArguments: ['out/main/cli.js', 'server', path],
  };
  return kept(await startServerProcess(program, { folder, settings: serverSettings }));
}

interface Group {
  readonly master: ServerProcess;
  /** Of the two, the one that Sentinel prefers. */
  readonly ours: ServerProcess;
  readonly redis: ServerProcess;
  readonly sentinels: readonly ServerProcess[];
}

/** All started, attached, and known to every Sentinel. */
async function startGroup(): Promise<Group> {
  const master = await startOurs(100);
  const ours = await startOurs(10);
  const redis = kept(await startRedis({ settings: { ...serverSettings, 'replica-priority': 50 } }));
  for (const replica of [ours, redis]) {
    await attach(replica, master);
    await linkUp(replica);
  }
  const sentinels: ServerProcess[] = [];
  for (let i = 0; i < 3; i++) sentinels.push(kept(await startSentinel(group, master, { downAfterMs })));
  for (const sentinel of sentinels) {
    await waitFor(
      'each Sentinel to know both replicas and the two others',
      async () => fieldsOf(await sentinel.client().call('SENTINEL', 'MASTER', group)),
      (fields) => fields['num-slaves'] === '2' && fields['num-other-sentinels'] === '2' && fields.flags === 'master',
      { timeoutMs: failoverMs },
    );
    await untilReplicasKnown(sentinel, group, 2);
  }
  return { master, ours, redis, sentinels };
}

const settingOf = async (server: ServerProcess, name: string) =>
  ((await server.client().config('GET', name)) as string[])[1];

test(
  'killing the embedded master ends in a failover: our replica takes over, the real one continues with it',
  async () => {
    const { master, ours, redis, sentinels } = await startGroup();
    await master.client().set('before', '1');
    await hush(master);
    await expectInSync(master, ours, redis);
    await master.stop('SIGKILL');
    await untilPromoted(ours, group, sentinels);
    await untilFollows(redis, ours);
    expect(await syncCounts(ours)).toMatchObject({ full: 0, partialOk: 1 });
    await ours.client().set('after', '1');
    await expectInSync(ours, redis);
    expect(await redis.client().get('before')).toBe('1');
    // The former master comes back as what it was, and is made a replica.
    const again = kept(await startSyncline({ port: master.port, settings: serverSettings }));
    await untilFollows(again, ours);
    await expectInSync(ours, again, redis);
  },
  testMs,
);

test(
  'SENTINEL FAILOVER hands over to our replica, and the former master and the real replica follow it',
  async () => {
    const { master, ours, redis, sentinels } = await startGroup();
    await master.client().set('before', '1');
    await hush(master);
    await expectInSync(master, ours, redis);
    expect(await sentinels[0]!.client().call('SENTINEL', 'FAILOVER', group)).toBe('OK');
    await untilPromoted(ours, group, sentinels);
    await untilFollows(redis, ours);
    await untilFollows(master, ours);
    await ours.client().set('after', '1');
    await expectInSync(ours, redis, master);
    expect(await syncCounts(ours)).toMatchObject({ full: 0, partialOk: 2 });
    await expect(master.client().set('key', 'value')).rejects.toThrow('READONLY');
    expect(await settingOf(ours, 'replicaof')).toBe('');
    expect(await settingOf(master, 'replicaof')).toBe(`127.0.0.1 ${ours.port}`);
    await waitFor(
      'the former master to have written whom it follows',
      () => readFile(join(master.folder, 'redis.conf'), 'utf8'),
      (text) => text.includes(`replicaof 127.0.0.1 ${ours.port}`),
    );
  },
  testMs,
);

test(
  'a real replica that is preferred takes over, and our replica continues with it',
  async () => {
    const { master, ours, redis, sentinels } = await startGroup();
    await redis.client().config('SET', 'replica-priority', '1');
    for (const sentinel of sentinels) {
      await waitFor(
        'each Sentinel to have read the new priority',
        () => replicasOf(sentinel, group),
        (replicas) => replicas.some((fields) => fields['slave-priority'] === '1'),
        { timeoutMs: failoverMs },
      );
    }
    await master.client().set('before', '1');
    await hush(master);
    await expectInSync(master, ours, redis);
    await master.stop('SIGKILL');
    await untilPromoted(redis, group, sentinels);
    await untilFollows(ours, redis);
    expect(await syncCounts(redis)).toMatchObject({ full: 0, partialOk: 1 });
    await redis.client().set('after', '1');
    await expectInSync(redis, ours);
  },
  testMs,
);
