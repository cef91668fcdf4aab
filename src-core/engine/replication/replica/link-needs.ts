// What the driver of a replica's link is handed, and what it shows.
import type { Ports } from '../../../base/ports.ts';
import type { LinkReason, MasterAddress } from '../link-reason.ts';
import type { Asked } from '../psync.ts';
import type { ReplicationHost } from '../replication-host.ts';
import type { Log } from '../replication-log.ts';
import type { ReplicationSettings } from '../settings.ts';
import type { ReplicationStream } from '../stream.ts';
import type { LinkState } from './link-state.ts';
import type { SyncTraces } from './sync-trace.ts';

export interface LinkNeeds {
  readonly ports: Pick<Ports, 'clock' | 'timers' | 'transport' | 'files' | 'random'>;
  readonly settings: ReplicationSettings;
  readonly host: ReplicationHost;
  readonly stream: ReplicationStream;
  readonly traces: SyncTraces;
  readonly log: Log;
  /** What PSYNC may ask with; null asks for everything. */
  readonly resume: () => Asked | null;
  /** FAILOVER is in progress: the master that we ask is to take over our role. */
  readonly handsOver: () => boolean;
  /** It has answered. After a refusal this link is stopped. */
  readonly handedOver: (accepted: boolean) => void;
  /** The history that our replicas follow is not ours any more. */
  readonly dropReplicas: () => void;
  /** Our data go: so do our replicas, and our place in the history. */
  readonly leaveData: () => void;
  /** What we hold cannot be continued from: the next sync must be a full one. */
  readonly forgetResume: () => void;
  /** We have what the master has: from now on PSYNC may ask by our history. */
  readonly arrived: () => void;
  readonly changed: () => void;
}

/** What can be seen of the link at this moment. */
export interface LinkStatus {
  readonly address: MasterAddress;
  readonly state: LinkState;
  /** Why it is not streaming; null while it is, and before the first failure. */
  readonly reason: LinkReason | null;
  /** Failed tries since it last streamed. */
  readonly retries: number;
  /** Unix time; null while it streams, and if it never did. */
  readonly downSinceMs: number | null;
  /** Unix time of the last byte from the master. */
  readonly lastIoMs: number;
  /** While a snapshot arrives. A null total: the master did not say. */
  readonly transfer: { readonly readBytes: number; readonly totalBytes: number | null } | null;
  /** Read from the socket and not yet applied. */
  readonly unappliedBytes: number;
}
