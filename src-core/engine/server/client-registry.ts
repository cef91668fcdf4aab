// All connections of an engine: numbered, listed as CLIENT LIST does, killed, paused, and closed when idle too long.
import type { Disposable } from '../../base/lifecycle.ts';
import type { Clock, Timers } from '../../base/ports.ts';
import { type Gates, gate } from '../commands/gates.ts';
import type { ClientsService, ClientType, ConfigService, PubSubService, Session } from '../commands/services.ts';

export interface RegistryNeeds {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly config: ConfigService;
  readonly pubsub: PubSubService;
  readonly gates: Gates;
  /** The session that applies our master's stream; null while there is no such stream. */
  readonly masterSession: () => Session | null;
  /** Bytes of the stream that wait for a replica and are not in its connection; 0 for other sessions. */
  readonly heldForReplica: (session: Session) => number;
  /** Cuts the link to our master. */
  readonly killMasterLink: () => void;
  /** Answers a session that waits for a key; false when it does not. */
  readonly interrupt: (session: Session, how: 'timeout' | 'error') => boolean;
}

export class ClientRegistry implements ClientsService {
  readonly #needs: RegistryNeeds;
  readonly #sessions = new Map<number, Session>();
  readonly #postponed = new Set<Session>();
  #lastId = 0;
  #writesHeld = false;
  #pause: { readonly untilMs: number; readonly mode: 'write' | 'all'; readonly timer: Disposable } | null = null;

  constructor(needs: RegistryNeeds) {
    this.#needs = needs;
  }

  /** Numbers are never used twice. */
  nextId(): number {
    return ++this.#lastId;
  }

  add(session: Session): void {
    this.#sessions.set(session.id, session);
  }

  /** It is closed: whoever knows of it forgets it. */
  remove(session: Session): void {
    this.#sessions.delete(session.id);
    this.#postponed.delete(session);
    this.#needs.pubsub.forget(session);
  }

  get sessions(): Iterable<Session> {
    const master = this.#needs.masterSession();
    return master === null ? this.#sessions.values() : [...this.#sessions.values(), master];
  }

  /** Those with a socket to a client: not replicas, not the link to a master. INFO's `connected_clients`. */
  get clientCount(): number {
    let count = 0;
    for (const session of this.#sessions.values()) if (this.typeOf(session) !== 'replica') count++;
    return count;
  }

  get size(): number {
    return this.#sessions.size;
  }

  typeOf(session: Session): ClientType {
    if (session.kind === 'master') return 'master';
    if (session.isReplica) return 'replica';
    return session.subscriptions > 0 ? 'pubsub' : 'normal';
  }

  /** As `describe`; empty when there is no such client. */
  describeById(id: number): string {
    const session = this.#sessions.get(id);
    return session === undefined ? '' : this.describe(session);
  }

  describe(session: Session): string {
    const nowMs = this.#needs.clock.nowMs();
    const patterns = this.#needs.pubsub.patternsOf(session).length;
    const pendingBytes = session.pendingBytes + this.#needs.heldForReplica(session);
    const seconds = (sinceMs: number) => Math.max(0, Math.floor((nowMs - sinceMs) / 1000));
    const fields: Readonly<Record<string, string | number>> = {
      id: session.id,
      addr: session.remoteAddress,
      laddr: session.localAddress,
      // There are no descriptors here; Redis prints this for connections without one.
      fd: -1,
      name: session.name,
      age: seconds(session.createdMs),
      idle: seconds(session.lastCommandMs),
      flags: this.#flagsOf(session),
      db: session.databaseIndex,
      sub: session.subscriptions - patterns,
      psub: patterns,
      ssub: 0,
      multi: session.transaction === null ? -1 : session.transaction.queue.length,
      qbuf: session.queryBytes,
      'qbuf-free': 0,
      'argv-mem': 0,
      'multi-mem': 0,
      rbs: 0,
      rbp: 0,
      obl: 0,
      oll: pendingBytes > 0 ? 1 : 0,
      omem: pendingBytes,
      'tot-mem': session.queryBytes + pendingBytes,
      events: pendingBytes > 0 ? 'rw' : 'r',
      cmd: session.lastCommand === '' ? 'NULL' : session.lastCommand,
      user: session.user,
      redir: -1,
      resp: session.protocol,
    };
    return Object.entries(fields)
      .map(([name, value]) => `${name}=${value}`)
      .join(' ');
  }

  /** Redis's letters, N when there are none. */
  #flagsOf(session: Session): string {
    let flags = '';
    if (session.isReplica) flags += 'S';
    if (session.isMonitor) flags += 'O';
    if (session.kind === 'master') flags += 'M';
    if (session.subscriptions > 0) flags += 'P';
    if (session.transaction !== null) flags += 'x';
    if (session.blocked) flags += 'b';
    if (session.closeAfterReply) flags += 'c';
    if (session.localAddress.startsWith('/')) flags += 'U';
    if (session.noEvict) flags += 'e';
    return flags === '' ? 'N' : flags;
  }

