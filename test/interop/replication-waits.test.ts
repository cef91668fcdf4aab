// Who waits for replicas and is let go otherwise, and what a master says at its end, beside a real one.
import { describe, expect, it } from 'vitest';
import { answer, logged, tellBoth } from '../support/both-kinds.ts';
import { openPlain } from '../support/plain-socket.ts';
import { startRedis } from '../support/redis-server.ts';
import { startRelay } from '../support/relay.ts';
import { attach, info, linkUp } from '../support/replication.ts';
import { waitFor } from '../support/wait-for.ts';

const noDelay = { 'repl-diskless-sync-delay': 0 };

describe('CLIENT UNBLOCK of WAIT', () => {
  it('answers with how many have acknowledged, or with an error; a client that goes away waits no more', async () => {
    const seen = await tellBoth(async (start) => {
      await using subject = await start({ settings: noDelay });
      await using replica = await startRedis();
      await attach(replica, subject);
      await linkUp(replica);
      const client = subject.client();
      const blocked = (count: number) =>
        waitFor(
          `${count} to wait`,
          () => info(client, 'clients'),
          (at) => at.blocked_clients === String(count),
        );
      using waiting = await openPlain(subject);
      waiting.say('CLIENT ID\r\n');
      await waitFor('its number', () => /^:\d+\r\n$/.test(waiting.received()));
      const id = waiting.received().trim().slice(1);
      waiting.say('SET a 1\r\nWAIT 1 0\r\nWAIT 2 0\r\nPING\r\n');
      await waitFor('the first answers', () => /OK\r\n:1\r\n$/.test(waiting.received()));
      await blocked(1);
      const said = [await answer(client, 'CLIENT', 'UNBLOCK', id)];
      await waitFor('the answer', () => /:1\r\n:1\r\n\+PONG\r\n$/.test(waiting.received()));
      waiting.say('SET a 1\r\nWAIT 3 0\r\nPING\r\n');
      await blocked(1);
      said.push(await answer(client, 'CLIENT', 'UNBLOCK', id, 'ERROR'));
      await waitFor('the error', () => /UNBLOCKED[^+]*\+PONG\r\n$/.test(waiting.received()));
      said.push(await answer(client, 'CLIENT', 'UNBLOCK', id));
      waiting.say('WAIT 3 0\r\n');
      await blocked(1);
      waiting[Symbol.dispose]();
      await blocked(0);
      return { said, received: waiting.received().replace(/^:\d+/, ':ID') };
    });
    expect(seen.said).toEqual([1, 1, 0]);
  });
});

describe('SHUTDOWN while a failover waits for its target', () => {
  it('says what a real server says', async () => {
    const seen = await tellBoth(async (start) => {
      await using subject = await start({ settings: { ...noDelay, 'shutdown-timeout': 1 } });
      await using relay = await startRelay(subject);
      await using replica = await startRedis();
      const client = subject.client({ reconnects: false });
      await attach(replica, relay);
      await linkUp(replica);
      await waitFor(
        'the replica to be online',
        () => info(client, 'replication'),
        (at) => /state=online/.test(at.slave0 ?? ''),
      );
      relay.stall();
      await client.set('a', '1');
      await client.call('FAILOVER');
      const { master_failover_state: state } = await info(client, 'replication');
      client.call('SHUTDOWN', 'NOSAVE').catch(() => {});
      await waitFor('the end', () => subject.output().includes('bye bye'));
      return {
        state,
        log: logged(subject, /FAILOVER|shut|Lagging|in sync|bye/).map((line) => line.replace(/N behind/, 'N')),
      };
    });
    expect(seen.state).toBe('waiting-for-sync');
    expect(seen.log.length).toBeGreaterThan(4);
  });
});

describe('repl-backlog-size', () => {
  it('is raised to its least by CONFIG SET, and taken as it is from the command line', async () => {
    const seen = await tellBoth(async (start) => {
      await using subject = await start({ settings: { 'repl-backlog-size': 100 } });
      const client = subject.client();
      const sizes = async () => [await client.config('GET', 'repl-backlog-size'), await info(client, 'replication')];
      const shown = async () => {
        const [config, fields] = (await sizes()) as [string[], Record<string, string>];
        return [config[1], fields.repl_backlog_size];
      };
      const words: unknown[] = [await shown()];
      for (const size of ['200', '16kb', '20000', '0', '-1']) {
        words.push(await answer(client, 'CONFIG', 'SET', 'repl-backlog-size', size), await shown());
      }
      return words;
    });
    expect(seen.slice(0, 3)).toEqual([['100', '100'], 'OK', ['16384', '16384']]);
  });
});
