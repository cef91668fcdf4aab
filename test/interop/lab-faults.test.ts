// Each fault of the lab on a real link, seen in its effect: one end is a real Redis, the other an embedded node.
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { readJournal } from '#core/audit/journal.ts';
import type { Fault, RelayView } from '#core/contract/faults.ts';
import type { Address, NodeId } from '#core/contract/places.ts';
import type { NodeView } from '#core/contract/views.ts';
import { openClient, withClient } from '../support/client.ts';
import { startHost, type TestHost, unwrap } from '../support/host.ts';
import { expectSameData, readBack } from '../support/read-back.ts';
import { startRedis } from '../support/redis-server.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { waitFor } from '../support/wait-for.ts';

/** Short enough for a test. Only where the time-out is what is tested: else a busy machine loses a link by it. */
const timeoutSeconds = 2;
const settings = { 'repl-diskless-sync-delay': 0, 'repl-ping-replica-period': 1 };
/** Longer than a host on a busy machine needs to see that a link is down. */
const cutSeconds = 4;
/** For a replica that is there to acknowledge. */
const longEnoughMs = 20_000;

type Side = 'embedded' | 'real';

class Link implements AsyncDisposable {
  readonly host: TestHost;
  readonly redis: ServerProcess;
  readonly masterId: NodeId;
  readonly replicaId: NodeId;

  constructor(host: TestHost, redis: ServerProcess, masterId: NodeId, replicaId: NodeId) {
    this.host = host;
    this.redis = redis;
    this.masterId = masterId;
    this.replicaId = replicaId;
  }

  get master(): Address {
    return this.host.host.fleet.member(this.masterId).address;
  }

  get replica(): Address {
    return this.host.host.fleet.member(this.replicaId).address;
  }

  /** The replica as the screen sees it; a link has two ends. */
  get view(): NodeView | undefined {
    return this.host.view(this.replicaId);
  }

  async fault(fault: Fault | null): Promise<RelayView> {
    return unwrap(await this.host.client.links.fault({ nodeId: this.replicaId, fault }));
  }

  async counters(): Promise<{ full: number; partialOk: number }> {
    const info = await withClient(this.master, (client) => client.info('stats'));
    const read = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1]);
    return { full: read('sync_full'), partialOk: read('sync_partial_ok') };
  }

  /** Everything that this side wrote to its log. */
  log(side: Side): string {
    if (side === 'real') return this.redis.output();
    const nodeId = this.host.host.fleet.member(this.masterId).node.kind === 'embedded' ? this.masterId : this.replicaId;
    return this.host.host.fleet
      .member(nodeId)
      .node.logLines.map(({ text }) => text)
      .join('\n');
  }

  /** At both ends. */
  async setTimeout(seconds: number): Promise<void> {
    for (const end of [this.master, this.replica]) {
      await withClient(end, (client) => client.config('SET', 'repl-timeout', String(seconds)));
    }
  }

  async write(key: string, value = 'v'): Promise<void> {
    await withClient(this.master, (client) => client.set(key, value));
  }

  /** Until the replica has what the master has. */
  async untilSame(): Promise<void> {
    await this.host.untilStreaming(this.replicaId);
    const mark = `mark:${performance.now()}`;
    await this.write('mark', mark);
    await withClient(this.replica, (client) =>
      waitFor(
        'the replica to have the mark',
        () => client.get('mark'),
        (value) => value === mark,
      ),
    );
    expectSameData(await readBack(this.replica), await readBack(this.master));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.host[Symbol.asyncDispose]();
    await this.redis[Symbol.asyncDispose]();
  }
}

async function startLink(masterSide: Side): Promise<Link> {
  const redis = await startRedis({ settings });
  const host = await startHost(inject('nodeWorkerUrl'));
  const embeddedId = await host.startNode('embedded');
  const set = Object.entries(settings).map(([name, value]) => ['CONFIG', 'SET', name, String(value)]);
  await host.host.fleet.member(embeddedId).node.execute(set);
  const realId = await host.connect(redis, 'real');
  const [masterId, replicaId] = masterSide === 'real' ? [realId, embeddedId] : [embeddedId, realId];
  const link = new Link(host, redis, masterId, replicaId);
  for (let n = 0; n < 50; n++) await link.write(`key:${n}`, `value ${n}`);
  await host.act({ kind: 'attach', nodeId: replicaId, masterId });
  await host.untilStreaming(replicaId);
  return link;
}

