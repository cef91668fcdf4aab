// A few servers by name, real ones and ours, each replica behind a relay of its own: the language of the stories of syncs.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startRedis, startRelease } from './redis-server.ts';
import { type Relay, startRelay } from './relay.ts';
import type { ReleaseName } from './releases.ts';
import { attach, expectInSync, info, linkUp, promote, type SyncCounts, syncCounts } from './replication.ts';
import type { ServerProcess, ServerSettings, StartOptions } from './server-process.ts';
import { startSyncline } from './syncline-server.ts';
import { waitFor } from './wait-for.ts';

export type ServerKind = 'Redis' | 'Syncline' | ReleaseName;

/** What happened on a link since the mark: as the master counts it, and as the replica's log tells it. */
export interface SyncEvidence {
  readonly counted: SyncCounts;
  readonly logged: SyncLines;
}

interface SyncLines {
  readonly full: number;
  readonly partial: number;
}

/** What one process had counted and said when the mark was set; a process that starts later has said nothing. */
interface Mark {
  readonly counted: SyncCounts;
  readonly logged: SyncLines;
}

interface Node {
  readonly kind: ServerKind;
  readonly settings: ServerSettings;
  server: ServerProcess;
  /** Where it follows its master; null for a master. */
  link: { readonly master: string; readonly relay: Relay } | null;
}

function startKind(kind: ServerKind, options: StartOptions): Promise<ServerProcess> {
  if (kind === 'Syncline') return startSyncline(options);
  return kind === 'Redis' ? startRedis(options) : startRelease(kind, options);
}

/** Valkey says primary; Redis 8.0 says nothing but this where the snapshot comes through a connection of its own. */
const fullSyncLine = /Full resync from (master|primary):|Starting to receive RDB and replication stream in parallel/g;
const partialSyncLine = /Successful partial resynchronization with (master|primary)\./g;
const snapshotFile = 'dump.rdb';
const saveRule = '3600 1000000';

export class Cluster implements AsyncDisposable {
  readonly #nodes = new Map<string, Node>();
  readonly #open: AsyncDisposable[] = [];
  readonly #marks = new Map<ServerProcess, Mark>();

  async start(name: string, kind: ServerKind, settings: ServerSettings = {}): Promise<void> {
    const server = await startKind(kind, { settings });
    this.#open.push(server);
    this.#nodes.set(name, { kind, settings, server, link: null });
  }

  server(name: string): ServerProcess {
    return this.#node(name).server;
  }

  /** Makes one the replica of another, behind a new relay, and waits until it is up. */
  async follow(replica: string, master: string): Promise<void> {
    const node = this.#node(replica);
    const relay = await startRelay(this.server(master));
    this.#open.push(relay);
    node.link = { master, relay };
    await attach(node.server, relay);
    await linkUp(node.server);
  }

  /** Cuts the replica's link, and waits until it knocks again. */
  async cut(replica: string): Promise<void> {
    const { relay } = this.#link(replica);
    const { opened } = relay;
    relay.cut();
    await waitFor(
      `${replica} to come back`,
      () => relay.opened,
      (now) => now > opened,
    );
  }

  /** Cuts the replica's link after so many more bytes of its master, and waits until it knocks again. */
  async cutAfter(replica: string, bytes: number): Promise<void> {
    const { relay } = this.#link(replica);
    const { opened } = relay;
    relay.cutAfter('server', bytes);
    await waitFor(
      `${replica} to come back`,
      () => relay.opened,
      (now) => now > opened,
    );
  }

  /** Cuts the replica's link and lets it not come back. */
  async hold(replica: string): Promise<void> {
    const { relay } = this.#link(replica);
    relay.refuse();
    relay.cut();
    await waitFor(
      `${replica} to miss its master`,
      () => info(this.server(replica).client(), 'replication'),
      (fields) => fields.master_link_status === 'down',
    );
  }

  async release(replica: string): Promise<void> {
    this.#link(replica).relay.accept();
    await linkUp(this.server(replica));
  }

  async promote(name: string): Promise<void> {
    await promote(this.server(name));
    this.#node(name).link = null;
  }

  /** Without a last word to its replicas. */
  async kill(name: string): Promise<void> {
    await this.server(name).stop('SIGKILL');
  }

  /** Ends the server in good order and starts it again on its port and in its folder, a replica as what it was. */
  async restart(name: string, data: 'with its RDB' | 'without an RDB'): Promise<void> {
    const node = this.#node(name);
    const { folder, port } = node.server;
    const keeps = data === 'with its RDB';
    await node.server.client().config('SET', 'save', keeps ? saveRule : '');
    await node.server.stop();
    // A disk-based sync may have left one that nobody asked for.
    if (!keeps) await rm(join(folder, snapshotFile), { force: true });
    const follows = node.link === null ? {} : { replicaof: [node.link.relay.host, node.link.relay.port] };
    node.server = await startKind(node.kind, { folder, port, settings: { ...node.settings, ...follows } });
    this.#open.push(node.server);
  }

  /** From here on syncs are counted. */
  async mark(): Promise<void> {
    for (const { server } of this.#nodes.values()) {
      this.#marks.set(server, { counted: await syncCounts(server), logged: syncLines(server) });
    }
  }

  /** What the replica's link to the master that it follows now has seen since the mark. */
  async evidence(replica: string): Promise<SyncEvidence> {
    const master = this.server(this.#link(replica).master);
    const follower = this.server(replica);
    const [counted, logged] = [await syncCounts(master), syncLines(follower)];
    return {
      counted: difference(counted, this.#marks.get(master)?.counted),
      logged: difference(logged, this.#marks.get(follower)?.logged),
    };
  }

  /** Waits until all stand where the first one stands, and compares every key. */
  async expectSame(master: string, ...replicas: readonly string[]): Promise<void> {
    await expectInSync(this.server(master), ...replicas.map((name) => this.server(name)));
  }

  /** Ends all at once: nobody waits for a replica that is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#nodes.values()].map(({ server }) => server.stop('SIGKILL')));
    for (const one of this.#open.splice(0).reverse()) await one[Symbol.asyncDispose]();
  }

  #node(name: string): Node {
    const node = this.#nodes.get(name);
    if (node === undefined) throw new Error(`the cluster has no ${name}`);
    return node;
  }

  #link(replica: string): NonNullable<Node['link']> {
    const { link } = this.#node(replica);
    if (link === null) throw new Error(`${replica} follows nobody`);
    return link;
  }
}

function syncLines(server: ServerProcess): SyncLines {
  const log = server.output();
  const occurrences = (words: RegExp) => [...log.matchAll(words)].length;
  return { full: occurrences(fullSyncLine), partial: occurrences(partialSyncLine) };
}

/** Field by field; nothing before means from zero. */
function difference<Counts extends { readonly [Name in keyof Counts]: number }>(now: Counts, before?: Counts): Counts {
  const names = Object.keys(now) as (keyof Counts)[];
  return Object.fromEntries(names.map((name) => [name, now[name] - (before?.[name] ?? 0)])) as Counts;
}
