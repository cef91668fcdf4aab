// The observer at real servers with few rights, and at servers that answer wrong, too much, or never.
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Member } from '#core/fleet/observing/member.ts';
import { bulk, failing, startFakeRedis } from '../support/fake-redis.ts';
import { startRedis } from '../support/redis-server.ts';
import { linkUp } from '../support/replication.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { type WatchedFleet, watchFleet } from '../support/watched-fleet.ts';

const fast = { 'repl-diskless-sync-delay': 0 };
/** A server counts the time that it waited for its turn as its own: on a busy machine a look seems to cost more. */
const shareMax = 0.25;
const probeLivesMs = 10_000;
const watcher = { username: 'watcher', password: 'watching' };
const leastRights = ['+info', '+role', '+ping', '+config|get', '+client|list'];

afterEach(() => vi.restoreAllMocks());

async function withUser(redis: ServerProcess, ...rules: readonly string[]) {
  await redis.client().call('ACL', 'SETUSER', watcher.username, 'reset', 'on', `>${watcher.password}`, ...rules);
  return { host: redis.host, port: redis.port, ...watcher };
}

const at = ({ host, port }: { host: string; port: number }) => ({ host, port });
const viewOf = (fleet: WatchedFleet, member: Member) => {
  const view = fleet.fleet.snapshot().nodes.find(({ id }) => id === member.id);
  if (!view) throw new Error('the node is not here');
  return view;
};
const looksAfter = (fleet: WatchedFleet, member: Member, atMs: number) =>
  fleet.until(
    'a later look',
    () => member.reading?.monotonicMs ?? 0,
    (monotonicMs) => monotonicMs > atMs,
  );

describe('with few rights', () => {
  it('everything is read by a user that may INFO, ROLE, PING, CONFIG GET and CLIENT LIST', async () => {
    await using master = await startRedis({ settings: fast });
    await using replica = await startRedis({ settings: { ...fast, replicaof: [master.host, master.port] } });
    await linkUp(replica);
    await using fleet = watchFleet();
    const member = await fleet.connect(await withUser(master, ...leastRights));
    const view = viewOf(fleet, member);
    expect(view).toMatchObject({ role: 'master', lifecycle: { kind: 'running' }, server: { version: '7.0.15' } });
    expect(view.replicas).toMatchObject([{ outputBuffer: { hardBytes: 268_435_456, softSeconds: 60 } }]);
    expect(member.reading?.settings?.get('repl-timeout')).toBe('60');
    expect(member.reading?.memory.systemBytes).toBeGreaterThan(0);
    // It may not ask for its rights, so only what was refused is told: counting the listeners of the Sentinels.
    expect(view.rights).toEqual({
      user: 'watcher',
      missing: [{ command: 'pubsub|numsub', feature: 'sentinels' }],
      aclLine: 'ACL SETUSER watcher +pubsub|numsub',
      isComplete: false,
    });
  });

  it('the line that is printed grants all that is missing', async () => {
    await using redis = await startRedis();
    await using fleet = watchFleet();
    const member = await fleet.connect(await withUser(redis, ...leastRights, '+acl|dryrun'));
    const rights = viewOf(fleet, member).rights;
    expect(rights?.isComplete).toBe(true);
    expect(rights?.missing.map(({ feature }) => feature)).toContain('failover');
    await redis.client().call(...((rights?.aclLine ?? '').split(' ') as [string, ...string[]]));
    await using again = watchFleet();
    const other = await again.connect({ ...at(redis), ...watcher });
    expect(viewOf(again, other).rights).toMatchObject({ missing: [], aclLine: null, isComplete: true });
  });

  it('each part fails by itself: without CONFIG and CLIENT, without INFO, and with neither INFO nor ROLE', async () => {
    await using redis = await startRedis();
    await using fleet = watchFleet();
    const narrow = await fleet.connect(await withUser(redis, '+info', '+role', '+ping'));
    expect(narrow.reading).toMatchObject({ role: 'master', settings: null, outputBuffers: null });
    expect(viewOf(fleet, narrow).rights?.missing.map(({ command }) => command)).toEqual([
      'config|get',
      'client|list',
      'pubsub|numsub',
    ]);
    await using second = watchFleet();
    const byRole = await second.connect(await withUser(redis, '+role', '+ping'));
    expect(byRole.reading).toMatchObject({ role: 'master', runId: '' });
    await using third = watchFleet();
    const blind = await third.connect(await withUser(redis, '+ping'));
    expect(blind.lifecycle).toMatchObject({
      kind: 'unreachable',
      failure: { code: 'noPermission', params: { command: 'INFO' } },
    });
  });
});

