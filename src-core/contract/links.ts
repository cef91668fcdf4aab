// Calls on a link between a replica and its master: faults on purpose, and their end.
import { oc, type } from '@orpc/contract';
import * as z from 'zod';
import type { Outcome } from './failures.ts';
import { faultSchema, type RelayView } from './faults.ts';

/** A link is named by its replica. */
const link = { nodeId: z.string().min(1).max(64) };

export const linkCalls = {
  /**
   * Puts the link through a relay, where it is not yet, and lets the relay do this. The replica is re-pointed with
   * REPLICAOF and goes on by a partial resync. Null: the relay passes everything on, and stays.
   */
  fault: oc.input(z.object({ ...link, fault: faultSchema.nullable() })).output(type<Outcome<RelayView>>()),
  /** Ends the fault, points the replica to its master again and removes the relay. Nothing to do is no failure. */
  clear: oc.input(z.object(link)).output(type<Outcome<null>>()),
};
