// The lines of the journal: what is written of a run when it begins, at each step, and when it ends.
import type { Act, NodeState, Plan, StepResult } from '../contract/acts.ts';
import type { Failure } from '../contract/failures.ts';
import type { Address } from '../contract/places.ts';
import type { FaultEntry } from './fault-entry.ts';

/** A node and whom it follows: found again by its run_id, or by its address. */
export interface JournalLink {
  readonly nodeId: string;
  readonly name: string;
  readonly address: Address;
  readonly runId: string;
  readonly master: Address | null;
}

export function toLink({ nodeId, name, address, runId, master }: NodeState): JournalLink {
  return { nodeId, name, address, runId, master };
}

/** Settings of one node; `rewrites`: they stand in its configuration file as well. */
export interface JournalSettings {
  readonly node: JournalLink;
  readonly values: Readonly<Record<string, string>>;
  readonly rewrites?: boolean;
}

export interface BegunEntry {
  readonly kind: 'begun';
  readonly runId: string;
  readonly atMs: number;
  /** Who ran it: the user of the operating system. */
  readonly who: string;
  readonly act: Act;
  readonly plan: Pick<Plan, 'hash' | 'title' | 'steps' | 'destroys' | 'undo' | 'forecast' | 'moves'>;
  /** The concerned nodes as they were. */
  readonly before: readonly NodeState[];
  /** Where they are to stand when it is done. */
  readonly goal: readonly JournalLink[];
  readonly replacedSettings: readonly JournalSettings[];
  /** As they are to be when it is done. A journal of an older Syncline does not tell. */
  readonly goalSettings?: readonly JournalSettings[];
  /** Why it ran against failed checks; null where none failed. */
  readonly forceReason: string | null;
}

export type JournalEntry =
  | BegunEntry
  | FaultEntry
  /** Before the step's command is sent: after a crash it may have been done or not. */
  | { readonly kind: 'stepBegun'; readonly runId: string; readonly atMs: number; readonly index: number }
  | { readonly kind: 'step'; readonly runId: string; readonly atMs: number; readonly result: StepResult }
  /** What a run that ended early let go of. */
  | {
      readonly kind: 'released';
      readonly runId: string;
      readonly atMs: number;
      readonly nodeName: string;
      readonly command: string;
      readonly answer: string;
    }
  | {
      readonly kind: 'ended';
      readonly runId: string;
      readonly atMs: number;
      readonly failure: Failure | null;
    };
