// The work that comes back `hz` times a second: keys past their time, tables, idle clients, rates; at rest, once a second.
import { type Disposable, DisposableStore } from '../../base/lifecycle.ts';
import type { Clock, Timers } from '../../base/ports.ts';
import type { ConfigService } from '../commands/services.ts';
import { ActiveExpiry } from '../keyspace/active-expiry.ts';
import type { Keyspace } from '../keyspace/keyspace.ts';
import type { ClientRegistry } from './client-registry.ts';
import type { Rates } from './rates.ts';
import type { Turn } from './turn.ts';

/** What a round of expiry may take, so that commands do not wait longer. */
const EXPIRY_BUDGET_MS = 2;
/** Buckets of an unfinished rehash that a round moves in each database. */
const TIDY_BUCKETS = 1024;
/** Redis's own bounds of `hz`. */
const HZ_MIN = 1;
const HZ_MAX = 500;
/** Between two rounds at rest: enough for rates, peaks, and clients that are idle for seconds. */
const RESTING_MS = 1000;
/** A server with more turns a second than this is at work, and its rates and peaks are sampled `hz` times. */
const TURNS_AT_REST = 30;

export interface CronNeeds {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly config: ConfigService;
  readonly keyspace: Keyspace;
  readonly clients: ClientRegistry;
  readonly rates: Rates;
  readonly turn: Turn;
  /** Called last in each round: what expired goes to the replicas, saves are due. */
  readonly end: () => void;
}

export class Cron implements Disposable {
  /** DEBUG SET-ACTIVE-EXPIRE. */
  activeExpire = true;
  readonly #needs: CronNeeds;
  readonly #open = new DisposableStore();
  #timer: Disposable | null = null;
  #intervalMs = 0;
  #isResting = false;
  /** The turn of the last round. */
  #roundTurn = 0;
  readonly #expiry: ActiveExpiry;

  constructor(needs: CronNeeds) {
    this.#needs = needs;
    this.#expiry = new ActiveExpiry(needs.keyspace, () => needs.clock.monotonicMs());
  }

  start(): void {
    this.#schedule(false);
    this.#needs.turn.ended = () => this.#endTurn();
    this.#open.add(this.#needs.config.onChange('hz', () => this.#schedule(false)));
  }

  #schedule(isResting: boolean): void {
    const briskMs = 1000 / Math.min(Math.max(this.#needs.config.number('hz'), HZ_MIN), HZ_MAX);
    this.#timer?.dispose();
    this.#isResting = isResting;
    this.#intervalMs = isResting ? Math.max(RESTING_MS, briskMs) : briskMs;
    this.#timer = this.#needs.timers.every(this.#intervalMs, () => this.#round());
  }

  #round(): void {
    const { config, keyspace, clients, rates, turn, end } = this.#needs;
    turn.begin();
    rates.sample();
    clients.closeIdle();
    if (this.activeExpire && clients.pauseMode === 'none') this.#expiry.run(EXPIRY_BUDGET_MS);
    keyspace.tidy(TIDY_BUCKETS);
    end();
    // The round is a turn itself, and no work.
    const turns = turn.number - this.#roundTurn - 1;
    const isAtWork = keyspace.isRestless || turns * 1000 > TURNS_AT_REST * this.#intervalMs;
    this.#roundTurn = turn.number;
    const rests = !isAtWork && config.flag('dynamic-hz');
    if (rests !== this.#isResting) this.#schedule(rests);
  }

  /** What came in a turn may be work that cannot wait for the next round at rest. */
  #endTurn(): void {
    if (!this.#isResting) return;
    const { keyspace, turn } = this.#needs;
    if (keyspace.isRestless || turn.number - this.#roundTurn > TURNS_AT_REST) this.#schedule(false);
  }

  dispose(): void {
    this.#timer?.dispose();
    this.#needs.turn.ended = () => {};
    this.#open.dispose();
  }
}
