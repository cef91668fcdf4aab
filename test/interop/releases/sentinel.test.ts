// Sentinels of Redis 8.0 and of Valkey over an embedded master: each fails over to our replica, and theirs continues with it.
import { expect, it } from 'vitest';
import { startRelease } from '../../support/redis-server.ts';
import { attach, expectInSync, info, linkUp, syncCounts } from '../../support/replication.ts';
import { startSentinel } from '../../support/sentinel.ts';
import type { ServerProcess } from '../../support/server-process.ts';
import { startSyncline } from '../../support/syncline-server.ts';
import { waitFor } from '../../support/wait-for.ts';

const group = 'lab';
const failoverMs = 45_000;
const settings = { 'repl-diskless-sync-delay': 0 };

async function knowsBoth(sentinel: ServerProcess): Promise<void> {
  const client = sentinel.client();
  await waitFor(
    'the Sentinel to have heard of both replicas what they are',
    async () => JSON.stringify(await client.call('SENTINEL', 'REPLICAS', group)),
    (told) => told.split('"master-link-status","ok"').length === 3,
    { timeoutMs: failoverMs },
  );
}

async function becomesMaster(server: ServerProcess, sentinel: ServerProcess): Promise<void> {
  const client = sentinel.client();
  await waitFor(
    `the Sentinel to name ${server.name} on ${server.port}`,
    () => client.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', group),
    (address) => (address as string[])[1] === String(server.port),
    { timeoutMs: failoverMs },
  );
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

/** Nothing more gets into the stream by itself: who heard more than the promoted one would get everything anew. */
async function hushed(master: ServerProcess): Promise<void> {
  await master.client().call('ACL', 'SETUSER', 'default', '-publish');
  await master.client().config('SET', 'repl-ping-replica-period', '3600');
}

it.concurrent.each(['Redis 8.0', 'Valkey 8.1'] as const)(
  'of %s promotes our replica in the place of a killed master',
  async (release) => {
    await using master = await startSyncline({ settings });
    await using ours = await startSyncline({ settings: { ...settings, 'replica-priority': 10 } });
    await using theirs = await startRelease(release, { settings: { ...settings, 'replica-priority': 50 } });
    for (const replica of [ours, theirs]) {
      await attach(replica, master);
      await linkUp(replica);
    }
    await using sentinel = await startSentinel(group, master, { release, quorum: 1 });
    await knowsBoth(sentinel);
    await hushed(master);
    await master.client().set('before', '1');
    await expectInSync(master, ours, theirs);
    await master.stop('SIGKILL');
    await becomesMaster(ours, sentinel);
    await follows(theirs, ours);
    expect(await syncCounts(ours)).toMatchObject({ full: 0 });
    await ours.client().set('after', '1');
    await expectInSync(ours, theirs);
  },
);
