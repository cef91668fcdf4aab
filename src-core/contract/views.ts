// What a screen sees of the fleet: plain data, no methods, no Node and no DOM types.

import type { Failure } from './failures.ts';
import type { RelayView } from './faults.ts';
import type { Environment, NodeLabel } from './labels.ts';
import type { Address, NodeId } from './places.ts';
import type { Statement } from './statements.ts';
import type { Surroundings } from './surroundings.ts';

/** Where an embedded node or a connection to a real server stands. */
export type Lifecycle =
  | { readonly kind: 'starting' }
  | { readonly kind: 'running' }
  | { readonly kind: 'stopping' }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'connecting'; readonly attempt: number; readonly failure?: Failure }
  | { readonly kind: 'unreachable'; readonly attempt: number; readonly sinceMs: number; readonly failure: Failure };

/** One field of INFO replication, in the order in which the server gave it. */
export interface InfoField {
  readonly name: string;
  readonly value: string;
}

export interface BacklogView {
  readonly active: boolean;
  readonly sizeBytes: number;
  readonly firstByte: number;
  readonly histlenBytes: number;
  /** Seconds that a replica may be away from now on, at the present write rate; null while nothing is written. */
  readonly reachSeconds: number | null;
}

/** Memory that a master keeps for one replica, against the limits at which it drops it; null: no limit, or not known. */
export interface OutputBufferView {
  readonly usedBytes: number;
  readonly hardBytes: number | null;
  readonly softBytes: number | null;
  readonly softSeconds: number | null;
}

export interface AttachedReplicaView {
  /** The node, where it is one that we know; matched by announced address. */
  readonly nodeId: NodeId | null;
  readonly address: Address;
  /** Redis's word: wait_bgsave, send_bulk, online. */
  readonly state: string;
  readonly offset: number;
  /** `master_repl_offset - offset`, bytes. Not clamped: a negative value is skew of sampling. */
  readonly lagBytes: number;
  /** Seconds since the last ACK: Redis's `lag=`. It is the age of an ACK, not a data lag. */
  readonly ackAgeSeconds: number;
  /** Null where the master does not show it. */
  readonly outputBuffer: OutputBufferView | null;
}

/** Phases of a replica's link, as a person should read them. */
export type LinkPhase =
  | 'connect' // waits for the next try
  | 'connecting'
  | 'handshake'
  | 'waiting' // for the master's snapshot
  | 'transfer' // receives the snapshot
  | 'loading'
  | 'streaming'
  | 'down'; // known to be down; a real server says no more than that

export interface TransferProgress {
  readonly doneBytes: number;
  /** Null where the master streams without saying a length (diskless). */
  readonly totalBytes: number | null;
  readonly bytesPerSecond: number;
}

/** A replica's link to its master, as the replica tells it. */
export interface LinkView {
  readonly masterId: NodeId | null;
  readonly masterAddress: Address;
  readonly phase: LinkPhase;
  /** Redis's state word or the step of the handshake, for example `receive-pong`. */
  readonly detail: string;
  readonly retries: number;
  readonly downSinceMs: number | null;
  readonly progress: TransferProgress | null;
  /** Bytes that the master has and the replica has not applied; null when the master is unknown. Not clamped. */
  readonly lagBytes: number | null;
  /** Age of the last applied byte, by interpolation in the master's sampled offsets; null when unknown. */
  readonly lagSeconds: number | null;
  /** Read from the socket and not yet applied. */
  readonly unappliedBytes: number | null;
  /** How long the newest write took to be seen here, or how old the first missing one is; null without the probe key. */
  readonly dataAgeMs: number | null;
  readonly bytesPerSecond: number;
  /** Why it is not streaming, where that can be known. */
  readonly reason: Statement | null;
  /** The relay that stands between the two, with its fault; `masterAddress` is the master's all the same. */
  readonly relay: RelayView | null;
}

export interface SyncStep {
  /** Milliseconds since the sync began. */
  readonly atMs: number;
  readonly direction: 'out' | 'in' | 'note';
  /** The message as it crossed the wire, secrets struck out; or a note. */
  readonly text: string;
  readonly durationMs: number | null;
}

/** One attempt of a replica to synchronise, step by step. */
export interface SyncTrace {
  readonly startedAtMs: number;
  readonly masterAddress: Address;
  readonly outcome: 'running' | 'partial' | 'full' | 'failed';
  readonly reason: Statement | null;
  readonly steps: readonly SyncStep[];
}

export interface SyncCounters {
  readonly full: number;
  readonly partialOk: number;
  readonly partialErr: number;
}

export interface WorkloadView {
  readonly writesPerSecond: number;
  readonly valueBytes: number;
  /** Writes per second in fact reached over the last seconds. */
  readonly achievedPerSecond: number;
}

/** `redis`, `valkey` or `syncline`, its version, and `standalone`, `cluster` or `sentinel`. */
export interface ServerView {
  readonly family: string;
  readonly version: string;
  readonly mode: string;
}

/** What a right is needed for: one i18n key each. */
export const features = [
  'figures',
  'link',
  'settings',
  'outputBuffers',
  'cluster',
  'sentinels',
  'attach',
  'reconnect',
  'tune',
  'pauseWrites',
  'failover',
  'probe',
] as const;

export type Feature = (typeof features)[number];

/** What the login of a node may not do, of all that Syncline would use. */
export interface RightsView {
  readonly user: string;
  readonly missing: readonly { readonly command: string; readonly feature: Feature }[];
  /** `ACL SETUSER …`: what grants all of it; null where nothing is missing. */
  readonly aclLine: string | null;
  /** False where the server could not be asked (no ACL DRYRUN): then only what was refused so far is listed. */
  readonly isComplete: boolean;
}

