// Reads from the journal which relays a Syncline left on links when it was killed. Pure.
import type { Address } from '../contract/places.ts';
import type { FaultEntry } from './fault-entry.ts';
import type { JournalEntry } from './journal-entries.ts';

/** A replica that was pointed at a relay, and never back. It may have gone elsewhere since by other hands. */
export interface LeftRelay {
  readonly replica: string;
  readonly address: Address;
  readonly replicaRunId: string;
  readonly relay: Address;
  readonly master: Address;
}

/** Oldest first. */
export function findLeftRelays(entries: readonly JournalEntry[]): LeftRelay[] {
  const left = new Map<string, LeftRelay>();
  for (const entry of entries) {
    // A journal of an older Syncline does not name the relay.
    if (entry.kind !== 'fault' || entry.relay === undefined || entry.address === undefined) continue;
    if (isBack(entry)) left.delete(keyOf(entry));
    // Begun is enough: after a crash its command may have been sent.
    if (entry.change.kind === 'fault') left.set(keyOf(entry), toLeft(entry));
  }
  return [...left.values()];
}

/** Without a command the replica was not there to be pointed back. */
function isBack({ state, change, command, failure }: FaultEntry): boolean {
  return state === 'ended' && change.kind === 'clear' && command !== null && failure === null;
}

function toLeft({ replica, address, replicaRunId, relay, master }: FaultEntry): LeftRelay {
  return { replica, address, replicaRunId, relay, master };
}

function keyOf({ address, relay }: FaultEntry): string {
  return `${address.host}:${address.port} ${relay.host}:${relay.port}`;
}
