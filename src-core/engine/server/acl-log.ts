// The log of what was denied: newest first, with a count for denials that are alike and not far apart.
import type { AclLogEntry } from '../commands/services.ts';

/** Denials that are alike and not further apart are one entry with a count. */
const SAME_ENTRY_MS = 60_000;
/** So many of the newest are looked at for one that is alike, as in Redis. */
const LOOKED_AT_MAX = 10;

export class AclLog {
  #entries: readonly AclLogEntry[] = [];

  get entries(): readonly AclLogEntry[] {
    return this.#entries;
  }

  clear(): void {
    this.#entries = [];
  }

  /** `lengthMax`: `acllog-max-len`. */
  add(entry: Omit<AclLogEntry, 'count'>, lengthMax: number): void {
    const known = this.#entries.slice(0, LOOKED_AT_MAX).find((other) => isAlike(other, entry));
    const rest = this.#entries.filter((other) => other !== known);
    this.#entries = [{ ...entry, count: (known?.count ?? 0) + 1 }, ...rest].slice(0, lengthMax);
  }
}

function isAlike(one: AclLogEntry, other: Omit<AclLogEntry, 'count'>): boolean {
  return (
    one.reason === other.reason &&
    one.context === other.context &&
    one.object === other.object &&
    one.username === other.username &&
    other.atMs - one.atMs <= SAME_ENTRY_MS
  );
}