/** What it costs a server, and the network, to be looked at: means over the last looks. */
export interface LookCostView {
  readonly bytes: number;
  /** From the first question to the last answer: an upper bound of the time that the server spends. */
  readonly ms: number;
  /** Between two looks; null until there were two. */
  readonly intervalMs: number | null;
  /** Share of the server's time by its own `usec_per_call`, 0 to 1; null where it does not say. */
  readonly serverShare: number | null;
}

/** A Sentinel deployment watches this master, or the one that this replica is known to follow. */
export interface SupervisionView {
  readonly masterName: string;
  /** Sentinels that answer or are told of, and how many of them must agree that the master is down. */
  readonly sentinels: number;
  readonly quorum: number;
  /** Whether this node is the master that the first Sentinel names; false for its replicas. */
  readonly isMaster: boolean;
  /** Of the Sentinels that were asked, how many name this node as the master. */
  readonly asked: number;
  readonly agreement: number;
}

/** A server that came back as another process: what it held before may be gone. */
export interface RestartView {
  readonly atMs: number;
  readonly keysBefore: number;
}

/** The address by which others know a node that we reach by another one, and who says so. */
export interface AnnouncedView {
  readonly address: Address;
  readonly by: 'itself' | 'master' | 'replicas';
}

/** The shard of a Redis Cluster that a node belongs to, counted from 1 by first slot; null where it cannot be told. */
export interface ClusterView {
  readonly shard: number | null;
  readonly shards: number | null;
  /** `0-5460`, several parted by a blank. */
  readonly slots: string;
  readonly masterAddress: Address | null;
}

export interface NodeView {
  readonly id: NodeId;
  readonly name: string;
  readonly kind: 'embedded' | 'remote';
  readonly environment: Environment;
  /** Null for embedded nodes, and for those that were found. */
  readonly label: NodeLabel | null;
  readonly address: Address;
  readonly lifecycle: Lifecycle;
  /** When its state was last read; null if never. A screen fades what is older than `staleAfterMs`. */
  readonly observedAtMs: number | null;
  readonly role: 'master' | 'replica' | 'unknown';
  /** Null until first read. */
  readonly server: ServerView | null;
  readonly runId: string | null;
  readonly replicationId: string | null;
  readonly secondReplicationId: string | null;
  readonly offset: number | null;
  readonly keys: number | null;
  readonly memoryBytes: number | null;
  /** Growth of `master_repl_offset`, bytes per second. */
  readonly writeBytesPerSecond: number;
  readonly commandsPerSecond: number;
  readonly backlog: BacklogView | null;
  readonly link: LinkView | null;
  readonly replicas: readonly AttachedReplicaView[];
  readonly syncs: SyncCounters | null;
  readonly info: readonly InfoField[];
  /** Null until they were looked at, and for embedded nodes, which are ours. */
  readonly rights: RightsView | null;
  readonly cost: LookCostView | null;
  readonly supervision: SupervisionView | null;
  readonly restart: RestartView | null;
  /** Null where all know it by our address. */
  readonly announced: AnnouncedView | null;
  /** Null where it is not in cluster mode. */
  readonly cluster: ClusterView | null;
  readonly workload: WorkloadView | null;
}

/** One sample of a node's series. */
export interface SeriesPoint {
  readonly atMs: number;
  readonly offset: number | null;
  readonly lagBytes: number | null;
  readonly reachSeconds: number | null;
  readonly writeBytesPerSecond: number;
  readonly lagSeconds: number | null;
  readonly unappliedBytes: number | null;
  readonly dataAgeMs: number | null;
  /** Of the replica for which the master keeps most. */
  readonly outputBufferBytes: number | null;
  readonly syncs: SyncCounters | null;
}

export type MarkKind =
  | 'fullSync'
  | 'partialSync'
  | 'linkUp'
  | 'linkDown'
  | 'promoted'
  | 'attached'
  | 'started'
  | 'stopped'
  | 'loadStarted'
  | 'loadStopped';

/** A moment worth a line in a chart. */
export interface Mark {
  readonly atMs: number;
  readonly nodeId: NodeId;
  readonly kind: MarkKind;
}

export interface LogLine {
  readonly seq: number;
  readonly atMs: number;
  /** Redis's role mark: M master, S replica, C child (snapshot), X sentinel. */
  readonly mark: 'M' | 'S' | 'C' | 'X';
  /** Redis's level sign: . debug, - verbose, * notice, # warning. */
  readonly level: '.' | '-' | '*' | '#';
  readonly text: string;
}

/** All that the screen holds, at one number of the stream. */
export interface FleetSnapshot {
  readonly nodes: readonly NodeView[];
  readonly series: Readonly<Record<NodeId, readonly SeriesPoint[]>>;
  readonly marks: readonly Mark[];
  readonly surroundings: Surroundings;
  readonly shell: 'electron' | 'web';
  readonly version: string;
  /** How often nodes in view are read. */
  readonly intervalMs: number;
  readonly staleAfterMs: number;
}

/** A numbered message of the live stream. A gap in the numbers means: ask for a snapshot again (subscribe anew). */
export type FleetEvent =
  | { readonly seq: number; readonly kind: 'snapshot'; readonly snapshot: FleetSnapshot }
  | {
      readonly seq: number;
      readonly kind: 'patch';
      readonly changed: readonly NodeView[];
      readonly removed: readonly NodeId[];
      readonly samples: Readonly<Record<NodeId, SeriesPoint>>;
      readonly marks: readonly Mark[];
      /** Null where they are as they were. */
      readonly surroundings: Surroundings | null;
    };
