// Syncline killed while a real replica goes through its relay: the next start points the replica back to its master.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, inject, it } from 'vitest';
import { readJournal } from '#core/audit/journal.ts';
import type { Environment } from '#core/contract/labels.ts';
import type { Address } from '#core/contract/places.ts';
import type { LeftRelayView } from '#core/contract/surroundings.ts';
import { bundleEntry } from '../support/bundle.mjs';
import { withClient } from '../support/client.ts';
import { connectedId, openHost, type TestHost, unwrap } from '../support/host.ts';
import { startRedis } from '../support/redis-server.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { waitFor } from '../support/wait-for.ts';

const settings = { 'repl-diskless-sync-delay': 0 };
let childProgram = '';

beforeAll(async () => {
  childProgram = await bundleEntry('test/support/fault-child.ts');
});

/** A real master and a real replica that follows a relay of a Syncline that is dead. */
class LeftLink implements AsyncDisposable {
  readonly master: ServerProcess;
  readonly replica: ServerProcess;
  readonly folder: string;
  readonly relay: Address;

  constructor(master: ServerProcess, replica: ServerProcess, folder: string, relay: Address) {
    this.master = master;
    this.replica = replica;
    this.folder = folder;
    this.relay = relay;
  }

  get masterAddress(): Address {
    return { host: this.master.host, port: this.master.port };
  }

  /** Whom the replica follows, and how its link stands, by its own word. */
  async stands(): Promise<{ followed: Address; state: string }> {
    const role = await withClient(this.replica, (client) => client.call('ROLE'));
    if (!Array.isArray(role) || role[0] !== 'slave') throw new Error(`no replica: ${JSON.stringify(role)}`);
    return { followed: { host: String(role[1]), port: Number(role[2]) }, state: String(role[3]) };
  }

  untilStands(followed: Address): Promise<unknown> {
    return waitFor(
      `the replica to stream from ${followed.port}`,
      () => this.stands(),
      (now) => now.followed.port === followed.port && now.state === 'connected',
    );
  }

