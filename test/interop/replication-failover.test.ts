// FAILOVER: a master hands its role to a replica. Each end is a real server or ours, and both say and do the same.
import { describe, expect, it } from 'vitest';
import { answer, logged, type Start, shown, tellBoth } from '../support/both-kinds.ts';
import { startRedis } from '../support/redis-server.ts';
import { startRelay } from '../support/relay.ts';
import { attach, expectInSync, info, linkUp, promote, replicasOnline, syncCounts } from '../support/replication.ts';
import type { ServerProcess, ServerSettings } from '../support/server-process.ts';
import { startSyncline } from '../support/syncline-server.ts';
import { waitFor } from '../support/wait-for.ts';

const settings: ServerSettings = { 'repl-diskless-sync-delay': 0 };
const kinds: Readonly<Record<'Redis' | 'Syncline', Start>> = { Redis: startRedis, Syncline: startSyncline };
const pairs = [
  ['Redis', 'Syncline'],
  ['Syncline', 'Redis'],
  ['Syncline', 'Syncline'],
] as const;
const failoverLines = /failover|MASTER MODE|synthesize|secondary/i;

function failoverState(server: ServerProcess) {
  return shown(server.client(), 'role', 'master_failover_state');
}

/** The lines without the names of clients and servers. */
function said(server: ServerProcess): string[] {
  return logged(server, failoverLines).map((line) => line.replace(/'id=.*'/, "'CLIENT'"));
}

