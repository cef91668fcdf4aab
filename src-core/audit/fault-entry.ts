// What the journal keeps of a fault on purpose: before anything is sent, and when it is done.

import type { Failure } from '../contract/failures.ts';
import type { Fault } from '../contract/faults.ts';
import type { Address } from '../contract/places.ts';

export interface FaultEntry {
  readonly kind: 'fault';
  readonly runId: string;
  readonly atMs: number;
  readonly who: string;
  /** `begun` is on the disk before the first command is sent. */
  readonly state: 'begun' | 'ended';
  readonly replica: string;
  /** Where we reach the replica, and which process answered there. */
  readonly address: Address;
  readonly replicaRunId: string;
  /** Of a Syncline that was killed it is gone, and the replica follows it all the same. */
  readonly relay: Address;
  readonly master: Address;
  /** `clear`: the relay is taken off. */
  readonly change: { readonly kind: 'fault'; readonly fault: Fault | null } | { readonly kind: 'clear' };
  /** The command that re-points the replica; null where only the relay is told. */
  readonly command: string | null;
  readonly failure: Failure | null;
}
