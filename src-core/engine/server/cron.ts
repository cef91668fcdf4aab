// The work that comes back `hz` times a second: keys past their time, tables, idle clients, rates. Idle, it costs nothing.
import { type Disposable, DisposableStore } from '../../base/lifecycle.ts';
import type { Clock, Timers } from '../../base/ports.ts';
import type { ConfigService } from '../commands/services.ts';
import type { Database } from '../keyspace/database.ts';
import type { Keyspace } from '../keyspace/keyspace.ts';
import type { ClientRegistry } from './client-registry.ts';
import type { Rates } from './rates.ts';

/** Keys with an expiry that are looked at together; when more than a quarter of them was past it, it goes on. */
const EXPIRY_SAMPLES = 20;
const EXPIRY_GO_ON_SHARE = 0.25;
/** What a round of expiry may take, so that commands do not wait longer. */
const EXPIRY_BUDGET_MS = 2;
/** Buckets of an unfinished rehash that a round moves in each database. */
const TIDY_BUCKETS = 1024;

export interface CronNeeds {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly config: ConfigService;
  readonly keyspace: Keyspace;
  readonly clients: ClientRegistry;
  readonly rates: Rates;
  /** Called first in each round: the turn begins. */
  readonly begin: () => void;
  /** Called last in each round: what expired goes to the replicas, saves are due. */
  readonly end: () => void;
}

export class Cron implements Disposable {
  /** DEBUG SET-ACTIVE-EXPIRE. */
  activeExpire = true;
  readonly #needs: CronNeeds;
  readonly #open = new DisposableStore();
  #timer: Disposable | null = null;
  #nextDatabase = 0;

  constructor(needs: CronNeeds) {
    this.#needs = needs;
  }

  start(): void {
    this.#schedule();
    this.#open.add(this.#needs.config.onChange('hz', () => this.#schedule()));
  }

  #schedule(): void {
    this.#timer?.dispose();
    this.#timer = this.#needs.timers.every(1000 / this.#needs.config.number('hz'), () => this.#round());
  }

  #round(): void {
    const { keyspace, clients, rates, begin, end } = this.#needs;
    begin();
    rates.sample();
    clients.closeIdle();
    if (this.activeExpire && keyspace.expiryMode === 'delete' && clients.pauseMode === 'none') this.#expireSome();
    keyspace.tidy(TIDY_BUCKETS);
    end();
  }

  /** Goes through the databases from where the last round stopped, as long as the budget lasts. */
  #expireSome(): void {
    const { clock, keyspace } = this.#needs;
    const { databases } = keyspace;
    const endsAtMs = clock.monotonicMs() + EXPIRY_BUDGET_MS;
    for (let visited = 0; visited < databases.length; visited++) {
      const database = databases[this.#nextDatabase % databases.length]!;
      this.#nextDatabase = (this.#nextDatabase + 1) % databases.length;
      if (database.expiring === 0) continue;
      while (this.#expireSample(database) > EXPIRY_SAMPLES * EXPIRY_GO_ON_SHARE) {
        if (clock.monotonicMs() > endsAtMs) return;
      }
    }
  }

  /** Looks at random keys of those with an expiry; answers how many were past it. */
  #expireSample(database: Database): number {
    const { keyspace } = this.#needs;
    let expired = 0;
    for (let i = 0; i < EXPIRY_SAMPLES && database.expiring > 0; i++) {
      const ref = database.expiry.at(keyspace.randomBelow(database.expiring));
      if (database.expiryMs(ref) > keyspace.nowMs) continue;
      keyspace.expire(database, ref);
      expired++;
    }
    return expired;
  }

  dispose(): void {
    this.#timer?.dispose();
    this.#open.dispose();
  }
}
