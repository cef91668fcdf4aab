// Embedded nodes as the host keeps them: started, stopped, started again, removed; and one that dies harms no other.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Redis } from 'ioredis';
import { describe, expect, inject, it } from 'vitest';
import type { NodeId } from '#core/contract/places.ts';
import type { LogLine, SyncTrace } from '#core/contract/views.ts';
import { startHost, type TestHost } from '../support/host.ts';
import { waitFor } from '../support/wait-for.ts';

async function send(host: TestHost, nodeId: NodeId, ...commands: string[][]) {
  return host.host.fleet.member(nodeId).node.execute(commands);
}

/** The real worker, with a word that makes it throw outside of any request, as a mistake of ours would. */
async function crashingWorker(): Promise<{ readonly url: string } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'syncline-crash-'));
  const file = join(folder, 'worker.mjs');
  await writeFile(
    file,
    `import { parentPort } from 'node:worker_threads';
     import ${JSON.stringify(inject('nodeWorkerUrl'))};
     parentPort.on('message', ({ commands }) => {
       if (commands?.[0]?.[0] === 'CRASH') setImmediate(() => { throw new Error('a mistake of ours'); });
     });`,
  );
  return {
    url: pathToFileURL(file).href,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

describe('an embedded node', () => {
  it('that dies says so, harms no other, and can be started again', async () => {
    await using worker = await crashingWorker();
    await using host = await startHost(worker.url);
    const [masterId, otherId] = [await host.startNode('alpha'), await host.startNode('bravo')];
    await send(host, otherId, ['SET', 'kept', '1']);
    await send(host, masterId, ['CRASH']).catch(() => {}); // answered or not: it dies either way
    const dead = await host.untilView(masterId, 'the death to be told', ({ lifecycle }) => lifecycle.kind === 'failed');
    expect(dead?.lifecycle).toEqual({
      kind: 'failed',
      failure: { code: 'nodeCrashed', params: { name: 'alpha', reason: 'a mistake of ours' }, retryable: true },
    });
    expect(await send(host, otherId, ['GET', 'kept'])).toEqual(['1']);
    await expect(send(host, masterId, ['PING'])).rejects.toThrow(/nodeNotRunning/);

    const port = dead?.address.port;
    expect((await host.act({ kind: 'startNode', nodeId: masterId })).failure).toBeNull();
    const again = await host.untilView(masterId, 'it to run again', ({ role }) => role === 'master');
    expect(again?.address.port).toBe(port);
  });

  it('stopped keeps its data for its next start; its replica waits, says why, and comes back', async () => {
    await using host = await startHost(inject('nodeWorkerUrl'));
    const [masterId, replicaId] = [await host.startNode('alpha'), await host.startNode('bravo')];
    await host.act({ kind: 'attach', nodeId: replicaId, masterId });
    await host.untilStreaming(replicaId);
    await send(host, masterId, ['SET', 'kept', '1']);
    expect((await host.act({ kind: 'stopNode', nodeId: masterId })).failure).toBeNull();
    const waiting = await host.untilView(replicaId, 'a reason', ({ link }) => link?.reason != null && link.retries > 0);
    expect(waiting?.link?.reason?.code).toMatch(/^link(ConnectionRefused|Closed)$/);
    const stopped = await host.untilView(masterId, 'its end', ({ lifecycle }) => lifecycle.kind === 'stopped');
    expect(stopped).toMatchObject({ role: 'unknown', offset: null });
    await host.act({ kind: 'startNode', nodeId: masterId });
    expect(await send(host, masterId, ['GET', 'kept'])).toEqual(['1']);
    await host.untilStreaming(replicaId);
    expect(await send(host, replicaId, ['GET', 'kept'])).toEqual(['1']);
  });

  it('ended by a client’s SHUTDOWN is shown as stopped, not as crashed', async () => {
    await using host = await startHost(inject('nodeWorkerUrl'));
    const nodeId = await host.startNode('alpha');
    const client = new Redis(host.host.fleet.member(nodeId).address.port, { retryStrategy: () => null });
    client.on('error', () => {});
    client.call('SHUTDOWN', 'NOSAVE').catch(() => {}); // it ends without an answer
    await host.untilView(nodeId, 'it to be stopped', ({ lifecycle }) => lifecycle.kind === 'stopped');
    client.disconnect();
  });

  it('on a port in use is refused by that name, and leaves nothing behind', async () => {
    await using host = await startHost(inject('nodeWorkerUrl'));
    const taken = createServer().listen(0, '127.0.0.1');
    try {
      const port = await waitFor('a port', () => (taken.address() as { port: number }).port);
      const { failure, nodeId } = await host.act({ kind: 'startNode', name: 'alpha', port });
      expect(failure).toEqual({ code: 'portInUse', params: { port }, retryable: false });
      expect(nodeId).toBeNull();
      expect(host.host.fleet.members).toEqual([]);
    } finally {
      taken.close();
    }
  });

  it('with a password is replicated from, and neither log nor views nor traces show it', async () => {
    const password = 'correct-horse-battery';
    await using host = await startHost(inject('nodeWorkerUrl'));
    const masterId = await host.startNode('alpha', { password });
    const replicaId = await host.startNode('bravo');
    const refused = new Redis(host.host.fleet.member(masterId).address.port);
    refused.on('error', () => {}); // the refusal, told a second time
    await expect(refused.get('x')).rejects.toThrow(/NOAUTH/);
    refused.disconnect();
    await host.act({ kind: 'attach', nodeId: replicaId, masterId });
    await host.untilStreaming(replicaId);
    const { syncs, logLines } = host.host.fleet.member(replicaId).node;
    expect(syncs[0]?.steps.map(({ text }) => text).join('\n')).toMatch(/AUTH/);
    expect(JSON.stringify([host.events, syncs, logLines])).not.toContain(password);
  });

  it('tells its log and its syncs as they happen, the newest trace first and step by step', async () => {
    await using host = await startHost(inject('nodeWorkerUrl'));
    const [masterId, replicaId] = [await host.startNode('alpha'), await host.startNode('bravo')];
    const ending = new AbortController();
    const lines: LogLine[] = [];
    const syncs: (readonly SyncTrace[])[] = [];
    const { signal } = ending;
    const logs = await host.client.node.log({ nodeId: replicaId }, { signal });
    const traces = await host.client.node.syncs({ nodeId: replicaId }, { signal });
    void (async () => {
      for await (const more of logs) lines.push(...more);
    })().catch(() => {}); // ended below
    void (async () => {
      for await (const kept of traces) syncs.push(kept);
    })().catch(() => {}); // ended below
    await host.act({ kind: 'attach', nodeId: replicaId, masterId });
    await host.untilStreaming(replicaId);
    await host.act({ kind: 'resyncPartial', nodeId: replicaId });
    await host.untilStreaming(replicaId);
    await waitFor(
      'both traces',
      () => syncs.at(-1),
      (kept) => kept?.[0]?.outcome === 'partial',
    );
    ending.abort();
    const [partial, full] = syncs.at(-1) ?? [];
    expect(full).toMatchObject({ outcome: 'full', reason: { code: 'syncAnsweredFull' } });
    expect(partial?.reason?.code).toBe('syncAnsweredContinue');
    expect(full?.steps.map(({ text }) => text)).toEqual(expect.arrayContaining(['PING', '+PONG']));
    expect(lines.map(({ text }) => text)).toContain('MASTER <-> REPLICA sync started');
    expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, index) => index + 1));
    expect(new Set(lines.map(({ mark }) => mark))).toContain('S');
  });

  it('takes a load of thousands of writes a second and goes quiet when it is stopped', async () => {
    await using host = await startHost(inject('nodeWorkerUrl'));
    const nodeId = await host.startNode('alpha');
    await host.act({ kind: 'startLoad', nodeId, writesPerSecond: 5000, valueBytes: 100 });
    await host.untilView(
      nodeId,
      'thousands of writes a second',
      ({ workload }) => (workload?.achievedPerSecond ?? 0) > 2000,
    );
    await host.act({ kind: 'stopLoad', nodeId });
    const [keys] = await send(host, nodeId, ['DBSIZE']);
    expect([keys, host.host.fleet.member(nodeId).node.workload]).toEqual([0, null]);
  });

  it('removed is gone from the fleet and from the disk', async () => {
    await using host = await startHost(inject('nodeWorkerUrl'));
    const nodeId = await host.startNode('alpha');
    const { port } = host.host.fleet.member(nodeId).address;
    await host.act({ kind: 'removeNode', nodeId });
    await waitFor(
      'its end to be told',
      () => host.view(nodeId),
      (view) => view === undefined,
    );
    const client = new Redis(port, { retryStrategy: () => null, lazyConnect: true });
    client.on('error', () => {});
    await expect(client.connect()).rejects.toThrow();
  });
});

