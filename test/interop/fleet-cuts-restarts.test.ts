// A rolling restart of embedded nodes, cut after each of its steps: nobody stays paused or down, and it is led on and back.
import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import type { ActResult, Plan } from '#core/contract/acts.ts';
import type { NodeId } from '#core/contract/places.ts';
import { EmbeddedFleetNode } from '#core/fleet/observing/fleet-node.ts';
import { openClient } from '../support/client.ts';
import { openHost, startHost, type TestHost, unwrap } from '../support/host.ts';
import { waitFor } from '../support/wait-for.ts';

const worker = () => inject('nodeWorkerUrl');
const first = { alpha: 'master', bravo: 'alpha' };
const last = { alpha: 'bravo', bravo: 'master' };

type Name = keyof typeof first;
type Pair = { readonly host: TestHost; readonly ids: Readonly<Record<Name, NodeId>> };

async function startPair(): Promise<Pair> {
  const host = await startHost(worker());
  const ids = { alpha: await host.startNode('alpha'), bravo: await host.startNode('bravo') };
  await host.act({ kind: 'attach', nodeId: ids.bravo, masterId: ids.alpha });
  await host.untilStreaming(ids.bravo);
  return { host, ids };
}

const memberOf = ({ host, ids }: Pair, name: Name) => host.host.fleet.member(ids[name]);

/** Whom each follows now, or 'master'. */
async function stands(pair: Pair): Promise<Record<string, string>> {
  const standing: Record<string, string> = {};
  for (const name of ['alpha', 'bravo'] as const) {
    const member = memberOf(pair, name);
    await pair.host.host.fleet.observer.look(member);
    const port = member.reading?.link?.masterAddress.port;
    const other = name === 'alpha' ? 'bravo' : 'alpha';
    if (port === undefined) standing[name] = 'master';
    else standing[name] = port === memberOf(pair, other).address.port ? other : `port ${port}`;
  }
  return standing;
}

async function planRestart({ host, ids }: Pair): Promise<Plan> {
  return unwrap(await host.client.acts.plan({ kind: 'rollingRestart', nodeId: ids.alpha }));
}

/** Starts the plan, and cuts it when so many steps are done. */
async function cutAfter(
  { host }: Pair,
  plan: Plan,
  steps: number,
  cut: (runId: string) => Promise<unknown>,
): Promise<ActResult> {
  const ending = new AbortController();
  const stream = await host.client.acts.progress(undefined, { signal: ending.signal });
  const running = host.client.acts.run({ hash: plan.hash });
  for await (const { hash, results, runId } of stream) {
    if (hash !== plan.hash || results.length < steps) continue;
    await cut(runId);
    break;
  }
  ending.abort();
  return unwrap(await running);
}

async function restore(pair: Pair, runId: string, to: 'before' | 'goal'): Promise<void> {
  const { acts } = pair.host.client;
  const plan = unwrap(await acts.plan({ kind: 'restore', runId, to }));
  if (!plan.checks.some(({ statement }) => statement.code === 'checkNothingToMove')) {
    const { failure, results } = unwrap(await acts.run({ hash: plan.hash }));
    expect(failure, JSON.stringify(results)).toBeNull();
  }
  expect(await stands(pair)).toEqual(to === 'goal' ? last : first);
  await pair.host.untilStreaming(pair.ids[to === 'goal' ? 'alpha' : 'bravo']);
}

/** Past the host, as an application would: an own socket, a write at every master. */
async function expectWritable(pair: Pair): Promise<void> {
  const standing = await stands(pair);
  for (const name of ['alpha', 'bravo'] as const) {
    if (standing[name] !== 'master' || memberOf(pair, name).lifecycle.kind !== 'running') continue;
    const client = openClient(memberOf(pair, name).address);
    try {
      await waitFor('a write to pass', () => client.call('SET', 'probe', '1'), Boolean, { timeoutMs: 2000 });
    } finally {
      client.disconnect();
    }
  }
}

async function expectJournal({ host }: Pair, result: ActResult): Promise<void> {
  const [run] = unwrap(await host.client.journal.read({})).runs;
  expect(run).toMatchObject({ runId: result.runId, openStep: null, results: result.results });
}

describe.concurrent('a rolling restart of embedded nodes', () => {
  it('cancelled after each step leaves both running and writable, and is led on and back', async () => {
    const pair = await startPair();
    await using _host = pair.host;
    const { length } = (await planRestart(pair)).steps;
    for (let steps = 0; steps < length; steps++) {
      const { acts } = pair.host.client;
      const result = await cutAfter(pair, await planRestart(pair), steps, (runId) => acts.cancel({ runId }));
      expect(result.failure?.code ?? 'runCancelled').toBe('runCancelled');
      await expectJournal(pair, result);
      expect([memberOf(pair, 'alpha'), memberOf(pair, 'bravo')].map(({ lifecycle }) => lifecycle.kind)).toEqual([
        'running',
        'running',
      ]);
      await expectWritable(pair);
      await restore(pair, result.runId, 'goal');
      await restore(pair, result.runId, 'before');
    }
  });

  // In two halves, side by side.
  it.each([
    ['an even', 0],
    ['an odd', 1],
  ])('after %s number of steps the next node ended from outside: it is led on or back', async (_half, firstCut) => {
    const pair = await startPair();
    await using _host = pair.host;
    const { length } = (await planRestart(pair)).steps;
    for (let steps = firstCut; steps < length; steps += 2) {
      const plan = await planRestart(pair);
      const victim = plan.steps[steps]?.nodeName === 'alpha' ? 'alpha' : 'bravo';
      const result = await cutAfter(pair, plan, steps, async () => {
        const { node } = memberOf(pair, victim);
        if (node instanceof EmbeddedFleetNode) await node.node.stop('discard');
      });
      await expectJournal(pair, result);
      await expectWritable(pair);
      if (memberOf(pair, victim).lifecycle.kind !== 'running') {
        await pair.host.act({ kind: 'startNode', nodeId: pair.ids[victim] });
      }
      if (steps % 4 < 2) await restore(pair, result.runId, 'goal');
      await restore(pair, result.runId, 'before');
    }
  });

  it('whose host is closed ends its nodes with itself, and the next one reads how far it came', async () => {
    await using host = (await startPair()).host;
    const ids = host.host.fleet.members.map(({ id }) => id);
    const pair = { host, ids: { alpha: ids[0] ?? '', bravo: ids[1] ?? '' } };
    const result = await cutAfter(pair, await planRestart(pair), 1, () => host.host.close());
    expect(result.failure?.code).toBe('runCancelled');
    const folder = await mkdtemp(join(tmpdir(), 'syncline-after-'));
    await cp(host.folder, folder, { recursive: true });
    await using next = await openHost(worker(), folder);
    await expectJournal({ ...pair, host: next }, result);
  });
});
