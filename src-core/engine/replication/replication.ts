// Replication as a whole: the role, the stream, the replicas below and the link above. All others talk to this.
import { type Disposable, DisposableStore, Emitter } from '../../base/lifecycle.ts';
import type { Ports } from '../../base/ports.ts';
import type { MasterAddress } from './link-reason.ts';
import type { AckWaiting } from './master/ack-waiters.ts';
import { Failover, type FailoverRequest } from './master/failover.ts';
import type { ReplicaPeer } from './master/replica-session.ts';
import { ReplicaSet } from './master/replica-set.ts';
import type { Asked } from './psync.ts';
import { MasterLink } from './replica/link.ts';
import type { LinkStatus } from './replica/link-needs.ts';
import { SyncTraces } from './replica/sync-trace.ts';
import type { ReplicationHost } from './replication-host.ts';
import type { Log } from './replication-log.ts';
import type { ReplicationSettings } from './settings.ts';
import { ReplicationStream } from './stream.ts';

export interface ReplicationNeeds {
  readonly ports: Ports;
  readonly settings: ReplicationSettings;
  readonly host: ReplicationHost;
  readonly log: Log;
}

/** Where a server stood when it wrote its snapshot. */
export interface ResumePlace {
  readonly id: string;
  readonly offset: number;
  /** The database that the stream had selected. */
  readonly streamDatabase: number;
}

const cronMs = 1000;

export class Replication implements Disposable {
  readonly stream: ReplicationStream;
  readonly replicas: ReplicaSet;
  readonly failover: Failover;
  readonly traces: SyncTraces;
  readonly settings: ReplicationSettings;
  /** The role, or something of the link, has changed. */
  readonly changed = new Emitter<void>();
  readonly #needs: ReplicationNeeds;
  readonly #open = new DisposableStore();
  #link: MasterLink | null = null;
  /**
   * Whether a PSYNC may ask with our own history: Redis calls it the cached master. A replica since its first sync,
   * and a master that turns replica; not a server that was a replica from its start and has nothing yet.
   */
  #canResume = false;

  constructor(needs: ReplicationNeeds) {
    const { ports, settings } = needs;
    this.#needs = needs;
    this.settings = settings;
    this.traces = new SyncTraces(ports.clock);
    this.stream = new ReplicationStream({
      random: ports.random,
      timers: ports.timers,
      backlogSizeBytes: settings.backlogSizeBytes,
    });
    this.replicas = new ReplicaSet({
      ...ports,
      settings,
      stream: this.stream,
      host: needs.host,
      log: needs.log,
      isTopLevel: () => this.#link === null,
      holdsPings: () => this.failover.holdsPings,
      acknowledged: () => this.failover.look(),
    });
    this.failover = new Failover({
      ...ports,
      log: needs.log,
      stream: this.stream,
      replicas: this.replicas,
      isReplica: () => this.#link !== null,
      holdWrites: (held) => needs.host.holdWrites(held),
      follow: (target) => this.#follow(target),
      promote: () => this.#unfollow(),
    });
  }

  get role(): 'master' | 'replica' {
    return this.#link === null ? 'master' : 'replica';
  }

  /** Null: we are a master. */
  get link(): LinkStatus | null {
    return this.#link?.status ?? null;
  }

  get isLinkUp(): boolean {
    return this.#link?.isConnected ?? false;
  }

