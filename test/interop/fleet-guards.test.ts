// The guards of the host: read-only mode, typed names, forced plans, Sentinel in charge, snapshots that cannot be loaded.

import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import type { Redis } from 'ioredis';
import { describe, expect, inject, it } from 'vitest';
import type { Plan } from '#core/contract/acts.ts';
import { FleetScene, startScene, startTree } from '../support/fleet-scene.ts';
import { startHost, unwrap } from '../support/host.ts';
import { startSentinel, untilReplicasKnown } from '../support/sentinel.ts';
import { waitFor } from '../support/wait-for.ts';

const worker = () => inject('nodeWorkerUrl');
const failed = (plan: Plan) =>
  plan.checks.filter(({ level }) => level === 'fail').map(({ statement, forceable }) => [statement.code, forceable]);

describe('read-only mode', () => {
  it('lets plans be made and none be run, lets no command through that is not known to read, and is kept', async () => {
    await using scene = await startTree(worker(), 'alpha', 'bravo');
    const { client } = scene.host;
    expect(unwrap(await client.guards.set({ readOnly: true }))).toEqual({ readOnly: true });
    const plan = await scene.plan({ kind: 'promote', nodeId: scene.id('bravo') });
    expect(await client.acts.run({ hash: plan.hash })).toMatchObject({
      ok: false,
      failure: { code: 'readOnlyMode', params: { command: 'REPLICAOF' } },
    });
    for (const words of [
      ['SET', 'a', '1'],
      ['NOSUCHCOMMAND'],
      ['CONFIG', 'SET', 'save', ''],
      ['CLIENT', 'PAUSE', '1'],
    ]) {
      await expect(scene.send('alpha', words)).rejects.toThrow(/readOnlyMode/);
    }
    expect(await scene.send('alpha', ['GET', 'a'])).toEqual(['1']);
    expect(await scene.stands('bravo')).toBe('alpha');
    await client.guards.set({ readOnly: false });
    const again = await scene.plan({ kind: 'promote', nodeId: scene.id('bravo') });
    expect((await scene.run(again)).failure).toBeNull();
  });
});

describe('in production', () => {
  it('a role changes only with the typed name, and not again soon without a reason', async () => {
    await using scene = await startTree(worker(), 'alpha');
    await scene.start('bravo');
    const { process } = scene.at('bravo');
    const request = { host: process.host, port: process.port, name: 'orders', environment: 'prod' } as const;
    scene.host.host.fleet.remove(scene.id('bravo'));
    const connected = unwrap(await scene.host.client.connections.connect(request));
    if (connected.kind !== 'connected') throw new Error('a Sentinel answered');
    const { nodeId } = connected;
    const attach = await scene.plan({ kind: 'attach', nodeId, masterId: scene.id('alpha') });
    expect(attach.typedConfirmation).toBe('orders');
    expect(await scene.host.client.acts.run({ hash: attach.hash, confirmation: 'Orders' })).toMatchObject({
      ok: false,
    });
    expect((await scene.run(attach, { confirmation: 'orders' })).failure).toBeNull();
    await scene.host.untilStreaming(nodeId);
    const promote = await scene.plan({ kind: 'promote', nodeId });
    expect(failed(promote)).toEqual([['checkCoolDown', true]]);
    expect(await scene.host.client.acts.run({ hash: promote.hash, confirmation: 'orders' })).toMatchObject({
      ok: false,
      failure: { code: 'checkFailed' },
    });
    const again = await scene.plan({ kind: 'promote', nodeId });
    const words = { confirmation: 'orders', forceReason: 'alpha burns' };
    expect((await scene.run(again, words)).failure).toBeNull();
    const { runs } = unwrap(await scene.host.client.journal.read({ count: 1 }));
    expect(runs).toMatchObject([{ forceReason: 'alpha burns', state: 'done', title: { code: 'titlePromote' } }]);
    // The way back from what was just done is wanted now, if ever: the typed name is enough.
    const back = await scene.plan({ kind: 'restore', runId: runs[0]?.runId ?? '', to: 'before' });
    expect([failed(back), back.typedConfirmation]).toEqual([[], 'orders']);
    expect(back.checks.filter(({ level }) => level === 'warn').map(({ statement }) => statement.code)).toContain(
      'checkCoolDown',
    );
    expect((await scene.run(back, { confirmation: 'orders' })).failure).toBeNull();
  });
});