  kill(session: Session, me: Session): void {
    if (session.kind === 'master') this.#needs.killMasterLink();
    else if (session === me) session.closeAfterReply = true;
    else session.kill();
  }

  pause(durationMs: number, mode: 'write' | 'all'): void {
    const { clock, timers, gates } = this.#needs;
    const present = this.#pause;
    const untilMs = Math.max(present?.untilMs ?? 0, clock.nowMs() + durationMs);
    const stricter = present?.mode === 'all' ? 'all' : mode;
    present?.timer.dispose();
    const timer = timers.after(Math.max(0, untilMs - clock.nowMs()), () => this.unpause());
    this.#pause = { untilMs, mode: stricter, timer };
    gates.set(gate.allPaused, stricter === 'all');
    gates.set(gate.writesPaused, stricter === 'write' || this.#writesHeld);
  }

  /** A failover's own pause: it ends when the failover does, whatever CLIENT PAUSE and UNPAUSE say meanwhile. */
  holdWrites(held: boolean): void {
    if (this.#writesHeld === held) return;
    this.#writesHeld = held;
    this.#needs.gates.set(gate.writesPaused, held || this.#pause?.mode === 'write');
    if (!held) this.#wakePostponed();
  }

  /** 'none' when there is no pause. While one is on, keys do not expire and replicas get nothing new. */
  get pauseMode(): 'none' | 'write' | 'all' {
    return this.#pause?.mode ?? (this.#writesHeld ? 'write' : 'none');
  }

  unpause(): void {
    const { gates } = this.#needs;
    this.#pause?.timer.dispose();
    this.#pause = null;
    gates.set(gate.allPaused, false);
    gates.set(gate.writesPaused, this.#writesHeld);
    this.#wakePostponed();
  }

  /** Whoever may still not run is postponed again. */
  #wakePostponed(): void {
    const waiting = [...this.#postponed];
    this.#postponed.clear();
    for (const session of waiting) session.unblock();
  }

  postpone(session: Session): void {
    this.#postponed.add(session);
    session.block();
  }

  interrupt(session: Session, how: 'timeout' | 'error'): boolean {
    return this.#needs.interrupt(session, how);
  }

  get blockedCount(): number {
    let count = 0;
    for (const session of this.#sessions.values()) if (session.blocked) count++;
    return count;
  }

  /** Closes clients that said nothing for `timeout` seconds: called by the cron. Replicas and listeners may be silent. */
  closeIdle(): void {
    const timeoutMs = this.#needs.config.number('timeout') * 1000;
    if (timeoutMs === 0) return;
    const nowMs = this.#needs.clock.nowMs();
    for (const session of [...this.#sessions.values()]) {
      if (this.typeOf(session) !== 'normal' || session.blocked || session.isMonitor) continue;
      if (nowMs - Math.max(session.lastCommandMs, session.createdMs) > timeoutMs) session.kill();
    }
  }
}
