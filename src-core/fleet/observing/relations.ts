// Who follows whom among all members, worked out once for a round of views instead of once for each figure.
import type { Address } from '../../contract/places.ts';
import type { Member } from './member.ts';
import { addressKey, findMaster, findReplica } from './topology.ts';

export class Relations {
  readonly members: readonly Member[];
  readonly #masters = new Map<Member, Member | null>();
  readonly #replicas = new Map<string, Member | null>();

  /** Holds for the readings that the members have now. */
  constructor(members: readonly Member[]) {
    this.members = members;
  }

  masterOf(member: Member): Member | null {
    const known = this.#masters.get(member);
    if (known !== undefined) return known;
    const master = findMaster(member, this.members);
    this.#masters.set(member, master);
    return master;
  }

  /** The member behind one entry of a master's list of replicas. */
  replicaAt(master: Member, address: Address): Member | null {
    const key = `${master.id} ${addressKey(address)}`;
    const known = this.#replicas.get(key);
    if (known !== undefined) return known;
    const replica = findReplica(master, address, this.members);
    this.#replicas.set(key, replica);
    return replica;
  }
}
