// FAILOVER: holds the writes, waits for a replica that has everything, and lets it take over.
import type { Disposable } from '../../../base/lifecycle.ts';
import type { Clock, Timers } from '../../../base/ports.ts';
import type { MasterAddress } from '../link-reason.ts';
import type { Log } from '../replication-log.ts';
import type { ReplicationStream } from '../stream.ts';
import { type FailoverPlan, type FailoverState, judge, moveFailover } from './failover-state.ts';
import type { ReplicaSession } from './replica-session.ts';
import type { ReplicaSet } from './replica-set.ts';

/** Redis runs its replication cron so often while a failover waits. */
const lookEveryMs = 100;

export interface FailoverRequest {
  readonly target: MasterAddress | null;
  /** 0: without end. */
  readonly timeoutMs: number;
  readonly force: boolean;
}

export interface FailoverNeeds {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly stream: ReplicationStream;
  readonly replicas: ReplicaSet;
  readonly isReplica: () => boolean;
  /** Clients' writes wait, so that a replica can catch up; false lets them go on, whatever our role is then. */
  readonly holdWrites: (held: boolean) => void;
  /** Become a replica of this one. */
  readonly follow: (target: MasterAddress) => void;
  /** Become a master again. */
  readonly promote: () => void;
}

export class Failover implements Disposable {
  readonly #needs: FailoverNeeds;
  #state: FailoverState = { kind: 'no-failover' };
  /** Whom the log names: known as soon as FAILOVER, or the waiting, has chosen one. */
  #name = '';
  #hasEnd = false;
  #looking: Disposable | null = null;

  constructor(needs: FailoverNeeds) {
    this.#needs = needs;
  }

  get state(): FailoverState['kind'] {
    return this.#state.kind;
  }

  get isRunning(): boolean {
    return this.#state.kind !== 'no-failover';
  }

  /** Pings would move the offset that a replica has to reach in time. Without an end there is time for them. */
  get holdsPings(): boolean {
    return this.isRunning && this.#hasEnd;
  }

  /** Answers why not, in Redis's words; null: it has begun. */
  request({ target, timeoutMs, force }: FailoverRequest): string | null {
    const { clock, timers, log, holdWrites } = this.#needs;
    const refusal = this.#refusal({ target, timeoutMs, force });
    if (refusal !== null) return refusal;
    const endsAtMs = timeoutMs === 0 ? null : clock.nowMs() + timeoutMs;
    const plan: FailoverPlan = { target, endsAtMs, force };
    this.#state = moveFailover(this.#state, { kind: 'waiting-for-sync', plan });
    this.#name = target === null ? 'any replica' : shown(target);
    this.#hasEnd = endsAtMs !== null;
    log('notice', `FAILOVER requested to ${this.#name}.`);
    holdWrites(true);
    this.#looking = timers.every(lookEveryMs, () => this.look());
    return null;
  }

  /** Whether it can go on: called when a replica acknowledged, and every now and then. */
  look(): void {
    if (this.#state.kind !== 'waiting-for-sync') return;
    const { clock, log, follow } = this.#needs;
    const { plan } = this.#state;
    const verdict = judge(plan, this.#caughtUp(plan.target), clock.nowMs());
    if (verdict.kind === 'wait') return;
    if (verdict.kind === 'abort') {
      this.#abort('Replica never caught up before timeout');
      return;
    }
    const { target, because } = verdict;
    this.#stopLooking();
    this.#name = shown(target);
    this.#state = moveFailover(this.#state, { kind: 'failover-in-progress', target });
    log(
      'notice',
      because === 'synced'
        ? `Failover target ${this.#name} is synced, failing over.`
        : `FAILOVER to ${this.#name} time out exceeded, failing over.`,
    );
    follow(target);
  }

  /** FAILOVER ABORT. Answers why not; null: it is over. */
  abort(): string | null {
    if (!this.isRunning) return 'ERR No failover in progress.';
    this.#abort('Failover manually aborted');
    return null;
  }

  /** The target has answered our `PSYNC … FAILOVER` with the stream, or with a full sync. */
  answered(): void {
    if (this.#state.kind === 'failover-in-progress') this.#end();
  }

  /** The target has refused. */
  refused(): void {
    if (this.#state.kind === 'failover-in-progress') this.#abort('Failover target rejected psync request');
  }

  dispose(): void {
    this.#stopLooking();
  }

  #refusal({ target, timeoutMs, force }: FailoverRequest): string | null {
    const { isReplica, replicas } = this.#needs;
    if (this.isRunning) return 'ERR FAILOVER already in progress.';
    if (isReplica()) return 'ERR FAILOVER is not valid when server is a replica.';
    if (replicas.size === 0) return 'ERR FAILOVER requires connected replicas.';
    if (force && (timeoutMs === 0 || target === null)) {
      return 'ERR FAILOVER with force option requires both a timeout and target HOST and IP.';
    }
    if (target === null) return null;
    const replica = this.#find(target);
    if (replica === undefined) return 'ERR FAILOVER target HOST and PORT is not a replica.';
    const isOnline = replica.state.kind === 'online' || replica.state.kind === 'await-ack';
    return isOnline ? null : 'ERR FAILOVER target replica is not online.';
  }

  #find(target: MasterAddress): ReplicaSession | undefined {
    return this.#needs.replicas.replicas.find((replica) => shown(addressOf(replica)) === shown(target));
  }

  /** The target if it has all that was written; without a target the first replica that has. */
  #caughtUp(target: MasterAddress | null): MasterAddress | null {
    const { replicas, stream } = this.#needs;
    const wanted = target === null ? replicas.replicas : [this.#find(target)];
    const found = wanted.find((replica) => replica?.state.kind === 'online' && replica.ackOffset === stream.offset);
    return found === undefined ? null : addressOf(found);
  }

  #abort(why: string): void {
    const { log, promote } = this.#needs;
    log('notice', `FAILOVER to ${this.#name} aborted: ${why}`);
    if (this.#state.kind === 'failover-in-progress') promote();
    this.#end();
  }

  #end(): void {
    this.#stopLooking();
    this.#state = moveFailover(this.#state, { kind: 'no-failover' });
    this.#needs.holdWrites(false);
  }

  #stopLooking(): void {
    this.#looking?.dispose();
    this.#looking = null;
  }
}

function addressOf({ ip, announcement }: ReplicaSession): MasterAddress {
  return { host: ip, port: announcement.listeningPort };
}

function shown({ host, port }: MasterAddress): string {
  return `${host.toLowerCase()}:${port}`;
}
