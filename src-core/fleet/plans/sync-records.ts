// Remembers the full syncs that were watched: how long each snapshot was, how fast it came, and what its time stood on.
import type { Disposable } from '../../base/lifecycle.ts';
import type { NodeId } from '../../contract/places.ts';
import type { SnapshotSize } from '../../insight/sync-cost.ts';
import type { Fleet } from '../fleet.ts';
import type { Member } from '../observing/member.ts';
import type { SeenSync } from '../observing/sync-watch.ts';
import { findMaster } from '../observing/topology.ts';
import { toWatchedWork } from './forecast-facts.ts';
import { type TimedSync, toSyncEnd } from './timed-sync.ts';

/** The oldest are forgotten: what was long ago says little of now. */
const timedSyncsMax = 200;

/** A snapshot's length, and the keys of its server by then. */
interface SnapshotRecord {
  readonly bytes: number;
  readonly keys: number;
  readonly atMs: number;
}

type Sample = Extract<SnapshotSize, { kind: 'sampled' }>;

export class SyncRecords implements Disposable {
  /** By the node that sent it. */
  readonly #snapshots = new Map<NodeId, SnapshotRecord>();
  /** By the node whose keys were looked at. */
  readonly #sampled = new Map<NodeId, Sample>();
  /** By the replica. */
  readonly #rates = new Map<NodeId, number>();
  /** By the replica, the last of its syncs that was noted. */
  readonly #noted = new WeakMap<Member, SeenSync>();
  #timed: readonly TimedSync[] = [];
  readonly #roleChanges = new Map<NodeId, number>();
  readonly #listening: Disposable;

  constructor(fleet: Fleet) {
    this.#listening = fleet.changes.on(({ marks, removed }) => {
      for (const member of fleet.members) this.#look(member, fleet.members);
      for (const { nodeId, kind, atMs } of marks) {
        if (kind === 'promoted' || kind === 'attached') this.#roleChanges.set(nodeId, atMs);
      }
      for (const id of removed) this.#forget(id);
    });
  }

  /** When the role of a node was last seen to change. */
  get roleChanges(): ReadonlyMap<NodeId, number> {
    return this.#roleChanges;
  }

  /** Of the whole fleet, the newest last. */
  get timed(): readonly TimedSync[] {
    return this.#timed;
  }

  /** Scaled to the keys of now; null where no full sync from it was watched. */
  lastSnapshot(master: Member, nowMs: number): SnapshotSize | null {
    const record = this.#snapshots.get(master.id);
    const bytes = record ? scaled(record.bytes, record.keys, master) : null;
    return record && bytes !== null ? { kind: 'lastSync', bytes, ageMs: nowMs - record.atMs } : null;
  }

  linkRate(replica: Member): number | null {
    return this.#rates.get(replica.id) ?? null;
  }

  /** A plan looked at keys: a diskless snapshot does not say its length, and this is what it will be. */
  noteSample(master: Member, sample: Sample): void {
    this.#sampled.set(master.id, sample);
  }

  dispose(): void {
    this.#listening.dispose();
  }

  /** A node that comes back has another id. What its syncs took stays among the timed ones. */
  #forget(id: NodeId): void {
    for (const records of [this.#snapshots, this.#sampled, this.#rates, this.#roleChanges]) records.delete(id);
  }

  #look(replica: Member, members: readonly Member[]): void {
    const { seen } = replica.syncWatch;
    if (seen === null || seen === this.#noted.get(replica)) return;
    this.#noted.set(replica, seen);
    if (seen.bytesPerSecond !== null) this.#rates.set(replica.id, seen.bytesPerSecond);
    const master = findMaster(replica, members);
    if (!master?.reading) return;
    const atMs = Date.now();
    const { totalBytes, readBytes, seconds } = seen;
    if (totalBytes !== null) this.#snapshots.set(master.id, { bytes: totalBytes, keys: master.reading.keys, atMs });
    const sample = this.#sampled.get(master.id);
    const bytes = totalBytes ?? (sample ? scaled(sample.bytes, sample.keys, master) : null) ?? readBytes;
    const parts = sample ? scaled(sample.parts, sample.keys, master) : null;
    const work = toWatchedWork(replica, master, { bytes, parts }, this.linkRate(replica));
    if (seconds === null || work === null) return;
    const sync = { replica: toSyncEnd(replica), master: toSyncEnd(master), seconds, atMs, work };
    this.#timed = [...this.#timed, sync].slice(-timedSyncsMax);
  }
}

/** As much for the keys of now. Null where a record of no keys says nothing of many. */
function scaled(amount: number, keys: number, { reading }: Member): number | null {
  return keys === 0 ? null : Math.round((amount * (reading?.keys ?? keys)) / keys);
}
