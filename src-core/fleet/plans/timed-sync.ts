// Full syncs of the fleet that were timed, and which of them tells most of one that is to come.
import type { NodeId } from '../../contract/places.ts';
import type { WatchedLike } from '../../insight/sync-cost.ts';
import type { SyncWork } from '../../insight/sync-time.ts';
import type { Member } from '../observing/member.ts';
import { sameHost } from '../observing/topology.ts';

/** A server at the time of a sync: it may be gone by now. */
interface SyncEnd {
  readonly id: NodeId;
  readonly name: string;
  readonly host: string;
  readonly family: string;
}

export interface TimedSync {
  readonly replica: SyncEnd;
  readonly master: SyncEnd;
  readonly seconds: number;
  readonly atMs: number;
  readonly work: SyncWork;
}

export function toSyncEnd({ id, node, address, reading }: Member): SyncEnd {
  return { id, name: node.name, host: address.host, family: reading?.server.family ?? '' };
}

/**
 * The one that tells most of a sync of `replica` from `master`: their own; else one of servers of the same kinds, from the
 * same master, or between the same machines. Null where there is none.
 * @param timed the newest last
 */
export function findLikeSync(
  replica: Member,
  master: Member,
  timed: readonly TimedSync[],
  nowMs: number,
): WatchedLike | null {
  const [reader, writer] = [toSyncEnd(replica), toSyncEnd(master)];
  const ofKinds = timed.filter((sync) => sync.replica.family === reader.family && sync.master.family === writer.family);
  const isOwn = (sync: TimedSync) => sync.replica.id === reader.id && sync.master.id === writer.id;
  const isFromIt = (sync: TimedSync) => sync.master.id === writer.id;
  const isBesideIt = (sync: TimedSync) =>
    sameHost(sync.replica.host, reader.host) && sameHost(sync.master.host, writer.host);
  const like = ofKinds.findLast(isOwn) ?? ofKinds.findLast(isFromIt) ?? ofKinds.findLast(isBesideIt);
  if (!like) return null;
  return {
    name: like.replica.name,
    master: like.master.name,
    isSamePair: isOwn(like),
    seconds: like.seconds,
    ageMs: Math.max(0, nowMs - like.atMs),
    work: like.work,
  };
}