describe('Sentinel in charge', () => {
  it('is told, keeps roles from being changed behind its back, and is asked for the failover', async () => {
    await using scene = await startTree(worker(), 'alpha', 'bravo');
    const master = scene.at('alpha').process;
    await using one = await startSentinel('shop', master, { quorum: 1 });
    await using two = await startSentinel('shop', master, { quorum: 1 });
    await using three = await startSentinel('shop', master, { quorum: 1 });
    for (const sentinel of [one, two, three]) {
      unwrap(await scene.host.client.connections.connect({ host: sentinel.host, port: sentinel.port }));
    }
    const member = (name: string) => scene.host.host.fleet.member(scene.id(name));
    await waitFor(
      'the Sentinels to be seen',
      () => member('alpha').supervision,
      (seen) => seen !== null && seen.sentinels === 3,
      {
        timeoutMs: 30_000,
      },
    );
    for (const sentinel of [one, two, three]) await untilReplicasKnown(sentinel, 'shop', 1);
    const promote = await scene.plan({ kind: 'promote', nodeId: scene.id('bravo') });
    expect(failed(promote)).toEqual([['checkSentinelInCharge', true]]);
    const plan = await scene.plan({ kind: 'failover', nodeId: scene.id('bravo') });
    expect(failed(plan)).toEqual([]);
    expect(plan.steps.map(({ command }) => command)).toEqual(['SENTINEL FAILOVER shop', 'INFO replication']);
    expect((await scene.run(plan)).failure).toBeNull();
    expect([await scene.stands('alpha'), await scene.stands('bravo')]).toEqual(['bravo', 'master']);
  });
});

