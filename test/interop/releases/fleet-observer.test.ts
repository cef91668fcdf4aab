// The observer, the discovery and the Sentinels at each release: what is read, by which rights, and what a full sync looks like.
import { describe, expect, it } from 'vitest';
import { toEntry } from '#core/fleet/entry.ts';
import type { Member } from '#core/fleet/observing/member.ts';
import { startReal } from '../../support/redis-server.ts';
import { type ReleaseName, releaseNames } from '../../support/releases.ts';
import { linkUp } from '../../support/replication.ts';
import { startSentinel } from '../../support/sentinel.ts';
import type { ServerProcess, ServerSettings } from '../../support/server-process.ts';
import { type WatchedFleet, watchFleet } from '../../support/watched-fleet.ts';

const fast = { 'repl-diskless-sync-delay': 0 };
const watcher = { username: 'watcher', password: 'watching' };
const leastRights = ['+info', '+role', '+ping', '+config|get', '+client|list'];

const at = ({ host, port }: { host: string; port: number }) => ({ host, port });
const viewOf = (fleet: WatchedFleet, member: Member) => {
  const view = fleet.fleet.snapshot().nodes.find(({ id }) => id === member.id);
  if (!view) throw new Error('the node is not here');
  return view;
};

const startReplica = (release: ReleaseName, master: ServerProcess, more: ServerSettings = {}) =>
  startReal(release, { settings: { ...fast, replicaof: [master.host, master.port], ...more } });

async function withUser(server: ServerProcess, ...more: string[]) {
  await server
    .client()
    .call('ACL', 'SETUSER', watcher.username, 'reset', 'on', `>${watcher.password}`, ...leastRights, ...more);
  return { ...at(server), ...watcher };
}

const names = { 'Redis 6.0': ['redis', '6.0.'], 'Redis 8.0': ['redis', '8.0.'], 'Valkey 8.1': ['valkey', '8.1.'] };

describe.each(releaseNames)('%s', (release) => {
  it('is read wholly by a user of the least rights, master and replica', async () => {
    await using master = await startReal(release, { settings: fast });
    await using replica = await startReplica(release, master);
    await linkUp(replica);
    await master.client().set('a', '1');
    await using fleet = watchFleet();
    const above = await fleet.connect(await withUser(master));
    const below = await fleet.connect(await withUser(replica));
    const [family, version] = names[release];
    await fleet.until(
      'the replica to be in step',
      () => viewOf(fleet, below).link?.lagBytes,
      (lagBytes) => lagBytes === 0,
    );
    expect(viewOf(fleet, above)).toMatchObject({
      role: 'master',
      lifecycle: { kind: 'running' },
      server: { family, version: expect.stringContaining(version ?? ''), mode: 'standalone' },
      keys: 1,
      backlog: { active: true },
      replicas: [{ nodeId: below.id, state: 'online', outputBuffer: { hardBytes: 268_435_456, softSeconds: 60 } }],
      syncs: { full: 1 },
    });
    expect(viewOf(fleet, below)).toMatchObject({
      role: 'replica',
      keys: 1,
      link: { masterId: above.id, phase: 'streaming', downSinceMs: null },
    });
    for (const { reading } of [above, below]) {
      expect(reading?.settings?.get('repl-timeout')).toBe('60');
      expect(reading?.settings?.get('client-output-buffer-limit')).toContain('268435456');
      expect(reading).toMatchObject({ priority: 100, persistence: { aofEnabled: false } });
      expect(reading?.memory).toMatchObject({ maxBytes: 0, policy: 'noeviction' });
      expect(reading?.memory.datasetBytes).toBeGreaterThan(0);
    }
    // It may not ask for its rights: only what was refused is told, in rules that this release takes.
    const { rights } = viewOf(fleet, above);
    expect(rights?.missing).toEqual([{ command: 'pubsub|numsub', feature: 'sentinels' }]);
    await master.client().call(...((rights?.aclLine ?? '').split(' ') as [string, ...string[]]));
  });

  it('is found with all its tree and its Sentinels from its end, and offered by a Sentinel', async () => {
    await using master = await startReal(release, { settings: fast });
    await using middle = await startReplica(release, master);
    await using end = await startReplica(release, middle);
    await using sentinel = await startSentinel('shop', master, { quorum: 1, release });
    await using _peer = await startSentinel('shop', master, { quorum: 1, release });
    const ports = [master, middle, end].map(({ port }) => port).sort((one, other) => one - other);
    await linkUp(end);
    await using fleet = watchFleet();
    await fleet.connect({ ...at(end), servesFound: true });
    await fleet.until(
      'all to be found',
      () => fleet.ports,
      (found) => found.join() === ports.join(),
    );
    await fleet.until(
      'both Sentinels to be seen above them, and to be asked',
      () => fleet.at(master.port)?.supervision,
      (seen) => seen?.masterName === 'shop' && seen.sentinels === 2 && seen.asked === 2 && seen.agreement === 2,
    );
    await using other = watchFleet();
    const entered = await other.finding.enter(toEntry({ ...at(sentinel), servesFound: true }));
    expect(entered).toMatchObject({ kind: 'sentinel', masters: [{ name: 'shop', address: { port: master.port } }] });
  });
});

