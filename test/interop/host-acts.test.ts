// Acts run for real, on embedded and on real nodes and on both mixed, with the servers' own counters as evidence.
import { readFile } from 'node:fs/promises';
import { describe, expect, inject, it } from 'vitest';
import { readJournal } from '#core/audit/journal.ts';
import type { NodeId } from '#core/contract/places.ts';
import { connectedId, startHost, type TestHost, unwrap } from '../support/host.ts';
import { startRedis } from '../support/redis-server.ts';
import { waitFor } from '../support/wait-for.ts';

const password = 'correct-horse-battery';
/** Without the pause in which a master waits for more replicas to join a diskless snapshot. */
const settings = { 'repl-diskless-sync-delay': 0 };

interface Pair extends AsyncDisposable {
  readonly host: TestHost;
  readonly masterId: NodeId;
  readonly replicaId: NodeId;
}

type Side = 'embedded' | 'real';

/** A master and a node that is none of its replicas yet; the master has two keys, the other one has one. */
async function startPair(masterSide: Side, replicaSide: Side): Promise<Pair> {
  const servers: AsyncDisposable[] = [];
  const host = await startHost(inject('nodeWorkerUrl'));
  const start = async (side: Side, name: string) => {
    if (side === 'embedded') return host.startNode(name);
    const server = await startRedis({ settings });
    servers.push(server);
    return host.connect(server, name);
  };
  const masterId = await start(masterSide, 'master');
  const replicaId = await start(replicaSide, 'replica');
  await send(host, masterId, ['SET', 'a', '1'], ['SET', 'b', '2']);
  await send(host, replicaId, ['SET', 'other', 'x']);
  const dispose = async () => {
    for (const resource of [host, ...servers]) await resource[Symbol.asyncDispose]();
  };
  return { host, masterId, replicaId, [Symbol.asyncDispose]: dispose };
}

async function send(host: TestHost, nodeId: NodeId, ...commands: string[][]) {
  return host.host.fleet.member(nodeId).node.execute(commands);
}

async function counters(host: TestHost, nodeId: NodeId) {
  const [info] = await send(host, nodeId, ['INFO', 'stats']);
  const read = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(String(info))?.[1]);
  return { full: read('sync_full'), partialOk: read('sync_partial_ok') };
}

async function attach({ host, masterId, replicaId }: Pair): Promise<void> {
  expect((await host.act({ kind: 'attach', nodeId: replicaId, masterId })).failure).toBeNull();
  await host.untilStreaming(replicaId);
}

