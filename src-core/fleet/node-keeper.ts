// Makes the nodes of the fleet: embedded ones with a worker and a data folder of their own, and connections.
import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConnectRequest } from '../contract/acts.ts';
import type { NodeId } from '../contract/views.ts';
import { EmbeddedNode } from '../nodes/embedded-node.ts';
import { RemoteServer } from '../remote/remote-server.ts';
import { parseServerAddress } from '../remote/server-address.ts';
import { straightWay } from '../remote/way.ts';
import { EmbeddedFleetNode, RemoteFleetNode, type StartSocketLoad } from './fleet-node.ts';

export interface NodeKeeperOptions {
  /** Where the built node worker lies. */
  readonly workerUrl: URL;
  /** Each embedded node gets a folder in it. */
  readonly dataFolder: string;
  /** The product's version, which embedded nodes tell in INFO. */
  readonly version: string;
  readonly startSocketLoad: StartSocketLoad;
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
      startSocketLoad: this.#options.startSocketLoad,
    });
  }

  #folderOf(id: NodeId): string {
    return join(this.#options.dataFolder, id);
  }
}

function newNodeId(): NodeId {
  return `node-${randomUUID().slice(0, 8)}`;
}