describe.each(['Redis 8.0', 'Valkey 8.1'] as const)('%s, asked by ACL DRYRUN', (release) => {
  it('takes the line that grants all that is missing', async () => {
    await using server = await startReal(release);
    const login = await withUser(server, '+acl|dryrun');
    await using fleet = watchFleet();
    const { rights } = viewOf(fleet, await fleet.connect(login));
    expect(rights).toMatchObject({ isComplete: true });
    await server.client().call(...((rights?.aclLine ?? '').split(' ') as [string, ...string[]]));
    await using again = watchFleet();
    expect(viewOf(again, await again.connect(login)).rights).toMatchObject({ missing: [], aclLine: null });
  });
});

/** What a full sync looks like from both ends, where the snapshot takes two seconds and writes go on. */
const syncs: readonly {
  readonly release: ReleaseName;
  readonly settings: ServerSettings;
  readonly state: string;
}[] = [
  { release: 'Redis 6.0', settings: { 'repl-diskless-sync': 'yes' }, state: 'wait_bgsave' },
  { release: 'Redis 8.0', settings: {}, state: 'send_bulk_and_stream' },
  { release: 'Valkey 8.1', settings: { 'dual-channel-replication-enabled': 'yes' }, state: 'bg_transfer' },
];

describe('a full sync as it is seen', () => {
  it.each(syncs)('$release $settings: transfer, state $state', async ({ release, settings, state }) => {
    const slow = { ...fast, ...settings, 'rdb-key-save-delay': 150 };
    await using master = await startReal(release, { settings: slow });
    await using replica = await startReal(release, { settings: { ...fast, ...settings } });
    const pairs = Array.from({ length: 6_000 }, (_, index) => [`k${index}`, 'x'.repeat(300)]).flat();
    await master.client().mset(...pairs);
    await using fleet = watchFleet();
    const above = await fleet.connect(at(master));
    const below = await fleet.connect(at(replica));
    const marks: string[] = [];
    fleet.fleet.changes.on((change) => {
      marks.push(...change.marks.filter(({ nodeId }) => nodeId === above.id).map(({ kind }) => kind));
    });
    await replica.client().replicaof(master.host, master.port);
    fleet.fleet.observer.hurry();
    await fleet.until(
      'the transfer',
      () => viewOf(fleet, below).link,
      (link) => link?.phase === 'transfer' && link.downSinceMs === null && (link.progress?.doneBytes ?? 0) > 0,
    );
    // One replica is listed once, however many connections it has, and its buffer is known.
    await fleet.until(
      'the master to show it',
      () => viewOf(fleet, above).replicas,
      ([only, ...others]) => only?.state === state && only.outputBuffer !== null && others.length === 0,
    );
    await master.client().set('meanwhile', '1');
    await fleet.until(
      'the stream',
      () => viewOf(fleet, below),
      ({ link, keys }) => link?.phase === 'streaming' && keys === 6_001,
    );
    expect(marks).toContain('fullSync');
    expect(marks).not.toContain('partialSync');
  });
});
