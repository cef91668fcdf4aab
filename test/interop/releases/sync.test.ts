// Ours above and below the other releases of the family: Redis 6.0 and 8.0, and Valkey.
import { describe, expect, it } from 'vitest';
import { change } from '../../support/fill.ts';
import { startRelease } from '../../support/redis-server.ts';
import { releaseNames } from '../../support/releases.ts';
import { attach, expectInSync, linkUp, syncCounts } from '../../support/replication.ts';
import { startSyncline } from '../../support/syncline-server.ts';

const settings = { 'repl-diskless-sync-delay': 0 };

describe.each(releaseNames)('%s', (name) => {
  it('is a replica of ours', async () => {
    await using master = await startSyncline({ settings });
    await using replica = await startRelease(name);
    await change(master, 200, 1);
    await attach(replica, master);
    await linkUp(replica);
    await change(master, 200, 2);
    await expectInSync(master, replica);
    expect(await syncCounts(master)).toMatchObject({ full: 1 });
  });

  it('is a master of ours', async () => {
    await using master = await startRelease(name, { settings });
    await using replica = await startSyncline();
    await change(master, 200, 1);
    await attach(replica, master);
    await linkUp(replica);
    await change(master, 200, 2);
    await expectInSync(master, replica);
    expect(await syncCounts(master)).toMatchObject({ full: 1 });
  });
});
