// Gathers every word that nodes and Sentinels say of servers that are no nodes here. Pure.
import type { Address } from '../../contract/places.ts';
import type { Member } from '../observing/member.ts';
import { findMaster, findReplica, isAddressOf } from '../observing/topology.ts';
import { isUsable, type Word } from './ghosts.ts';
import type { SentinelReading } from './sentinel-node.ts';
import { isMember } from './supervision.ts';

/** A word with the node whose way and login lead there too: the teller, or one of the tree that a Sentinel tells of. */
export interface Told extends Word {
  readonly guide: Member;
  /** A master to which a link is down may be well, and only not let its replica in. */
  readonly isWorthTrying: boolean;
}

export interface SentinelSource {
  readonly address: Address;
  readonly reading: SentinelReading | null;
}

/** Words about servers that no member is. Those of members that do not answer now are old and count no more. */
export function gatherWords(members: readonly Member[], sentinels: readonly SentinelSource[]): Told[] {
  const told = [
    ...members.flatMap((member) => wordsOf(member, members)),
    ...sentinels.flatMap((sentinel) => wordsOfSentinel(sentinel, members)),
  ];
  return told.filter(({ address }) => isUsable(address));
}

function wordsOf(member: Member, members: readonly Member[]): Told[] {
  const { reading, lifecycle } = member;
  if (!reading || lifecycle.kind !== 'running') return [];
  const common = { saidBy: member.node.name, monotonicMs: reading.monotonicMs, guide: member, masterId: null };
  const words: Told[] = [];
  const { link } = reading;
  if (link && !findMaster(member, members)) {
    words.push({ ...common, address: link.masterAddress, role: 'master', isAlive: link.up, isWorthTrying: true });
  }
  for (const { address } of reading.replicas) {
    if (findReplica(member, address, members)) continue;
    words.push({ ...common, address, role: 'replica', isAlive: true, isWorthTrying: true, masterId: member.id });
  }
  for (const node of reading.cluster?.shards?.flatMap(({ nodes }) => nodes) ?? []) {
    if (members.some((other) => other.reading?.cluster?.ownId === node.id || isAddressOf(other, node.address)))
      continue;
    const isAlive = node.isHealthy;
    words.push({ ...common, address: node.address, role: node.role, isAlive, isWorthTrying: isAlive });
  }
  return words;
}

function wordsOfSentinel(sentinel: SentinelSource, members: readonly Member[]): Told[] {
  const { reading } = sentinel;
  if (!reading) return [];
  const { host, port } = sentinel.address;
  const common = { saidBy: `${host}:${port}`, monotonicMs: reading.monotonicMs };
  return reading.masters.flatMap((master) => {
    const nodes = [master, ...master.replicas];
    const ours = members.filter((member) => nodes.some((node) => isMember(member, node)));
    // A Sentinel may watch many masters: only the trees that a person let in are of interest.
    const guide = ours.find(({ node }) => node.servesFound) ?? ours[0];
    if (!guide) return [];
    const masterId = ours.find((member) => isMember(member, master))?.id ?? null;
    const strangers = [
      ...(masterId === null ? [{ node: master, role: 'master' as const, isDown: master.isSubjectivelyDown }] : []),
      ...master.replicas
        .filter((replica) => !ours.some((member) => isMember(member, replica)))
        .map((node) => ({ node, role: 'replica' as const, isDown: node.isDown })),
    ];
    return strangers.map(({ node: { address }, role, isDown }) => ({
      ...common,
      guide,
      address,
      role,
      isAlive: !isDown,
      isWorthTrying: !isDown,
      masterId: role === 'replica' ? masterId : null,
    }));
  });
}
