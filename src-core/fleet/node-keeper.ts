// Makes the nodes of the fleet: embedded ones with a worker and a data folder of their own, and connections.
import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConnectRequest } from '../contract/acts.ts';
import type { Address, Environment, NodeId } from '../contract/views.ts';
import { EmbeddedNode } from '../nodes/embedded-node.ts';
import { RemoteServer } from '../remote/remote-server.ts';
import { parseServerAddress, type ServerAddress } from '../remote/server-address.ts';
import { straightWay, type Way } from '../remote/way.ts';
import { type CommandGate, EmbeddedFleetNode, RemoteFleetNode, type StartSocketLoad } from './fleet-node.ts';

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

  /** @param waits false for a remembered server: it may be away now, and is tried on and on. @throws FailureError */
  async connect(request: ConnectRequest, waits: boolean): Promise<RemoteFleetNode> {
    const address = parseServerAddress(request);
    const server = new RemoteServer(address, straightWay);
    try {
      if (waits) await server.open();
      else void server.keepTrying();
    } catch (error) {
      server.dispose();
      throw error;
    }
    return new RemoteFleetNode({
      id: newNodeId(),
      name: request.name || `${address.host}:${address.port}`,
      environment: request.environment ?? 'dev',
      server,
      servesFound: request.servesFound ?? false,
      isFound: false,
      startSocketLoad: this.#options.startSocketLoad,
      mayExecute: this.#options.mayExecute,
    });
  }

  /** A server that was found through another, reached and logged in to like that one. @throws FailureError */
  async connectFound(address: Address, like: RemoteServer, environment: Environment): Promise<RemoteFleetNode> {
    const { host, port } = address;
    const server = await openServer({ ...like.address, host, port }, like.way);
    return new RemoteFleetNode({
      id: newNodeId(),
      name: `${host}:${port}`,
      environment,
      server,
      servesFound: true,
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
