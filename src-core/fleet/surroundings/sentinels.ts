// The Sentinels that are known: asked again and again at a slow pace, and found through each other.
import { type Disposable, Emitter } from '../../base/lifecycle.ts';
import type { Address } from '../../contract/places.ts';
import type { SentinelView } from '../../contract/surroundings.ts';
import type { Member } from '../observing/member.ts';
import { addressKey, sameAddress } from '../observing/topology.ts';
import { isUsable } from './ghosts.ts';
import type { SentinelNode, SentinelReading } from './sentinel-node.ts';
import { isMember, superviseBy } from './supervision.ts';

/** Sentinels speak to their masters once a second; their opinions change seldom. */
const lookIntervalMs = 2000;
/** Sentinels that are asked; the others are told of by these. */
export const sentinelsMax = 32;

/** A Sentinel that another one or a hello speaks of. */
export interface SentinelWord {
  readonly address: Address;
  /** Its id, as it gives it itself. */
  readonly id: string;
  readonly teller: SentinelNode;
}

export class Sentinels implements Disposable {
  /** Sentinels that are spoken of and not asked yet. */
  readonly told = new Emitter<readonly SentinelWord[]>();
  readonly #nodes: SentinelNode[] = [];
  readonly #timer: NodeJS.Timeout;
  readonly #looked: () => void;

  /** @param looked is called when there is news of them */
  constructor(looked: () => void) {
    this.#looked = looked;
    this.#timer = setInterval(() => void this.look(), lookIntervalMs).unref();
  }

  get all(): readonly SentinelNode[] {
    return this.#nodes;
  }

  /** The Sentinels that can be asked about this master, by the name that they have for it. */
  watching(member: Member): readonly { readonly sentinel: SentinelNode; readonly masterName: string }[] {
    return this.#nodes.flatMap((sentinel) => {
      const master = sentinel.reading?.masters.find(
        (it) => isMember(member, it) || it.replicas.some((replica) => isMember(member, replica)),
      );
      return master && sentinel.isReachable ? [{ sentinel, masterName: master.name }] : [];
    });
  }

  /** It is owned from now on. Disposed at once where it is known already, or there are too many. */
  add(sentinel: SentinelNode): void {
    const isKnown = this.#nodes.some((node) => sameAddress(node.address, sentinel.address));
    if (isKnown || this.#nodes.length >= sentinelsMax) {
      sentinel.dispose();
      return;
    }
    this.#nodes.push(sentinel);
    void this.look();
  }

  has(address: Address, id: string): boolean {
    return this.#nodes.some((node) => sameAddress(node.address, address) || (id !== '' && node.reading?.id === id));
  }

  async look(): Promise<void> {
    if (this.#nodes.length === 0) return;
    await Promise.all(this.#nodes.map((node) => node.look()));
    this.#nameByPeers();
    this.#dropDoubles();
    const words = this.#words();
    if (words.length > 0) this.told.emit(words);
    this.#looked();
  }

  /** Writes into each member by whom it is watched. */
  supervise(members: readonly Member[]): void {
    const readings = this.#nodes.map(({ reading }) => reading).filter((reading) => reading !== null);
    for (const member of members) member.supervision = readings.length === 0 ? null : superviseBy(member, readings);
  }

  views(members: readonly Member[]): SentinelView[] {
    return this.#nodes.map((node) => ({
      address: node.address,
      isReachable: node.isReachable,
      lastSeenAtMs: node.reading?.atMs ?? null,
      failure: node.failure,
      opinions: opinionsOf(node.reading, members),
    }));
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.told.dispose();
    for (const node of this.#nodes) node.dispose();
    this.#nodes.length = 0;
  }

  /** Before 6.2 a Sentinel does not say its own id; the others say it of the one at its address. */
  #nameByPeers(): void {
    const peers = this.#nodes.flatMap(({ reading }) => reading?.masters.flatMap((master) => master.peers) ?? []);
    for (const node of this.#nodes) {
      const { reading, address } = node;
      if (reading?.id !== '') continue;
      const named = peers.find((peer) => sameAddress(peer.address, address));
      if (named) node.reading = { ...reading, id: named.runId };
    }
  }

  /** Two ways may lead to one Sentinel: its id tells, and the later way is closed. */
  #dropDoubles(): void {
    const seen = new Set<string>();
    for (const node of [...this.#nodes]) {
      const id = node.reading?.id ?? '';
      if (id === '') continue;
      if (!seen.has(id)) {
        seen.add(id);
        continue;
      }
      this.#nodes.splice(this.#nodes.indexOf(node), 1);
      node.dispose();
    }
  }

  #words(): SentinelWord[] {
    const words = new Map<string, SentinelWord>();
    for (const teller of this.#nodes) {
      if (!teller.servesFound) continue;
      for (const { address, runId } of teller.reading?.masters.flatMap(({ peers }) => peers) ?? []) {
        if (isUsable(address) && !this.has(address, runId))
          words.set(addressKey(address), { address, id: runId, teller });
      }
    }
    return [...words.values()];
  }
}

function opinionsOf(reading: SentinelReading | null, members: readonly Member[]): SentinelView['opinions'] {
  return (reading?.masters ?? []).map((master) => ({
    masterName: master.name,
    masterAddress: master.address,
    masterId: members.find((member) => isMember(member, master))?.id ?? null,
    isDown: master.isObjectivelyDown || master.isSubjectivelyDown,
  }));
}
