// Parses what a node of a Redis Cluster tells of the others: CLUSTER SHARDS (7.0), and CLUSTER NODES before it.
import type { Address } from '../contract/places.ts';
import type { Reply } from './role.ts';

/** Redis Cluster allows a thousand nodes; what is past it is no cluster. */
const clusterNodesMax = 1000;

export interface ClusterNode {
  readonly id: string;
  readonly address: Address;
  readonly role: 'master' | 'replica';
  readonly isHealthy: boolean;
}

/** A range of slots with the nodes that serve it. */
export interface ClusterShard {
  /** Null where it has no master now. */
  readonly masterId: string | null;
  /** `0-5460`, several parted by a blank; empty where it serves none. */
  readonly slots: string;
  readonly nodes: readonly ClusterNode[];
}

/** Null for what is no answer of CLUSTER SHARDS. */
export function parseShards(reply: Reply | undefined): ClusterShard[] | null {
  if (!isList(reply)) return null;
  return reply.slice(0, clusterNodesMax).map((entry) => {
    const shard = toFields(entry);
    const slots = shard.get('slots');
    const members = shard.get('nodes');
    const nodes = (isList(members) ? members : []).map(toNode).filter((node) => node !== null);
    return {
      masterId: nodes.find(({ role }) => role === 'master')?.id ?? null,
      slots: toRanges(isList(slots) ? slots.map(Number) : []),
      nodes,
    };
  });
}

function toNode(entry: Reply): ClusterNode | null {
  const fields = toFields(entry);
  const id = fields.get('id');
  if (typeof id !== 'string') return null;
  const port = Number(fields.get('port') ?? fields.get('tls-port')) || 0;
  return {
    id,
    // `endpoint` is the preferred name; null and `?` say that it is not known.
    address: { host: knownHost(fields.get('endpoint')) ?? knownHost(fields.get('ip')) ?? '', port },
    role: fields.get('role') === 'master' ? 'master' : 'replica',
    isHealthy: fields.get('health') === 'online',
  };
}

function knownHost(host: Reply | undefined): string | null {
  return typeof host === 'string' && host !== '' && host !== '?' ? host : null;
}

/** `[0, 5460, 10000, 10000]` as `0-5460 10000`. */
function toRanges(ends: readonly number[]): string {
  const ranges: string[] = [];
  for (let at = 0; at + 1 < ends.length; at += 2) {
    ranges.push(ends[at] === ends[at + 1] ? String(ends[at]) : `${ends[at]}-${ends[at + 1]}`);
  }
  return ranges.join(' ');
}

/**
 * Each line: `id ip:port@bus[,name] flags master ping pong epoch link slot…`. Slots that move (`[93-<-…]`) are left out.
 * Null for what is no such text.
 */
export function parseClusterNodes(reply: Reply | undefined): ClusterShard[] | null {
  if (typeof reply !== 'string') return null;
  const rows = reply
    .split('\n', clusterNodesMax)
    .map((line) => line.trim().split(' '))
    .filter((words) => words.length >= 8 && /^[0-9a-f]{40}$/.test(words[0] ?? ''));
  const nodes = rows.map(([id = '', place = '', flags = '', masterId = '', , , , link = '', ...slots]) => ({
    masterId: masterId === '-' ? null : masterId,
    slots: slots.filter((slot) => !slot.startsWith('[')).join(' '),
    node: {
      id,
      address: toClusterAddress(place),
      role: flags.includes('slave') ? ('replica' as const) : ('master' as const),
      isHealthy: !/fail|noaddr/.test(flags) && (link === 'connected' || flags.includes('myself')),
    },
  }));
  return nodes
    .filter(({ node }) => node.role === 'master')
    .map(({ node, slots }) => ({
      masterId: node.id,
      slots,
      nodes: [node, ...nodes.filter((other) => other.masterId === node.id).map((other) => other.node)],
    }));
}

function toClusterAddress(place: string): Address {
  const [hostAndPort = '', name] = (place.split(',', 2) as [string, string?]).map((part) => part?.split('@')[0]);
  const colon = hostAndPort.lastIndexOf(':');
  return { host: name || hostAndPort.slice(0, Math.max(0, colon)), port: Number(hostAndPort.slice(colon + 1)) || 0 };
}

/** `[name, value, name, value]` as a map. */
function toFields(entry: Reply): ReadonlyMap<string, Reply> {
  const fields = new Map<string, Reply>();
  if (!isList(entry)) return fields;
  for (let at = 0; at + 1 < entry.length; at += 2) {
    const [name, value] = [entry[at], entry[at + 1]];
    if (typeof name === 'string' && value !== undefined) fields.set(name, value);
  }
  return fields;
}

function isList(reply: Reply | undefined): reply is readonly Reply[] {
  return Array.isArray(reply);
}
