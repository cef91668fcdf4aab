// Puts the lines of the journal on faults together: one for each change, with how it ended.
import type { JournalFault } from '../contract/faults.ts';
import type { FaultEntry } from './fault-entry.ts';
import type { JournalEntry } from './journal-entries.ts';

/** @returns newest first */
export function toFaults(entries: readonly JournalEntry[]): JournalFault[] {
  const faults = new Map<string, JournalFault>();
  for (const entry of entries) {
    // A journal of an older Syncline does not name the relay.
    if (entry.kind !== 'fault' || entry.relay === undefined) continue;
    const begun = faults.get(entry.runId);
    faults.set(entry.runId, { ...toFault(entry), atMs: begun?.atMs ?? entry.atMs });
  }
  return [...faults.values()].reverse();
}

function toFault({
  runId,
  atMs,
  who,
  replica,
  master,
  relay,
  change,
  command,
  state,
  failure,
}: FaultEntry): JournalFault {
  const end = failure === null ? 'done' : 'failed';
  return {
    runId,
    atMs,
    who,
    replica,
    master,
    relay,
    change,
    command,
    state: state === 'begun' ? 'open' : end,
    failure,
  };
}
