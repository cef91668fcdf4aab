// Who follows whom: pure questions about nodes and their readings, answered without asking any server.
import type { Address, NodeId } from '../../contract/places.ts';
import type { NodeReading } from './reading.ts';

/** What topology needs to know of a node. */
export interface TopologyNode {
  readonly id: NodeId;
  /** Where we reach it. */
  readonly address: Address;
  /** By which it was found to be reached as well: another name, another way in. */
  readonly otherAddresses?: readonly Address[];
  readonly reading: NodeReading | null;
}

const loopbackHosts: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '::1', '0.0.0.0', '::ffff:127.0.0.1']);

export function isLoopback(host: string): boolean {
  return loopbackHosts.has(host.toLowerCase());
}

/** One machine, as far as two names of hosts can tell. */
export function sameHost(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase() || (isLoopback(one) && isLoopback(other));
}

export function sameAddress(one: Address, other: Address): boolean {
  return one.port === other.port && normalHost(one.host) === normalHost(other.host);
}

/** One text for all names of one address. */
export function addressKey({ host, port }: Address): string {
  return `${normalHost(host)}:${port}`;
}

/** True where the address is that of the node, by any of its names. */
export function isAddressOf(node: Pick<TopologyNode, 'address' | 'otherAddresses'>, address: Address): boolean {
  return sameAddress(node.address, address) || (node.otherAddresses ?? []).some((other) => sameAddress(other, address));
}

function normalHost(host: string): string {
  const lower = host.toLowerCase();
  return loopbackHosts.has(lower) ? '127.0.0.1' : lower;
}

/**
 * The node that a replica follows. By address; and where we reach the master by another address than the replica does
 * (NAT, containers), by the one node that lists this replica's port and shares its history.
 */
export function findMaster<T extends TopologyNode>(replica: T, nodes: readonly T[]): T | null {
  const link = replica.reading?.link;
  if (!link) return null;
  const others = nodes.filter((node) => node.id !== replica.id && !sameServer(node, replica));
  const byAddress = others.find((node) => isAddressOf(node, link.masterAddress));
  if (byAddress) return byAddress;
  const bySight = others.filter(
    (node) =>
      node.reading !== null &&
      node.reading.replicationId === replica.reading?.replicationId &&
      node.reading.port === link.masterAddress.port &&
      node.reading.replicas.some(({ address }) => address.port === replica.reading?.port),
  );
  return bySight.length === 1 ? (bySight[0] ?? null) : null;
}

/** The node behind one entry of a master's list of replicas, by the address that it announced. */
export function findReplica<T extends TopologyNode>(master: T, address: Address, nodes: readonly T[]): T | null {
  const others = nodes.filter((node) => node.id !== master.id && !sameServer(node, master));
  const byAddress = others.find((node) => isAddressOf(node, address));
  if (byAddress) return byAddress;
  const followers = others.filter(
    (node) => node.reading?.port === address.port && findMaster(node, nodes)?.id === master.id,
  );
  return followers.length === 1 ? (followers[0] ?? null) : null;
}

/** These nodes and their masters, each once: offsets are compared only when both ends were read at one time. */
export function withMasters<T extends TopologyNode>(some: readonly T[], nodes: readonly T[]): T[] {
  const masters = some.map((node) => findMaster(node, nodes)).filter((master) => master !== null);
  return [...new Set([...some, ...masters])];
}

/** Two connections may lead to one server; its run_id tells. */
export function sameServer(one: TopologyNode, other: TopologyNode): boolean {
  return one.reading !== null && one.reading.runId !== '' && one.reading.runId === other.reading?.runId;
}

/** The masters above a node, nearest first. Ends at a node without a known master, and before a node seen twice. */
export function ancestors<T extends TopologyNode>(node: T, nodes: readonly T[]): T[] {
  const above: T[] = [];
  let at = findMaster(node, nodes);
  while (at && at.id !== node.id && !above.includes(at)) {
    above.push(at);
    at = findMaster(at, nodes);
  }
  return above;
}

/** True when `node` would become its own ancestor if it followed `master`. */
export function wouldCycle<T extends TopologyNode>(node: T, master: T, nodes: readonly T[]): boolean {
  return [master, ...ancestors(master, nodes)].some((above) => above.id === node.id || sameServer(above, node));
}

/** All nodes that follow this one, directly or through others. */
export function descendants<T extends TopologyNode>(node: T, nodes: readonly T[]): T[] {
  return nodes.filter((other) => other.id !== node.id && ancestors(other, nodes).some(({ id }) => id === node.id));
}
