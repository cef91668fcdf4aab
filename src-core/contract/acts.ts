// Acts: what a person can do to the fleet, and the plan that is shown before one runs.
import * as z from 'zod';
import type { Failure } from './failures.ts';
import { environments } from './labels.ts';
import type { Address, NodeId } from './places.ts';
import type { Statement } from './statements.ts';
import type { SyncCounters } from './views.ts';

/** Named bounds of what a person may ask for; the same in forms, host and tests. */
export const actBounds = {
  nodeNameMaxLength: 40,
  nodesMax: 256,
  writesPerSecondMin: 1,
  writesPerSecondMax: 200_000,
  valueBytesMin: 1,
  valueBytesMax: 1_048_576,
  failoverTimeoutMinMs: 100,
  failoverTimeoutMaxMs: 60_000,
  settingMaxLength: 200,
  reasonMaxLength: 500,
  /** A week. */
  awaySecondsMax: 604_800,
} as const;

/** What `changeSettings` may set: the directives of replication that a running server takes. No secret is among them. */
export const changeableSettings = [
  'repl-backlog-size',
  'repl-backlog-ttl',
  'repl-timeout',
  'repl-ping-replica-period',
  'repl-diskless-sync',
  'repl-diskless-sync-delay',
  'repl-diskless-load',
  'repl-disable-tcp-nodelay',
  'client-output-buffer-limit',
  'replica-read-only',
  'replica-serve-stale-data',
  'replica-priority',
  'replica-announce-ip',
  'replica-announce-port',
  'min-replicas-to-write',
  'min-replicas-max-lag',
  'maxmemory',
  'save',
] as const;
export type ChangeableSetting = (typeof changeableSettings)[number];

const nodeId = z.string().min(1).max(64);
const port = z.int().min(0).max(65_535);

export const actSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('startNode'),
    /** A stopped node to start again; without it a new embedded node is made. */
    nodeId: nodeId.optional(),
    name: z.string().trim().min(1).max(actBounds.nodeNameMaxLength).optional(),
    /** 0 or absent: a free port. */
    port: port.optional(),
    password: z.string().max(512).optional(),
  }),
  z.object({ kind: z.literal('stopNode'), nodeId }),
  /** Removes an embedded node with its data, or forgets the connection to a real server. */
  z.object({ kind: z.literal('removeNode'), nodeId }),
  z.object({ kind: z.literal('attach'), nodeId, masterId: nodeId }),
  z.object({ kind: z.literal('promote'), nodeId }),
  z.object({ kind: z.literal('resyncPartial'), nodeId }),
  z.object({ kind: z.literal('resyncFull'), nodeId }),
  /** A planned failover: the replica `nodeId` takes over from its master, and all others follow it. */
  z.object({
    kind: z.literal('failover'),
    nodeId,
    /** How long writes may be held until the replica has everything; then it is given up. */
    timeoutMs: z.int().min(actBounds.failoverTimeoutMinMs).max(actBounds.failoverTimeoutMaxMs).optional(),
  }),
  /** The master is gone: the replica `nodeId` becomes master, and the other replicas of the lost one follow it. */
  z.object({ kind: z.literal('rescue'), nodeId }),
  /** Moves all direct replicas of `nodeId` to `masterId`, one at a time. */
  z.object({ kind: z.literal('repointReplicas'), nodeId, masterId: nodeId }),
  /** Everything below `nodeId` follows it directly afterwards. */
  z.object({ kind: z.literal('flatten'), nodeId }),
  /** The replica `nodeId` and its master change places; all others stay where they are. */
  z.object({ kind: z.literal('reverseLink'), nodeId }),
  /** CONFIG SET of replication settings, then CONFIG REWRITE where it is wanted. */
  z.object({
    kind: z.literal('changeSettings'),
    nodeId,
    settings: z.partialRecord(z.enum(changeableSettings), z.string().max(actBounds.settingMaxLength)).optional(),
    rewrite: z.boolean().optional(),
  }),
  /** Restarts the tree below and with `nodeId`, leaves first, waiting for each to stream again. */
  z.object({ kind: z.literal('rollingRestart'), nodeId }),
  /** Back to the topology before a run, or on to the one that it was to reach. Both stand in the journal. */
  z.object({ kind: z.literal('restore'), runId: z.string().min(1).max(64), to: z.enum(['before', 'goal']) }),
  z.object({
    kind: z.literal('startLoad'),
    nodeId,
    writesPerSecond: z.int().min(actBounds.writesPerSecondMin).max(actBounds.writesPerSecondMax),
    valueBytes: z.int().min(actBounds.valueBytesMin).max(actBounds.valueBytesMax),
  }),
  z.object({ kind: z.literal('stopLoad'), nodeId }),
]);

