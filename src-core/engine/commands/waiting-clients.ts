// Clients that wait for an element (BLPOP and its like): who waits for which keys, and whose turn it is.
//
//   runs its command --no element--> waiting --a key changed--> its command runs again --an element--> answered
//                                     ^  |  '--its time is up: answered null--.          |
//                                     |  '--the connection ends: forgotten     '--> gone |
//                                     '---------------------------no element-------------'
import type { Disposable } from '../../base/lifecycle.ts';
import type { Timers } from '../../base/ports.ts';
import type { Keyspace } from '../keyspace/keyspace.ts';
import type { Watcher } from '../keyspace/watches.ts';
import type { Session } from './services.ts';
import type { QueuedRequest } from './transaction-state.ts';

/** A client that waits, with its request, which runs again whenever one of its keys has changed. */
export class WaitingClient implements Watcher {
  readonly session: Session;
  readonly request: QueuedRequest;
  readonly databaseIndex: number;
  readonly keys: readonly Buffer[];
  /** Ends the waiting; null: it waits for ever. */
  timer: Disposable | null = null;
  readonly #onTouched: (client: WaitingClient) => void;

  constructor(
    session: Session,
    request: QueuedRequest,
    keys: readonly Buffer[],
    onTouched: (client: WaitingClient) => void,
  ) {
    this.session = session;
    this.request = request;
    this.databaseIndex = session.databaseIndex;
    this.keys = keys;
    this.#onTouched = onTouched;
  }

  get touched(): boolean {
    return false;
  }

  /** The keyspace says so of every watched key that changes. */
  set touched(_: boolean) {
    this.#onTouched(this);
  }
}

export class WaitingClients {
  /** Some keys have changed: `takeTouched` has work. */
  hasTouched = false;
  readonly #keyspace: Keyspace;
  readonly #timers: Timers;
  /** In the order of their coming, which is the order in which they are served. */
  readonly #clients = new Map<number, WaitingClient>();
  #touched = new Set<WaitingClient>();

  constructor(keyspace: Keyspace, timers: Timers) {
    this.#keyspace = keyspace;
    this.#timers = timers;
  }

  get size(): number {
    return this.#clients.size;
  }

  has(session: Session): boolean {
    return this.#clients.has(session.id);
  }

  /** Lets a session wait for these keys of its database. `timeoutMs` 0: for ever. `timeUp` is called when it is over. */
  add(
    session: Session,
    request: QueuedRequest,
    keys: readonly Buffer[],
    timeoutMs: number,
    timeUp: (client: WaitingClient) => void,
  ): void {
    const client = new WaitingClient(session, request, keys, (touched) => {
      this.#touched.add(touched);
      this.hasTouched = true;
    });
    this.#clients.set(session.id, client);
    for (const key of keys) this.#keyspace.watch(client.databaseIndex, key, client);
    if (timeoutMs > 0) {
      client.timer = this.#timers.after(timeoutMs, () => {
        this.forget(session);
        timeUp(client);
      });
    }
    session.wait();
  }

  /** It does not wait any more: it was served, or it is gone. Does nothing for others. */
  forget(session: Session): void {
    const client = this.#clients.get(session.id);
    if (client === undefined) return;
    this.#clients.delete(session.id);
    this.#touched.delete(client);
    client.timer?.dispose();
    for (const key of client.keys) this.#keyspace.unwatch(client.databaseIndex, key, client);
  }

  /** Those whose keys have changed since the last call, who came first first. */
  takeTouched(): WaitingClient[] {
    const touched = this.#touched;
    this.#touched = new Set();
    this.hasTouched = false;
    if (touched.size < 2) return [...touched];
    return [...this.#clients.values()].filter((client) => touched.has(client));
  }

  /** All of them, who came first first. */
  all(): WaitingClient[] {
    return [...this.#clients.values()];
  }
}
