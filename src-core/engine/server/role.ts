// What it means to the rest of the engine to be a master or a replica: the log's mark, how keys expire, who may wait.
import { type Disposable, DisposableStore } from '../../base/lifecycle.ts';
import type { Keyspace } from '../keyspace/keyspace.ts';
import type { Replication } from '../replication/replication.ts';
import type { Config } from './config.ts';
import type { Log } from './log.ts';

export interface RoleNeeds {
  readonly config: Config;
  readonly keyspace: Keyspace;
  readonly log: Log;
  /** Those who wait for an element to be written here wait in vain on a replica. */
  readonly dropWaiting: () => void;
}

/** Directives that shut gates of replication. */
const GATED = ['replica-read-only', 'replica-serve-stale-data', 'min-replicas-to-write', 'min-replicas-max-lag'];

export class Role implements Disposable {
  readonly #needs: RoleNeeds;
  readonly #open = new DisposableStore();

  constructor(needs: RoleNeeds) {
    this.#needs = needs;
    this.#open.add(needs.config.onChange('replica-read-only', () => this.#track()));
  }

  become(role: 'master' | 'replica'): void {
    const { keyspace, log, dropWaiting } = this.#needs;
    log.mark = role === 'replica' ? 'S' : 'M';
    keyspace.expiryMode = role === 'replica' ? 'hide' : 'delete';
    this.#track();
    if (role === 'replica') dropWaiting();
  }

  /** Keeps replication and its directives in step, both ways, from here on. */
  follow(replication: Replication): void {
    const { config } = this.#needs;
    const follow = (name: string, act: () => void) => void this.#open.add(config.onChange(name, act));
    follow('repl-backlog-size', () => replication.resizeBacklog());
    for (const name of GATED) follow(name, () => replication.settingsChanged());
    this.#open.add(replication.changed.on(() => this.show(replication)));
  }

  /** CONFIG GET replicaof says what is, not what once was said. */
  show({ link }: Replication): void {
    this.#needs.config.record('replicaof', link === null ? '' : `${link.address.host} ${link.address.port}`);
  }

  dispose(): void {
    this.#open.dispose();
  }

  #track(): void {
    const { keyspace, config } = this.#needs;
    keyspace.tracksOwnExpiries = keyspace.expiryMode === 'hide' && !config.flag('replica-read-only');
  }
}
