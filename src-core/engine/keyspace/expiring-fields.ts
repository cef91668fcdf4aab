// Which keys of a database are hashes with fields that end: looked at in turn, so that on a master no field stays past its time.
import type { Ref } from '../data/arena.ts';
import { HashValue } from '../data/hash-value.ts';
import type { Database } from './database.ts';
import { SingleKey } from './single-key.ts';

/** Keys looked at in one round; those that stay come last in the next. */
const ROUND_KEYS = 64;
const NO_REF: Ref = 0;

/** A key is noted when such a hash comes under it, and forgotten when it is looked at and is none any more. */
export class ExpiringFields {
  readonly #database: Database;
  /** Byte texts. */
  readonly #keys = new Set<string>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** Keys that may be such hashes. */
  get size(): number {
    return this.#keys.size;
  }

  /** Notes the key of a record if what was stored there is such a hash. */
  noteStored(ref: Ref, value: object): void {
    if (value instanceof HashValue && value.expiring > 0) this.add(this.#database.keyBytes(ref));
  }

  add(key: Buffer): void {
    this.#keys.add(key.latin1Slice());
  }

  /** Whether there is such a hash at all. */
  any(): boolean {
    for (const key of this.#keys) {
      if (this.#refOf(key) !== NO_REF) return true;
      this.#keys.delete(key);
    }
    return false;
  }

  /** Deletes fields past their time in the next keys, by the keyspace's clock. */
  expire(): void {
    let left = Math.min(this.#keys.size, ROUND_KEYS);
    for (const key of this.#keys) {
      if (left-- === 0) break;
      this.#keys.delete(key);
      const ref = this.#refOf(key);
      if (ref !== NO_REF && !this.#database.expireFields(ref)) this.#keys.add(key);
    }
  }

  #refOf(key: string): Ref {
    const database = this.#database;
    const ref = database.peekAnyway(new SingleKey(Buffer.from(key, 'latin1')), 0);
    if (ref === NO_REF || database.isInline(ref)) return NO_REF;
    const value = database.object(ref);
    return value instanceof HashValue && value.expiring > 0 ? ref : NO_REF;
  }
}
