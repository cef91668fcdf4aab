// Sentinels of Redis 8.0 and of Valkey over an embedded master: each fails over to our replica, and theirs continues with it.
import { expect, it } from 'vitest';
import { startRelease } from '../../support/redis-server.ts';
import { attach, expectInSync, linkUp, syncCounts } from '../../support/replication.ts';
import { hush, startSentinel, untilFollows, untilPromoted, untilReplicasKnown } from '../../support/sentinel.ts';
import { startSyncline } from '../../support/syncline-server.ts';

const group = 'lab';
const settings = { 'repl-diskless-sync-delay': 0 };

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
    await untilReplicasKnown(sentinel, group, 2);
    await hush(master);
    await master.client().set('before', '1');
    await expectInSync(master, ours, theirs);
    await master.stop('SIGKILL');
    await untilPromoted(ours, group, [sentinel]);
    await untilFollows(theirs, ours);
    expect(await syncCounts(ours)).toMatchObject({ full: 0 });
    await ours.client().set('after', '1');
    await expectInSync(ours, theirs);
  },
);
