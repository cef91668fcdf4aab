// Each setting of replication does on ours what it does on a real server: words, INFO and log are compared.
import { describe, expect, it } from 'vitest';
import { answer, logged, shown, tellBoth } from '../support/both-kinds.ts';
import { openPlain } from '../support/plain-socket.ts';
import { startRedis } from '../support/redis-server.ts';
import { startRelay } from '../support/relay.ts';
import { attach, expectInSync, info, linkUp, syncCounts } from '../support/replication.ts';
import type { ServerProcess, ServerSettings } from '../support/server-process.ts';
import { startSyncline } from '../support/syncline-server.ts';
import { waitFor } from '../support/wait-for.ts';

const noDelay: ServerSettings = { 'repl-diskless-sync-delay': 0 };
/** Nothing gets into the stream by itself, so that offsets can be compared. */
const noPings: ServerSettings = { 'repl-ping-replica-period': 3600 };

describe('min-replicas-to-write and min-replicas-max-lag', () => {
  it('refuse writes until enough replicas are there', async () => {
    const seen = await tellBoth(async (start) => {
      await using subject = await start({ settings: { ...noDelay, 'min-replicas-to-write': 1 } });
      await using replica = await startRedis();
      const client = subject.client();
      const words: unknown[] = [];
      const say = async (...request: (string | number)[]) => void words.push(await answer(client, ...request));
      const show = async () => void words.push(await shown(client, 'connected_slaves', 'min_slaves_good_slaves'));
      await say('SET', 'a', '1');
      await say('GET', 'a');
      await say('MULTI');
      await say('SET', 'a', '1');
      await say('EXEC');
      await show();
      await attach(replica, subject);
      await linkUp(replica);
      await waitFor(
        'a good replica',
        () => shown(client, 'min_slaves_good_slaves'),
        (at) => at.min_slaves_good_slaves === '1',
      );
      await say('SET', 'a', '2');
      await show();
      await say('CONFIG', 'SET', 'min-slaves-to-write', 2);
      await say('DEL', 'a');
      await say('CONFIG', 'SET', 'min-slaves-max-lag', 0);
      await say('DEL', 'a');
      await show();
      return words;
    });
    expect(seen[0]).toBe('-NOREPLICAS Not enough good replicas to write.');
    expect(seen.slice(-4)).toEqual(['-NOREPLICAS Not enough good replicas to write.', 'OK', 1, expect.anything()]);
  });

  it('count a replica that does not acknowledge in time as none', async () => {
    await tellBoth(async (start) => {
      const settings = { ...noDelay, 'min-replicas-to-write': 1, 'min-replicas-max-lag': 2 };
      await using subject = await start({ settings });
      await using relay = await startRelay(subject);
      await using replica = await startRedis();
      const client = subject.client();
      await attach(replica, relay);
      await linkUp(replica);
      await waitFor(
        'a write to be taken',
        () => answer(client, 'SET', 'a', '1'),
        (said) => said === 'OK',
      );
      relay.stall();
      const refused = await waitFor(
        'a write to be refused',
        () => answer(client, 'SET', 'a', '1'),
        (said) => said !== 'OK',
      );
      const during = await shown(client, 'connected_slaves', 'min_slaves_good_slaves');
      relay.flow();
      await waitFor(
        'a write to be taken again',
        () => answer(client, 'SET', 'a', '1'),
        (said) => said === 'OK',
      );
      return { refused, during };
    });
  });
});

describe('replica-serve-stale-data', () => {
  it('keeps a replica without its master silent', async () => {
    const seen = await tellBoth(async (start) => {
      await using master = await startRedis({ settings: noDelay });
      await using relay = await startRelay(master);
      await using subject = await start({ settings: { 'replica-serve-stale-data': 'no' } });
      await master.client().set('a', '1');
      await attach(subject, relay);
      await linkUp(subject);
      const client = subject.client();
      const words: unknown[] = [];
      const say = async (...request: (string | number)[]) => void words.push(await answer(client, ...request));
      await say('GET', 'a');
      relay.refuse();
      relay.cut();
      await waitFor(
        'the link to be down',
        () => info(client, 'replication'),
        (at) => at.master_link_status === 'down',
      );
      const requests = [
        'GET a',
        'SET a 2',
        'PING',
        'MULTI',
        'GET a',
        'EXEC',
        'DISCARD',
        'PUBLISH c m',
        'WATCH a',
        'DBSIZE',
      ];
      for (const request of requests) await say(...request.split(' '));
      await say('CONFIG', 'SET', 'slave-serve-stale-data', 'yes');
      await say('GET', 'a');
      return words;
    });
    expect(seen[1]).toMatch(/^-MASTERDOWN/);
    expect(seen.at(-1)).toBe('1');
  });
});

