// Acts: what a person can do to the fleet, and the plan that is shown before one runs.
import * as z from 'zod';
import type { Failure } from './failures.ts';
import type { NodeId, Statement } from './views.ts';

/** Named bounds of what a person may ask for; the same in forms, host and tests. */
export const actBounds = {
  nodeNameMaxLength: 40,
  nodesMax: 64,
  writesPerSecondMin: 1,
  writesPerSecondMax: 200_000,
  valueBytesMin: 1,
  valueBytesMax: 1_048_576,
} as const;

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
  environment: z.enum(['lab', 'dev', 'stage', 'prod']).optional(),
});

export type ConnectRequest = z.infer<typeof connectSchema>;

/** What the host expects an act to do; `unknown` is said, never guessed. */
export interface Forecast {
  readonly sync: 'none' | 'partial' | 'full' | 'unknown';
  readonly reason: Statement;
  readonly transferBytes: number | null;
  readonly keysDestroyed: number | null;
  /** Replicas below that will resync too. */
  readonly replicasBelow: number;
  /** For the tape in the dialog; null where the act concerns no offsets. */
  readonly window: {
    readonly firstByte: number;
    readonly endOffset: number;
    readonly replicaOffset: number | null;
  } | null;
}

export interface PlanCheck {
  readonly level: 'pass' | 'warn' | 'fail';
  readonly statement: Statement;
}

export interface PlanStep {
  readonly nodeId: NodeId | null;
  readonly nodeName: string;
  /** The literal command as typed into redis-cli, secrets struck out; or what the host itself does. */
  readonly command: string;
  readonly isRedisCommand: boolean;
}

/** What an act will do, made before it runs and run by its hash: what ran is what was shown. */
export interface Plan {
  readonly hash: string;
  readonly act: Act;
  readonly title: Statement;
  readonly forecast: Forecast | null;
  readonly destroys: readonly Statement[];
  readonly checks: readonly PlanCheck[];
  readonly steps: readonly PlanStep[];
  readonly undo: Statement;
  /** The word that must be typed before it runs (production, and data is lost); null where a click is enough. */
  readonly typedConfirmation: string | null;
}

export interface StepResult {
  readonly step: PlanStep;
  readonly ok: boolean;
  readonly answer: string;
  readonly durationMs: number;
}

/** What happened when a plan was run. `failure` is null when every step succeeded. */
export interface ActResult {
  readonly results: readonly StepResult[];
  readonly failure: Failure | null;
  /** The node that the act made, where it made one. */
  readonly nodeId: NodeId | null;
}
