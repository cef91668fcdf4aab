// Discovery among real servers: from any one of them all are found, once each, and what is gone stays as a ghost.
import { describe, expect, it } from 'vitest';
import { toEntry } from '#core/fleet/entry.ts';
import { startRedis } from '../support/redis-server.ts';
import { startRelay } from '../support/relay.ts';
import { startSentinel } from '../support/sentinel.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { startSyncline } from '../support/syncline-server.ts';
import { type WatchedFleet, watchFleet } from '../support/watched-fleet.ts';

const fast = { 'repl-diskless-sync-delay': 0 };
const follow = (master: ServerProcess) => ({ ...fast, replicaof: [master.host, master.port] });
const portsOf = (...servers: readonly { readonly port: number }[]) =>
  servers.map(({ port }) => port).sort((a, b) => a - b);
const found = (fleet: WatchedFleet, ports: readonly number[]) =>
  fleet.until(
    'all to be found',
    () => fleet.ports.join(),
    (now) => now === ports.join(),
  );

describe('discovery', () => {
  it('finds a whole tree of real servers and ours from its master, its middle or its end', async () => {
    await using master = await startRedis({ settings: fast });
    await using middle = await startSyncline({ settings: follow(master) });
    await using side = await startRedis({ settings: follow(master) });
    await using end = await startRedis({ settings: follow(middle) });
    const all = portsOf(master, middle, side, end);
    for (const entry of [master, middle, end]) {
      await using fleet = watchFleet();
      await fleet.connect({ host: entry.host, port: entry.port, servesFound: true });
      await found(fleet, all);
      expect(fleet.fleet.members.filter(({ node }) => node.isFound)).toHaveLength(3);
    }
  });

  it('connects nothing that the connection does not permit, and shows ghosts instead', async () => {
    await using master = await startRedis({ settings: fast });
    await using replica = await startRedis({ settings: follow(master) });
    await using fleet = watchFleet();
    await fleet.connect({ host: replica.host, port: replica.port, name: 'replica' });
    const ghosts = () => fleet.fleet.snapshot().surroundings.ghosts;
    await fleet.until('the ghost of the master', ghosts, (list) => list.length === 1);
    expect(ghosts()[0]).toMatchObject({
      address: { host: '127.0.0.1', port: master.port },
      role: 'master',
      saidBy: ['replica'],
      attempt: { kind: 'notTried' },
    });
    expect(fleet.ports).toEqual([replica.port]);
  });

  it('matches by run_id: a master that is reached through a relay is found once, whatever its replica calls it', async () => {
    await using master = await startRedis({ settings: fast });
    await using replica = await startRedis({ settings: follow(master) });
    await using relay = await startRelay(master);
    await using fleet = watchFleet();
    const entry = await fleet.connect({ host: relay.host, port: relay.port, servesFound: true });
    await found(fleet, portsOf(relay, replica));
    // A second way in, by hand: the same process, so what its replica follows is still one master.
    const linkOf = () => fleet.fleet.snapshot().nodes.find(({ address }) => address.port === replica.port)?.link;
    await fleet.until('the replica to know its master', linkOf, (link) => link?.masterId === entry.id);
    expect(fleet.fleet.snapshot().surroundings.ghosts).toEqual([]);
  });

  it('leaves a node that was killed as what it was, with when it was last seen; and a ghost that was never let in', async () => {
    await using master = await startRedis({ settings: fast });
    await using replica = await startRedis({ settings: follow(master) });
    await using fleet = watchFleet();
    await fleet.connect({ host: master.host, port: master.port, name: 'master' });
    const ghost = () => fleet.fleet.snapshot().surroundings.ghosts[0];
    await fleet.until('the ghost of the replica', ghost, (it) => it?.saidBy.length === 1);
    await replica.stop('SIGKILL');
    const left = await fleet.until('nobody to speak of it', ghost, (it) => it?.saidBy.length === 0);
    expect(left?.lastSeenAtMs).toBeLessThanOrEqual(Date.now());
    fleet.fleet.forgetGhost({ host: '127.0.0.1', port: replica.port });
    expect(ghost()).toBeUndefined();
  });

  it('tells on the ghost why a server that others speak of cannot be reached, and tries it again only after a pause', async () => {
    await using master = await startRedis({ settings: fast });
    await using replica = await startRedis({
      settings: { ...follow(master), 'replica-announce-ip': '127.0.0.9', 'replica-announce-port': 7 },
    });
    await using fleet = watchFleet();
    await fleet.connect({ host: master.host, port: master.port, servesFound: true });
    const ghost = () => fleet.fleet.snapshot().surroundings.ghosts[0];
    const told = await fleet.until('the reason', ghost, (it) => it?.attempt.kind === 'failed');
    expect(told).toMatchObject({
      address: { host: '127.0.0.9', port: 7 },
      attempt: { failure: { code: 'connectionRefused' } },
    });
    expect(replica.port).toBeGreaterThan(0);
  });

  it('stops at its bound, and says so on the ghosts', async () => {
    await using master = await startRedis({ settings: fast });
    await using replica = await startRedis({ settings: follow(master) });
    await using fleet = watchFleet(1);
    await fleet.connect({ host: master.host, port: master.port, servesFound: true });
    const ghost = () => fleet.fleet.snapshot().surroundings.ghosts[0];
    const told = await fleet.until('the bound to be told', ghost, (it) => it?.attempt.kind === 'failed');
    expect(told?.attempt).toMatchObject({ failure: { code: 'tooManyNodes', params: { limit: 1 } } });
    expect(fleet.ports).toEqual(portsOf(master));
    expect(replica.port).not.toBe(master.port);
  });
});