  /** The next Syncline, on the folder of the dead one. */
  start(): Promise<TestHost> {
    return openHost(inject('nodeWorkerUrl'), this.folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.replica[Symbol.asyncDispose]();
    await this.master[Symbol.asyncDispose]();
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function leaveLink(): Promise<LeftLink> {
  const master = await startRedis({ settings });
  const replica = await startRedis({ settings });
  await withClient(replica, (client) => client.call('REPLICAOF', master.host, master.port));
  await waitFor(
    'the replica to stream',
    () => withClient(replica, (client) => client.info('replication')),
    (info) => /master_link_status:up/.test(info),
  );
  const folder = await mkdtemp(join(tmpdir(), 'syncline-left-'));
  const address = ({ host, port }: ServerProcess) => ({ host, port });
  const task = { folder, workerUrl: inject('nodeWorkerUrl'), master: address(master), replica: address(replica) };
  const child = spawn(process.execPath, [childProgram, JSON.stringify(task)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [, signal] = await once(child, 'close');
  expect(signal, output).toBe('SIGKILL');
  const relay: Address = JSON.parse(output.split('\n')[0] ?? '');
  const link = new LeftLink(master, replica, folder, relay);
  expect((await link.stands()).followed).toEqual(relay);
  return link;
}

async function connect(host: TestHost, server: ServerProcess, environment: Environment = 'dev'): Promise<string> {
  const { host: name, port } = server;
  return connectedId(await host.client.connections.connect({ host: name, port, environment, servesFound: false }));
}

/** What the window is told of it, when it holds. */
function untilTold(host: TestHost, kind: LeftRelayView['outcome']['kind']): Promise<LeftRelayView | undefined> {
  return waitFor(
    `the window to be told: ${kind}`,
    () => host.host.fleet.snapshot().surroundings.leftRelays[0],
    (left) => left?.outcome.kind === kind,
  );
}

it('is pointed back when it is connected, which the journal and the window tell; the start after has nothing to do', async () => {
  await using link = await leaveLink();
  {
    await using host = await link.start();
    const nodeId = await connect(host, link.replica);
    const told = await untilTold(host, 'mended');
    expect(told).toMatchObject({ nodeId, relay: link.relay, master: link.masterAddress });
    await link.untilStands(link.masterAddress);
    const { entries } = await readJournal(host.journalPath);
    const { host: name, port } = link.master;
    expect(entries.slice(-2)).toMatchObject([
      { kind: 'fault', state: 'begun', change: { kind: 'clear' }, command: `REPLICAOF ${name} ${port}` },
      { kind: 'fault', state: 'ended', change: { kind: 'clear' }, failure: null },
    ]);
    // Its folder is the next one's, and is not removed with this host.
    await host.host.close();
    await using next = await link.start();
    await withClient(link.replica, (client) => client.call('REPLICAOF', link.relay.host, link.relay.port));
    const again = await connect(next, link.replica);
    await next.untilView(again, 'the link to be down', (view) => view.link !== null && view.link.phase !== 'streaming');
    await lookAgain(next, again);
    expect(next.host.fleet.snapshot().surroundings.leftRelays).toEqual([]);
    expect((await link.stands()).followed).toEqual(link.relay);
  }
});

it('is only told of in read-only mode, and pointed back when that is switched off', async () => {
  await using link = await leaveLink();
  await using host = await link.start();
  unwrap(await host.client.guards.set({ readOnly: true }));
  await connect(host, link.replica);
  await untilTold(host, 'readOnly');
  expect((await link.stands()).followed).toEqual(link.relay);
  unwrap(await host.client.guards.set({ readOnly: false }));
  await untilTold(host, 'mended');
  await link.untilStands(link.masterAddress);
});

it('is only told of in production', async () => {
  await using link = await leaveLink();
  await using host = await link.start();
  await connect(host, link.replica, 'prod');
  await untilTold(host, 'production');
  expect((await link.stands()).followed).toEqual(link.relay);
});

/** Time enough to do what is not to be done: each look is told to whoever mends. */
async function lookAgain({ host }: TestHost, nodeId: string): Promise<void> {
  for (let looks = 0; looks < 5; looks++) {
    await host.fleet.observer.look(host.fleet.member(nodeId));
    host.fleet.publish();
  }
}

/** That nothing was shown and nothing was done. */
async function expectLeftAlone(host: TestHost): Promise<void> {
  expect(host.host.fleet.snapshot().surroundings.leftRelays).toEqual([]);
  const { entries } = await readJournal(host.journalPath);
  expect(entries.some((entry) => entry.kind === 'fault' && entry.change.kind === 'clear')).toBe(false);
}

it('is left alone where it follows somebody else by now', async () => {
  await using link = await leaveLink();
  await using elsewhere = await startRedis({ settings });
  const { host: name, port } = elsewhere;
  await withClient(link.replica, (client) => client.call('REPLICAOF', name, port));
  await using host = await link.start();
  const nodeId = await connect(host, link.replica);
  await link.untilStands({ host: name, port });
  await host.untilStreaming(nodeId);
  await lookAgain(host, nodeId);
  await expectLeftAlone(host);
  // Had it been judged by its name alone it would be settled by now: at the relay again it is mended.
  await withClient(link.replica, (client) => client.call('REPLICAOF', link.relay.host, link.relay.port));
  await link.untilStands(link.masterAddress);
});

it('is left alone where somebody listens at the address of the relay: it may be the relay of another Syncline', async () => {
  await using link = await leaveLink();
  const taken = createServer((socket) => socket.destroy()).listen(link.relay.port, link.relay.host);
  await once(taken, 'listening');
  try {
    await using host = await link.start();
    const nodeId = await connect(host, link.replica);
    await host.untilView(
      nodeId,
      'the link to be down',
      (view) => view.link !== null && view.link.phase !== 'streaming',
    );
    await lookAgain(host, nodeId);
    expect((await link.stands()).followed).toEqual(link.relay);
    await expectLeftAlone(host);
  } finally {
    taken.close();
  }
});
