// A tree of servers under a host, laid by the servers' own commands, and questions to it in their own words.
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Act, ActResult, Plan, RunProgress } from '#core/contract/acts.ts';
import type { Address, NodeId } from '#core/contract/places.ts';
import { startHost, type TestHost, unwrap } from './host.ts';
import { type RealServerName, realServerNames, startReal } from './redis-server.ts';
import type { ServerProcess, ServerSettings, StartOptions } from './server-process.ts';
import { startSyncline } from './syncline-server.ts';
import { waitFor } from './wait-for.ts';

/** Without the pause in which a master waits for more replicas to join a diskless snapshot. */
export const quickSync: ServerSettings = { 'repl-diskless-sync-delay': 0 };

/** Of servers that were started with one. */
export const configFileName = 'of-a-test.conf';

/** How a server of the scene is started that is none of ours. */
export interface SceneStart {
  readonly password?: string;
  /** The machine's own Redis, where it is not said; others only in test/interop/releases. */
  readonly release?: RealServerName;
}

/** Of the same kind as a process that was there before. */
function startLike(process: ServerProcess, options: StartOptions, file?: string): Promise<ServerProcess> {
  if (process.name === 'syncline server') return startSyncline(options);
  return startReal(
    realServerNames.find((name) => name === process.name) ?? 'Redis 7.0',
    options,
    ...(file === undefined ? [] : [file]),
  );
}

export interface SceneServer {
  readonly name: string;
  readonly process: ServerProcess;
  /** Of the present host. */
  nodeId: NodeId;
}

/** Real servers by name, and the host that is connected to all of them. */
export class FleetScene implements AsyncDisposable {
  host: TestHost;
  readonly #servers = new Map<string, SceneServer>();

  constructor(host: TestHost) {
    this.host = host;
  }

  at(name: string): SceneServer {
    const server = this.#servers.get(name);
    if (!server) throw new Error(`the scene has no server ${name}`);
    return server;
  }

  id(name: string): NodeId {
    return this.at(name).nodeId;
  }

  async start(name: string, settings: ServerSettings = {}, more: SceneStart = {}): Promise<void> {
    const process = await startReal(more.release ?? 'Redis 7.0', { settings: { ...quickSync, ...settings } });
    await this.#add(name, process, more.password);
  }

  /** Our own engine in a process of its own: it lives on when the host closes. */
  async startEngine(name: string): Promise<void> {
    await this.#add(name, await startSyncline({ settings: quickSync }));
  }