describe('replica-read-only', () => {
  it('no: what a replica writes stays with it', async () => {
    const seen = await tellBoth(async (start) => {
      await using master = await startRedis({ settings: { ...noDelay, ...noPings } });
      await using subject = await start({ settings: noDelay });
      await using below = await startRedis();
      await master.client().set('a', '1');
      await attach(subject, master);
      await linkUp(subject);
      await attach(below, subject);
      await linkUp(below);
      const client = subject.client();
      const words: unknown[] = [];
      const say = async (...request: (string | number)[]) => void words.push(await answer(client, ...request));
      await say('SET', 'own', '1');
      await say('CONFIG', 'SET', 'replica-read-only', 'no');
      words.push(await shown(client, 'slave_read_only'));
      await say('SET', 'own', '1');
      await say('SET', 'short', '1', 'PX', 50);
      await say('WAIT', 1, 10);
      await waitFor(
        'the key to expire',
        () => answer(client, 'GET', 'short'),
        (value) => value === null,
      );
      await master.client().set('b', '2');
      await waitFor(
        'the stream to go on',
        () => below.client().get('b'),
        (value) => value === '2',
      );
      words.push(
        await below
          .client()
          .keys('*')
          .then((keys) => keys.sort()),
      );
      words.push(await client.keys('*').then((keys) => keys.sort()));
      const [above, here] = [await info(master.client(), 'replication'), await info(client, 'replication')];
      words.push(above.master_repl_offset === here.master_repl_offset);
      return words;
    });
    expect(seen[0]).toMatch(/^-READONLY/);
    expect(seen.slice(-3)).toEqual([['a', 'b'], ['a', 'b', 'own'], true]);
  });
});

describe('keys with an expiry on a writable replica', () => {
  it('are deleted by it when it gave the expiry, and counted; those of the master only by the master', async () => {
    const seen = await tellBoth(async (start) => {
      await using master = await startRedis({ settings: noDelay });
      await using subject = await start({ settings: { ...noDelay, 'slave-read-only': 'no' } });
      await using below = await startRedis();
      const above = master.client();
      const client = subject.client();
      await above.set('long', '1', 'EX', 1000);
      await attach(subject, master);
      await linkUp(subject);
      await attach(below, subject);
      await linkUp(below);
      const tracked = async () => (await info(client, 'stats')).slave_expires_tracked_keys;
      const words: unknown[] = [];
      const say = async (...request: (string | number)[]) => void words.push(await answer(client, ...request));
      // In one breath: counted before any of them is over.
      const told = await client
        .multi()
        .set('a', '1', 'PX', 100)
        .set('kept', '1', 'EX', 1000)
        .setex('persisted', 1000, '1')
        .pexpire('long', 100)
        .select(5)
        .set('kept', '1', 'EX', 1000)
        .set('b', '1', 'PX', 100)
        .select(0)
        .info('stats')
        .exec();
      const trackedAtFirst = /^slave_expires_tracked_keys:(\d+)/m.exec(String(told?.at(-1)?.[1]))?.[1];
      words.push(told?.slice(0, -1), trackedAtFirst);
      await say('PERSIST', 'persisted');
      await waitFor(
        'its own keys to be deleted',
        () => info(client, 'stats'),
        (at) => at.expired_keys === '3' && at.slave_expires_tracked_keys === '1',
      );
      await say('EXISTS', 'a', 'long', 'kept', 'persisted');
      words.push(await above.exists('long'), await below.client().exists('long'));
      await say('FLUSHALL');
      words.push(await tracked());
      await say('CONFIG', 'SET', 'replica-read-only', 'yes');
      await say('SET', 'a', '1', 'PX', 100);
      return words;
    });
    expect(seen[1]).toBe('5');
    expect(seen.at(-1)).toMatch(/^-READONLY/);
  });
});

