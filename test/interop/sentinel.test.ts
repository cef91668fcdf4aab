// Three real Sentinels over an embedded master with one of our replicas and a real one: they find, fail over and re-point.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { startRedis } from '../support/redis-server.ts';
import { attach, expectInSync, info, linkUp, syncCounts } from '../support/replication.ts';
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

async function startSentinel(master: ServerProcess): Promise<ServerProcess> {
  const folder = await newFolder();
  const port = await freePort();
  const path = join(folder, 'sentinel.conf');
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${folder}`,
    `sentinel monitor ${group} 127.0.0.1 ${master.port} 2`,
    `sentinel down-after-milliseconds ${group} ${downAfterMs}`,
    `sentinel failover-timeout ${group} 10000`,
    `sentinel parallel-syncs ${group} 2`,
  ];
  await writeFile(path, `${lines.join('\n')}\n`);
  const program = { name: 'redis-sentinel', command: 'redis-sentinel', leadingArguments: [path] };
  return kept(await startServerProcess(program, { folder, port, readyText: 'Sentinel ID is', settings: { save: '' } }));
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
  const sentinels = [await startSentinel(master), await startSentinel(master), await startSentinel(master)];
  for (const sentinel of sentinels) {
    await waitFor(
      'each Sentinel to know both replicas and the two others',
      async () => fieldsOf(await sentinel.client().call('SENTINEL', 'MASTER', group)),
      (fields) => fields['num-slaves'] === '2' && fields['num-other-sentinels'] === '2' && fields.flags === 'master',
      { timeoutMs: failoverMs },
    );
    await waitFor(
      'each Sentinel to have heard of both replicas what they are',
      () => replicasOf(sentinel),
      (replicas) => replicas.every((fields) => fields.flags === 'slave' && fields['master-link-status'] === 'ok'),
      { timeoutMs: failoverMs },
    );
  }
  return { master, ours, redis, sentinels };
}

function fieldsOf(flat: unknown): Record<string, string> {
  const words = flat as string[];
  return Object.fromEntries(words.flatMap((word, i) => (i % 2 === 0 ? [[word, words[i + 1]!]] : [])));
}

async function replicasOf(sentinel: ServerProcess): Promise<Record<string, string>[]> {
  return ((await sentinel.client().call('SENTINEL', 'REPLICAS', group)) as unknown[]).map(fieldsOf);
}

/** Waits until every Sentinel says that this server is the master now, and it says so itself. */
async function promoted(server: ServerProcess, sentinels: readonly ServerProcess[]): Promise<void> {
  for (const sentinel of sentinels) {
    await waitFor(
      `a Sentinel to name ${server.name} on ${server.port} as the master`,
      () => sentinel.client().call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', group),
      (address) => (address as string[])[1] === String(server.port),
      { timeoutMs: failoverMs },
    );
  }
  await waitFor(
    'the promoted server to be a master',
    () => info(server.client(), 'replication'),
    (is) => is.role === 'master',
  );
}

async function follows(replica: ServerProcess, master: ServerProcess): Promise<void> {
  await waitFor(
    `${replica.name} on ${replica.port} to follow ${master.port}`,
    () => info(replica.client(), 'replication'),
    (is) => is.master_port === String(master.port) && is.master_link_status === 'up',
    { timeoutMs: failoverMs },
  );
}

/**
 * Nothing more gets into the stream by itself. Sentinel publishes at the master, also while it hands over, and the
 * replicas hear that: whoever heard more than the promoted one gets everything anew, with Redis as with us.
 */
async function hushed(master: ServerProcess): Promise<void> {
  await master.client().call('ACL', 'SETUSER', 'default', '-publish');
  await master.client().config('SET', 'repl-ping-replica-period', '3600');
}

const settingOf = async (server: ServerProcess, name: string) =>
  ((await server.client().config('GET', name)) as string[])[1];

test(
  'killing the embedded master ends in a failover: our replica takes over, the real one continues with it',
  async () => {
    const { master, ours, redis, sentinels } = await startGroup();
    await master.client().set('before', '1');
    await hushed(master);
    await expectInSync(master, ours, redis);
    await master.stop('SIGKILL');
    await promoted(ours, sentinels);
    await follows(redis, ours);
    expect(await syncCounts(ours)).toMatchObject({ full: 0, partialOk: 1 });
    await ours.client().set('after', '1');
    await expectInSync(ours, redis);
    expect(await redis.client().get('before')).toBe('1');
    // The former master comes back as what it was, and is made a replica.
    const again = kept(await startSyncline({ port: master.port, settings: serverSettings }));
    await follows(again, ours);
    await expectInSync(ours, again, redis);
  },
  testMs,
);

test(
  'SENTINEL FAILOVER hands over to our replica, and the former master and the real replica follow it',
  async () => {
    const { master, ours, redis, sentinels } = await startGroup();
    await master.client().set('before', '1');
    await hushed(master);
    await expectInSync(master, ours, redis);
    expect(await sentinels[0]!.client().call('SENTINEL', 'FAILOVER', group)).toBe('OK');
    await promoted(ours, sentinels);
    await follows(redis, ours);
    await follows(master, ours);
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
        () => replicasOf(sentinel),
        (replicas) => replicas.some((fields) => fields['slave-priority'] === '1'),
        { timeoutMs: failoverMs },
      );
    }
    await master.client().set('before', '1');
    await hushed(master);
    await expectInSync(master, ours, redis);
    await master.stop('SIGKILL');
    await promoted(redis, sentinels);
    await follows(ours, redis);
    expect(await syncCounts(redis)).toMatchObject({ full: 0, partialOk: 1 });
    await redis.client().set('after', '1');
    await expectInSync(redis, ours);
  },
  testMs,
);
