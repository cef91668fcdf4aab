// Masters that are absent, locked, loading or no masters at all: the link says why in Redis's words, keeps what it has, and
// comes together as soon as it can. Those that break the protocol are in the table of bad peers.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { expectPacedTries } from '../support/both-kinds.ts';
import { withClient } from '../support/client.ts';
import { freePort, portOf } from '../support/free-port.ts';
import { startRedis } from '../support/redis-server.ts';
import { attach, expectInSync, info, linkUp } from '../support/replication.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { startSyncline } from '../support/syncline-server.ts';
import { waitFor } from '../support/wait-for.ts';

const settings = { 'repl-diskless-sync-delay': 0 };

async function untilLogged(server: ServerProcess, text: string, times = 1): Promise<void> {
  await waitFor(
    `"${text}" ${times} times in the log of ${server.name}`,
    () => server.output().split(text).length - 1,
    (count) => count >= times,
  );
}

/** It still has its key, answers, and says that its link is down. */
async function expectUnharmed(replica: ServerProcess): Promise<void> {
  const client = replica.client();
  expect(await client.get('mine')).toBe('kept');
  expect(await client.ping()).toBe('PONG');
  expect((await info(client, 'replication')).master_link_status).toBe('down');
  client.disconnect();
}

/** A Syncline server with a key of its own. */
async function startReplica(extra: Readonly<Record<string, string | number>> = {}): Promise<ServerProcess> {
  const replica = await startSyncline({ settings: { ...settings, ...extra } });
  const client = replica.client();
  await client.set('mine', 'kept');
  client.disconnect();
  return replica;
}

describe('a Syncline replica', () => {
  it('tries an absent master once a second, and finds it when it comes', async () => {
    await using replica = await startReplica();
    const port = await freePort();
    await attach(replica, { host: '127.0.0.1', port });
    await untilLogged(replica, 'Error condition on socket for SYNC: Connection refused', 3);
    await expectUnharmed(replica);
    expectPacedTries(replica);
    await using master = await startRedis({ port, settings });
    await master.client().set('from', 'master');
    await linkUp(replica);
    await expectInSync(master, replica);
  });

  it('says that a name does not resolve', async () => {
    await using replica = await startReplica();
    await attach(replica, { host: 'no-such-host.invalid', port: 6379 });
    await untilLogged(replica, 'Unable to connect to MASTER:');
    await expectUnharmed(replica);
  });

  it('hears of a wrong password, and comes in with the right one', async () => {
    await using master = await startRedis({ settings: { ...settings, requirepass: 'right' } });
    await withClient({ host: master.host, port: master.port, password: 'right' }, (client) =>
      client.set('from', 'master'),
    );
    await using replica = await startReplica({ masterauth: 'wrong' });
    await attach(replica, master);
    await untilLogged(replica, 'Unable to AUTH to MASTER: -WRONGPASS', 2);
    await expectUnharmed(replica);
    await replica.client().config('SET', 'masterauth', '');
    await untilLogged(replica, 'MASTER aborted replication with an error: NOAUTH Authentication required.');
    await replica.client().config('SET', 'masterauth', 'right');
    await linkUp(replica);
    expect(await replica.client().get('from')).toBe('master');
    for (const secret of ['wrong', 'right']) expect(replica.output()).not.toContain(secret);
  });

  it('comes in as a user of its own', async () => {
    await using master = await startRedis({ settings });
    await master.client().call('ACL', 'SETUSER', 'bob', 'on', '>pass', '+psync', '+replconf', '+ping');
    await master.client().call('ACL', 'SETUSER', 'default', 'resetpass', '>other');
    await using replica = await startReplica({ masterauth: 'pass', masteruser: 'bob' });
    await attach(replica, master);
    await linkUp(replica);
  });

  it('waits for a master that is loading', async () => {
    await using master = await startRedis({ settings: { ...settings, save: '3600 1' } });
    const client = master.client();
    for (let key = 0; key < 3000; key++) void client.set(`key:${key}`, 'v');
    await client.call('SAVE');
    const { folder, port } = master;
    await using replica = await startReplica();
    client.disconnect();
    await master.stop();
    await using loading = await startRedis({
      folder,
      port,
      settings: { ...settings, 'key-load-delay': 1000, 'loading-process-events-interval-bytes': 1024 },
      readyText: 'Server initialized',
    });
    await attach(replica, loading);
    await untilLogged(replica, "Error reply to PING from master: '-LOADING Redis is loading the dataset in memory'");
    await expectUnharmed(replica);
    await linkUp(replica);
    await expectInSync(loading, replica);
  });

  it('waits for a master that has lost its own master', async () => {
    await using middle = await startRedis({ settings });
    await attach(middle, { host: '127.0.0.1', port: await freePort() });
    await using replica = await startReplica();
    await attach(replica, middle);
    await untilLogged(
      replica,
      "Master is currently unable to PSYNC but should be in the future: -NOMASTERLINK Can't SYNC while not connected with my master",
    );
    await expectUnharmed(replica);
  });

  it('knows that an HTTP server is none', async () => {
    const server = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      await using replica = await startReplica();
      await attach(replica, { host: '127.0.0.1', port: portOf(server) });
      await untilLogged(replica, "Error reply to PING from master: 'HTTP/1.1 400 Bad Request'", 2);
      await expectUnharmed(replica);
    } finally {
      server.close();
    }
  });
});

describe('a real replica of a Syncline master', () => {
  it('hears of a wrong password, and comes in with the right one', async () => {
    await using master = await startSyncline({ settings: { ...settings, requirepass: 'right' } });
    await withClient({ host: master.host, port: master.port, password: 'right' }, (client) =>
      client.set('from', 'master'),
    );
    await using replica = await startRedis({ settings: { ...settings, masterauth: 'wrong' } });
    await attach(replica, master);
    await untilLogged(
      replica,
      'Unable to AUTH to MASTER: -WRONGPASS invalid username-password pair or user is disabled.',
    );
    await replica.client().config('SET', 'masterauth', 'right');
    await linkUp(replica);
    expect(await replica.client().get('from')).toBe('master');
  });

  it('waits while our own link is down', async () => {
    await using middle = await startSyncline({ settings });
    await attach(middle, { host: '127.0.0.1', port: await freePort() });
    await using replica = await startRedis({ settings });
    await attach(replica, middle);
    await untilLogged(
      replica,
      "Master is currently unable to PSYNC but should be in the future: -NOMASTERLINK Can't SYNC while not connected with my master",
    );
  });
});