/** A replica's link is up a little before its master says so. */
function onlineReplica(master: ServerProcess) {
  const client = master.client();
  return waitFor(
    'the replica to be online',
    () => info(client, 'replication'),
    (at) => /state=online/.test(at.slave0 ?? ''),
  );
}

describe('what a replica announces', () => {
  const announced: ServerSettings = {
    'replica-announce-ip': '10.1.2.3',
    'replica-announce-port': 4444,
    'replica-announced': 'no',
    'replica-priority': 7,
  };
  const names = ['slave_priority', 'slave_read_only', 'replica_announced'];

  it('is seen by its master and in its own INFO', async () => {
    const seen = await tellBoth(async (start) => {
      await using master = await startRedis({ settings: noDelay });
      await using subject = await start({ settings: announced });
      await attach(subject, master);
      await linkUp(subject);
      const above = await onlineReplica(master);
      const [, , replicas] = (await master.client().role()) as [string, number, string[][]];
      return {
        slave0: above.slave0?.replace(/,offset.*/, ''),
        role: replicas.map((replica) => replica.slice(0, 2)),
        own: await shown(subject.client(), ...names),
      };
    });
    expect(seen).toEqual({
      slave0: 'ip=10.1.2.3,port=4444,state=online',
      role: [['10.1.2.3', '4444']],
      own: { slave_priority: '7', slave_read_only: '1', replica_announced: '0' },
    });
  });

  it('is shown by ours as by a real master, with its name in the log', async () => {
    const seen = await tellBoth(async (start) => {
      await using subject = await start({ settings: noDelay });
      await using replica = await startRedis({ settings: announced });
      await attach(replica, subject);
      await linkUp(replica);
      const above = await onlineReplica(subject);
      const [, , replicas] = (await subject.client().role()) as [string, number, string[][]];
      return {
        slave0: above.slave0?.replace(/,offset.*/, ''),
        role: replicas.map((each) => each.slice(0, 2)),
        log: logged(subject, /asks for synchronization|succeeded$/),
      };
    });
    expect(seen.role).toEqual([['10.1.2.3', '4444']]);
  });
});

describe('clients that wait when their master becomes a replica', () => {
  it('are told so and closed', async () => {
    const seen = await tellBoth(async (start) => {
      await using subject = await start({ settings: noDelay });
      await using master = await startRedis({ settings: noDelay });
      const client = subject.client();
      const requests = ['BLPOP none 0', 'BZPOPMIN none 0', 'BLMOVE a b LEFT LEFT 0', 'WAIT 3 0'];
      const waiting = await Promise.all(requests.map(() => openPlain(subject)));
      try {
        for (const [index, request] of requests.entries()) waiting[index]?.say(`${request}\r\n`);
        await waitFor(
          'all to wait',
          () => info(client, 'clients'),
          (at) => at.blocked_clients === String(requests.length),
        );
        await attach(subject, master);
        await waitFor('all to be closed', () => waiting.every((one) => one.isClosed()));
        const { blocked_clients: left } = await info(client, 'clients');
        return { told: waiting.map((one) => one.received()), left, said: await answer(client, 'PING') };
      } finally {
        for (const one of waiting) one[Symbol.dispose]();
      }
    });
    expect(seen.told[0]).toMatch(/^-UNBLOCKED /);
  });
});

describe('propagation-error-behavior', () => {
  // A real replica that is told to panic ends its process, so that ours is alone here.
  it.each([
    ['ignore', 1],
    ['panic', 2],
    ['panic-on-replicas', 2],
  ])('%s: after a command that could not be applied the master has given %i full syncs', async (behaviour, full) => {
    await using master = await startRedis({ settings: { ...noDelay, 'enable-debug-command': 'yes' } });
    await using subject = await startSyncline({ settings: { 'propagation-error-behavior': behaviour } });
    const above = master.client();
    await above.set('text', 'x');
    await attach(subject, master);
    await linkUp(subject);
    await expectInSync(master, subject);
    await above.call('DEBUG', 'REPLICATE', 'LPUSH', 'text', 'y');
    await waitFor('the error in the log', () => subject.output().includes('== CRITICAL == This replica is sending'));
    await above.set('after', '1');
    await expectInSync(master, subject);
    expect(await syncCounts(master)).toMatchObject({ full });
  });
});