  /** What a saved snapshot says of our place; null without a backlog, since then what is written has no number. */
  get place(): ResumePlace | null {
    if (this.stream.window === null) return null;
    const { id, offset } = this.stream.history;
    const { target } = this.#needs.host;
    return { id, offset, streamDatabase: this.#link === null ? this.stream.selectedDatabase : target.databaseIndex };
  }

  /**
   * The snapshot that was loaded at the start says where its server stood: a replica goes on from there, and a master
   * lets the replicas of that server come along. Before `start`.
   */
  resumeFrom(place: ResumePlace, role: 'master' | 'replica'): void {
    this.stream.adopt(place.id, place.offset);
    if (role === 'master') this.stream.branch();
    else {
      this.#canResume = true;
      this.#needs.host.target.databaseIndex = place.streamDatabase;
    }
  }

  /** Begins the work of each second. `master`: the directive `replicaof`. */
  start(master: MasterAddress | null): void {
    this.#open.add(this.#needs.ports.timers.every(cronMs, () => this.#cron()));
    if (master !== null) this.#attach(master, () => this.#needs.host.roleChanged('replica'));
    this.#updateGates();
  }

  /** Takes settings over that hold memory: `repl-backlog-size` was changed. */
  resizeBacklog(): void {
    this.stream.resizeBacklog(this.settings.backlogSizeBytes);
  }

  /** Looks at the settings again that shut gates: `replica-read-only` and the like were changed. */
  settingsChanged(): void {
    this.#updateGates();
  }

  /**
   * REPLICAOF host port. `by` is the client in the words of CLIENT LIST, for the log.
   * Answers 'already' when that is our master, and then does nothing.
   */
  replicaOf(address: MasterAddress, by: string): 'attached' | 'already' {
    const { log } = this.#needs;
    const former = this.#link;
    if (former !== null && sameAddress(former.address, address)) {
      log(
        'notice',
        'REPLICAOF would result into synchronization with the master we are already connected with. ' +
          'No operation performed.',
      );
      return 'already';
    }
    this.#follow(address);
    log('notice', `REPLICAOF ${address.host}:${address.port} enabled (user request from '${by}')`);
    return 'attached';
  }

  /** REPLICAOF NO ONE. A master stays as it is. */
  promote(by: string): void {
    if (this.#link === null) return;
    this.#unfollow();
    this.#needs.log('notice', `MASTER MODE enabled (user request from '${by}')`);
  }

  /** FAILOVER. Answers why not, as the text of an error; null: it has begun, and the answer goes first. */
  startFailover(request: FailoverRequest): string | null {
    const refusal = this.failover.request(request);
    if (refusal === null) this.#lookAtFailoverSoon();
    return refusal;
  }

  /**
   * PSYNC, or SYNC with null. Answers why not, as the text of an error; null: the connection is a replica's now.
   * `owesAnswers`: some of our answers are still on their way to it.
   */
  sync(peer: ReplicaPeer, asked: Asked | null, owesAnswers = false): string | null {
    if (this.failover.isRunning) return "NOMASTERLINK Can't SYNC while failing over";
    if (this.#link !== null && !this.#link.isConnected) {
      return "NOMASTERLINK Can't SYNC while not connected with my master";
    }
    const { eof, withoutData } = this.replicas.announcement(peer);
    if (withoutData && !eof) return 'ERR Filtered replica requires EOF capability';
    if (owesAnswers) return 'ERR SYNC and PSYNC are invalid with pending output';
    this.replicas.attach(peer, asked);
    return null;
  }

  /** `PSYNC id byte FAILOVER`: our master wants to be our replica. Answers why not; null: we are a master now. */
  takeOver(peer: ReplicaPeer, asked: Asked): string | null {
    const { log, host } = this.#needs;
    log('warning', `Failover request received for replid ${asked.id}.`);
    if (this.#link === null) return "ERR PSYNC FAILOVER can't be sent to a master.";
    if (asked.id.toLowerCase() !== this.stream.history.id) return 'ERR PSYNC FAILOVER replid must match my replid.';
    this.#unfollow();
    log('notice', `MASTER MODE enabled (failover request from '${host.describeClient(peer.id)}')`);
    return null;
  }

  /** CLIENT KILL TYPE master: the link is lost, and comes back by itself. */
  killLink(): void {
    this.#link?.kill();
  }

  /** The master's REPLCONF GETACK. */
  ackRequested(): void {
    this.#link?.wantAck();
  }

  /**
   * WAIT: asks all replicas how far they are, and lets `owner` wait until so many have all that was written so far. Null:
   * they have, and it is done already.
   */
  waitForReplicas(replicas: number, timeoutMs: number, owner: object, waiting: AckWaiting): Disposable | null {
    const offset = this.stream.offset;
    const acknowledged = this.replicas.countAcks(offset);
    if (acknowledged >= replicas) {
      waiting.done(acknowledged);
      return null;
    }
    const added = this.replicas.waiters.add(offset, replicas, timeoutMs, owner, waiting);
    this.stream.askForAcks();
    return added;
  }

  /** How many replicas have all that was written so far. */
  countAcks(): number {
    return this.replicas.countAcks(this.stream.offset);
  }

  dispose(): void {
    this.#open.dispose();
    this.failover.dispose();
    this.#link?.stop();
    this.replicas.waiters.release();
    this.replicas.dropAll();
    this.stream.dispose();
    this.traces.changed.dispose();
    this.changed.dispose();
  }

  /** `before` runs when the role is changed and the link not begun. */
  #attach(address: MasterAddress, before: () => void = () => {}): void {
    const { ports, settings, host, log } = this.#needs;
    this.#link = new MasterLink(
      {
        ports,
        settings,
        host,
        log,
        stream: this.stream,
        traces: this.traces,
        resume: () => (this.#canResume ? this.#ownPlace() : null),
        handsOver: () => this.failover.state === 'failover-in-progress',
        handedOver: (accepted) => (accepted ? this.failover.answered() : this.failover.refused()),
        forgetResume: () => {
          this.#canResume = false;
        },
        arrived: () => {
          this.#canResume = true;
        },
        dropReplicas: () => this.replicas.dropAll(),
        leaveData: () => this.#leaveData(),
        changed: () => this.#changed(),
      },
      address,
    );
    this.stream.setFollowing(true);
    this.replicas.waiters.drop();
    before();
    this.#link.start();
    this.#changed();
  }

  /** A full sync takes the place of what we have: nobody can continue from it, we neither. */
  #leaveData(): void {
    if (this.#canResume) this.#needs.log('notice', 'Discarding previously cached master state.');
    this.#canResume = false;
    this.replicas.dropAll();
    this.stream.closeBacklog();
  }

  /** Leaves what we were for this master, and asks it with the history that we have. */
  #follow(address: MasterAddress): void {
    const { log, host } = this.#needs;
    const former = this.#link;
    if (former === null) {
      this.stream.setFollowing(true);
      this.#canResume = true;
    } else former.stop();
    this.#attach(address, () => {
      if (former !== null) return;
      host.roleChanged('replica');
      log(
        'notice',
        'Before turning into a replica, using my own master parameters to synthesize a cached master: ' +
          'I may be able to synchronize with the new master with just a partial transfer.',
      );
    });
  }

  #unfollow(): void {
    const link = this.#link;
    if (link === null) return;
    const { log, host } = this.#needs;
    // Redis is a master before it says the next lines, as their marks show.
    this.#link = null;
    host.roleChanged('master');
    link.stop();
    if (this.#canResume) log('notice', 'Discarding previously cached master state.');
    this.stream.branch();
    this.stream.setFollowing(false);
    const { id, previous } = this.stream.history;
    log(
      'warning',
      `Setting secondary replication ID to ${previous?.id}, valid up to offset: ${previous?.endByte}. ` +
        `New replication ID is ${id}`,
    );
    // They must hear of the new id; by the second one they continue where they are.
    this.replicas.dropAll();
    this.#changed();
  }

  /** A replica may have everything already; but the one who asked hears OK first. */
  #lookAtFailoverSoon(): void {
    this.#needs.ports.timers.soon(() => this.failover.look());
  }

  #ownPlace(): Asked {
    const { id, offset } = this.stream.history;
    return { id, byte: offset + 1 };
  }

  #cron(): void {
    this.#link?.cron();
    this.replicas.cron();
  }

  #changed(): void {
    this.#updateGates();
    this.changed.emit();
  }

  #updateGates(): void {
    const { host, settings } = this.#needs;
    const follows = this.#link !== null;
    host.setGate('readOnly', follows && settings.readOnly);
    host.setGate('masterDown', follows && !this.isLinkUp && !settings.serveStaleData);
    this.replicas.updateGate();
  }
}

function sameAddress(one: MasterAddress, other: MasterAddress): boolean {
  return one.host.toLowerCase() === other.host.toLowerCase() && one.port === other.port;
}