  /** With a configuration file, which CONFIG REWRITE can write to. */
  async startWithFile(name: string, settings: ServerSettings = {}, more: SceneStart = {}): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'syncline-file-'));
    const file = join(folder, configFileName);
    await writeFile(file, '# of a test\n');
    const options = { folder, settings: { ...quickSync, ...settings } };
    await this.#add(name, await startReal(more.release ?? 'Redis 7.0', options, file), more.password);
  }

  async #add(name: string, process: ServerProcess, password?: string): Promise<void> {
    const nodeId = await this.connect(this.host, name, process, password);
    this.#servers.set(name, { name, process, nodeId });
  }

  /** Lets the host connect to a server. */
  protected connect(host: TestHost, name: string, process: ServerProcess, password?: string): Promise<NodeId> {
    return host.connect(process, name, password);
  }

  /** Where other servers reach it. */
  doorOf(name: string): Address {
    const { host, port } = this.at(name).process;
    return { host, port };
  }

  /** What each process of this name is started with, besides what a test says. */
  protected settingsOf(_name: string): ServerSettings {
    return quickSync;
  }

  /** Another process takes the place of one that was killed, without its data; its file tells whom it follows. */
  async revive(name: string, master: string): Promise<void> {
    const server = this.at(name);
    const { port, folder } = server.process;
    const door = master === 'master' ? null : this.doorOf(master);
    const settings = { ...this.settingsOf(name), ...(door && { replicaof: [door.host, door.port] }) };
    const file = join(folder, configFileName);
    const hasFile = existsSync(file);
    if (hasFile) await writeFile(file, '# of a test\n');
    const options = { port, settings, ...(hasFile && { folder }) };
    const process = await startLike(server.process, options, hasFile ? file : undefined);
    const { fleet } = this.host.host;
    const isKnown = fleet.members.some(({ id }) => id === server.nodeId);
    const nodeId = isKnown ? server.nodeId : await this.connect(this.host, name, process);
    this.#servers.set(name, { name, process, nodeId });
    await waitFor(`the host to reach ${name} again`, () => fleet.member(nodeId).lifecycle.kind === 'running');
  }

  /** Ends the process as an operator does, and starts it again on its port and folder. */
  async restart(name: string, settings: ServerSettings = {}): Promise<void> {
    const server = this.at(name);
    const { port, folder } = server.process;
    // Redis does not end while it writes its first append-only file.
    await waitFor(
      `${name} to have written its file`,
      () => this.info(name, 'aof_rewrite_in_progress'),
      (state) => state !== '1',
    );
    await server.process.stop();
    const file = join(folder, configFileName);
    const options = { port, folder, settings: { ...this.settingsOf(name), ...settings } };
    const process = await startLike(server.process, options, existsSync(file) ? file : undefined);
    this.#servers.set(name, { name, process, nodeId: server.nodeId });
    const isBack = () => this.host.host.fleet.member(server.nodeId).lifecycle.kind === 'running';
    await waitFor(`the host to reach ${name} again`, isBack);
  }

  get servers(): readonly SceneServer[] {
    return [...this.#servers.values()];
  }

  /** Another Syncline takes the place of the present one, and connects to the same servers, but for those that are gone. */
  async takeOver(host: TestHost, ...gone: string[]): Promise<void> {
    await this.host[Symbol.asyncDispose]();
    this.host = host;
    for (const server of this.servers) {
      if (gone.includes(server.name)) continue;
      server.nodeId = await this.connect(host, server.name, server.process);
    }
    await this.look();
  }

  async send(name: string, ...commands: string[][]) {
    return this.host.host.fleet.member(this.id(name)).node.execute(commands);
  }

  /** One field of INFO, as the server says it now. */
  async info(name: string, field: string): Promise<string> {
    const replies = await this.send(
      name,
      ['INFO', 'server'],
      ['INFO', 'persistence'],
      ['INFO', 'stats'],
      ['INFO', 'replication'],
      ['INFO', 'keyspace'],
    );
    return new RegExp(`^${field}:(.*?)\\r?$`, 'm').exec(replies.join('\n'))?.[1] ?? '';
  }

  async count(
    name: string,
    field: 'sync_full' | 'sync_partial_ok' | 'sync_partial_err' | 'master_repl_offset',
  ): Promise<number> {
    return Number(await this.info(name, field));
  }

  /** `replica` follows `master`, laid by the server's own command. */
  async follow(replica: string, master: string): Promise<void> {
    const { host, port } = this.doorOf(master);
    await this.send(replica, ['REPLICAOF', host, String(port)]);
    await this.untilStreaming(replica);
  }

  async untilStreaming(...names: string[]): Promise<void> {
    for (const name of names) {
      await waitFor(
        `${name} to stream`,
        () => this.info(name, 'master_link_status'),
        (state) => state === 'up',
      );
    }
    await this.look();
  }

  /** Until both stand at the same offset: nothing is written meanwhile. */
  async untilLevel(replica: string, master: string): Promise<void> {
    const offsets = async () => [
      await this.info(replica, 'slave_repl_offset'),
      await this.info(master, 'master_repl_offset'),
    ];
    await waitFor(`${replica} to reach ${master}`, offsets, ([one, other]) => one === other);
    await this.look();
  }

  /** The host reads everything anew. */
  async look(): Promise<void> {
    const { fleet } = this.host.host;
    await Promise.all(fleet.members.map((member) => fleet.observer.lookClosely(member)));
    fleet.publish();
  }

  async plan(act: Act): Promise<Plan> {
    return unwrap(await this.host.client.acts.plan(act));
  }

  async run(
    plan: Plan,
    more: { readonly forceReason?: string; readonly confirmation?: string } = {},
  ): Promise<ActResult> {
    return unwrap(await this.host.client.acts.run({ hash: plan.hash, ...more }));
  }

  /** Whom it follows by name, or 'master'. */
  async stands(name: string): Promise<string> {
    if ((await this.info(name, 'role')) === 'master') return 'master';
    const port = Number(await this.info(name, 'master_port'));
    return this.servers.find((server) => this.doorOf(server.name).port === port)?.name ?? `port ${port}`;
  }

  /** Every progress that is told, from now on. */
  async progress(): Promise<{ readonly told: RunProgress[] } & Disposable> {
    const ending = new AbortController();
    const told: RunProgress[] = [];
    const stream = await this.host.client.acts.progress(undefined, { signal: ending.signal });
    void (async () => {
      for await (const progress of stream) told.push(progress);
    })().catch(() => {}); // ends with the test
    return { told, [Symbol.dispose]: () => ending.abort() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.host[Symbol.asyncDispose]();
    for (const { process } of this.#servers.values()) {
      await process[Symbol.asyncDispose]();
      await rm(process.folder, { recursive: true, force: true });
    }
  }
}

/** Servers of these names, each alone. */
export async function startScene(nodeWorkerUrl: string, ...names: string[]): Promise<FleetScene> {
  const scene = new FleetScene(await startHost(nodeWorkerUrl));
  for (const name of names) await scene.start(name);
  return scene;
}

/** A master and its replicas, in step. */
export async function startTree(nodeWorkerUrl: string, master: string, ...replicas: string[]): Promise<FleetScene> {
  const scene = await startScene(nodeWorkerUrl, master, ...replicas);
  await scene.send(master, ['SET', 'a', '1'], ['SET', 'b', '2']);
  for (const replica of replicas) await scene.follow(replica, master);
  for (const replica of replicas) await scene.untilLevel(replica, master);
  return scene;
}
