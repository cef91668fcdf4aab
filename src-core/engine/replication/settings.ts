// The directives that replication reads. They are read at the moment of use, so that CONFIG SET takes effect at once.

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
  readonly pingPeriodSeconds: number;
  readonly timeoutSeconds: number;
  readonly disklessSync: boolean;
  readonly disklessSyncDelaySeconds: number;
  /** `repl-diskless-sync-max-replicas`: with so many waiting the delay is cut short; 0 for never. */
  readonly disklessSyncMaxReplicas: number;
  readonly masterUser: string;
  readonly masterAuth: string;
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
