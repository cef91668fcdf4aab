// SHUTDOWN beside a real Redis while a replica lags: who waits, what goes on meanwhile, and what the log says.
import { afterEach, expect, test } from 'vitest';
import { startRedis } from '../support/redis-server.ts';
import { attach, info, linkUp } from '../support/replication.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { startSyncline } from '../support/syncline-server.ts';
import { waitFor } from '../support/wait-for.ts';

const masters = { Redis: startRedis, Syncline: startSyncline };
const settings = { 'repl-diskless-sync-delay': 0 };
/** Long enough that INFO is read before it is over, on a busy machine too. */
const shortWaitSeconds = 5;

let stopped: ServerProcess | null = null;

afterEach(() => letGo());

function hold(replica: ServerProcess): void {
  process.kill(replica.pid, 'SIGSTOP');
  stopped = replica;
}

function letGo(): void {
  if (stopped !== null) process.kill(stopped.pid, 'SIGCONT');
  stopped = null;
}

async function withLaggingReplica(
  start: typeof startRedis,
  timeoutSeconds: number,
  run: (master: ServerProcess, replica: ServerProcess) => Promise<void>,
): Promise<void> {
  await using master = await start({ settings: { ...settings, 'shutdown-timeout': timeoutSeconds } });
  await using replica = await startRedis();
  await attach(replica, master);
  await linkUp(replica);
  await waitFor(
    'the replica to have answered',
    () => info(master.client(), 'replication'),
    (fields) => fields.slave0?.includes('state=online') === true,
  );
  hold(replica);
  await master.client().set('missing', 'on the replica');
  await run(master, replica).finally(letGo);
}

function logOf(server: ServerProcess): string[] {
  const lines = server.output().split('\n');
  const last = lines.findLastIndex((line) => line.includes('User requested shutdown'));
  return lines.slice(last).flatMap((line) => {
    const text = /:M .*? ([#*] .*)/.exec(line)?.[1];
    return text === undefined
      ? []
      : [
          text
            .replace(/127\.0\.0\.1:\d+/, 'REPLICA')
            .replace(/\d+ behind/, 'n behind')
            .replace(/lag=\d+/, 'lag=n'),
        ];
  });
}

/** Within the bound of a wait, which is shorter than the longest `shutdown-timeout` here. */
const ended = (server: ServerProcess) =>
  waitFor('the server to end', () => server.output().includes('ready to exit, bye bye'));

const lagging = [
  '# Lagging replica REPLICA reported offset n behind master, lag=n, state=online.',
  '* 0 of 1 replicas are in sync when shutting down.',
  '# Redis is now ready to exit, bye bye...',
];

for (const [name, start] of Object.entries(masters)) {
  test(`${name} waits for a lagging replica, holds writes, answers reads, and ends when shutdown-timeout is over`, () =>
    withLaggingReplica(start, shortWaitSeconds, async (master) => {
      const reader = master.client();
      await reader.ping();
      const writer = master.client();
      await writer.ping();
      master
        .client({ reconnects: false })
        .call('SHUTDOWN')
        .catch(() => {});
      await waitFor('the wait to begin', () =>
        master.output().includes('* Waiting for replicas before shutting down.'),
      );
      let wrote = false;
      writer.set('late', '1').then(
        () => {
          wrote = true;
        },
        () => {},
      );
      expect(await reader.get('missing')).toBe('on the replica');
      const left = Number((await info(reader, 'server')).shutdown_in_milliseconds);
      expect(left).toBeGreaterThan(0);
      expect(left).toBeLessThanOrEqual(shortWaitSeconds * 1000);
      await ended(master);
      expect(wrote).toBe(false);
      expect(logOf(master)).toEqual([
        '# User requested shutdown...',
        '* Waiting for replicas before shutting down.',
        ...lagging,
      ]);
    }));

  test(`${name} ends as soon as the replica has caught up`, () =>
    withLaggingReplica(start, 60, async (master, replica) => {
      master
        .client({ reconnects: false })
        .call('SHUTDOWN')
        .catch(() => {});
      await waitFor('the wait to begin', () =>
        master.output().includes('* Waiting for replicas before shutting down.'),
      );
      letGo();
      await ended(master);
      expect(logOf(master)).toContain('* 1 of 1 replicas are in sync when shutting down.');
      expect(await replica.client().get('missing')).toBe('on the replica');
    }));

  test(`${name} goes on after SHUTDOWN ABORT, and whoever asked for the end hears an error`, () =>
    withLaggingReplica(start, 60, async (master) => {
      const client = master.client();
      await expect(client.call('SHUTDOWN', 'ABORT')).rejects.toThrow('ERR No shutdown in progress.');
      const refused = expect(master.client().call('SHUTDOWN', 'NOSAVE')).rejects.toThrow(
        'ERR Errors trying to SHUTDOWN. Check logs.',
      );
      await waitFor('the wait to begin', () =>
        master.output().includes('* Waiting for replicas before shutting down.'),
      );
      expect(await client.call('SHUTDOWN', 'ABORT')).toBe('OK');
      await refused;
      expect(master.output()).toContain('* Shutdown manually aborted.');
      expect(await client.set('after', '1')).toBe('OK');
    }));

  test(`${name} waits for nobody when NOW is said, or with shutdown-timeout 0`, async () => {
    await withLaggingReplica(start, 60, async (master) => {
      master
        .client({ reconnects: false })
        .call('SHUTDOWN', 'NOW')
        .catch(() => {});
      await ended(master);
      expect(logOf(master)).toEqual(['# User requested shutdown...', ...lagging]);
    });
    await withLaggingReplica(start, 0, async (master) => {
      master
        .client({ reconnects: false })
        .call('SHUTDOWN')
        .catch(() => {});
      await ended(master);
      expect(logOf(master)).toEqual(['# User requested shutdown...', ...lagging]);
    });
  });
}
