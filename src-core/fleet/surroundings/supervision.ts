// Which Sentinels watch which node, and whom each of them takes for the master. Pure.
import type { SupervisionView } from '../../contract/views.ts';
import type { Member } from '../observing/member.ts';
import { isAddressOf } from '../observing/topology.ts';
import type { SentinelReading, WatchedMaster } from './sentinel-node.ts';

/** What one Sentinel knows of one of its masters. */
interface Watcher {
  /** Its own id and its peers'. */
  readonly ids: ReadonlySet<string>;
  readonly master: WatchedMaster;
}

/** The Sentinels that watch the tree of this node; null where none is known. */
export function superviseBy(member: Member, readings: readonly SentinelReading[]): SupervisionView | null {
  const watchers: Watcher[] = readings.flatMap(({ id, masters }) =>
    masters.map((master) => ({
      master,
      ids: new Set([id, ...master.peers.map(({ runId }) => runId)].filter(Boolean)),
    })),
  );
  const own = watchers.find(
    ({ master }) => isMember(member, master) || master.replicas.some((it) => isMember(member, it)),
  );
  if (!own) return null;
  // Two deployments may use one name: those that know each other are one.
  const group = watchers.filter(
    ({ ids, master }) => master.name === own.master.name && [...ids].some((id) => own.ids.has(id)),
  );
  const all = group.length > 0 ? group : [own];
  const ids = new Set(all.flatMap((watcher) => [...watcher.ids]));
  return {
    masterName: own.master.name,
    sentinels: Math.max(ids.size, own.master.otherSentinels + 1),
    quorum: own.master.quorum,
    isMaster: isMember(member, own.master),
    agreement: all.filter(({ master }) => isMember(member, master)).length,
    asked: all.length,
  };
}

/** By its run id, or by any of its addresses. */
export function isMember(
  member: Member,
  entry: { readonly runId: string; readonly address: { readonly host: string; readonly port: number } },
): boolean {
  const runId = member.reading?.runId ?? '';
  return (runId !== '' && runId === entry.runId) || isAddressOf(member, entry.address);
}
