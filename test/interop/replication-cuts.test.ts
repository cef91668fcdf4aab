// Links that are cut at the worst moment: within a command, within the snapshot, at each step of the handshake.
import { describe, expect, it } from 'vitest';
import { fill } from '../support/fill.ts';
import { startRedis } from '../support/redis-server.ts';
import { startRelay } from '../support/relay.ts';
import { attach, expectInSync, linkUp, syncCounts } from '../support/replication.ts';
import type { ServerProcess, StartOptions } from '../support/server-process.ts';
import { startSyncline } from '../support/syncline-server.ts';
import { waitFor } from '../support/wait-for.ts';

type Start = (options?: StartOptions) => Promise<ServerProcess>;

const kinds: Readonly<Record<'Redis' | 'Syncline', Start>> = { Redis: startRedis, Syncline: startSyncline };
const pairs = [
  ['Redis', 'Syncline'],
  ['Syncline', 'Redis'],
  ['Syncline', 'Syncline'],
] as const;
/** A master that has nothing to say pings before its replica's time is up. */
const settings = { 'repl-diskless-sync-delay': 0, 'repl-timeout': 5, 'repl-ping-replica-period': 1 };
const largeBytes = 4_000_000;

async function writeLarge(server: ServerProcess): Promise<void> {
  const client = server.client();
  for (let key = 0; key < 4; key++) {
    const bytes = Buffer.from(
      Array.from({ length: largeBytes / 4 }, (_, index) => (index * (index + key) * 2654435761) >>> 11),
    );
    await client.set(`large:${key}`, bytes);
  }
  client.disconnect();
}

describe.each(pairs)('%s as master of %s', (masterKind, replicaKind) => {
  it('continues after cuts in the middle of a command and of a transaction', async () => {
    await using master = await kinds[masterKind]({ settings });
    await using replica = await kinds[replicaKind]({ settings });
    await using relay = await startRelay(master);
    await attach(replica, relay);
    await linkUp(replica);
    const client = master.client();
    // Of the 166 bytes or more that a round makes: within the first INCR, MULTI, the queued commands, EXEC, the last INCR.
    for (const bytes of [3, 40, 77, 130, 150]) {
      const opened = relay.opened;
      relay.cutAfter('server', bytes);
      await client.incr('before');
      await client.multi().incr('first').incr('second').rpush('list', 'item').exec();
      await client.incr('after');
      await waitFor(
        'the replica to come back',
        () => relay.opened,
        (now) => now > opened,
      );
      await linkUp(replica);
    }
    await expectInSync(master, replica);
    expect(await replica.client().mget('before', 'first', 'second', 'after')).toEqual(['5', '5', '5', '5']);
    expect(await syncCounts(master)).toEqual({ full: 1, partialOk: 5, partialErr: 1 });
  });

  it('starts anew when the snapshot was cut off in its middle', async () => {
    await using master = await kinds[masterKind]({ settings });
    await using replica = await kinds[replicaKind]({ settings });
    await using relay = await startRelay(master);
    await writeLarge(master);
    await fill(master);
    relay.cutAfter('server', largeBytes / 2);
    await attach(replica, relay);
    await waitFor(
      'the cut',
      () => relay.cuts,
      (cuts) => cuts === 1,
    );
    await linkUp(replica);
    await expectInSync(master, replica);
    expect(await syncCounts(master)).toMatchObject({ full: 2, partialOk: 0 });
  });
});

/** Each step costs the second until the next try: they are taken side by side, and not a third time among ours alone. */
describe.each(pairs.slice(0, 2))('%s as master of %s', (masterKind, replicaKind) => {
  it.concurrent.each([
    ['client', 'PING'],
    ['server', '+PONG'],
    ['client', 'listening-port'],
    ['client', 'capa'],
    ['client', 'PSYNC'],
    ['server', '+FULLRESYNC'],
    ['server', '$EOF'],
  ] as const)('comes together after a cut where the %s says %s', async (sender, text) => {
    await using master = await kinds[masterKind]({ settings });
    await using replica = await kinds[replicaKind]({ settings });
    await using relay = await startRelay(master);
    await master.client().set('key', 'value');
    relay.cutAt(sender, text);
    await attach(replica, relay);
    await waitFor(
      'the cut',
      () => relay.cuts,
      (cuts) => cuts >= 1,
    );
    await linkUp(replica);
    await expectInSync(master, replica);
  });
});

describe('a Syncline replica whose snapshot is cut off', () => {
  it('goes on serving its own data, and says why it has no other', async () => {
    await using master = await startRedis({ settings });
    await using replica = await startSyncline({ settings: { ...settings, 'replica-read-only': 'no' } });
    await using relay = await startRelay(master);
    await writeLarge(master);
    await replica.client().set('mine', 'kept');
    relay.cutAfter('server', largeBytes / 2);
    await attach(replica, relay);
    await waitFor(
      'the cut',
      () => relay.cuts,
      (cuts) => cuts === 1,
    );
    relay.refuse();
    await waitFor('the loss in the log', () => replica.output().includes('I/O error trying to sync with MASTER'));
    expect(await replica.client().get('mine')).toBe('kept');
    expect(await replica.client().exists('large:0')).toBe(0);
    relay.accept();
    await linkUp(replica);
    await expectInSync(master, replica);
  });
});
