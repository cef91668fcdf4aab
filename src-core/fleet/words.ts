// Gathers every word that nodes and Sentinels say of servers that are no nodes here. Pure.
import type { Address } from '../contract/views.ts';
import { isUsable, type Word } from './ghosts.ts';
import type { Member } from './member.ts';
import type { SentinelReading } from './sentinel-node.ts';
import { isMember } from './supervision.ts';
import { findMaster, findReplica, isAddressOf } from './topology.ts';

/** A word with who may be asked to go there: the login of the teller opens the door. */
export interface Told extends Word {
  readonly teller: Member | SentinelSource;
}

export interface SentinelSource {
  readonly address: Address;
  readonly servesFound: boolean;
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
  const common = { saidBy: member.node.name, monotonicMs: reading.monotonicMs, teller: member, masterId: null };
  const words: Told[] = [];
  const { link } = reading;
  if (link && !findMaster(member, members)) {
    words.push({ ...common, address: link.masterAddress, role: 'master', isAlive: link.up });
  }
  for (const { address } of reading.replicas) {
    if (findReplica(member, address, members)) continue;
    words.push({ ...common, address, role: 'replica', isAlive: true, masterId: member.id });
  }
  for (const node of reading.cluster?.shards?.flatMap(({ nodes }) => nodes) ?? []) {
    if (members.some((other) => other.reading?.cluster?.ownId === node.id || isAddressOf(other, node.address)))
      continue;
    words.push({ ...common, address: node.address, role: node.role, isAlive: node.isHealthy });
  }
  return words;
}

function wordsOfSentinel(sentinel: SentinelSource, members: readonly Member[]): Told[] {
  const { reading } = sentinel;
  if (!reading) return [];
  const { host, port } = sentinel.address;
  const common = { saidBy: `${host}:${port}`, monotonicMs: reading.monotonicMs, teller: sentinel };
  return reading.masters.flatMap((master) => {
    const ours = members.find((member) => isMember(member, master));
    const isAlive = !master.isSubjectivelyDown;
    const words: Told[] = ours ? [] : [{ ...common, address: master.address, role: 'master', isAlive, masterId: null }];
    for (const replica of master.replicas) {
      if (members.some((member) => isMember(member, replica))) continue;
      words.push({
        ...common,
        address: replica.address,
        role: 'replica',
        isAlive: !replica.isDown,
        masterId: ours?.id ?? null,
      });
    }
    return words;
  });
}