describe('snapshots that are slowed on purpose', () => {
  /** Keys with a delay of 20 ms each, or of 60: so long that it is seen to go on, on a busy machine too. */
  const keys = 50;
  const delayMicros = 20_000;
  const longDelayMicros = 60_000;
  const leastMs = 950;

  async function withKeys(server: ServerProcess): Promise<void> {
    const client = server.client();
    for (let key = 0; key < keys; key++) await client.set(`key:${key}`, 'v');
  }

  it.each(['yes', 'no'])('rdb-key-save-delay holds a replica in wait_bgsave, diskless %s', async (diskless) => {
    await tellBoth(async (start) => {
      const settings = { ...noDelay, 'repl-diskless-sync': diskless, 'rdb-key-save-delay': longDelayMicros };
      await using subject = await start({ settings });
      await using replica = await startRedis();
      await withKeys(subject);
      const client = subject.client();
      const beganAt = performance.now();
      await attach(replica, subject);
      const waiting = await waitFor(
        'the snapshot',
        () => info(client, 'replication'),
        (at) => /wait_bgsave/.test(at.slave0 ?? ''),
      );
      await client.set('meanwhile', '1');
      await linkUp(replica);
      const isSlow = performance.now() - beganAt > leastMs;
      await expectInSync(subject, replica);
      return {
        isSlow,
        waiting: waiting.slave0?.replace(/.*(state=\w+).*/, '$1'),
        hidden: await client.config('GET', '*-delay'),
      };
    });
  });

  it('rdb-key-save-delay makes a BGSAVE long', async () => {
    const isSlow = await tellBoth(async (start) => {
      await using subject = await start({ settings: { 'rdb-key-save-delay': longDelayMicros } });
      await withKeys(subject);
      const client = subject.client();
      await client.bgsave();
      const saved = await waitFor(
        'the save',
        () => info(client, 'persistence'),
        (at) => at.rdb_saves === '1' && at.rdb_bgsave_in_progress === '0',
      );
      return Number(saved.rdb_last_bgsave_time_sec) * 1000 > leastMs;
    });
    expect(isSlow).toBe(true);
  });

  it('key-load-delay makes a load long, and the link outlives it whatever repl-timeout says', async () => {
    await using master = await startRedis({ settings: noDelay });
    await using subject = await startSyncline({ settings: { 'key-load-delay': longDelayMicros, 'repl-timeout': 1 } });
    await withKeys(master);
    const client = subject.client();
    const beganAt = performance.now();
    await attach(subject, master);
    await waitFor(
      'the load',
      () => info(client, 'persistence'),
      (at) => at.loading === '1',
    );
    // By the client that is there: a new one would wait as long as INFO says that the load may last.
    await waitFor(
      'the link to be up',
      () => info(client, 'replication'),
      (at) => at.master_link_status === 'up',
    );
    expect(performance.now() - beganAt).toBeGreaterThan(leastMs);
    expect((await info(client, 'persistence')).loading).toBe('0');
    await expectInSync(master, subject);
    expect(await syncCounts(master)).toMatchObject({ full: 1 });
  });

  it('key-load-delay makes a start from a file long', async () => {
    const told = await tellBoth(async (start) => {
      await using first = await start({ settings: { save: '3600 1' } });
      await withKeys(first);
      await first.client().save();
      const settings = { 'key-load-delay': delayMicros };
      await using again = await start({ settings, folder: first.folder, readyText: 'Ready to accept' });
      // By its own word: how long a process takes to start is another matter.
      const seconds = Number(/DB loaded from disk: ([\d.]+) seconds/.exec(again.output())?.[1]);
      return { isSlow: seconds * 1000 > leastMs, keys: await again.client().dbsize() };
    });
    expect(told).toEqual({ isSlow: true, keys });
  });
});
