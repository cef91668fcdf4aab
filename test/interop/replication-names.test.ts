// The directives of replication by the names that they had before Redis 5: read, set and in effect, as on a real server.
import { describe, expect, it } from 'vitest';
import { answer, shown, tellBoth } from '../support/both-kinds.ts';
import { startRedis } from '../support/redis-server.ts';
import { attach, info, linkUp } from '../support/replication.ts';
import type { ServerProcess, ServerSettings } from '../support/server-process.ts';
import { waitFor } from '../support/wait-for.ts';

const noDelay: ServerSettings = { 'repl-diskless-sync-delay': 0 };
/** What a PING makes of the stream. */
const pingBytes = 14;

/** The name of today, the former one, a value to start with, and one to set. */
const names: readonly (readonly [today: string, former: string, started: string, set: string])[] = [
  ['replica-announce-ip', 'slave-announce-ip', '10.1.2.3', '10.3.2.1'],
  ['replica-announce-port', 'slave-announce-port', '4444', '5555'],
  ['replica-priority', 'slave-priority', '7', '8'],
  ['replica-read-only', 'slave-read-only', 'no', 'yes'],
  ['replica-serve-stale-data', 'slave-serve-stale-data', 'no', 'yes'],
  ['replica-lazy-flush', 'slave-lazy-flush', 'yes', 'no'],
  ['replica-ignore-maxmemory', 'slave-ignore-maxmemory', 'no', 'yes'],
  ['min-replicas-to-write', 'min-slaves-to-write', '1', '2'],
  ['min-replicas-max-lag', 'min-slaves-max-lag', '3', '4'],
  ['repl-ping-replica-period', 'repl-ping-slave-period', '5', '6'],
];

const formerSettings: ServerSettings = Object.fromEntries(names.map(([, former, started]) => [former, started]));

describe('the former names of directives', () => {
  it('are read and set as the names of today', async () => {
    const seen = await tellBoth(async (start) => {
      await using subject = await start({ settings: formerSettings });
      const client = subject.client();
      const words: unknown[] = [];
      const say = async (...request: string[]) => void words.push(await answer(client, ...request));
      for (const [today, former, , set] of names) {
        for (const name of [today, former]) await say('CONFIG', 'GET', name);
        await say('CONFIG', 'SET', former, set);
        for (const name of [today, former]) await say('CONFIG', 'GET', name);
      }
      await say('CONFIG', 'GET', 'slaveof');
      await say('CONFIG', 'SET', 'slaveof', '127.0.0.1 1');
      return words;
    });
    for (const [today, former, started, set] of names) {
      expect(seen).toContainEqual([today, started]);
      expect(seen).toContainEqual([former, set]);
    }
  });

  it('are in effect from the start', async () => {
    const seen = await tellBoth(async (start) => {
      await using master = await startRedis({ settings: noDelay });
      await master.client().set('a', '1');
      await using subject = await start({ settings: { ...formerSettings, slaveof: [master.host, master.port] } });
      const client = subject.client();
      await linkUp(subject);
      const above = await onlineReplica(master);
      const words: unknown[] = [above.slave0?.replace(/,offset.*/, '')];
      words.push(await shown(client, 'role', 'slave_priority', 'slave_read_only'));
      words.push(await answer(client, 'SET', 'own', '1'));
      await master.stop('SIGKILL');
      await waitFor(
        'the link to be down',
        () => shown(client, 'master_link_status'),
        (at) => at.master_link_status === 'down',
      );
      words.push(await answer(client, 'GET', 'a'));
      await answer(client, 'SLAVEOF', 'NO', 'ONE');
      words.push(await answer(client, 'SET', 'own', '1'), await shown(client, 'min_slaves_good_slaves'));
      return words;
    });
    expect(seen).toEqual([
      'ip=10.1.2.3,port=4444,state=online',
      { role: 'slave', slave_priority: '7', slave_read_only: '0' },
      // A replica counts no replicas of its own before it takes a write.
      'OK',
      expect.stringMatching(/^-MASTERDOWN/),
      '-NOREPLICAS Not enough good replicas to write.',
      { min_slaves_good_slaves: '0' },
    ]);
  });

  it('set the pace of pings and the age of an acknowledgement', async () => {
    await tellBoth(async (start) => {
      const settings = { ...noDelay, 'repl-ping-slave-period': 1, 'min-slaves-to-write': 1, 'min-slaves-max-lag': 5 };
      await using subject = await start({ settings });
      await using replica = await startRedis();
      const client = subject.client();
      await attach(replica, subject);
      await linkUp(replica);
      const offset = async () => Number((await info(client, 'replication')).master_repl_offset);
      const first = await offset();
      // At the usual ten seconds so many would not come within the bound of a wait.
      await waitFor('four pings', offset, (now) => now >= first + 4 * pingBytes);
      return await shown(client, 'min_slaves_good_slaves');
    });
  });
});

function onlineReplica(master: ServerProcess) {
  const client = master.client();
  return waitFor(
    'the replica to be online',
    () => info(client, 'replication'),
    (at) => /state=online/.test(at.slave0 ?? ''),
  );
}

describe('repl-diskless-sync-max-replicas', () => {
  it('ends the wait for more replicas as soon as so many are there', async () => {
    const seen = await tellBoth(async (start) => {
      const settings = { 'repl-diskless-sync-delay': 60, 'repl-diskless-sync-max-replicas': 2 };
      await using subject = await start({ settings });
      await using first = await startRedis();
      await using second = await startRedis();
      await attach(first, subject);
      await waitFor('the first to wait', () => subject.output().includes('Delay next BGSAVE for diskless SYNC'));
      const alone = subject.output().includes('Starting BGSAVE');
      await attach(second, subject);
      await Promise.all([first, second].map(linkUp));
      return { alone, snapshots: subject.output().split('Starting BGSAVE').length - 1 };
    });
    expect(seen).toEqual({ alone: false, snapshots: 1 });
  });
});