/** A server that says that it is newer, and whose snapshots are: the same bytes with another version in them. */
async function startNewer(target: { readonly host: string; readonly port: number }) {
  const newer = (chunk: Buffer) =>
    Buffer.from(
      chunk
        .toString('latin1')
        .replaceAll('redis_version:7.0.15', 'redis_version:7.4.15')
        .replaceAll('REDIS0010', 'REDIS0012'),
      'latin1',
    );
  const server = createServer((client) => {
    const upstream = connect(target);
    upstream.on('data', (chunk) => client.write(newer(chunk)));
    client.pipe(upstream);
    for (const socket of [client, upstream]) {
      socket.on('error', () => {}); // its end is told by 'close'
      socket.on('close', () => [client, upstream].map((each) => each.destroy()));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { host: '127.0.0.1', port, [Symbol.dispose]: () => void server.close() };
}

it('a master whose snapshot is too new for the replica: it would drop its data and fail, and so it does', async () => {
  await using scene = await startScene(worker(), 'old', 'bravo');
  await scene.send('old', ['SET', 'a', '1']);
  await scene.send('bravo', ['SET', 'own', '1']);
  using newer = await startNewer(scene.at('old').process);
  const masterId = await scene.host.connect(newer, 'newer');
  const plan = await scene.plan({ kind: 'attach', nodeId: scene.id('bravo'), masterId });
  expect(failed(plan)).toEqual([['checkSnapshotTooNew', true]]);
  using progress = await scene.progress();
  const running = scene.run(plan, { forceReason: 'to see that it fails' });
  const log = () => scene.at('bravo').process.output();
  await waitFor(
    'the replica to refuse the snapshot',
    log,
    (text) => text.includes("Can't handle RDB format version 12"),
    {
      timeoutMs: 20_000,
    },
  );
  await scene.host.client.acts.cancel({ runId: progress.told.at(-1)?.runId ?? '' });
  await running;
  expect(await scene.send('bravo', ['GET', 'own'])).not.toEqual(['1']);
});

/** Writes one after the other until disposed; an answer of any kind ends the wait for it. */
function writeOnAndOn(client: Redis): { readonly longestMs: number; readonly answers: number } & Disposable {
  let [longestMs, answers, ends] = [0, 0, false];
  const write = async () => {
    while (!ends) {
      const askedMs = performance.now();
      await client.set('written', answers).catch(() => {}); // READONLY, once it is a replica
      longestMs = Math.max(longestMs, performance.now() - askedMs);
      answers++;
    }
  };
  void write();
  return {
    get longestMs() {
      return longestMs;
    },
    get answers() {
      return answers;
    },
    [Symbol.dispose]: () => {
      ends = true;
    },
  };
}

describe('a failover holds writes for as long as its plan says at most', () => {
  it.each([
    ['by the server itself', {}],
    ['by a pause of ours, where the server has no FAILOVER', { 'rename-command': ['FAILOVER', 'NOPE'] }],
  ])('%s', async (_title, settings) => {
    await using scene = await startScene(worker());
    await scene.start('alpha', settings);
    await scene.start('bravo');
    await scene.follow('bravo', 'alpha');
    using writes = writeOnAndOn(scene.at('alpha').process.client());
    await waitFor('writes', () => writes.answers > 100);
    const timeoutMs = 5000;
    const plan = await waitFor(
      'bravo to be online to alpha',
      () => scene.plan({ kind: 'failover', nodeId: scene.id('bravo'), timeoutMs }),
      (made) => failed(made).length === 0,
    );
    expect(plan.destroys).toContainEqual({ code: 'holdsWrites', params: { name: 'alpha', timeoutMs } });
    const { failure, results } = await scene.run(plan);
    expect(failure, JSON.stringify(results)).toBeNull();
    const { answers } = writes;
    await waitFor('the writes to go on', () => writes.answers > answers + 100);
    // What is held ends by the server's own clock; a busy machine may be late to see it.
    expect(writes.longestMs).toBeLessThan(2 * timeoutMs);
  });
});

describe('a replica that stays away', () => {
  it('continues or copies as was foreseen for so many seconds of writing', async () => {
    await using scene = new FleetScene(await startHost(worker()));
    await scene.start('alpha', { 'repl-backlog-size': 1_000_000 });
    await scene.start('bravo');
    await scene.follow('bravo', 'alpha');
    const nodeId = scene.id('bravo');
    const load = { kind: 'startLoad', nodeId: scene.id('alpha'), writesPerSecond: 500, valueBytes: 1000 } as const;
    await scene.run(await scene.plan(load));
    const rate = () => scene.host.view(scene.id('alpha'))?.writeBytesPerSecond ?? 0;
    await waitFor('the rate to settle', rate, (bytes) => bytes > 400_000);
    const foreseen = async (awaySeconds: number) =>
      unwrap(await scene.host.client.insight.absence({ nodeId, awaySeconds }));
    await waitFor(
      'the rate to be measured',
      () => foreseen(0.3),
      ({ sync }) => sync !== 'unknown',
    );
    expect(await foreseen(0.3)).toMatchObject({ sync: 'partial', reason: { code: 'syncContinues' } });
    expect(await foreseen(60)).toMatchObject({ sync: 'full', reason: { code: 'syncBehindBacklog' } });
    // Where the edge lies moves with the measured rate: it is met on the way from the one to the other.
    await waitFor('an absence too close to the edge', async () => {
      for (let awaySeconds = 0.3; awaySeconds < 60; awaySeconds *= 1.1) {
        const { sync, reason } = await foreseen(awaySeconds);
        if (sync === 'unknown') return reason.code === 'absenceTooClose';
      }
      return false;
    });
    const { host, port } = scene.at('alpha').process;
    const writtenSince = async (offset: number) => (await scene.count('alpha', 'master_repl_offset')) - offset;
    for (const [bytes, field] of [
      [150_000, 'sync_partial_ok'],
      [2_000_000, 'sync_full'],
    ] as const) {
      const [before, offset] = [await scene.count('alpha', field), await scene.count('alpha', 'master_repl_offset')];
      await scene.send('bravo', ['REPLICAOF', '127.0.0.1', '1']);
      await waitFor(
        'so much to be written',
        () => writtenSince(offset),
        (written) => written >= bytes,
        { timeoutMs: 20_000 },
      );
      await scene.send('bravo', ['REPLICAOF', host, String(port)]);
      await scene.untilStreaming('bravo');
      expect(await scene.count('alpha', field)).toBe(before + 1);
    }
  });
});