describe('Sentinels', () => {
  it('are found from any node, tell of all nodes, and say whom they take for the master', async () => {
    await using master = await startRedis({ settings: fast });
    await using replica = await startSyncline({ settings: follow(master) });
    await using one = await startSentinel('shop', master);
    await using two = await startSentinel('shop', master);
    await using three = await startSentinel('shop', master);
    await using fleet = watchFleet();
    await fleet.connect({ host: replica.host, port: replica.port, servesFound: true });
    const sentinels = () => fleet.fleet.snapshot().surroundings.sentinels;
    await fleet.until(
      'all three Sentinels',
      sentinels,
      (list) => list.length === 3 && list.every((it) => it.isReachable),
    );
    expect(
      sentinels()
        .map(({ address }) => address.port)
        .sort((a, b) => a - b),
    ).toEqual(portsOf(one, two, three));
    const view = () => fleet.fleet.snapshot().nodes.find(({ address }) => address.port === master.port);
    const supervised = await fleet.until('the master to be watched', view, (it) => it?.supervision?.sentinels === 3);
    await fleet.until('all to agree', view, (it) => it?.supervision?.agreement === 3);
    expect(supervised?.supervision).toMatchObject({ masterName: 'shop', quorum: 2, isMaster: true });
  });

  it('as the entry offer their masters by name, and a name leads to the master', async () => {
    await using master = await startRedis({ settings: fast });
    await using sentinel = await startSentinel('shop', master, { quorum: 1 });
    await using fleet = watchFleet();
    const at = { host: sentinel.host, port: sentinel.port };
    expect(await fleet.finding.enter(toEntry(at))).toEqual({
      kind: 'sentinel',
      address: at,
      masters: [{ name: 'shop', address: { host: '127.0.0.1', port: master.port }, isDown: false }],
    });
    await expect(fleet.finding.enter(toEntry({ ...at, sentinelMaster: 'other' }))).rejects.toMatchObject({
      failure: { code: 'sentinelMasterUnknown', params: { name: 'other' } },
    });
    const member = await fleet.connect({ ...at, sentinelMaster: 'shop' });
    expect(member).toMatchObject({ address: { port: master.port }, reading: { role: 'master' } });
  });
});