describe('the lab', () => {
  it('is there on the very first start: a master with a gentle load and two replicas whose offsets move', async () => {
    await using host = await startHost(inject('nodeWorkerUrl'));
    expect(await host.host.openLab()).toEqual([]);
    const [alpha, bravo, charlie] = host.host.fleet.members.map(({ id }) => id);
    for (const id of [bravo, charlie]) {
      const first = await host.untilStreaming(id ?? '');
      await host.untilView(id ?? '', 'the offset to move', ({ offset }) => (offset ?? 0) > (first?.offset ?? 0));
    }
    expect(host.view(alpha ?? '')).toMatchObject({ name: 'alpha', workload: { writesPerSecond: 20 } });
  });

  it('is built again as it was left, with the same names, ports, links and load', async () => {
    await using host = await startHost(inject('nodeWorkerUrl'));
    await host.host.openLab();
    const charlie = host.host.fleet.members.find(({ node }) => node.name === 'charlie')?.id ?? '';
    await host.untilStreaming(charlie);
    await host.act({ kind: 'promote', nodeId: charlie });
    const remembered = host.host.settings.lab;
    expect(remembered?.map(({ name, master, load }) => [name, master, load?.writesPerSecond ?? null])).toEqual([
      ['alpha', null, 20],
      ['bravo', 'alpha', null],
      ['charlie', null, null],
    ]);
    expect(remembered?.map(({ port }) => port)).toEqual(host.host.fleet.members.map(({ address }) => address.port));
  });
});
