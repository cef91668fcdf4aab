// The directives that replication reads. They are read at the moment of use, so that CONFIG SET takes effect at once.
import type { TlsContext } from '../../base/tls.ts';

/** `client-output-buffer-limit replica`. 0 switches a limit off. */
export interface OutputLimit {
  readonly hardBytes: number;
  readonly softBytes: number;
  readonly softSeconds: number;
}

export interface ReplicationSettings {
  readonly backlogSizeBytes: number;
  /** `repl-backlog-ttl`; 0 keeps the backlog for ever. */
  readonly backlogTtlSeconds: number;
  /** `repl-disable-tcp-nodelay`. */
  readonly joinsPackets: boolean;
  readonly pingPeriodSeconds: number;
  readonly timeoutSeconds: number;
  readonly disklessSync: boolean;
  readonly disklessSyncDelaySeconds: number;
  /** `repl-diskless-sync-max-replicas`: with so many waiting the delay is cut short; 0 for never. */
  readonly disklessSyncMaxReplicas: number;
  /** `repl-diskless-load`. */
  readonly disklessLoad: 'disabled' | 'on-empty-db' | 'swapdb';
  /** Where a snapshot that goes to the disk is kept: `dbfilename`. */
  readonly snapshotFileName: string;
  /** `rdb-del-sync-files`, where nothing else would want the file. */
  readonly removesSyncFiles: boolean;
  readonly masterUser: string;
  readonly masterAuth: string;
  /** `tls-replication`: what a link to a master is opened with; null for plain TCP. */
  readonly masterTls: TlsContext | null;
  /** `replica-announce-ip`; empty for none. */
  readonly announceIp: string;
  /** `replica-announce-port`; 0 for the port that we listen on. */
  readonly announcePort: number;
  readonly announced: boolean;
  readonly priority: number;
  readonly readOnly: boolean;
  readonly serveStaleData: boolean;
  readonly minReplicasToWrite: number;
  readonly minReplicasMaxLagSeconds: number;
  readonly replicaOutputLimit: OutputLimit;
  /** `key-load-delay`: microseconds of rest for each key of a snapshot that is loaded; -n for one in n keys. */
  readonly loadDelay: number;
  /** The port in fact bound; 0 before. */
  readonly listeningPort: number;
  /** Where the snapshot for a disk-based sync is spooled. */
  readonly directory: string;
}
