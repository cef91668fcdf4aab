// Servers that nodes and Sentinels speak of and that are not nodes here: who says so, and when they were last seen.
import type { Address, NodeId } from '../../contract/places.ts';
import { addressKey } from '../observing/topology.ts';

/** Ghosts kept at most; the one that was not seen for longest goes first. */
const ghostsMax = 128;
/** A server that nobody speaks of any more is shown so long. */
const ghostKeptMs = 24 * 3_600_000;
/** Addresses that a person took away, remembered against words that were said before. */
const forgottenMax = 256;

/** One word about a server: whose, and whether it means that the server lives. */
export interface Word {
  readonly address: Address;
  readonly role: 'master' | 'replica' | 'unknown';
  /** The node that it follows, where that is one of ours. */
  readonly masterId: NodeId | null;
  readonly saidBy: string;
  readonly isAlive: boolean;
  /** When it was said, by a clock that never steps. */
  readonly monotonicMs: number;
}

export interface Ghost {
  readonly address: Address;
  readonly role: Word['role'];
  readonly masterId: NodeId | null;
  readonly saidBy: readonly string[];
  readonly lastSeenAtMs: number;
  readonly lastSeenMonotonicMs: number;
}

export class Ghosts {
  readonly #ghosts = new Map<string, Ghost>();
  readonly #forgotten = new Map<string, number>();

  get all(): readonly Ghost[] {
    return [...this.#ghosts.values()];
  }

  /**
   * Takes in what is said now of servers that are no nodes here.
   * @param isNode whether an address has become one of a node
   */
  update(words: readonly Word[], isNode: (address: Address) => boolean, atMs: number, monotonicMs: number): void {
    const heard = words.filter((word) => word.monotonicMs >= (this.#forgotten.get(addressKey(word.address)) ?? 0));
    for (const [key, ghost] of this.#ghosts) this.#ghosts.set(key, { ...ghost, saidBy: [] });
    for (const word of heard) this.#hear(word, atMs, monotonicMs);
    for (const [key, ghost] of this.#ghosts) {
      const isOld = ghost.saidBy.length === 0 && monotonicMs - ghost.lastSeenMonotonicMs > ghostKeptMs;
      if (isOld || isNode(ghost.address)) this.#ghosts.delete(key);
    }
    this.#bound();
  }

  /** A person takes a ghost or a node away: only what is said from now on counts. */
  forget(address: Address, monotonicMs: number): void {
    this.#ghosts.delete(addressKey(address));
    this.#forgotten.set(addressKey(address), monotonicMs);
    if (this.#forgotten.size > forgottenMax) this.#forgotten.delete(this.#forgotten.keys().next().value ?? '');
  }

  #hear(word: Word, atMs: number, monotonicMs: number): void {
    const key = addressKey(word.address);
    const before = this.#ghosts.get(key);
    const isSeen = word.isAlive || before === undefined;
    const saidBy = before?.saidBy ?? [];
    this.#ghosts.set(key, {
      address: before?.address ?? word.address,
      role: word.role === 'unknown' ? (before?.role ?? 'unknown') : word.role,
      masterId: word.masterId ?? (saidBy.length > 0 ? (before?.masterId ?? null) : null),
      saidBy: saidBy.includes(word.saidBy) ? saidBy : [...saidBy, word.saidBy],
      lastSeenAtMs: isSeen ? atMs : before.lastSeenAtMs,
      lastSeenMonotonicMs: isSeen ? monotonicMs : before.lastSeenMonotonicMs,
    });
  }

  #bound(): void {
    while (this.#ghosts.size > ghostsMax) {
      const [oldest] = [...this.#ghosts].sort(([, a], [, b]) => a.lastSeenMonotonicMs - b.lastSeenMonotonicMs);
      if (oldest) this.#ghosts.delete(oldest[0]);
    }
  }
}

/** An address that can be one: servers behind names that are not known yet are given as `?` or with port 0. */
export function isUsable({ host, port }: Address): boolean {
  return host !== '' && host !== '?' && port > 0 && port <= 65_535;
}
