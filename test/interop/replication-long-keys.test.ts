// Keys longer than a megabyte, which hardly anybody has: they come through a full sync and the stream, both ways.
import { describe, expect, it } from 'vitest';
import { startRedis } from '../support/redis-server.ts';
import { attach, expectInSync, linkUp } from '../support/replication.ts';
import { startSyncline } from '../support/syncline-server.ts';

const starts = { Redis: startRedis, Syncline: startSyncline };
const pairs = [
  ['Redis', 'Syncline'],
  ['Syncline', 'Redis'],
] as const;
const settings = { 'repl-diskless-sync': 'yes', 'repl-diskless-sync-delay': 0 };
const keyBytes = 2_000_000;
const longKey = (letter: string) => letter.repeat(keyBytes);

describe.each(pairs)('%s as master of %s', (masterKind, replicaKind) => {
  it('keys of two megabytes arrive with the snapshot and with the stream', async () => {
    await using master = await starts[masterKind]({ settings });
    await using replica = await starts[replicaKind]({ settings });
    const client = master.client();
    await client.set(longKey('a'), 'from the snapshot');
    await client.set(longKey('a').slice(0, keyBytes % 2 ** 20), 'as long but for the megabytes');
    await client.hset(longKey('h'), 'field', 'value');
    await client.pexpire(longKey('h'), 3_600_000);
    await attach(replica, master);
    await linkUp(replica);
    await client.set(longKey('b'), 'from the stream', 'EX', 3600);
    await client.append(longKey('a'), ' and on');
    await client.persist(longKey('h'));
    await client.rename(longKey('h'), longKey('r'));
    await expectInSync(master, replica);
    const onReplica = replica.client();
    expect(await onReplica.get(longKey('a'))).toBe('from the snapshot and on');
    expect(await onReplica.hgetall(longKey('r'))).toEqual({ field: 'value' });
    expect(await onReplica.dbsize()).toBe(4);
  });
});