describe.each<[Side, Side]>([
  ['embedded', 'embedded'],
  ['real', 'real'],
  ['embedded', 'real'],
  ['real', 'embedded'],
])('with an %s master and an %s replica', (masterSide, replicaSide) => {
  it('attach says that keys are lost, copies everything, and the write load is seen on the replica', async () => {
    await using pair = await startPair(masterSide, replicaSide);
    const { host, masterId, replicaId } = pair;
    const plan = unwrap(await host.client.acts.plan({ kind: 'attach', nodeId: replicaId, masterId }));
    expect(plan.forecast?.sync).toBe('full');
    expect(plan.destroys).toContainEqual({ code: 'destroysKeys', params: { name: 'replica', keys: 1 } });
    const { results, failure } = unwrap(await host.client.acts.run({ hash: plan.hash }));
    expect(failure).toBeNull();
    expect(results.map(({ ok }) => ok)).toEqual([true, true]);
    await host.untilStreaming(replicaId);
    expect(await send(host, replicaId, ['GET', 'a'], ['GET', 'other'])).toEqual(['1', null]);

    await host.act({ kind: 'startLoad', nodeId: masterId, writesPerSecond: 100, valueBytes: 50 });
    const busy = await host.untilView(masterId, 'the load to be measured', ({ workload, backlog }) =>
      Boolean(workload && workload.achievedPerSecond > 50 && backlog?.reachSeconds),
    );
    expect(busy?.workload?.achievedPerSecond).toBeLessThan(150);
    const view = await host.untilView(
      replicaId,
      'the stream to flow',
      ({ link }) => (link?.bytesPerSecond ?? 0) > 1000,
    );
    expect(view?.link).toMatchObject({ masterId, phase: 'streaming', lagSeconds: expect.any(Number) });
    await host.act({ kind: 'stopLoad', nodeId: masterId });
    await waitFor(
      'the load’s keys to be gone',
      () => send(host, replicaId, ['DBSIZE']),
      ([keys]) => keys === 2,
    );
  });

  it('a partial resync continues: sync_partial_ok grows and sync_full does not', async () => {
    await using pair = await startPair(masterSide, replicaSide);
    const { host, masterId, replicaId } = pair;
    await attach(pair);
    const before = await counters(host, masterId);
    const plan = unwrap(await host.client.acts.plan({ kind: 'resyncPartial', nodeId: replicaId }));
    expect(plan.forecast).toMatchObject({ sync: 'partial', reason: { code: 'syncContinues' }, keysDestroyed: 0 });
    const { results, failure } = unwrap(await host.client.acts.run({ hash: plan.hash }));
    expect(failure).toBeNull();
    expect(await counters(host, masterId)).toEqual({ full: before.full, partialOk: before.partialOk + 1 });
    expect(results.at(-1)?.answer).toContain(`sync_partial_ok ${before.partialOk} → ${before.partialOk + 1}`);
    await host.untilStreaming(replicaId);
  });

  it('a full resync copies everything: sync_full grows', async () => {
    await using pair = await startPair(masterSide, replicaSide);
    const { host, masterId, replicaId } = pair;
    await attach(pair);
    const before = await counters(host, masterId);
    const { results, failure } = await host.act({ kind: 'resyncFull', nodeId: replicaId });
    expect(failure).toBeNull();
    expect((await counters(host, masterId)).full).toBe(before.full + 1);
    expect(results.at(-1)?.answer).toContain(`sync_full ${before.full} → ${before.full + 1}`);
    await host.untilStreaming(replicaId);
    expect(await send(host, replicaId, ['GET', 'b'])).toEqual(['2']);
  });

  it('a promoted replica is a master with a new history, keeps its data, and is marked', async () => {
    await using pair = await startPair(masterSide, replicaSide);
    const { host, replicaId } = pair;
    await attach(pair);
    const { results, failure } = await host.act({ kind: 'promote', nodeId: replicaId });
    expect(failure).toBeNull();
    expect(results.at(-1)?.answer).toMatch(/^role:master; master_replid [0-9a-f]{40} → [0-9a-f]{40}$/);
    await host.untilView(replicaId, 'it to be a master', ({ role }) => role === 'master');
    expect(await send(host, replicaId, ['GET', 'a'], ['SET', 'mine', '1'])).toEqual(['1', 'OK']);
    const marks = host.events.flatMap((event) => (event.kind === 'patch' ? event.marks : []));
    expect(marks).toContainEqual(expect.objectContaining({ nodeId: replicaId, kind: 'promoted' }));
  });
});