describe('what looking costs', () => {
  it('is told: bytes and milliseconds a look, and the share of the time of the server by its own count', async () => {
    await using redis = await startRedis();
    await using fleet = watchFleet();
    const member = await fleet.connect(at(redis));
    await looksAfter(fleet, member, (member.reading?.monotonicMs ?? 0) + 1500);
    const { cost } = viewOf(fleet, member);
    expect(cost?.bytes).toBeGreaterThan(1000);
    expect(cost?.bytes).toBeLessThan(10_000);
    expect(cost?.serverShare).toBeGreaterThan(0);
    expect(cost?.serverShare).toBeLessThan(shareMax);
  });

  it('is a handful of commands that only read, and between whole looks only those for what moves', async () => {
    await using fake = await startFakeRedis((words) => (words[0] === 'PING' ? '+PONG\r\n' : infoAnswer(words)));
    await using fleet = watchFleet();
    const member = await fleet.connect(at(fake));
    const asked = new Set(
      fake.heard.map((line) =>
        line
          .split(' ')
          .slice(0, 2)
          .join(' ')
          .replace(/^(INFO|ROLE|PING).*/, '$1'),
      ),
    );
    expect([...asked].map((name) => name.toUpperCase()).sort()).toEqual([
      'ACL DRYRUN',
      'CLIENT LIST',
      'CLIENT SETNAME',
      'CONFIG GET',
      'INFO',
      'PING',
      'PUBSUB NUMSUB',
      'ROLE',
    ]);
    fake.heard.length = 0;
    await looksAfter(fleet, member, (member.reading?.monotonicMs ?? 0) + 10);
    expect(fake.heard).toEqual(['INFO replication stats persistence keyspace', 'ROLE']);
  });
});

const infoText = 'redis_version:7.0.15\r\nrun_id:r1\r\n# Replication\r\nrole:master\r\nmaster_repl_offset:5\r\n';
const infoAnswer = ([name]: readonly string[]) => (name === 'INFO' ? bulk(infoText) : failing('ERR unknown command'));

describe('a server that', () => {
  it('accepts and never answers later delays no other node', async () => {
    await using redis = await startRedis();
    await using fake = await startFakeRedis((words) => (words[0] === 'PING' ? '+PONG\r\n' : infoAnswer(words)));
    await using fleet = watchFleet();
    const stuck = await fleet.connect(at(fake));
    const free = await fleet.connect(at(redis));
    fake.answer = () => null;
    const asked = fake.heard.length;
    await fleet.until('the question that hangs', () => fake.heard.length > asked);
    const hangsSinceMs = performance.now();
    let wentOn = false;
    fleet.fleet.changes.on(() => {
      wentOn ||= stuck.lifecycle.kind === 'running' && (free.reading?.monotonicMs ?? 0) > hangsSinceMs;
    });
    await fleet.until(
      'it to be told',
      () => stuck.lifecycle,
      ({ kind }) => kind === 'unreachable',
    );
    expect(stuck.lifecycle).toMatchObject({ failure: { code: 'connectionTimedOut' } });
    // The free one was looked at before the other's time was up: nobody waited for it.
    expect(wentOn).toBe(true);
  });

  it('answers nonsense is unreachable, with the reason, and harms no other', async () => {
    await using redis = await startRedis();
    await using fake = await startFakeRedis((words) => (words[0] === 'PING' ? '+PONG\r\n' : infoAnswer(words)));
    await using fleet = watchFleet();
    const odd = await fleet.connect(at(fake));
    const good = await fleet.connect(at(redis));
    fake.answer = () => 'HTTP/1.1 200 OK\r\n\r\n';
    await fleet.until(
      'it to be told',
      () => odd.lifecycle,
      ({ kind }) => kind === 'unreachable' || kind === 'connecting',
    );
    await looksAfter(fleet, good, performance.now());
    expect(good.lifecycle).toEqual({ kind: 'running' });
  });

  it('answers other types than asked for is of unknown role, and nothing throws', async () => {
    await using fake = await startFakeRedis((words) => (words[0] === 'PING' ? '+PONG\r\n' : '*2\r\n:7\r\n*-1\r\n'));
    await using fleet = watchFleet();
    const member = await fleet.connect(at(fake));
    expect(member.reading).toMatchObject({ role: 'unknown', runId: '', link: null });
  });

  it('has no section on replication is understood by its ROLE', async () => {
    const role = '*5\r\n$5\r\nslave\r\n$9\r\n127.0.0.1\r\n:6390\r\n$9\r\nconnected\r\n:42\r\n';
    await using fake = await startFakeRedis(([name]) => {
      if (name === 'PING') return '+PONG\r\n';
      return name === 'ROLE' ? role : bulk('redis_version:6.2.0\r\nrun_id:r2\r\n');
    });
    await using fleet = watchFleet();
    const member = await fleet.connect(at(fake));
    expect(member.reading).toMatchObject({
      role: 'replica',
      offset: 42,
      link: { masterAddress: { host: '127.0.0.1', port: 6390 }, up: true, roleState: 'connected' },
    });
  });

  it('refuses ROLE keeps its link by INFO, its step unknown', async () => {
    await using master = await startRedis({ settings: fast });
    await using replica = await startRedis({ settings: { ...fast, replicaof: [master.host, master.port] } });
    await linkUp(replica);
    await using fleet = watchFleet();
    const member = await fleet.connect(await withUser(replica, '+info', '+ping'));
    expect(member.reading).toMatchObject({ role: 'replica', link: { up: true, roleState: 'unknown' } });
    expect(viewOf(fleet, member).rights?.missing).toContainEqual({ command: 'role', feature: 'link' });
  });

  it('sends an INFO of 5 MB is read up to the bound, and delays no other node', async () => {
    const filler = `x:${'y'.repeat(1000)}\r\n`.repeat(5000);
    await using redis = await startRedis();
    await using fake = await startFakeRedis(([name]) => {
      if (name === 'PING') return '+PONG\r\n';
      return name === 'INFO' ? bulk(infoText + filler) : failing('ERR unknown command');
    });
    await using fleet = watchFleet();
    const big = await fleet.connect(at(fake));
    const good = await fleet.connect(at(redis));
    // So much may take longer than a look lasts on a busy machine: it is looked at again.
    const reading = await fleet.until('it to be read', () => big.reading, Boolean);
    expect(reading).toMatchObject({ role: 'master', offset: 5 });
    await looksAfter(fleet, good, performance.now());
    expect(good.lifecycle).toEqual({ kind: 'running' });
  });
});

