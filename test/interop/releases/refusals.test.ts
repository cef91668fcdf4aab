// What only a newer release knows: told by its name and place, in log and link, and asked for ever more seldom.
import { expect, it } from 'vitest';
import { withClient } from '../../support/client.ts';
import { startRelease } from '../../support/redis-server.ts';
import { attach, expectInSync, info, linkUp } from '../../support/replication.ts';
import { startSyncline } from '../../support/syncline-server.ts';
import { waitFor } from '../../support/wait-for.ts';

const settings = { 'repl-diskless-sync-delay': 0 };
const vector = ['VADD', 'vectors', 'VALUES', '3', '1', '2', '3', 'one'] as const;
const refusal =
  /A value of a module, at the key "vectors" of database 0, of module vectorset version \d+, written by Redis 8\.0\.\d+/;

it('a snapshot with a vector set is refused with its key, its type and its release; the data that were there stay', async () => {
  await using master = await startRelease('Redis 8.0', { settings });
  await using replica = await startSyncline();
  await attach(replica, master);
  await linkUp(replica);
  await withClient(master, async (client) => client.set('a', '1'));
  await expectInSync(master, replica);
  await withClient(master, async (client) => client.call(...vector));
  await withClient(replica, async (client) => {
    await client.call('REPLICAOF', 'NO', 'ONE');
    await client.call('REPLICAOF', master.host, String(master.port));
  });
  await waitFor('the second refusal', () =>
    replica.output().includes('could not be loaded again: the next try is in 2 s'),
  );
  expect(replica.output()).toMatch(refusal);
  await withClient(replica, async (client) => expect(await client.get('a')).toBe('1'));
  await withClient(master, async (client) => client.del('vectors'));
  await linkUp(replica);
  await expectInSync(master, replica);
});

it('a command that only a newer release knows is told by its name, and the link goes on', async () => {
  await using master = await startRelease('Redis 8.0', { settings });
  await using replica = await startSyncline();
  await attach(replica, master);
  await linkUp(replica);
  await withClient(master, async (client) => {
    await client.call(...vector);
    await client.set('a', '1');
  });
  await waitFor(
    'what follows the command',
    () => withClient(replica, (client) => client.get('a')),
    (value) => value === '1',
  );
  expect(replica.output()).toMatch(
    /CRITICAL == This replica is sending an error to its master: '.*unknown command 'VADD'/,
  );
  expect(await info(replica.client(), 'stats')).toMatchObject({ unexpected_error_replies: '1' });
  expect(await info(replica.client(), 'replication')).toMatchObject({ master_link_status: 'up' });
});

it.each([
  ['Redis 8.0', 'repl-rdb-channel'],
  ['Valkey 8.1', 'dual-channel-replication-enabled'],
] as const)(
  'a snapshot through a connection of its own, which %s offers, is asked of ours by nobody',
  async (name, directive) => {
    const offering = { ...settings, 'repl-diskless-sync': 'yes', [directive]: 'yes' };
    await using top = await startRelease(name, { settings: offering });
    await using middle = await startSyncline({ settings });
    await using bottom = await startRelease(name, { settings: offering });
    await withClient(top, async (client) => {
      expect(await client.config('GET', directive)).toEqual([directive, 'yes']);
      await client.set('a', '1');
    });
    await attach(middle, top);
    await linkUp(middle);
    await attach(bottom, middle);
    await linkUp(bottom);
    await withClient(top, async (client) => client.set('b', '2'));
    await expectInSync(top, middle, bottom);
    // As it says between two of its own kind.
    const words = /rdb-channel|rdb channel|dual channel/i;
    expect(top.output()).not.toMatch(words);
    await using sibling = await startRelease(name, { settings: offering });
    await attach(sibling, top);
    await linkUp(sibling);
    expect(top.output()).toMatch(words);
  },
);
