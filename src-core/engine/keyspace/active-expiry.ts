// Deletes keys past their time that nobody asks for: by samples, and harder where many of a sample were past it.
import type { Ref } from '../data/arena.ts';
import type { Database } from './database.ts';
import type { Keyspace } from './keyspace.ts';

/** Keys looked at before it is judged whether to go on in the same database. */
const SAMPLE_KEYS = 20;
/** It goes on while more than this share of a sample was past its time. */
const GO_ON_SHARE = 0.1;
/** Samples between looks at the clock. */
const SAMPLES_PER_LOOK = 16;

export class ActiveExpiry {
  readonly #keyspace: Keyspace;
  readonly #monotonicMs: () => number;
  #nextDatabase = 0;

  constructor(keyspace: Keyspace, monotonicMs: () => number) {
    this.#keyspace = keyspace;
    this.#monotonicMs = monotonicMs;
  }

  /**
   * Works for at most about `budgetMs`; where it stops, the next run goes on. Answers how many keys were deleted.
   * The caller has set the keyspace's clock. On a replica only its own keys are looked at: of the others its master says
   * when they expire.
   */
  run(budgetMs: number): number {
    if (this.#keyspace.expiryMode !== 'delete') return this.#keyspace.ownExpiries.expire();
    const until = this.#monotonicMs() + budgetMs;
    let deleted = 0;
    for (let left = this.#keyspace.databases.length; left > 0; left--) {
      const database = this.#keyspace.databases[this.#nextDatabase % this.#keyspace.databases.length]!;
      for (let samples = 1; database.expiring > 0; samples++) {
        const looked = Math.min(SAMPLE_KEYS, database.expiring);
        const gone = this.#sample(database, looked);
        deleted += gone;
        if (gone <= looked * GO_ON_SHARE) break;
        if (samples % SAMPLES_PER_LOOK === 0 && this.#monotonicMs() > until) return deleted;
      }
      if (database.expiringFields.size > 0) database.expiringFields.expire();
      this.#nextDatabase++;
    }
    return deleted;
  }

  #sample(database: Database, looked: number): number {
    const { expiry } = database;
    let gone = 0;
    for (let i = 0; i < looked && expiry.count > 0; i++) {
      const ref: Ref = expiry.at(this.#keyspace.randomBelow(expiry.count));
      if (!database.isPastExpiry(ref)) continue;
      this.#keyspace.expire(database, ref);
      gone++;
    }
    return gone;
  }
}