describe('a clock that steps', () => {
  it('moves no rate and no age', async () => {
    await using master = await startRedis({ settings: fast });
    await using replica = await startRedis({ settings: { ...fast, replicaof: [master.host, master.port] } });
    await linkUp(replica);
    await using fleet = watchFleet();
    const source = await fleet.connect(at(master));
    const target = await fleet.connect(at(replica));
    const client = master.client();
    const write = setInterval(() => void client.set('k', 'v'.repeat(100)), 20);
    try {
      await fleet.until(
        'a rate',
        () => source.offsets.bytesPerSecond(),
        (rate) => rate > 100,
      );
      const stepMs = -3_600_000;
      const real = Date.now.bind(Date);
      vi.spyOn(Date, 'now').mockImplementation(() => real() + stepMs);
      await looksAfter(fleet, target, performance.now() + 1200);
      const view = viewOf(fleet, target);
      expect(source.offsets.bytesPerSecond()).toBeGreaterThan(0);
      expect(source.offsets.bytesPerSecond()).toBeLessThan(50_000);
      expect(view.link?.lagSeconds).not.toBeNull();
      expect(view.link?.lagSeconds).toBeLessThan(10);
    } finally {
      clearInterval(write);
    }
  });
});

describe('the probe key', () => {
  it('is written nowhere until it is switched on; then it tells the age of data in milliseconds', async () => {
    await using master = await startRedis({ settings: fast });
    await using replica = await startRedis({ settings: { ...fast, replicaof: [master.host, master.port] } });
    await linkUp(replica);
    await using fleet = watchFleet();
    await fleet.connect(at(master));
    const member = await fleet.connect(at(replica));
    const client = master.client();
    expect(await client.dbsize()).toBe(0);
    fleet.fleet.probe.isOn = true;
    await fleet.until(
      'the age to be measured',
      () => member.dataAgeMs,
      (age) => age !== null,
    );
    expect(viewOf(fleet, member).link?.dataAgeMs).toBeLessThan(probeLivesMs);
    expect(await client.pttl('syncline:probe')).toBeGreaterThan(0);
    expect(await client.pttl('syncline:probe')).toBeLessThanOrEqual(probeLivesMs);
    fleet.fleet.probe.isOn = false;
    expect(viewOf(fleet, member).link?.dataAgeMs).toBeNull();
  });
});

describe('another process behind the same address', () => {
  it('is told with what the one before it held', async () => {
    await using first = await startRedis();
    await first.client().mset('a', '1', 'b', '2');
    await using fleet = watchFleet();
    const member = await fleet.connect(at(first));
    await first.stop();
    await using second = await startRedis({ port: first.port });
    await fleet.until(
      'the restart',
      () => viewOf(fleet, member).restart,
      (restart) => restart !== null,
    );
    expect(viewOf(fleet, member)).toMatchObject({ keys: 0, restart: { keysBefore: 2 } });
    expect(second.port).toBe(first.port);
  });
});
