// Connects to real servers: by a person's request, through a Sentinel by name, and to those that others tell of.
import type { Disposable } from '../base/lifecycle.ts';
import type { ConnectRequest } from '../contract/acts.ts';
import { FailureError } from '../contract/failure-error.ts';
import type { OfferedMaster } from '../contract/surroundings.ts';
import type { Address } from '../contract/views.ts';
import { parseRole } from '../remote/role.ts';
import { Discovery } from './discovery.ts';
import type { Fleet } from './fleet.ts';
import { type FleetNode, RemoteFleetNode } from './fleet-node.ts';
import { Member } from './member.ts';
import type { NodeKeeper } from './node-keeper.ts';
import { SentinelFinder } from './sentinel-finder.ts';
import { readSentinel, SentinelNode, type SentinelReading } from './sentinel-node.ts';
import type { Told } from './words.ts';

/** A request leads to a node, or to a Sentinel that offers its masters. */
export type Entered =
  | { readonly kind: 'node'; readonly node: RemoteFleetNode }
  | { readonly kind: 'sentinel'; readonly address: Address; readonly masters: readonly OfferedMaster[] };

export class Finding implements Disposable {
  readonly #fleet: Fleet;
  readonly #keeper: NodeKeeper;
  readonly #discovery: Discovery;
  readonly #sentinelFinder: SentinelFinder;

  constructor(fleet: Fleet, keeper: NodeKeeper, nodesMax: number) {
    this.#fleet = fleet;
    this.#keeper = keeper;
    this.#discovery = new Discovery(fleet, {
      nodesMax,
      connect: (address, teller) => this.#connectFound(address, teller),
      addSentinel: (node) => this.#keepSentinel(node),
    });
    this.#sentinelFinder = new SentinelFinder(fleet);
  }

  /**
   * Opens what a person asked for. A node is not in the fleet yet; a Sentinel is asked from now on.
   * @throws FailureError as connecting does; sentinelMasterUnknown
   */
  async enter(request: ConnectRequest): Promise<Entered> {
    const node = await this.#keeper.connect(request, true);
    const reading = await readIfSentinel(node);
    if (!reading) return { kind: 'node', node };
    this.#keepSentinel(node);
    if (request.sentinelMaster === undefined) {
      return { kind: 'sentinel', address: node.address, masters: offer(reading) };
    }
    return { kind: 'node', node: await this.#enterMaster(request, request.sentinelMaster, node.address, reading) };
  }

  /** Something a person did by hand overrules what was thought of this address. */
  reconsider(address: Address): void {
    this.#discovery.reconsider(address);
  }

  dispose(): void {
    this.#discovery.dispose();
    this.#sentinelFinder.dispose();
  }

  async #enterMaster(
    request: ConnectRequest,
    name: string,
    sentinel: Address,
    reading: SentinelReading,
  ): Promise<RemoteFleetNode> {
    const master = reading.masters.find((candidate) => candidate.name === name);
    if (!master) throw new FailureError('sentinelMasterUnknown', { ...sentinel, name });
    const { url: _url, sentinelMaster: _name, ...rest } = request;
    return this.#keeper.connect({ ...rest, ...master.address, name: request.name || name }, true);
  }

  #connectFound(address: Address, teller: Told['teller']): Promise<FleetNode> {
    if (teller instanceof Member && teller.node instanceof RemoteFleetNode) {
      return this.#keeper.connectFound(address, teller.node.server, teller.node.environment);
    }
    if (teller instanceof SentinelNode) return this.#keeper.connectFound(address, teller.server, teller.environment);
    throw new FailureError('nodeNotConnected', { name: `${address.host}:${address.port}` });
  }

  #keepSentinel(node: FleetNode): void {
    if (!(node instanceof RemoteFleetNode)) return;
    this.#fleet.sentinels.add(new SentinelNode(node.server, node));
  }
}

/** Null for a node that is none. @throws FailureError, and the connection is closed */
async function readIfSentinel(node: RemoteFleetNode): Promise<SentinelReading | null> {
  try {
    const [reply] = await node.execute([['ROLE']]);
    return parseRole(reply)?.kind === 'sentinel' ? await readSentinel((commands) => node.execute(commands)) : null;
  } catch (error) {
    node.dispose();
    throw error;
  }
}

function offer({ masters }: SentinelReading): OfferedMaster[] {
  return masters.map(({ name, address, isObjectivelyDown }) => ({ name, address, isDown: isObjectivelyDown }));
}
