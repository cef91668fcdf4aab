// The host's API by name: one contract over MessagePort (Electron) and WebSocket (web shell).
import { eventIterator, oc, type } from '@orpc/contract';
import * as z from 'zod';
import { type ActResult, actSchema, connectSchema, type Plan } from './acts.ts';
import type { Failure } from './failures.ts';
import { linkCalls } from './links.ts';
import type { FleetEvent, LogLine, NodeId, SyncTrace } from './views.ts';

const node = z.object({ nodeId: z.string().min(1).max(64) });

/** Either the value or a failure as data; thrown errors are our own mistakes. */
export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure };

export const contract = {
  fleet: {
    /** A snapshot, then numbered patches until the caller stops. */
    watch: oc.output(eventIterator(type<FleetEvent>())),
  },
  node: {
    /** The newest lines of an embedded node's log, then new ones as they are written. */
    log: oc.input(node).output(eventIterator(type<readonly LogLine[]>())),
    /** The last syncs of a node, newest first, and again at each change. */
    syncs: oc.input(node).output(eventIterator(type<readonly SyncTrace[]>())),
  },
  connections: {
    /** Opens a connection to a real server and keeps it. Changes nothing on the server. */
    connect: oc.input(connectSchema).output(type<Outcome<{ nodeId: NodeId }>>()),
  },
  links: linkCalls,
  acts: {
    /** Looks, and says what would run. Changes nothing. */
    plan: oc.input(actSchema).output(type<Outcome<Plan>>()),
    /** Runs the plan with this hash, if what it saw still holds. */
    run: oc
      .input(z.object({ hash: z.string(), confirmation: z.string().max(255).optional() }))
      .output(type<Outcome<ActResult>>()),
  },
};

export type HostContract = typeof contract;
