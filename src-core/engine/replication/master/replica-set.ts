// All replicas attached to us: who is let in and how, what they are sent, and when they are let go.
import type { Clock, Files, Random, Timers } from '../../../base/ports.ts';
import { noHistoryId } from '../history.ts';
import { type Asked, type Decision, decide, describeDecision } from '../psync.ts';
import type { ReplicationHost } from '../replication-host.ts';
import type { Log } from '../replication-log.ts';
import type { ReplicationSettings } from '../settings.ts';
import type { ReplicationStream } from '../stream.ts';
import { AckWaiters } from './ack-waiters.ts';
import { type FullSync, startFullSync } from './full-sync.ts';
import { type Announcement, type ReplicaPeer, ReplicaSession } from './replica-session.ts';
import type { ReplicaState } from './replica-state.ts';

/** The counters of INFO stats. */
export interface SyncCounters {
  full: number;
  partialOk: number;
  partialErr: number;
}

export interface ReplicaSetNeeds {
  readonly stream: ReplicationStream;
  readonly host: ReplicationHost;
  readonly settings: ReplicationSettings;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly files: Files;
  readonly random: Random;
  readonly log: Log;
  /** We are nobody's replica, so the stream is our own. */
  readonly isTopLevel: () => boolean;
  /** A planned failover is under way, and pings would keep its target from catching up. */
  readonly holdsPings: () => boolean;
  /** A replica said how far it is. */
  readonly acknowledged: () => void;
}

const newline = Buffer.from('\n');

export class ReplicaSet {
  readonly counters: SyncCounters = { full: 0, partialOk: 0, partialErr: 0 };
  readonly waiters: AckWaiters;
  readonly #needs: ReplicaSetNeeds;
  readonly #replicas = new Set<ReplicaSession>();
  readonly #byPeer = new Map<ReplicaPeer, ReplicaSession>();
  readonly #announcements = new WeakMap<ReplicaPeer, Announcement>();
  #sync: FullSync | null = null;
  #emptySinceMs: number;
  #secondsSincePing = 0;

  constructor(needs: ReplicaSetNeeds) {
    this.#needs = needs;
    this.#emptySinceMs = needs.clock.nowMs();
    this.waiters = new AckWaiters(needs.timers, (offset) => this.countAcks(offset));
  }

  get size(): number {
    return this.#replicas.size;
  }

