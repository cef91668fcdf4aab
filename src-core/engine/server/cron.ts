// The work that comes back `hz` times a second: keys past their time, tables, idle clients, rates. Idle, it costs nothing.
import { type Disposable, DisposableStore } from '../../base/lifecycle.ts';
import type { Clock, Timers } from '../../base/ports.ts';
import type { ConfigService } from '../commands/services.ts';
import { ActiveExpiry } from '../keyspace/active-expiry.ts';
import type { Keyspace } from '../keyspace/keyspace.ts';
import type { ClientRegistry } from './client-registry.ts';
import type { Rates } from './rates.ts';

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
  readonly #expiry: ActiveExpiry;

  constructor(needs: CronNeeds) {
    this.#needs = needs;
    this.#expiry = new ActiveExpiry(needs.keyspace, () => needs.clock.monotonicMs());
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
    if (this.activeExpire && clients.pauseMode === 'none') this.#expiry.run(EXPIRY_BUDGET_MS);
    keyspace.tidy(TIDY_BUCKETS);
    end();
  }

  dispose(): void {
    this.#timer?.dispose();
    this.#open.dispose();
  }
}
