// The host's API by name: one contract over MessagePort (Electron) and WebSocket (web shell).
import { eventIterator, oc, type } from '@orpc/contract';
import * as z from 'zod';
import {
  type ActResult,
  actBounds,
  actSchema,
  connectSchema,
  type Forecast,
  type Guards,
  type JournalRun,
  type Plan,
  type RunProgress,
  runSchema,
} from './acts.ts';
import type { Outcome } from './failures.ts';
import type { JournalFault } from './faults.ts';
import { linkCalls } from './links.ts';
import { profileCalls } from './profile-calls.ts';
import type { ConnectResult } from './surroundings.ts';
import type { FleetEvent, LogLine, SyncTrace } from './views.ts';

/** Runs and faults of the journal that one call may ask for. */
const journalPageMax = 200;

export interface JournalPage {
  readonly runs: readonly JournalRun[];
  /** Faults on links over the same time. */
  readonly faults: readonly JournalFault[];
  readonly hasMore: boolean;
  /** Lines that were no whole entry: a torn last line after a crash, or a damaged file. */
  readonly skippedLines: number;
  /** The file that it was read from, on the machine of the host. */
  readonly path: string;
}

const run = z.object({ runId: z.string().min(1).max(64) });
const address = z.object({ host: z.string().min(1).max(255), port: z.int().min(1).max(65_535) });
const node = z.object({ nodeId: z.string().min(1).max(64) });

export const contract = {
  fleet: {
    /** A snapshot, then numbered patches until the caller stops. */
    watch: oc.output(eventIterator(type<FleetEvent>())),
    /** Takes a server that is only spoken of out of sight, until somebody speaks of it again. */
    forgetGhost: oc.input(address).output(type<void>()),
    /** Switches the probe key on or off: it is written to masters and read on replicas. */
    probe: oc.input(z.object({ isOn: z.boolean() })).output(type<void>()),
  },
  node: {
    /** The newest lines of an embedded node's log, then new ones as they are written. */
    log: oc.input(node).output(eventIterator(type<readonly LogLine[]>())),
    /** The last syncs of a node, newest first, and again at each change. */
    syncs: oc.input(node).output(eventIterator(type<readonly SyncTrace[]>())),
  },
  connections: {
    /** Opens a connection to a real server and keeps it; a Sentinel offers its masters. Changes nothing on the server. */
    connect: oc.input(connectSchema).output(type<Outcome<ConnectResult>>()),
  },
  profiles: profileCalls,
  links: linkCalls,
  acts: {
    /** Looks, and says what would run. Changes nothing. */
    plan: oc.input(actSchema).output(type<Outcome<Plan>>()),
    /** Runs the plan with this hash, if what it saw still holds. */
    run: oc.input(runSchema).output(type<Outcome<ActResult>>()),
    /** Ends a run after what it is doing now; what it holds (a pause, a failover) is let go. False: it runs no more. */
    cancel: oc.input(run).output(type<Outcome<boolean>>()),
    /** The run that goes on or ended last, then each change of it and of later ones. */
    progress: oc.output(eventIterator(type<RunProgress>())),
  },
  insight: {
    /** What a replica will find when it comes back after so long: partial or full. Changes nothing. */
    absence: oc
      .input(node.extend({ awaySeconds: z.number().min(0).max(actBounds.awaySecondsMax) }))
      .output(type<Outcome<Forecast>>()),
  },
  journal: {
    /** Runs and faults, newest first; `beforeMs` is the `atMs` of the oldest one that is known already. */
    read: oc
      .input(z.object({ beforeMs: z.number().optional(), count: z.int().min(1).max(journalPageMax).optional() }))
      .output(type<Outcome<JournalPage>>()),
  },
  guards: {
    get: oc.output(type<Guards>()),
    set: oc.input(z.object({ readOnly: z.boolean() })).output(type<Outcome<Guards>>()),
  },
};

export type HostContract = typeof contract;
