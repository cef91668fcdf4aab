// The directives of replication, read from the configuration at the moment of use.
import type { ConfigService } from '../commands/services.ts';
import type { OutputLimit, ReplicationSettings } from '../replication/settings.ts';

export class ConfiguredReplication implements ReplicationSettings {
  readonly #config: ConfigService;
  readonly #listeningPort: () => number;

  /** `listeningPort`: the port in fact bound. */
  constructor(config: ConfigService, listeningPort: () => number) {
    this.#config = config;
    this.#listeningPort = listeningPort;
  }

  get backlogSizeBytes(): number {
    return this.#config.number('repl-backlog-size');
  }

  get backlogTtlSeconds(): number {
    return this.#config.number('repl-backlog-ttl');
  }

  get pingPeriodSeconds(): number {
    return this.#config.number('repl-ping-replica-period');
  }

  get timeoutSeconds(): number {
    return this.#config.number('repl-timeout');
  }

  get disklessSync(): boolean {
    return this.#config.flag('repl-diskless-sync');
  }

  get disklessSyncDelaySeconds(): number {
    return this.#config.number('repl-diskless-sync-delay');
  }

  get disklessSyncMaxReplicas(): number {
    return this.#config.number('repl-diskless-sync-max-replicas');
  }

  get masterUser(): string {
    return this.#config.text('masteruser');
  }

  get masterAuth(): string {
    return this.#config.text('masterauth');
  }

  get announceIp(): string {
    return this.#config.text('replica-announce-ip');
  }

  get announcePort(): number {
    return this.#config.number('replica-announce-port');
  }

  get announced(): boolean {
    return this.#config.flag('replica-announced');
  }

  get priority(): number {
    return this.#config.number('replica-priority');
  }

  get readOnly(): boolean {
    return this.#config.flag('replica-read-only');
  }

  get serveStaleData(): boolean {
    return this.#config.flag('replica-serve-stale-data');
  }

  get minReplicasToWrite(): number {
    return this.#config.number('min-replicas-to-write');
  }

  get minReplicasMaxLagSeconds(): number {
    return this.#config.number('min-replicas-max-lag');
  }

  /** The class `slave` of the list `normal 0 0 0 slave 268435456 67108864 60 …`. */
  get replicaOutputLimit(): OutputLimit {
    const words = this.#config.text('client-output-buffer-limit').split(' ');
    const at = words.indexOf('slave');
    const [hardBytes = 0, softBytes = 0, softSeconds = 0] = words.slice(at + 1, at + 4).map(Number);
    return { hardBytes, softBytes, softSeconds };
  }

  get listeningPort(): number {
    return this.#listeningPort();
  }

  get directory(): string {
    return this.#config.text('dir');
  }
}
