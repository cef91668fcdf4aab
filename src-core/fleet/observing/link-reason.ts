// Why a link is not streaming, as far as it can be known: from the replica's own trace, or from its master's state.
import type { FailureCode } from '../../contract/failures.ts';
import type { Address } from '../../contract/places.ts';
import type { Statement, StatementCode } from '../../contract/statements.ts';
import type { Member } from './member.ts';

/** What keeps us from the master most likely keeps its replica from it too. */
const codesByFailure: Partial<Record<FailureCode, StatementCode>> = {
  connectionRefused: 'linkConnectionRefused',
  connectionTimedOut: 'linkTimedOut',
  addressUnresolved: 'linkUnresolved',
};

/** Null where nothing is known: a real server says no more than that its link is down. */
export function findLinkReason(replica: Member, master: Member | null): Statement | null {
  const address = replica.reading?.link?.masterAddress;
  if (!address) return null;
  return findTraceReason(replica) ?? (master && findMasterReason(master, address));
}

/** The newest attempt that failed; an attempt that runs now says nothing yet. */
function findTraceReason({ node }: Member): Statement | null {
  const newest = node.syncs[0]?.outcome === 'running' ? node.syncs[1] : node.syncs[0];
  return newest?.outcome === 'failed' ? newest.reason : null;
}

function findMasterReason({ node, lifecycle }: Member, { host, port }: Address): Statement | null {
  if (lifecycle.kind === 'unreachable') {
    const code = codesByFailure[lifecycle.failure.code];
    return code ? { code, params: { host, port } } : null;
  }
  if (lifecycle.kind === 'stopped' || lifecycle.kind === 'failed' || lifecycle.kind === 'stopping') {
    return { code: 'linkMasterNotRunning', params: { master: node.name } };
  }
  return null;
}