  get replicas(): readonly ReplicaSession[] {
    return [...this.#replicas];
  }

  /** What a client said by REPLCONF; remembered until it asks for a sync. */
  announcement(peer: ReplicaPeer): Announcement {
    let known = this.#announcements.get(peer);
    if (known === undefined) {
      known = { listeningPort: 0, ipAddress: '', eof: false, psync2: false, rdbOnly: false, withoutData: false };
      this.#announcements.set(peer, known);
    }
    return known;
  }

  isAttached(peer: ReplicaPeer): boolean {
    return this.#byPeer.has(peer);
  }

  /** A client asks for the stream: PSYNC with what it asks, or SYNC with null. */
  attach(peer: ReplicaPeer, asked: Asked | null): void {
    const { stream, clock, log, settings } = this.#needs;
    const state: ReplicaState = { kind: 'wait-bgsave-start', sinceMs: clock.nowMs() };
    let replica: ReplicaSession | null = null;
    const connection = peer.takeOutput({
      onDrain: () => replica !== null && this.#drained(replica),
      onAnswer: (answer, command) => replica !== null && this.#answered(replica, answer, command),
      onClose: () => replica !== null && this.#closed(replica),
    });
    if (connection === null) return;
    if (settings.joinsPackets) connection.setNoDelay(false);
    const announcement = this.announcement(peer);
    const decision = asked === null ? null : decide(asked, stream.history, stream.window);
    const begins: ReplicaState = decision?.kind === 'continue' ? { kind: 'online' } : state;
    replica = new ReplicaSession(peer, connection, announcement, stream, begins, clock.nowMs(), (pumped) =>
      this.#letGoIfOverLimit(pumped, 'scheduled to be closed ASAP'),
    );
    replica.asksOldWay = asked === null;
    peer.isReplica = true;
    this.#replicas.add(replica);
    this.#byPeer.set(peer, replica);
    log('notice', `Replica ${replica.name} asks for synchronization`);
    if (asked !== null && decision !== null) this.#explain(asked, decision, replica);
    if (asked !== null && decision?.kind === 'continue') this.#continue(replica, asked);
    else this.#enterFullSync(replica);
  }

  /** REPLCONF ACK. */
  acknowledge(peer: ReplicaPeer, offset: number): void {
    const replica = this.#byPeer.get(peer);
    if (replica === undefined) return;
    replica.ackOffset = Math.max(replica.ackOffset, offset);
    replica.hasAcknowledged = true;
    replica.ackAtMs = this.#needs.clock.nowMs();
    if (replica.state.kind === 'await-ack') {
      replica.move({ kind: 'online' });
      replica.pump();
    }
    this.updateGate();
    this.waiters.check();
    this.#needs.acknowledged();
  }

  countAcks(offset: number): number {
    let count = 0;
    for (const { state, hasAcknowledged, ackOffset } of this.#replicas) {
      if (state.kind === 'online' && hasAcknowledged && ackOffset >= offset) count++;
    }
    return count;
  }

  /** Replicas that are online and were heard of within `min-replicas-max-lag`. */
  countGood(): number {
    const heardSinceMs = this.#needs.clock.nowMs() - this.#needs.settings.minReplicasMaxLagSeconds * 1000;
    let count = 0;
    for (const replica of this.#replicas) if (isStreaming(replica) && replica.ackAtMs >= heardSinceMs) count++;
    return count;
  }

  /** Whether writes are taken: looks at `min-replicas-to-write`, at the replicas and at our role again. */
  updateGate(): void {
    const { settings, host, isTopLevel } = this.#needs;
    const { minReplicasToWrite, minReplicasMaxLagSeconds } = settings;
    const wanted = minReplicasToWrite > 0 && minReplicasMaxLagSeconds > 0 && isTopLevel();
    host.setGate('tooFewReplicas', wanted && this.countGood() < minReplicasToWrite);
  }

  /** Bytes of the stream that are held for this client; 0 for one that is no replica. */
  heldBytes(peer: ReplicaPeer): number {
    return this.#byPeer.get(peer)?.heldBytes ?? 0;
  }

  /** Once a second. */
  cron(): void {
    this.#startPending();
    this.#ping();
    for (const replica of this.#replicas) {
      if (this.#awaitsSnapshot(replica)) replica.write(newline);
      this.#letGoIfLate(replica);
    }
    this.#letBacklogGo();
    this.updateGate();
  }

  /** Drops all replicas: the history they follow is not ours any more, or the engine stops. */
  dropAll(): void {
    this.#sync?.abort();
    this.#sync = null;
    for (const replica of [...this.#replicas]) replica.kill();
  }

  #explain(asked: Asked, decision: Decision, replica: ReplicaSession): void {
    const { stream, log } = this.#needs;
    for (const { level, text } of describeDecision(decision, asked, stream.history, replica.name)) log(level, text);
    if (decision.kind === 'continue') this.counters.partialOk++;
    else if (asked.id !== '?') this.counters.partialErr++;
  }

  #continue(replica: ReplicaSession, asked: Asked): void {
    const id = this.#needs.stream.history.id;
    replica.write(Buffer.from(replica.announcement.psync2 ? `+CONTINUE ${id}\r\n` : '+CONTINUE\r\n'));
    replica.follow(asked.byte - 1);
    replica.pump();
    this.updateGate();
  }

  #enterFullSync(replica: ReplicaSession): void {
    const { stream, log, host, settings } = this.#needs;
    this.counters.full++;
    if (stream.window === null) {
      stream.renewId();
      stream.openBacklog();
      const { id, previous } = stream.history;
      const second = previous?.id ?? noHistoryId;
      log('notice', `Replication backlog created, my new replication IDs are '${id}' and '${second}'`);
    }
    if (this.#sync !== null) this.#joinOrWait(replica, this.#sync);
    else if (host.snapshotRunning) {
      log('notice', 'No BGSAVE in progress, but another BG operation is active. BGSAVE for replication delayed');
    } else if (settings.disklessSync && replica.announcement.eof && settings.disklessSyncDelaySeconds > 0) {
      log('notice', 'Delay next BGSAVE for diskless SYNC');
    } else this.#startSync();
  }

  #joinOrWait(replica: ReplicaSession, sync: FullSync): void {
    const { log } = this.#needs;
    if (sync.target === 'sockets') {
      log('notice', 'Current BGSAVE has socket target. Waiting for next BGSAVE for SYNC');
    } else if (sync.joinable && !replica.announcement.withoutData) {
      log('notice', 'Waiting for end of BGSAVE for SYNC');
      sync.join(replica);
    } else log('notice', "Can't attach the replica to the current BGSAVE. Waiting for next BGSAVE for SYNC");
  }

  /** Starts the next snapshot when the replicas that wait have waited long enough, or are many enough. */
  #startPending(): void {
    const { host, settings, clock } = this.#needs;
    if (this.#sync !== null || host.snapshotRunning) return;
    const waiting = this.#nextGroup();
    if (waiting.length === 0) return;
    const oldestMs = Math.min(...waiting.map(({ state }) => (state.kind === 'wait-bgsave-start' ? state.sinceMs : 0)));
    const isLate = clock.nowMs() - oldestMs >= settings.disklessSyncDelaySeconds * 1000;
    const max = settings.disklessSyncMaxReplicas;
    if (!settings.disklessSync || isLate || (max > 0 && waiting.length >= max)) this.#startSync();
  }

  #startSync(): void {
    const { settings, log, stream, isTopLevel, host } = this.#needs;
    const waiting = this.#nextGroup();
    const withoutData = waiting[0]?.announcement.withoutData ?? false;
    // What is no copy of the data never gets a file's name.
    const wantsStream = settings.disklessSync || withoutData;
    const diskless = wantsStream && waiting.every(({ announcement }) => announcement.eof);
    log('notice', `Starting BGSAVE for SYNC with target: ${diskless ? 'replicas sockets' : 'disk'}`);
    // A top-level master's stream goes on with a SELECT; a master's that we only hand on, in the database it is in.
    if (isTopLevel()) stream.forgetSelected();
    this.#sync = startFullSync(diskless ? 'sockets' : 'disk', waiting, {
      ...this.#needs,
      directory: settings.directory,
      withoutData,
      streamDatabase: isTopLevel() ? 0 : host.target.databaseIndex,
      onEnd: () => {
        this.#sync = null;
      },
      onServed: (replica) => this.#served(replica),
    });
  }

  #served(replica: ReplicaSession): void {
    replica.ackAtMs = this.#needs.clock.nowMs();
    this.#needs.log('notice', `Synchronization with replica ${replica.name} succeeded`);
    replica.pump();
    this.updateGate();
  }

  /** Those that wait for a snapshot and can share one: who came first decides whether it holds the data. */
  #nextGroup(): ReplicaSession[] {
    const waiting = [...this.#replicas].filter(({ state }) => state.kind === 'wait-bgsave-start');
    const withoutData = waiting[0]?.announcement.withoutData;
    return waiting.filter(({ announcement }) => announcement.withoutData === withoutData);
  }

  #drained(replica: ReplicaSession): void {
    replica.unblock();
    if (replica.state.kind === 'online') replica.pump();
    else this.#sync?.drained(replica);
  }

  /** Its connection carries the stream: what it asks cannot be answered, and who asks is no replica as we know them. */
  #answered(replica: ReplicaSession, answer: Buffer, command: string): void {
    const { log, host } = this.#needs;
    const client = host.describeClient(replica.peer.id);
    log('warning', `Replica generated a reply to command '${command}', disconnecting it: ${client}`);
    const error = /^-(?:ERR )?(.*)\r\n/.exec(answer.latin1Slice())?.[1];
    if (error !== undefined) {
      log(
        'warning',
        `== CRITICAL == This master is sending an error to its replica: '${error}' after processing the command '${command}'`,
      );
    }
    replica.kill();
  }

  #closed(replica: ReplicaSession): void {
    if (!this.#replicas.delete(replica)) return;
    this.#byPeer.delete(replica.peer);
    replica.move({ kind: 'gone' });
    this.#needs.log('warning', `Connection with replica ${replica.name} lost.`);
    this.#sync?.leave(replica);
    if (this.#replicas.size === 0) this.#emptySinceMs = this.#needs.clock.nowMs();
    this.updateGate();
  }

  #ping(): void {
    this.#secondsSincePing++;
    if (this.#secondsSincePing < this.#needs.settings.pingPeriodSeconds) return;
    this.#secondsSincePing = 0;
    if (this.#replicas.size > 0 && !this.#needs.holdsPings()) this.#needs.stream.ping();
  }

  /** A replica without a first byte of its snapshot is kept awake by empty lines. */
  #awaitsSnapshot({ state }: ReplicaSession): boolean {
    if (state.kind === 'wait-bgsave-start') return true;
    return state.kind === 'wait-bgsave-end' && this.#sync?.target === 'disk';
  }

  #letGoIfLate(replica: ReplicaSession): void {
    const { settings, clock, log } = this.#needs;
    const nowMs = clock.nowMs();
    const silentSinceMs = isStreaming(replica) ? replica.ackAtMs : replica.stalledSinceMs(nowMs);
    if (silentSinceMs !== null && nowMs - silentSinceMs > settings.timeoutSeconds * 1000) {
      const phase = isStreaming(replica) ? 'streaming sync' : 'full sync';
      log('warning', `Disconnecting timedout replica (${phase}): ${replica.name}`);
      replica.kill();
      return;
    }
    this.#letGoIfOverLimit(replica, 'closed');
  }

  /** Asked when the stream has grown, and once a second, in every state: a long sync must not hold memory without end. */
  #letGoIfOverLimit(replica: ReplicaSession, how: string): void {
    const { log, host, clock } = this.#needs;
    if (!this.#isOverLimit(replica, clock.nowMs())) return;
    const client = host.describeClient(replica.peer.id);
    log('warning', `Client ${client} ${how} for overcoming of output buffer limits.`);
    replica.kill();
  }

  /**
   * `client-output-buffer-limit replica`. A hard limit below the backlog's size is raised to it, since the backlog is
   * held anyway; the soft one is not, as with Redis.
   */
  #isOverLimit(replica: ReplicaSession, nowMs: number): boolean {
    const { replicaOutputLimit: limit, backlogSizeBytes } = this.#needs.settings;
    const pendingBytes = replica.pendingBytes;
    const hardBytes = Math.max(limit.hardBytes, backlogSizeBytes);
    if (limit.hardBytes > 0 && pendingBytes >= hardBytes) return true;
    if (limit.softBytes === 0 || pendingBytes < limit.softBytes) {
      replica.overSoftSinceMs = null;
      return false;
    }
    replica.overSoftSinceMs ??= nowMs;
    return secondsBetween(replica.overSoftSinceMs, nowMs) > limit.softSeconds;
  }

  #letBacklogGo(): void {
    const { settings, clock, stream, log, isTopLevel } = this.#needs;
    const ttl = settings.backlogTtlSeconds;
    if (ttl === 0 || this.#replicas.size > 0 || !isTopLevel() || stream.window === null) return;
    if (clock.nowMs() - this.#emptySinceMs <= ttl * 1000) return;
    // A replica that comes back later must not be told to continue over bytes that were never numbered.
    stream.renewId();
    stream.closeBacklog();
    log('notice', `Replication backlog freed after ${ttl} seconds without connected replicas.`);
  }
}

/** Redis counts whole seconds of the clock. */
function secondsBetween(fromMs: number, toMs: number): number {
  return Math.floor(toMs / 1000) - Math.floor(fromMs / 1000);
}

function isStreaming({ state }: ReplicaSession): boolean {
  return state.kind === 'online' || state.kind === 'await-ack';
}
