// Ranks the replicas of a master that is gone: who loses least comes first, and each one's loss is said.
import type { Candidate } from '../contract/acts.ts';

export interface CandidateFacts {
  readonly nodeId: string;
  readonly name: string;
  readonly replicationId: string | null;
  readonly offset: number;
  /** It finished a sync at least once: a link that is up, or data with a history of the master. */
  readonly hasSynced: boolean;
  /** Loading, or in the middle of a full sync: its data is not whole. */
  readonly isWhole: boolean;
  /** `slave_priority`; 0 means never promote. Null: not known. */
  readonly priority: number | null;
  readonly keys: number;
}

export interface GoneMaster {
  readonly replicationId: string | null;
  /** The newest offset that anybody saw of it. */
  readonly offset: number | null;
}

/**
 * First who is whole and may be promoted, then the highest offset of the master's history, then the priority that the
 * operator gave (a lower number is preferred), then the name.
 */
export function rankCandidates(candidates: readonly CandidateFacts[], master: GoneMaster): Candidate[] {
  const newest = Math.max(master.offset ?? 0, ...candidates.filter(isUsable).map(({ offset }) => offset));
  return [...candidates].sort(compare).map((candidate) => ({
    nodeId: candidate.nodeId,
    name: candidate.name,
    offset: candidate.offset,
    keys: candidate.keys,
    // Offsets of different histories cannot be subtracted from each other.
    lostBytes: sharesHistory(candidate, master) ? newest - candidate.offset : null,
    note: noteOf(candidate),
  }));
}

function noteOf(candidate: CandidateFacts): Candidate['note'] {
  if (!candidate.isWhole) return 'notWhole';
  if (!candidate.hasSynced) return 'neverSynced';
  return candidate.priority === 0 ? 'priorityZero' : null;
}

function isUsable(candidate: CandidateFacts): boolean {
  return candidate.isWhole && candidate.hasSynced;
}

function sharesHistory(candidate: CandidateFacts, master: GoneMaster): boolean {
  return candidate.hasSynced && (master.replicationId === null || candidate.replicationId === master.replicationId);
}

function compare(one: CandidateFacts, other: CandidateFacts): number {
  return (
    Number(isUsable(other)) - Number(isUsable(one)) ||
    Number(one.priority === 0) - Number(other.priority === 0) ||
    other.offset - one.offset ||
    (one.priority ?? 100) - (other.priority ?? 100) ||
    one.name.localeCompare(other.name)
  );
}
