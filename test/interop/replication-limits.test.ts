// What a master lets a replica owe it: output limits, the backlog's size and life, silence. Compared with a real server.
import type { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { answer, logged, type Start, shown, tellBoth } from '../support/both-kinds.ts';
import { startRedis } from '../support/redis-server.ts';
import { type Relay, startRelay } from '../support/relay.ts';
import { attach, expectInSync, info, linkUp, syncCounts } from '../support/replication.ts';
import type { ServerProcess, ServerSettings } from '../support/server-process.ts';
import { waitFor } from '../support/wait-for.ts';

const noDelay: ServerSettings = { 'repl-diskless-sync-delay': 0 };
const megabyte = 1024 * 1024;
const value = 'v'.repeat(megabyte);
/** More than all buffers of the system between two servers of one machine hold. */
const floodMegabytes = 40;
/** Longer than a busy machine keeps a master that pings each second from its turn. */
const replicaTimeoutSeconds = 5;
const closing = /output buffer limits/;
/** What a PING makes of the stream. */
const pingBytes = 14;

interface Stage {
  readonly subject: ServerProcess;
  readonly client: Redis;
  readonly relay: Relay;
  readonly replica: ServerProcess;
}

/** A master of either kind with a real replica behind a relay, streaming. */
async function withReplica<Seen>(start: Start, settings: ServerSettings, story: (stage: Stage) => Promise<Seen>) {
  await using subject = await start({ settings: { ...noDelay, ...settings } });
  await using relay = await startRelay(subject);
  await using replica = await startRedis();
  const client = subject.client();
  await client.set('small', '1');
  await attach(replica, relay);
  await linkUp(replica);
  await expectInSync(subject, replica);
  return await story({ subject, client, relay, replica });
}

async function flood(client: Redis, megabytes: number): Promise<void> {
  for (let i = 0; i < megabytes; i++) await client.set('large', value);
}

/** The line of the closing, without what is the server's own. */
function closings(server: ServerProcess): string[] {
  return logged(server, closing).map((line) =>
    line.replace(/Client id=.*? flags=(\S+) .*? (scheduled|closed)/, 'Client flags=$1 $2'),
  );
}

describe('client-output-buffer-limit replica', () => {
  it('closes a replica at once that owes the hard limit while it streams', async () => {
    const seen = await tellBoth((start) =>
      withReplica(
        start,
        { 'client-output-buffer-limit': 'replica 4mb 0 0' },
        async ({ subject, client, relay, replica }) => {
          relay.stall();
          await flood(client, floodMegabytes);
          await waitFor(
            'the replica to be closed',
            () => closings(subject),
            (lines) => lines.length > 0,
          );
          const during = await shown(client, 'connected_slaves');
          relay.flow();
          await expectInSync(subject, replica);
          return { during, log: closings(subject).slice(0, 1), lost: logged(subject, /lost/).length > 0 };
        },
      ),
    );
    expect(seen.log).toHaveLength(1);
  });

  it('closes a replica that owes the soft limit for longer than its seconds', async () => {
    await tellBoth((start) =>
      withReplica(start, { 'client-output-buffer-limit': 'slave 0 0 0' }, async ({ subject, client, relay }) => {
        relay.stall();
        await flood(client, floodMegabytes);
        // In one breath: with the next write the replica is over the limit, and no time has passed since.
        const [, , told] = (await client
          .multi()
          .config('SET', 'client-output-buffer-limit', 'slave 0 2mb 1')
          .set('small', '2')
          .info('replication')
          .exec()) as [unknown, string][];
        const atOnce = /^connected_slaves:\d+/m.exec(told?.[1] ?? '')?.[0];
        await waitFor(
          'the replica to be closed',
          () => closings(subject),
          (lines) => lines.length > 0,
        );
        return { atOnce, later: await shown(client, 'connected_slaves'), log: closings(subject) };
      }),
    );
  });

  it('holds also for what is kept during a full sync', async () => {
    await tellBoth(async (start) => {
      await using subject = await start({
        settings: { 'repl-diskless-sync-delay': 60, 'client-output-buffer-limit': 'replica 4mb 0 0' },
      });
      await using relay = await startRelay(subject);
      await using replica = await startRedis();
      const client = subject.client();
      await flood(client, 1);
      await attach(replica, relay);
      await waitFor('the replica to wait', () => subject.output().includes('Delay next BGSAVE for diskless SYNC'));
      relay.stall();
      await client.config('SET', 'repl-diskless-sync-delay', '0');
      await waitFor('the snapshot to begin', () => subject.output().includes('Starting BGSAVE'));
      await flood(client, 5);
      await waitFor(
        'the replica to be closed',
        () => closings(subject),
        (lines) => lines.length > 0,
      );
      return { log: closings(subject), replicas: await shown(client, 'connected_slaves') };
    });
  });

  it('is not taken when it is below the size of the backlog', async () => {
    await tellBoth((start) => {
      const settings = { 'client-output-buffer-limit': 'replica 100kb 0 0', 'repl-backlog-size': '100mb' };
      return withReplica(start, settings, async ({ subject, client, relay, replica }) => {
        relay.stall();
        await flood(client, floodMegabytes);
        await secondsOf(client, 2);
        const during = await shown(client, 'connected_slaves');
        relay.flow();
        await expectInSync(subject, replica);
        return { during, log: closings(subject), syncs: await syncCounts(subject) };
      });
    });
  });
});

/** Until a server's own clock has gone on by so many seconds: what it does each second has been done. */
async function secondsOf(client: Redis, seconds: number): Promise<void> {
  const uptime = async () => Number((await info(client, 'server')).uptime_in_seconds);
  const before = await uptime();
  await waitFor(`${seconds} seconds of the server`, uptime, (now) => now >= before + seconds);
}

describe('repl-backlog-size', () => {
  it('is changed while a replica streams, up and down', async () => {
    const seen = await tellBoth((start) =>
      withReplica(start, { 'repl-backlog-size': '1mb' }, async ({ subject, client, replica }) => {
        const words: unknown[] = [];
        const show = async () => {
          await expectInSync(subject, replica);
          const { repl_backlog_size: size, repl_backlog_histlen: held } = await info(client, 'replication');
          words.push([size, Math.round(Number(held) / megabyte)]);
        };
        await flood(client, 4);
        await show();
        words.push(await answer(client, 'CONFIG', 'SET', 'repl-backlog-size', '8mb'));
        await flood(client, 12);
        await show();
        words.push(await answer(client, 'CONFIG', 'SET', 'repl-backlog-size', '2mb'));
        await flood(client, 1);
        await show();
        words.push(await answer(client, 'CONFIG', 'SET', 'repl-backlog-size', '0'));
        return words;
      }),
    );
    expect(seen[2]).toEqual(['8388608', expect.any(Number)]);
  });
});

describe('repl-backlog-ttl', () => {
  it('frees the backlog of a master without replicas, and changes its id', async () => {
    const seen = await tellBoth((start) =>
      withReplica(start, { 'repl-backlog-ttl': 1 }, async ({ subject, client, relay }) => {
        const names = [
          'repl_backlog_active',
          'repl_backlog_first_byte_offset',
          'repl_backlog_histlen',
          'second_repl_offset',
        ];
        const before = await info(client, 'replication');
        relay.refuse();
        relay.cut();
        await waitFor(
          'the backlog to be freed',
          () => shown(client, ...names),
          (at) => at.repl_backlog_active === '0',
        );
        const after = await info(client, 'replication');
        await client.set('unnumbered', '1');
        const later = await info(client, 'replication');
        return {
          shown: await shown(client, ...names),
          isSameId: before.master_replid === after.master_replid,
          moved: Number(later.master_repl_offset) - Number(after.master_repl_offset),
          log: logged(subject, /backlog freed/),
        };
      }),
    );
    expect(seen.log).toHaveLength(1);
  });
});

describe('repl-timeout', () => {
  it('lets a master close a replica that is silent', async () => {
    await tellBoth((start) =>
      withReplica(start, { 'repl-ping-replica-period': 1 }, async ({ subject, client, relay }) => {
        relay.stall();
        await client.config('SET', 'repl-timeout', '2');
        await waitFor(
          'the replica to be gone',
          () => shown(client, 'connected_slaves'),
          (at) => at.connected_slaves === '0',
        );
        return logged(subject, /timedout|replica .* lost/);
      }),
    );
  });

  it('lets a master close a replica that takes nothing of its snapshot', async () => {
    await tellBoth(async (start) => {
      await using subject = await start({ settings: { 'repl-diskless-sync-delay': 60 } });
      await using relay = await startRelay(subject);
      await using replica = await startRedis();
      const client = subject.client();
      await client.config('SET', 'rdbcompression', 'no');
      for (let i = 0; i < floodMegabytes; i++) await client.set(`large:${i}`, value);
      await attach(replica, relay);
      await waitFor('the replica to wait', () => subject.output().includes('Delay next BGSAVE for diskless SYNC'));
      relay.stall();
      await client.config('SET', 'repl-timeout', '2', 'repl-diskless-sync-delay', '0');
      await waitFor(
        'the replica to be gone',
        () => shown(client, 'connected_slaves'),
        (at) => at.connected_slaves === '0',
      );
      return logged(subject, /timedout/);
    });
  });

  it('lets a replica give up a master that is silent, and repl-ping-replica-period keeps it', async () => {
    await tellBoth(async (start) => {
      await using master = await startRedis({ settings: { ...noDelay, 'repl-ping-replica-period': 1 } });
      await using relay = await startRelay(master);
      await using subject = await start({ settings: { 'repl-timeout': replicaTimeoutSeconds } });
      await attach(subject, relay);
      await linkUp(subject);
      await secondsOf(subject.client(), replicaTimeoutSeconds + 2);
      const kept = logged(subject, /MASTER timeout/).length === 0;
      relay.stall();
      await waitFor(
        'the link to be down',
        () => logged(subject, /MASTER timeout/),
        (lines) => lines.length > 0,
      );
      return { kept, log: logged(subject, /MASTER timeout/).slice(0, 1) };
    });
  });
});

describe('repl-ping-replica-period', () => {
  it('is the pace of pings in the stream', async () => {
    await tellBoth((start) =>
      withReplica(start, { 'repl-ping-replica-period': 1000 }, async ({ client, subject, replica }) => {
        const offset = async () => Number((await info(client, 'replication')).master_repl_offset);
        const first = await offset();
        // At once, and not when the former time is over.
        await client.config('SET', 'repl-ping-replica-period', '1');
        // At the usual ten seconds so many would not come within the bound of a wait.
        await waitFor('four pings', offset, (now) => now >= first + 4 * pingBytes);
        await client.config('SET', 'repl-ping-slave-period', '1000');
        await expectInSync(subject, replica);
        return (await client.config('GET', 'repl-ping-replica-period')) as unknown;
      }),
    );
  });
});