describe('FAILOVER', () => {
  it('is refused with the words of Redis', async () => {
    const seen = await tellBoth(async (start) => {
      await using subject = await start({ settings });
      await using replica = await startRedis();
      const client = subject.client();
      const words: unknown[] = [];
      const say = async (request: string) => void words.push([request, await answer(client, ...request.split(' '))]);
      for (const request of ['FAILOVER', 'FAILOVER ABORT', 'FAILOVER TO a 1']) await say(request);
      await attach(replica, subject);
      await linkUp(replica);
      await replicasOnline(subject);
      const requests = ['TO 127.0.0.1', 'TO a b', 'TIMEOUT 0', 'TIMEOUT x', 'FORCE', 'TO a 1 FORCE', 'TO 127.0.0.1 1'];
      for (const request of [...requests, 'ABORT x', 'NOW', 'TIMEOUT 1 TIMEOUT 1']) await say(`FAILOVER ${request}`);
      await say('MULTI');
      await say('FAILOVER ABORT');
      await say('EXEC');
      await attach(subject, replica);
      await say('FAILOVER');
      return words;
    });
    expect(seen).toContainEqual(['FAILOVER', '-ERR FAILOVER requires connected replicas.']);
    expect(seen.at(-1)).toEqual(['FAILOVER', '-ERR FAILOVER is not valid when server is a replica.']);
  });

  describe.each(pairs)('of %s to %s', (masterKind, replicaKind) => {
    it('changes the roles by a partial resync, and loses no write', async () => {
      await using master = await kinds[masterKind]({ settings });
      await using replica = await kinds[replicaKind]({ settings });
      await using bystander = await startRedis();
      await master.client().set('before', '1');
      for (const follower of [replica, bystander]) await attach(follower, master);
      await Promise.all([replica, bystander].map(linkUp));
      await expectInSync(master, replica, bystander);
      await replicasOnline(master, 2);
      const writer = master.client();
      const answers: unknown[] = [];
      let isWriting = true;
      const writing = (async () => {
        while (isWriting) answers.push(await answer(writer, 'INCR', 'counter'));
      })();
      await waitFor('a write to be taken', () => answers.some(Number.isInteger));
      expect(await answer(master.client(), 'FAILOVER', 'TO', replica.host, replica.port, 'TIMEOUT', 10_000)).toBe('OK');
      await waitFor('a write to be refused', () => answers.some((one) => String(one).startsWith('-READONLY')));
      isWriting = false;
      await writing;
      await linkUp(master);
      await linkUp(bystander);
      await expectInSync(replica, master, bystander);
      expect(await failoverState(replica)).toEqual({ role: 'master', master_failover_state: 'no-failover' });
      expect(await failoverState(master)).toEqual({ role: 'slave', master_failover_state: 'no-failover' });
      expect(await syncCounts(replica)).toEqual({ full: 0, partialOk: 1, partialErr: 0 });
      expect(await replica.client().get('counter')).toBe(String(answers.filter(Number.isInteger).length));
    });
  });

  it('is told by log and INFO alike, on the former and on the new master', async () => {
    const seen = await tellBoth(async (start) => {
      await using subject = await start({ settings });
      await using other = await startRedis({ settings });
      await subject.client().set('a', '1');
      await attach(other, subject);
      await linkUp(other);
      await expectInSync(subject, other);
      await replicasOnline(subject);
      await subject.client().call('FAILOVER');
      await linkUp(subject);
      await waitFor(
        'one way',
        () => failoverState(other),
        (at) => at.role === 'master',
      );
      await expectInSync(other, subject);
      await replicasOnline(other);
      await other.client().call('FAILOVER', 'TO', subject.host, String(subject.port));
      await waitFor(
        'and back',
        () => failoverState(subject),
        (at) => at.role === 'master',
      );
      await linkUp(other);
      return said(subject);
    });
    expect(seen).toContain('M * FAILOVER requested to any replica.');
    expect(seen).toContain("M * MASTER MODE enabled (failover request from 'CLIENT')");
  });

  it('holds writes while it waits, lets nobody in, and can be aborted', async () => {
    const seen = await tellBoth(async (start) => {
      await using subject = await start({ settings });
      await using relay = await startRelay(subject);
      await using replica = await startRedis();
      const client = subject.client();
      await attach(replica, relay);
      await linkUp(replica);
      await replicasOnline(subject);
      relay.stall();
      await client.set('a', '1');
      const words: unknown[] = [await answer(client, 'FAILOVER', 'TO', replica.host, replica.port)];
      words.push(await failoverState(subject));
      const held = answer(subject.client(), 'SET', 'a', '2');
      for (const request of [
        'GET a',
        'FAILOVER',
        'REPLICAOF NO ONE',
        'SYNC',
        'PSYNC ? -1',
        'CLIENT UNPAUSE',
        'GET a',
      ]) {
        words.push(await answer(client, ...request.split(' ')));
      }
      words.push(await answer(client, 'FAILOVER', 'ABORT'), await held, await failoverState(subject));
      return { words, log: said(subject) };
    });
    expect(seen.words[1]).toEqual({ role: 'master', master_failover_state: 'waiting-for-sync' });
    expect(seen.words).toContain("-NOMASTERLINK Can't SYNC while failing over");
  });

  it('gives up at the end of its time, or goes over with FORCE', async () => {
    const seen = await tellBoth(async (start) => {
      await using subject = await start({ settings });
      await using relay = await startRelay(subject);
      await using replica = await startRedis({ settings });
      const client = subject.client();
      await client.set('kept', '1');
      await attach(replica, relay);
      await linkUp(replica);
      await expectInSync(subject, replica);
      await replicasOnline(subject);
      relay.stall();
      await client.set('lost', '1');
      await client.call('FAILOVER', 'TIMEOUT', '200');
      await waitFor(
        'the end of the time',
        () => said(subject),
        (lines) => lines.some((line) => line.includes('before timeout')),
      );
      const between = await failoverState(subject);
      await client.call('FAILOVER', 'TO', replica.host, String(replica.port), 'FORCE', 'TIMEOUT', '200');
      await linkUp(subject);
      await expectInSync(replica, subject);
      return { between, after: await failoverState(subject), keys: await client.keys('*'), log: said(subject) };
    });
    expect(seen.between).toEqual({ role: 'master', master_failover_state: 'no-failover' });
    expect(seen.keys).toEqual(['kept']);
  });

  it('stays master when the target refuses', async () => {
    const seen = await tellBoth(async (start) => {
      await using subject = await start({ settings });
      await using relay = await startRelay(subject);
      await using replica = await startRedis({ settings });
      const client = subject.client();
      await attach(replica, relay);
      await linkUp(replica);
      await replicasOnline(subject);
      relay.stall();
      await client.set('a', '1');
      await promote(replica);
      await client.call('FAILOVER', 'TO', replica.host, String(replica.port), 'FORCE', 'TIMEOUT', '100');
      await waitFor(
        'the refusal',
        () => said(subject),
        (lines) => lines.some((line) => line.includes('rejected')),
      );
      return { after: await failoverState(subject), set: await answer(client, 'SET', 'a', '2'), log: said(subject) };
    });
    expect(seen.after).toEqual({ role: 'master', master_failover_state: 'no-failover' });
  });

  it('asked of the wrong one by PSYNC is refused', async () => {
    await tellBoth(async (start) => {
      await using subject = await start({ settings });
      await using master = await startRedis({ settings });
      const words = [await answer(subject.client(), 'PSYNC', '?', '-1', 'FAILOVER')];
      await attach(subject, master);
      await linkUp(subject);
      words.push(await answer(subject.client(), 'PSYNC', 'f'.repeat(40), '1', 'FAILOVER'));
      const { role } = await info(subject.client(), 'replication');
      return { words, role };
    });
  });
});