/** Whom a replica follows, by its own word. */
async function followed(replica: Address): Promise<Address> {
  const role = await withClient(replica, (client) => client.call('ROLE'));
  if (!Array.isArray(role) || role[0] !== 'slave') throw new Error(`no replica: ${JSON.stringify(role)}`);
  return { host: String(role[1]), port: Number(role[2]) };
}

describe.each<[Side, Side]>([
  ['real', 'embedded'],
  ['embedded', 'real'],
])('a link from a %s master to an %s replica', (masterSide, replicaSide) => {
  let link: Link;
  beforeAll(async () => {
    link = await startLink(masterSide);
  });
  afterAll(() => link[Symbol.asyncDispose]());

  it('goes through a relay by a partial resync, and its master is still the one that it was', async () => {
    const before = await link.counters();
    const relay = await link.fault(null);
    expect(await link.counters()).toEqual({ full: before.full, partialOk: before.partialOk + 1 });
    const view = await link.host.untilView(link.replicaId, 'the relay to be shown', ({ link }) => link?.relay != null);
    expect(view?.link).toMatchObject({
      masterId: link.masterId,
      masterAddress: link.master,
      phase: 'streaming',
      relay: { address: relay.address, fault: null, phase: 'passing' },
    });
    expect(link.host.view(link.masterId)?.replicas[0]?.nodeId).toBe(link.replicaId);
    const plan = unwrap(await link.host.client.acts.plan({ kind: 'resyncPartial', nodeId: link.replicaId }));
    expect(plan.forecast?.sync).toBe('partial');
    await link.untilSame();
  });

  it('cut for a while: the link is down, comes back by itself, and goes on by a partial resync', async () => {
    const before = await link.counters();
    const relay = await link.fault({ kind: 'cut', seconds: cutSeconds, everySeconds: null });
    expect(relay).toMatchObject({ phase: 'refusing', fault: { kind: 'cut' } });
    await link.write('while-away');
    await link.host.untilView(link.replicaId, 'the link to be down', ({ link }) => link?.phase !== 'streaming');
    await link.untilSame();
    expect(await link.counters()).toEqual({ full: before.full, partialOk: before.partialOk + 1 });
    expect(link.view?.link?.relay).toMatchObject({ fault: null, phase: 'passing' });
  });

  it('delayed: a write is acknowledged after the way there and the way back, and not before', async () => {
    const acknowledged = async () => {
      const client = openClient(link.master);
      try {
        await client.set('delayed', 'x');
        const beganMs = performance.now();
        expect(await client.wait(1, longEnoughMs)).toBe(1);
        return performance.now() - beganMs;
      } finally {
        client.disconnect();
      }
    };
    await link.fault({ kind: 'delay', toReplicaMs: 300, toMasterMs: 200, jitterMs: 0 });
    const bothWaysMs = 300 + 200;
    // A timer may come a little early.
    expect(await acknowledged()).toBeGreaterThan(bothWaysMs - 50);
    await link.fault(null);
    await waitFor('an acknowledgement without the delay', acknowledged, (tookMs) => tookMs < bothWaysMs - 50);
  });

  it('throttled: the stream comes at the rate that was asked for', async () => {
    const bytesPerSecond = 200_000;
    const bytes = 400_000;
    await link.fault({ kind: 'throttle', bytesPerSecond });
    const value = 'x'.repeat(bytes);
    const beganMs = performance.now();
    await link.write('throttled', value);
    await withClient(link.replica, (client) =>
      waitFor(
        'the value to arrive',
        () => client.strlen('throttled'),
        (length) => length === bytes,
      ),
    );
    const measured = bytes / ((performance.now() - beganMs) / 1000);
    await link.fault(null);
    // What a lane saves up in 50 ms comes on top; a busy machine may be four times slower.
    expect(measured).toBeLessThan(bytesPerSecond * 1.1);
    expect(measured).toBeGreaterThan(bytesPerSecond / 4);
  });

  it.each<[Fault & { kind: 'drop' }, Side, RegExp]>([
    [{ kind: 'drop', direction: 'toReplica' }, replicaSide, /MASTER timeout: no data nor PING received/],
    [{ kind: 'drop', direction: 'toMaster' }, masterSide, /Disconnecting timedout replica \(streaming sync\)/],
  ])('half open, with %o: the side that hears nothing gives up by repl-timeout', async (fault, starved, sentence) => {
    const before = link.log(starved).length;
    await link.fault(fault);
    await link.setTimeout(timeoutSeconds);
    await waitFor(
      'the starved side to give up',
      () => link.log(starved).slice(before),
      (log) => sentence.test(log),
    );
    await link.setTimeout(60);
    await link.fault(null);
    await link.untilSame();
  });

  it('corrupt: the replica gives the link up, says why, and is repaired by a full resync', async () => {
    const { full } = await link.counters();
    const before = link.log(replicaSide).length;
    // In a command or a PING the byte at 4 is the sign of the first word's length.
    await link.fault({ kind: 'corrupt', direction: 'toReplica', where: { kind: 'atByte', byte: 4 }, seed: 1 });
    await link.write('after-the-harm');
    await waitFor(
      'the replica to complain',
      () => link.log(replicaSide).slice(before),
      (log) => /stream corruption|Protocol error/i.test(log),
    );
    await waitFor(
      'a full resync',
      () => link.counters(),
      (now) => now.full === full + 1,
    );
    await link.untilSame();
  });

  it('cleared: the replica follows its master directly, and the journal has every fault', async () => {
    unwrap(await link.host.client.links.clear({ nodeId: link.replicaId }));
    await link.untilSame();
    expect(link.view?.link).toMatchObject({ masterAddress: link.master, relay: null });
    expect(await followed(link.replica)).toEqual(link.master);
    const { entries } = await readJournal(link.host.journalPath);
    const faults = entries.flatMap((entry) => (entry.kind === 'fault' ? [entry] : []));
    expect(faults.filter(({ state }) => state === 'begun').length).toBe(faults.length / 2);
    expect(faults.every(({ failure }) => failure === null)).toBe(true);
    const kinds = faults.map(({ change }) => (change.kind === 'clear' ? 'clear' : (change.fault?.kind ?? 'none')));
    expect(new Set(kinds)).toEqual(new Set(['none', 'cut', 'delay', 'throttle', 'drop', 'corrupt', 'clear']));
    expect(faults.at(-1)?.command).toBe(`REPLICAOF ${link.master.host} ${link.master.port}`);
  });
});

