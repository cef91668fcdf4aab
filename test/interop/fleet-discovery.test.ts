// Discovery among real servers: from any one of them all are found, once each, and what is gone stays as a ghost.
import { describe, expect, it } from 'vitest';
import { toEntry } from '#core/fleet/entry.ts';
import { startRedis } from '../support/redis-server.ts';
import { startRelay } from '../support/relay.ts';
import { startSentinel } from '../support/sentinel.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { startSyncline } from '../support/syncline-server.ts';
import { waitFor } from '../support/wait-for.ts';
import { type WatchedFleet, watchFleet } from '../support/watched-fleet.ts';

const fast = { 'repl-diskless-sync-delay': 0 };
/** A failover of Sentinel may need a second try. */
const failoverMs = 45_000;
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

  it('finds the master of a replica that it does not let in', async () => {
    const password = 'master-only';
    await using master = await startRedis({ settings: { ...fast, requirepass: password } });
    await using replica = await startRedis({ settings: { ...follow(master), requirepass: password } });
    await using fleet = watchFleet();
    await fleet.connect({ host: replica.host, port: replica.port, password, servesFound: true });
    await found(fleet, portsOf(master, replica));
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
    await using taking = watchFleet();
    await fleet.connect({ host: master.host, port: master.port, name: 'master' });
    await taking.connect({ host: master.host, port: master.port, servesFound: true });
    const ghost = () => fleet.fleet.snapshot().surroundings.ghosts[0];
    const taken = () => taking.fleet.snapshot().nodes.find(({ address }) => address.port === replica.port);
    await fleet.until('the ghost of the replica', ghost, (it) => it?.saidBy.length === 1);
    await taking.until('the replica to be let in', taken, (it) => it?.role === 'replica');
    await replica.stop('SIGKILL');
    const gone = await taking.until('it to be gone', taken, (it) => it?.lifecycle.kind === 'unreachable');
    expect(gone).toMatchObject({ role: 'replica', keys: 0 });
    expect(gone?.observedAtMs).toBeLessThanOrEqual(Date.now());
    const left = await fleet.until('nobody to speak of it', ghost, (it) => it?.saidBy.length === 0);
    expect(left?.lastSeenAtMs).toBeLessThanOrEqual(Date.now());
    fleet.fleet.forgetGhost({ host: '127.0.0.1', port: replica.port });
    expect(ghost()).toBeUndefined();
  });

  it('tells on the ghost why a server that others speak of cannot be reached, and when it is tried again', async () => {
    await using master = await startRedis({ settings: fast });
    await using replica = await startRedis({
      settings: { ...follow(master), 'replica-announce-ip': '127.0.0.9', 'replica-announce-port': 7 },
    });
    await using fleet = watchFleet();
    const beganAtMs = Date.now();
    await fleet.connect({ host: master.host, port: master.port, servesFound: true });
    const ghost = () => fleet.fleet.snapshot().surroundings.ghosts[0];
    const told = await fleet.until('the reason', ghost, (it) => it?.attempt.kind === 'failed');
    expect(told).toMatchObject({
      address: { host: '127.0.0.9', port: 7 },
      attempt: { failure: { code: 'connectionRefused' } },
    });
    const nextTryAtMs = told?.attempt.kind === 'failed' ? told.attempt.nextTryAtMs : 0;
    expect(nextTryAtMs).toBeGreaterThan(beganAtMs + 1000);
    expect(fleet.ports).not.toContain(replica.port);
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

describe('an announced address', () => {
  it('that is not the one by which we reach a node is shown beside it, and the node is one all the same', async () => {
    await using master = await startRedis({ settings: fast });
    await using replica = await startRedis({
      settings: { ...follow(master), 'replica-announce-ip': '10.255.0.7', 'replica-announce-port': 6400 },
    });
    await using fleet = watchFleet();
    await fleet.connect({ host: master.host, port: master.port, name: 'master' });
    const member = await fleet.connect({ host: replica.host, port: replica.port, name: 'replica' });
    const announced = () => fleet.fleet.snapshot().nodes.find(({ id }) => id === member.id)?.announced;
    expect(await fleet.until('it to be told', announced, (it) => it != null)).toMatchObject({
      address: { host: '10.255.0.7', port: 6400 },
    });
  });
});

describe('Redis Cluster', () => {
  it('is found from one node, each node shown with its shard and slots', async () => {
    const settings = (slots: string) => ({
      ...fast,
      'cluster-enabled': 'yes',
      'cluster-config-file': `nodes-${slots}.conf`,
    });
    await using one = await startRedis({ settings: settings('a') });
    await using two = await startRedis({ settings: settings('b') });
    await using three = await startRedis({ settings: settings('c') });
    await one.client().call('CLUSTER', 'ADDSLOTSRANGE', '0', '8000');
    await two.client().call('CLUSTER', 'ADDSLOTSRANGE', '8001', '16383');
    for (const other of [two, three]) await one.client().call('CLUSTER', 'MEET', other.host, String(other.port));
    await using fleet = watchFleet();
    const clusterOf = (port: number) =>
      fleet.fleet.snapshot().nodes.find(({ address }) => address.port === port)?.cluster;
    const ids = new Map<number, string>();
    for (const server of [one, two, three]) {
      ids.set(server.port, String(await server.client().call('CLUSTER', 'MYID')));
    }
    const nodesBy = (server: ServerProcess) => server.client().call('CLUSTER', 'NODES') as Promise<string>;
    await waitFor(
      'the three to know each other',
      () => nodesBy(one),
      (text) => text.split('\n').filter((it) => it.includes('connected')).length === 3,
    );
    await waitFor('the third to know the first', () =>
      three.client().call('CLUSTER', 'REPLICATE', ids.get(one.port) ?? ''),
    );
    // Shards are read with the rare whole look alone, so all must know by then.
    for (const server of [one, two, three]) {
      await waitFor(
        'the third to be known as a replica',
        () => nodesBy(server),
        (text) => text.includes(`slave ${ids.get(one.port)} `),
      );
    }
    await fleet.connect({ host: three.host, port: three.port, servesFound: true });
    await found(fleet, portsOf(one, two, three));
    await fleet.until(
      'the shard of the first',
      () => clusterOf(one.port),
      (it) => it?.slots === '0-8000' && it.shards === 2,
    );
    expect(clusterOf(one.port)).toMatchObject({ shard: 1, shards: 2, slots: '0-8000' });
    expect(clusterOf(two.port)).toMatchObject({ shard: 2, slots: '8001-16383' });
    expect(clusterOf(three.port)).toMatchObject({ shard: 1, masterAddress: { port: one.port } });
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

    await master.stop('SIGKILL');
    const replicaView = () => fleet.fleet.snapshot().nodes.find(({ address }) => address.port === replica.port);
    await fleet.until('the Sentinels to name the replica', replicaView, (it) => it?.supervision?.isMaster === true, {
      timeoutMs: failoverMs,
    });
    expect(replicaView()).toMatchObject({ supervision: { masterName: 'shop' } });
    expect(view()).toMatchObject({ lifecycle: { kind: 'unreachable' } });
  });

  it('that do not know the login of the servers are asked without one', async () => {
    const password = 'only-for-servers';
    const secured = { ...fast, requirepass: password, masterauth: password };
    await using master = await startRedis({ settings: secured });
    await using replica = await startRedis({ settings: { ...secured, replicaof: [master.host, master.port] } });
    await using sentinel = await startSentinel('shop', master, { quorum: 1, password });
    await using fleet = watchFleet();
    const at = { host: sentinel.host, port: sentinel.port, password, servesFound: true };
    await fleet.connect({ ...at, sentinelMaster: 'shop' });
    await found(fleet, portsOf(master, replica));
    await using other = watchFleet();
    await other.connect({ host: replica.host, port: replica.port, password, servesFound: true });
    await other.until(
      'the Sentinel to be found',
      () => other.fleet.snapshot().surroundings.sentinels,
      (list) => list.length === 1 && list[0]?.isReachable === true,
    );
    await found(other, portsOf(master, replica));
  });

  it('as the entry offer their masters by name, and a name leads to the master', async () => {
    await using master = await startRedis({ settings: fast });
    await using sentinel = await startSentinel('shop', master, { quorum: 1 });
    await using fleet = watchFleet();
    const at = { host: sentinel.host, port: sentinel.port, servesFound: true };
    expect(await fleet.finding.enter(toEntry(at))).toEqual({
      kind: 'sentinel',
      address: { host: sentinel.host, port: sentinel.port },
      masters: [{ name: 'shop', address: { host: '127.0.0.1', port: master.port }, isDown: false }],
    });
    await expect(fleet.finding.enter(toEntry({ ...at, sentinelMaster: 'other' }))).rejects.toMatchObject({
      failure: { code: 'sentinelMasterUnknown', params: { name: 'other' } },
    });
    // Nothing is let in before a person has chosen.
    expect(fleet.ports).toEqual([]);
    const member = await fleet.connect({ ...at, sentinelMaster: 'shop' });
    expect(member).toMatchObject({ address: { port: master.port }, reading: { role: 'master' } });
  });
});