export type Act = z.infer<typeof actSchema>;
export type ActKind = Act['kind'];

/** Where to find a real server. `url` takes redis:// and rediss://; else host and port. */
export const connectSchema = z.object({
  url: z.string().trim().max(2048).optional(),
  host: z.string().trim().max(255).optional(),
  port: port.optional(),
  username: z.string().max(512).optional(),
  password: z.string().max(512).optional(),
  tls: z.boolean().optional(),
  name: z.string().trim().max(actBounds.nodeNameMaxLength).optional(),
  environment: z.enum(environments).optional(),
  /** Whether servers that this one tells of are connected too, with the same login. */
  servesFound: z.boolean().optional(),
  /** Where the address is a Sentinel's: the master of it to connect to. */
  sentinelMaster: z.string().trim().max(255).optional(),
});

export type ConnectRequest = z.infer<typeof connectSchema>;

/** What the host expects an act to do; `unknown` is said, never guessed. */
export interface Forecast {
  readonly sync: 'none' | 'partial' | 'full' | 'unknown';
  readonly reason: Statement;
  readonly transferBytes: number | null;
  readonly keysDestroyed: number | null;
  /** Memory of the data that is dropped. */
  readonly bytesDestroyed: number | null;
  /** Replicas below that will resync too. */
  readonly replicasBelow: number;
  /** For the tape in the dialog; null where the act concerns no offsets. */
  readonly window: {
    readonly firstByte: number;
    readonly endOffset: number;
    readonly replicaOffset: number | null;
  } | null;
  /** What a full copy costs; null where nothing is copied, or where nothing of it is known. */
  readonly cost: SyncCost | null;
  /** What would make it go well, where it does not; null where nothing is to be said. */
  readonly advice: Statement | null;
}

/** The cost of a full sync. Null stands for what cannot be known; `basis` says what the rest stands on. */
export interface SyncCost {
  readonly snapshotBytes: number | null;
  readonly phases: {
    /** Handshake, and the master's wait for more replicas. */
    readonly waitSeconds: number;
    readonly saveAndSendSeconds: number;
    readonly loadSeconds: number;
  } | null;
  readonly totalSeconds: number | null;
  /** What it may as well take; null where the pace was measured, or nothing can be said. */
  readonly range: { readonly leastSeconds: number; readonly mostSeconds: number } | null;
  readonly outputBuffer: {
    readonly verdict: 'fits' | 'tight' | 'exceedsHard' | 'exceedsSoft' | 'unknown';
    readonly peakBytes: number | null;
    /** The hard limit that holds; 0: none. */
    readonly limitBytes: number | null;
  };
  /** Memory that the master's fork may take on top. */
  readonly forkBytes: number | null;
  readonly basis: readonly Statement[];
}

/** The forecast of one node that an act moves. */
export interface MoveForecast {
  readonly nodeId: NodeId;
  readonly nodeName: string;
  readonly forecast: Forecast;
}

/** One replica that could take the place of a lost master. */
export interface Candidate {
  readonly nodeId: NodeId;
  readonly name: string;
  readonly offset: number;
  readonly keys: number;
  /** What the newest known offset of the master has and this one has not; null where the histories differ. */
  readonly lostBytes: number | null;
  readonly note: 'notWhole' | 'neverSynced' | 'priorityZero' | null;
}

export interface PlanCheck {
  readonly level: 'pass' | 'warn' | 'fail';
  readonly statement: Statement;
  /** Whether a person may run the plan against this failed check, with a reason that the journal keeps. */
  readonly forceable: boolean;
}

