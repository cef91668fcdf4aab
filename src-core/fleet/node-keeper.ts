// Makes the nodes of the fleet: embedded ones with a worker and a data folder of their own, and connections.
import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '../contract/labels.ts';
import type { Address, NodeId } from '../contract/places.ts';
import { EmbeddedNode } from '../nodes/embedded-node.ts';
import { RemoteServer } from '../remote/remote-server.ts';
import type { ServerAddress } from '../remote/server-address.ts';
import { reachable, type Way } from '../remote/way.ts';
import type { Entry } from './entry.ts';
import { type CommandGate, EmbeddedFleetNode, RemoteFleetNode, type StartSocketLoad } from './observing/fleet-node.ts';

export interface NodeKeeperOptions {
  /** Where the built node worker lies. */
  readonly workerUrl: URL;
  /** Each embedded node gets a folder in it. */
  readonly dataFolder: string;
  /** The product's version, which embedded nodes tell in INFO. */
  readonly version: string;
  readonly startSocketLoad: StartSocketLoad;
  readonly mayExecute: CommandGate;
}

export class NodeKeeper {
  readonly #options: NodeKeeperOptions;

  constructor(options: NodeKeeperOptions) {
    this.#options = options;
  }

  /** A node that is made and not started yet. */
  async createEmbedded(name: string, port: number, password: string | null): Promise<EmbeddedFleetNode> {
    const id = newNodeId();
    const dataFolder = this.#folderOf(id);
    const { version } = this.#options;
    await mkdir(dataFolder, { recursive: true });
    const node = new EmbeddedNode({ name, port, password, dataFolder, version }, this.#options.workerUrl);
    return new EmbeddedFleetNode(id, node);
  }

  async removeData(id: NodeId): Promise<void> {
    await rm(this.#folderOf(id), { recursive: true, force: true });
  }

  /** Resolves when it is connected. @throws FailureError, and nothing is left open */
  async connect(entry: Entry): Promise<RemoteFleetNode> {
    const { address, way } = entry.destination;
    return this.#nodeOf(entry, await openServer(address, way));
  }

  /** A remembered server may be away now: it is tried on and on. */
  keepConnecting(entry: Entry): RemoteFleetNode {
    const { address, way } = entry.destination;
    const server = new RemoteServer(address, way);
    void server.keepTrying();
    return this.#nodeOf(entry, server);
  }

  #nodeOf(entry: Entry, server: RemoteServer): RemoteFleetNode {
    const { name, environment, label, servesFound, profileId } = entry;
    const { host, port } = server.address;
    return new RemoteFleetNode({
      id: newNodeId(),
      name: name ?? `${host}:${port}`,
      environment,
      label,
      server,
      servesFound,
      profileId,
      isFound: false,
      startSocketLoad: this.#options.startSocketLoad,
      mayExecute: this.#options.mayExecute,
    });
  }

  /** A server that was found through another, reached and logged in to like that one. @throws FailureError */
  async connectFound(address: Address, like: RemoteServer, environment: Environment): Promise<RemoteFleetNode> {
    const { host, port } = reachable(address, like.way);
    const server = await openServer({ ...like.address, host, port }, like.way);
    return new RemoteFleetNode({
      id: newNodeId(),
      name: `${host}:${port}`,
      environment,
      label: null,
      server,
      servesFound: true,
      profileId: null,
      isFound: true,
      startSocketLoad: this.#options.startSocketLoad,
      mayExecute: this.#options.mayExecute,
    });
  }

  #folderOf(id: NodeId): string {
    return join(this.#options.dataFolder, id);
  }
}

/** @throws FailureError, and nothing is left open */
export async function openServer(address: ServerAddress, way: Way): Promise<RemoteServer> {
  const server = new RemoteServer(address, way);
  try {
    await server.open();
    return server;
  } catch (error) {
    server.dispose();
    throw error;
  }
}

function newNodeId(): NodeId {
  return `node-${randomUUID().slice(0, 8)}`;
}
