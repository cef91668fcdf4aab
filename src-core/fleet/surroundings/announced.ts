// By which address the others know a node, where that is not the one by which we reach it: NAT, containers. Pure.
import type { Address } from '../../contract/places.ts';
import type { AnnouncedView } from '../../contract/views.ts';
import type { Member } from '../observing/member.ts';
import type { Relations } from '../observing/relations.ts';
import { sameAddress } from '../observing/topology.ts';

/** Null where everybody knows it by our address, or nobody tells. Masters know best: replicas are found through them. */
export function announcedOf(member: Member, relations: Relations): AnnouncedView | null {
  return byMaster(member, relations) ?? byItself(member) ?? byReplicas(member, relations);
}

function byMaster(member: Member, relations: Relations): AnnouncedView | null {
  const master = relations.masterOf(member);
  if (!master || member.isThroughRelay) return null;
  const entry = master.reading?.replicas.find(({ address }) => relations.replicaAt(master, address) === member);
  return entry ? unlessSame(member, entry.address, 'master') : null;
}

function byItself(member: Member): AnnouncedView | null {
  const announced = member.reading?.announced;
  if (!announced) return null;
  const { host, port } = member.address;
  return unlessSame(member, { host: announced.host ?? host, port: announced.port ?? port }, 'itself');
}

function byReplicas(member: Member, relations: Relations): AnnouncedView | null {
  const replica = relations.members.find((other) => other.reading?.link && relations.masterOf(other) === member);
  const address = replica?.reading?.link?.masterAddress;
  return address ? unlessSame(member, address, 'replicas') : null;
}

function unlessSame(member: Member, address: Address, by: AnnouncedView['by']): AnnouncedView | null {
  return sameAddress(address, member.address) ? null : { address, by };
}
