// Keys that clients of a writable replica gave an expiry: no master will say when they end, so the replica does.
import { NO_REF } from './database.ts';
import type { Keyspace } from './keyspace.ts';
import { SingleKey } from './single-key.ts';

/** Keys looked at in one round; those that stay come last in the next. */
const ROUND_KEYS = 64;

/** Named by the key alone, as Redis counts them: one name in two databases is one key here. */
export class OwnExpiries {
  readonly #keyspace: Keyspace;
  /** The numbers of the databases, by the key as a byte text. */
  readonly #databases = new Map<string, Set<number>>();

  constructor(keyspace: Keyspace) {
    this.#keyspace = keyspace;
  }

  /** `slave_expires_tracked_keys`. */
  get size(): number {
    return this.#databases.size;
  }

  add(databaseIndex: number, key: Buffer): void {
    const name = key.toString('latin1');
    const databases = this.#databases.get(name);
    if (databases === undefined) this.#databases.set(name, new Set([databaseIndex]));
    else databases.add(databaseIndex);
  }

  clear(): void {
    this.#databases.clear();
  }

  /** Deletes those past their time, forgets those without one; answers how many were deleted. */
  expire(): number {
    let deleted = 0;
    const round = [...this.#databases].slice(0, ROUND_KEYS);
    for (const [name, databases] of round) {
      this.#databases.delete(name);
      for (const index of databases) {
        const outcome = this.#look(name, index);
        if (outcome === 'deleted') deleted++;
        if (outcome !== 'waits') databases.delete(index);
      }
      if (databases.size > 0) this.#databases.set(name, databases);
    }
    return deleted;
  }

  #look(name: string, index: number): 'deleted' | 'waits' | 'endless' {
    const database = this.#keyspace.databases[index]!;
    const key = new SingleKey(Buffer.from(name, 'latin1'));
    const ref = database.peekAnyway(key, 0);
    if (ref === NO_REF || database.expiryMs(ref) < 0) return 'endless';
    if (!database.isPastExpiry(ref)) return 'waits';
    this.#keyspace.expire(database, ref);
    return 'deleted';
  }
}