describe('a plan', () => {
  it('is refused when what it saw has changed, and leaves everything as it is', async () => {
    await using pair = await startPair('real', 'real');
    const { host, masterId, replicaId } = pair;
    await attach(pair);
    const plan = unwrap(await host.client.acts.plan({ kind: 'resyncFull', nodeId: replicaId }));
    await send(host, replicaId, ['REPLICAOF', 'NO', 'ONE']);
    const before = await counters(host, masterId);
    expect(await host.client.acts.run({ hash: plan.hash })).toMatchObject({
      ok: false,
      failure: { code: 'planExpired' },
    });
    expect(await counters(host, masterId)).toEqual(before);
  });

  it('runs once, and only under the hash that was shown', async () => {
    await using pair = await startPair('real', 'real');
    const { host, replicaId } = pair;
    await attach(pair);
    const plan = unwrap(await host.client.acts.plan({ kind: 'promote', nodeId: replicaId }));
    expect(await host.client.acts.run({ hash: 'made-up' })).toMatchObject({
      ok: false,
      failure: { code: 'planUnknown' },
    });
    expect(await host.client.acts.run({ hash: plan.hash })).toMatchObject({ ok: true });
    expect(await host.client.acts.run({ hash: plan.hash })).toMatchObject({
      ok: false,
      failure: { code: 'planUnknown' },
    });
  });

  it('with a failed check does not run, and says the reason as a failure', async () => {
    await using pair = await startPair('real', 'real');
    const { host, masterId, replicaId } = pair;
    await attach(pair);
    const cycle = unwrap(await host.client.acts.plan({ kind: 'attach', nodeId: masterId, masterId: replicaId }));
    expect(await host.client.acts.run({ hash: cycle.hash })).toMatchObject({
      ok: false,
      failure: { code: 'wouldBeCycle', params: { name: 'master', master: 'replica' } },
    });
  });

  it('that loses data in production runs with the typed name only', async () => {
    await using host = await startHost(inject('nodeWorkerUrl'));
    await using master = await startRedis({ settings });
    await using replica = await startRedis({ settings });
    const masterId = await host.connect(master, 'source');
    const request = { host: replica.host, port: replica.port, name: 'orders', environment: 'prod' } as const;
    const nodeId = connectedId(await host.client.connections.connect(request));
    await send(host, nodeId, ['SET', 'precious', '1']);
    const plan = unwrap(await host.client.acts.plan({ kind: 'attach', nodeId, masterId }));
    expect(plan.typedConfirmation).toBe('orders');
    expect(await host.client.acts.run({ hash: plan.hash })).toMatchObject({ ok: false });
    expect(await host.client.acts.run({ hash: plan.hash, confirmation: 'order' })).toMatchObject({ ok: false });
    expect(await send(host, nodeId, ['GET', 'precious'])).toEqual(['1']);
    expect(await host.client.acts.run({ hash: plan.hash, confirmation: 'orders' })).toMatchObject({ ok: true });
  });

  it('whose command the server refuses ends there, with the answer in the result', async () => {
    await using host = await startHost(inject('nodeWorkerUrl'));
    await using master = await startRedis({ settings });
    await using replica = await startRedis({ settings: { ...settings, 'rename-command': ['REPLICAOF', 'NOPE'] } });
    const masterId = await host.connect(master, 'master');
    const nodeId = await host.connect(replica, 'replica');
    const { results, failure } = await host.act({ kind: 'attach', nodeId, masterId });
    expect(results.map(({ ok }) => ok)).toEqual([false]);
    expect(failure).toMatchObject({ code: 'commandRefused', params: { name: 'replica' } });
    expect(failure?.params.answer).toMatch(/unknown command/);
  });
});

it('attach to a master without a password works though the replica has a login from before', async () => {
  await using host = await startHost(inject('nodeWorkerUrl'));
  await using master = await startRedis({ settings });
  await using replica = await startRedis({ settings: { ...settings, masterauth: password } });
  const masterId = await host.connect(master, 'master');
  const nodeId = await host.connect(replica, 'replica');
  const { results, failure } = await host.act({ kind: 'attach', nodeId, masterId });
  expect(failure).toBeNull();
  expect(results[0]?.step.command).toBe('CONFIG SET masterauth ""');
  await host.untilStreaming(nodeId);
});

describe('the journal', () => {
  it('has each run with its plan, steps and end, and no secret; nor has any view', async () => {
    await using host = await startHost(inject('nodeWorkerUrl'));
    await using master = await startRedis({ settings: { ...settings, requirepass: password } });
    await using replica = await startRedis({ settings });
    const masterId = await host.connect(master, 'master', password);
    const nodeId = await host.connect(replica, 'replica');
    const { results, failure } = await host.act({ kind: 'attach', nodeId, masterId });
    expect(failure).toBeNull();
    expect(results[0]?.step.command).toBe('CONFIG SET masterauth ***');
    await host.untilStreaming(nodeId);
    const { entries, skippedLines } = await readJournal(host.journalPath);
    expect(skippedLines).toBe(0);
    expect(entries.map(({ kind }) => kind)).toEqual([
      'begun',
      ...['stepBegun', 'step', 'stepBegun', 'step', 'stepBegun', 'step'],
      'ended',
    ]);
    expect(entries[0]).toMatchObject({ act: { kind: 'attach', nodeId, masterId }, who: expect.any(String) });
    expect(await readFile(host.journalPath, 'utf8')).not.toContain(password);
    expect(JSON.stringify(host.events)).not.toContain(password);
    expect(await readFile(`${host.folder}/settings/settings.json`, 'utf8')).not.toContain(password);
  });
});