it('a full resync keeps the relay on the link, and an attach elsewhere lets it fall', async () => {
  await using link = await startLink('real');
  const relay = await link.fault({ kind: 'throttle', bytesPerSecond: 10_000_000 });
  expect((await link.host.act({ kind: 'resyncFull', nodeId: link.replicaId })).failure).toBeNull();
  await link.host.untilView(
    link.replicaId,
    'the link to stream through the relay',
    (view) => view.link?.phase === 'streaming' && view.link.relay?.fault?.kind === 'throttle',
  );
  const elsewhere = await link.host.startNode('elsewhere');
  await link.host.act({ kind: 'attach', nodeId: link.replicaId, masterId: elsewhere });
  const refused = await waitFor('the relay to be closed', () =>
    withClient(relay.address, (client) => client.ping()).then(
      () => null,
      (error: Error) => error,
    ),
  );
  expect(refused?.message).toMatch(/ECONNREFUSED|closed/i);
  await link.host.untilView(link.replicaId, 'no relay', (view) => view.link?.relay === null);
});

it('what cannot have a fault is told why', async () => {
  await using link = await startLink('real');
  const { client } = link.host;
  const code = async (nodeId: string, fault: Fault | null = null) => {
    const outcome = await client.links.fault({ nodeId, fault });
    return outcome.ok ? 'ok' : outcome.failure.code;
  };
  expect(await code(link.masterId)).toBe('notAReplica');
  expect(await code('nobody')).toBe('nodeUnknown');
  unwrap(await client.guards.set({ readOnly: true }));
  expect(await code(link.replicaId)).toBe('readOnlyMode');
  unwrap(await client.guards.set({ readOnly: false }));
  await expect(
    client.links.fault({ nodeId: link.replicaId, fault: { kind: 'throttle', bytesPerSecond: 0 } }),
  ).rejects.toThrow(/validation/i);
  // The same master again, known as one in production.
  const address = link.master;
  await link.host.act({ kind: 'removeNode', nodeId: link.masterId });
  unwrap(await client.connections.connect({ ...address, name: 'produced', environment: 'prod' }));
  expect(await code(link.replicaId)).toBe('faultsForbidden');
});

it('when the host ends a real replica follows its master directly again', async () => {
  await using link = await startLink('embedded');
  await using master = await startRedis({ settings });
  const realMaster = await link.host.connect(master, 'second');
  await link.host.act({ kind: 'attach', nodeId: link.replicaId, masterId: realMaster });
  const relay = await link.fault({ kind: 'stall' });
  const { replica } = link;
  expect(await followed(replica)).toEqual(relay.address);
  // A server is never left behind with a relay that is gone, not even where changes are forbidden by now.
  unwrap(await link.host.client.guards.set({ readOnly: true }));
  await link.host.host.close();
  expect(await followed(replica)).toEqual({ host: master.host, port: master.port });
});
