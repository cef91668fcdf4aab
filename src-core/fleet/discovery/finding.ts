// Connects to real servers: by a person's request, through a Sentinel by name, and to those that others tell of.
import type { Disposable } from '../../base/lifecycle.ts';
import { FailureError, toFailure } from '../../contract/failure-error.ts';
import type { Address } from '../../contract/places.ts';
import type { OfferedMaster } from '../../contract/surroundings.ts';
import { parseRole } from '../../remote/role.ts';
import { reachable } from '../../remote/way.ts';
import type { Entry } from '../entry.ts';
import type { Fleet } from '../fleet.ts';
import type { NodeKeeper } from '../node-keeper.ts';
import { type FleetNode, RemoteFleetNode } from '../observing/fleet-node.ts';
import type { Member } from '../observing/member.ts';
import { readSentinel, SentinelNode, type SentinelReading } from '../surroundings/sentinel-node.ts';
import { Discovery } from './discovery.ts';
import { SentinelFinder } from './sentinel-finder.ts';

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
      connect: (address, guide) => this.#connectFound(address, guide),
      addSentinel: (node) => this.#keepSentinel(node),
    });
    this.#sentinelFinder = new SentinelFinder(fleet);
  }

  /**
   * Opens what a person asked for. A node is not in the fleet yet; a Sentinel is asked from now on.
   * @throws FailureError as connecting does; sentinelMasterUnknown
   */
  async enter(entry: Entry): Promise<Entered> {
    const node = await this.#connectOrAskSentinel(entry);
    const reading = await readIfSentinel(node);
    if (!reading) return { kind: 'node', node };
    this.#keepSentinel(node);
    const { sentinelMaster } = entry;
    if (sentinelMaster === null) return { kind: 'sentinel', address: node.address, masters: offer(reading) };
    return { kind: 'node', node: await this.#enterMaster(entry, sentinelMaster, node.address, reading) };
  }

  /** The login is that of the servers: a Sentinel that does not know it may let everybody in. @throws FailureError */
  async #connectOrAskSentinel(entry: Entry): Promise<RemoteFleetNode> {
    try {
      return await this.#keeper.connect(entry);
    } catch (error) {
      if (toFailure(error).code !== 'authRejected') throw error;
      const node = await this.#keeper.connect(withoutLogin(entry)).catch(() => null);
      if (node && (await readIfSentinel(node).catch(() => null))) return node;
      node?.dispose();
      throw error;
    }
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
    entry: Entry,
    name: string,
    sentinel: Address,
    reading: SentinelReading,
  ): Promise<RemoteFleetNode> {
    const master = reading.masters.find((candidate) => candidate.name === name);
    if (!master) throw new FailureError('sentinelMasterUnknown', { ...sentinel, name });
    const { address, way } = entry.destination;
    const destination = { address: { ...address, ...reachable(master.address, way) }, way };
    return this.#keeper.connect({ ...entry, destination, name: entry.name ?? name });
  }

  #connectFound(address: Address, { node }: Member): Promise<FleetNode> {
    if (!(node instanceof RemoteFleetNode)) {
      throw new FailureError('nodeNotConnected', { name: `${address.host}:${address.port}` });
    }
    return this.#keeper.connectFound(address, node.server, node.environment);
  }

  #keepSentinel(node: FleetNode): void {
    if (!(node instanceof RemoteFleetNode)) return;
    this.#fleet.sentinels.add(new SentinelNode(node.server, node));
  }
}

function withoutLogin(entry: Entry): Entry {
  const { address, way } = entry.destination;
  return { ...entry, destination: { address: { ...address, username: null, password: null }, way } };
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
