// Real servers and ours, each as the other's master and replica, and in chains: the data of all of them is equal.
import { describe, expect, it } from 'vitest';
import { change, fill } from '../support/fill.ts';
import { startRedis } from '../support/redis-server.ts';
import { attach, expectInSync, info, linkUp, syncCounts } from '../support/replication.ts';
import type { ServerProcess, StartOptions } from '../support/server-process.ts';
import { startSyncline } from '../support/syncline-server.ts';

type Start = (options?: StartOptions) => Promise<ServerProcess>;

const kinds: Readonly<Record<'Redis' | 'Syncline', Start>> = { Redis: startRedis, Syncline: startSyncline };
const pairs = [
  ['Redis', 'Syncline'],
  ['Syncline', 'Redis'],
  ['Syncline', 'Syncline'],
] as const;
const changesPerRound = 2000;
/** For a replica that is there to acknowledge. */
const longEnoughMs = 20_000;

/** No delay before a diskless sync: the tests are many. */
const settingsFor = (transfer: 'disk' | 'diskless') => ({
  'repl-diskless-sync': transfer === 'diskless' ? 'yes' : 'no',
  'repl-diskless-sync-delay': 0,
});

describe.each(pairs)('%s as master of %s', (masterKind, replicaKind) => {
  it.each(['disk', 'diskless'] as const)('gives all data and every change after it, by %s', async (transfer) => {
    await using master = await kinds[masterKind]({ settings: settingsFor(transfer) });
    await using replica = await kinds[replicaKind]();
    await fill(master);
    await attach(replica, master);
    await linkUp(replica);
    await change(master, changesPerRound);
    await expectInSync(master, replica);
    expect(await syncCounts(master)).toEqual({ full: 1, partialOk: 0, partialErr: 1 });
  });

  it('takes the writes that come while the snapshot is made and sent', async () => {
    await using master = await kinds[masterKind]({ settings: settingsFor('diskless') });
    await using replica = await kinds[replicaKind]();
    await fill(master);
    const counter = master.client();
    let isWriting = true;
    const writing = (async () => {
      while (isWriting) {
        const pipeline = counter.pipeline();
        for (let key = 0; key < 100; key++) pipeline.incr(`during:${key}`);
        await pipeline.exec();
      }
    })();
    await attach(replica, master);
    await linkUp(replica);
    isWriting = false;
    await writing;
    await expectInSync(master, replica);
  });

  it('follows from its start when it is told so by an option', async () => {
    await using master = await kinds[masterKind]({ settings: settingsFor('diskless') });
    await fill(master);
    await using replica = await kinds[replicaKind]({ settings: { replicaof: [master.host, master.port] } });
    await linkUp(replica);
    await expectInSync(master, replica);
    expect(await syncCounts(master)).toEqual({ full: 1, partialOk: 0, partialErr: 0 });
  });
});

describe('a chain of Redis, Syncline, Redis and Syncline', () => {
  it('carries every change to its end, with the same offsets and ids', async () => {
    const settings = settingsFor('diskless');
    await using top = await startRedis({ settings });
    await using second = await startSyncline({ settings });
    await using third = await startRedis({ settings });
    await using last = await startSyncline({ settings });
    await fill(top);
    await attach(second, top);
    await linkUp(second);
    await change(top, changesPerRound, 1);
    await attach(third, second);
    await linkUp(third);
    await change(top, changesPerRound, 2);
    await attach(last, third);
    await linkUp(last);
    await change(top, changesPerRound, 3);
    await expectInSync(top, second, third, last);
    for (const master of [top, second, third]) expect(await syncCounts(master)).toMatchObject({ full: 1 });
  });

  it('goes on in the right database for a replica that joins in the middle of it', async () => {
    const settings = settingsFor('diskless');
    await using top = await startRedis({ settings });
    await using second = await startSyncline({ settings });
    await using third = await startRedis({ settings });
    await attach(second, top);
    await linkUp(second);
    const client = top.client();
    await client.select(9);
    await client.set('before', '1');
    await expectInSync(top, second);
    await attach(third, second);
    await linkUp(third);
    await client.set('after', '2');
    await expectInSync(top, second, third);
    const fields = await info(third.client(), 'keyspace');
    expect(fields.db9).toMatch(/^keys=2,/);
  });
});

describe('several replicas of one Syncline master', () => {
  it('share one snapshot, and all get the same stream', async () => {
    // They share it however long it takes until the last of them has come.
    const settings = { 'repl-diskless-sync-delay': 60, 'repl-diskless-sync-max-replicas': 3 };
    await using master = await startSyncline({ settings });
    await using first = await startRedis();
    await using second = await startSyncline();
    await using third = await startRedis();
    await fill(master);
    for (const replica of [first, second, third]) await attach(replica, master);
    await Promise.all([first, second, third].map(linkUp));
    await change(master, changesPerRound);
    await expectInSync(master, first, second, third);
    const snapshots = master.output().match(/Starting BGSAVE for SYNC/g);
    expect(snapshots).toHaveLength(1);
  });
});

describe('transactions', () => {
  it.each(pairs)('of %s reach %s whole', async (masterKind, replicaKind) => {
    await using master = await kinds[masterKind]({ settings: settingsFor('diskless') });
    await using replica = await kinds[replicaKind]();
    await attach(replica, master);
    await linkUp(replica);
    const client = master.client();
    await client.multi().set('a', '1').incr('b').rpush('c', 'x', 'y').select(4).set('d', '2').exec();
    await client.set('e', '3');
    await expectInSync(master, replica);
  });
});

describe('WAIT', () => {
  it.each(pairs)('on %s hears of %s', async (masterKind, replicaKind) => {
    await using master = await kinds[masterKind]({ settings: settingsFor('diskless') });
    await using replica = await kinds[replicaKind]();
    await attach(replica, master);
    await linkUp(replica);
    const client = master.client();
    await client.set('a', '1');
    expect(await client.wait(1, longEnoughMs)).toBe(1);
    await client.set('a', '2');
    expect(await client.wait(1, longEnoughMs)).toBe(1);
    // It has acknowledged, and nobody else will.
    expect(await client.wait(2, 200)).toBe(1);
  });
});