export interface PlanStep {
  readonly nodeId: NodeId | null;
  readonly nodeName: string;
  /** The literal command as typed into redis-cli, secrets struck out; or what the host itself does. */
  readonly command: string;
  readonly isRedisCommand: boolean;
  /** What is waited for, and for how long at most; null for what is done at once. */
  readonly waitsMs: number | null;
}

/** What an act will do, made before it runs and run by its hash: what ran is what was shown. */
export interface Plan {
  readonly hash: string;
  readonly act: Act;
  readonly title: Statement;
  /** Of the node that the act is about. */
  readonly forecast: Forecast | null;
  /** Every other node that will sync anew because of it. */
  readonly moves: readonly MoveForecast[];
  /** Whom the act could raise instead, best first; empty where there is no such choice. */
  readonly candidates: readonly Candidate[];
  readonly destroys: readonly Statement[];
  readonly checks: readonly PlanCheck[];
  readonly steps: readonly PlanStep[];
  readonly undo: Statement;
  /** The word that must be typed before it runs (a server in production is changed); null where a click is enough. */
  readonly typedConfirmation: string | null;
}

export interface StepResult {
  readonly step: PlanStep;
  readonly ok: boolean;
  readonly answer: string;
  readonly durationMs: number;
  /** The nodes of the step as they were before and after it. */
  readonly evidence: readonly NodeEvidence[];
}

/** What the servers' own figures say of a node, before and after a step. */
export interface NodeEvidence {
  readonly nodeName: string;
  readonly before: NodeState | null;
  readonly after: NodeState | null;
}

/** A node as the journal keeps it: enough to find it again, and to bring it back to where it was. */
export interface NodeState {
  readonly nodeId: NodeId;
  readonly name: string;
  readonly address: Address;
  readonly runId: string;
  readonly role: 'master' | 'replica' | 'unknown';
  /** Whom it follows; null for a master. */
  readonly master: Address | null;
  readonly linkUp: boolean | null;
  readonly replicationId: string | null;
  readonly offset: number;
  readonly keys: number;
  readonly counters: SyncCounters;
}

/** What happened when a plan was run. `failure` is null when every step succeeded. */
export interface ActResult {
  readonly runId: string;
  readonly results: readonly StepResult[];
  readonly failure: Failure | null;
  /** The node that the act made, where it made one. */
  readonly nodeId: NodeId | null;
}

/** What a person says to run a plan that was shown. */
export const runSchema = z.object({
  hash: z.string().max(64),
  /** The typed name, where the plan asks for one. */
  confirmation: z.string().max(255).optional(),
  /** Why it runs against its failed checks; kept in the journal. */
  forceReason: z.string().trim().min(1).max(actBounds.reasonMaxLength).optional(),
});

export type RunRequest = z.infer<typeof runSchema>;

/** A run as it goes on: told again at each step's begin and end. */
export interface RunProgress {
  readonly runId: string;
  readonly hash: string;
  readonly title: Statement;
  readonly state: 'running' | 'cancelling' | 'done' | 'failed' | 'cancelled';
  readonly steps: readonly PlanStep[];
  /** Of the steps that ended, in their order; the next one is running while `state` is. */
  readonly results: readonly StepResult[];
  readonly startedAtMs: number;
  readonly failure: Failure | null;
}

/** One run of the journal, put together from its lines. */
export interface JournalRun {
  readonly runId: string;
  readonly atMs: number;
  readonly who: string;
  readonly act: Act;
  readonly title: Statement;
  readonly steps: readonly PlanStep[];
  readonly results: readonly StepResult[];
  /** `unfinished`: Syncline ended while it ran. */
  readonly state: 'running' | 'done' | 'failed' | 'cancelled' | 'unfinished';
  readonly failure: Failure | null;
  /** A step that was begun and whose end was not written: it may have been done or not. */
  readonly openStep: number | null;
  readonly forceReason: string | null;
  readonly before: readonly NodeState[];
  /** Whether the journal knows enough to plan the way back, and the way on. */
  readonly canUndo: boolean;
  readonly canResume: boolean;
  /** A later run undid or resumed it, and ended well. */
  readonly isSettled: boolean;
}

/** Guards that a person may set; they are kept by the host. */
export interface Guards {
  /** Nothing that could change a server is sent, whatever asks for it. */
  readonly readOnly: boolean;
}
