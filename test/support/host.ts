// A host without a shell, called as a screen would call it: `await using host = await startHost(inject('nodeWorkerUrl'))`.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import type { Act, ActResult } from '#core/contract/acts.ts';
import type { Outcome } from '#core/contract/failures.ts';
import type { NodeId } from '#core/contract/places.ts';
import type { ConnectResult } from '#core/contract/surroundings.ts';
import type { FleetEvent, NodeView } from '#core/contract/views.ts';
import { Host } from '#core/host/host.ts';
import { waitFor } from './wait-for.ts';

type Client = ReturnType<typeof clientOf>;

/** Observed at the pace of a watcher, as if a window were open. */
export class TestHost implements AsyncDisposable {
  readonly client: Client;
  readonly host: Host;
  /** Everything that the live stream said, as it would cross to a screen. */
  readonly events: FleetEvent[] = [];
  readonly folder: string;
  readonly #ending = new AbortController();

  constructor(host: Host, folder: string) {
    this.host = host;
    this.folder = folder;
    this.client = clientOf(host);
  }

  get journalPath(): string {
    return join(this.folder, 'settings', 'journal.jsonl');
  }

  async watch(): Promise<void> {
    const stream = await this.client.fleet.watch(undefined, { signal: this.#ending.signal });
    void (async () => {
      for await (const event of stream) this.events.push(event);
    })().catch(() => {}); // ends with the host
  }

  /** The node as the newest snapshot or patch showed it. */
  view(nodeId: NodeId): NodeView | undefined {
    for (const event of [...this.events].reverse()) {
      const nodes = event.kind === 'snapshot' ? event.snapshot.nodes : event.changed;
      const view = nodes.find(({ id }) => id === nodeId);
      if (view) return view;
      if (event.kind === 'patch' && event.removed.includes(nodeId)) return undefined;
    }
    return undefined;
  }

  /** Plans and runs, as a person who clicks and confirms. @throws Error when either fails */
  async act(act: Act, confirmation?: string): Promise<ActResult> {
    const plan = unwrap(await this.client.acts.plan(act));
    return unwrap(await this.client.acts.run({ hash: plan.hash, ...(confirmation !== undefined && { confirmation }) }));
  }

  async startNode(name: string, more: Partial<Extract<Act, { kind: 'startNode' }>> = {}): Promise<NodeId> {
    const { nodeId, failure } = await this.act({ kind: 'startNode', name, ...more });
    if (nodeId === null) throw new Error(`no node was made: ${JSON.stringify(failure)}`);
    return nodeId;
  }

  async connect(
    server: { readonly host: string; readonly port: number },
    name: string,
    password?: string,
  ): Promise<NodeId> {
    const { host, port } = server;
    const request = { host, port, name, ...(password !== undefined && { password }) };
    return connectedId(await this.client.connections.connect(request));
  }

  untilView(nodeId: NodeId, what: string, holds: (view: NodeView) => boolean): Promise<NodeView | undefined> {
    return waitFor(
      what,
      () => this.view(nodeId),
      (view) => view !== undefined && holds(view),
    );
  }

  untilStreaming(nodeId: NodeId): Promise<NodeView | undefined> {
    return this.untilView(nodeId, 'the link to stream', ({ link }) => link?.phase === 'streaming');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    await this.host.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** @param remembered files that lie in its settings folder from an earlier start, by name, as JSON */
export async function startHost(
  nodeWorkerUrl: string,
  remembered: Readonly<Record<string, unknown>> = {},
): Promise<TestHost> {
  const folder = await mkdtemp(join(tmpdir(), 'syncline-host-'));
  await mkdir(join(folder, 'settings'));
  for (const [name, content] of Object.entries(remembered)) {
    await writeFile(join(folder, 'settings', name), JSON.stringify(content));
  }
  return openHost(nodeWorkerUrl, folder);
}

/** A host on the folder of an earlier one. */
export async function openHost(nodeWorkerUrl: string, folder: string): Promise<TestHost> {
  const host = new Host({
    shell: 'web',
    version: '0.0.0',
    workerUrl: new URL(nodeWorkerUrl),
    settingsFolder: join(folder, 'settings'),
    dataFolder: join(folder, 'data'),
  });
  const test = new TestHost(host, folder);
  await test.watch();
  return test;
}

/** @throws Error where the connection failed, or led to a Sentinel */
export function connectedId(outcome: Outcome<ConnectResult>): NodeId {
  const result = unwrap(outcome);
  if (result.kind !== 'connected') throw new Error('a Sentinel answered');
  return result.nodeId;
}

export function unwrap<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw new Error(`the host answered ${outcome.failure.code} ${JSON.stringify(outcome.failure.params)}`);
}

function clientOf(host: Host) {
  return createRouterClient(host.router(), {});
}
