// Remembers of each full sync that was watched how long its snapshot was and how fast it came: the next forecast stands on it.
import type { Disposable } from '../../base/lifecycle.ts';
import type { NodeId } from '../../contract/views.ts';
import type { SnapshotSize } from '../../insight/sync-cost.ts';
import type { Fleet } from '../fleet.ts';
import type { Member } from '../observing/member.ts';
import { findMaster } from '../observing/topology.ts';

/** Shorter looks at a transfer give no rate. */
const rateLeastMs = 400;
const rateLeastBytes = 1_000_000;

/** Shorter syncs are mostly waiting for the next look. */
const durationLeastMs = 800;

/** A link that is down now. */
interface Outage {
  readonly sinceMs: number;
  /** `sync_full` of its master by then; null where the master is not known. */
  readonly fullBefore: number | null;
}

interface Running {
  firstBytes: number;
  firstMs: number;
  lastBytes: number;
  lastMs: number;
  totalBytes: number;
}

interface SnapshotRecord {
  readonly bytes: number;
  readonly keys: number;
  readonly atMs: number;
}

export interface SyncDuration {
  readonly seconds: number;
  /** Of the master, by then. */
  readonly keys: number;
  readonly atMs: number;
}

export class SyncRecords implements Disposable {
  readonly #running = new Map<NodeId, Running>();
  /** By the node that sent it. */
  readonly #snapshots = new Map<NodeId, SnapshotRecord>();
  /** By the replica. */
  readonly #rates = new Map<NodeId, number>();
  /** `sync_full` of each node at the look before: a link that is seen down may be counted already. */
  readonly #fullSeen = new Map<NodeId, number>();
  readonly #outages = new Map<NodeId, Outage>();
  /** By the replica. */
  readonly #durations = new Map<NodeId, SyncDuration>();
  readonly #roleChanges = new Map<NodeId, number>();
  readonly #listening: Disposable;

  constructor(fleet: Fleet) {
    this.#listening = fleet.changes.on(({ marks }) => {
      for (const member of fleet.members) this.#look(member, fleet.members);
      for (const { id, reading } of fleet.members) if (reading) this.#fullSeen.set(id, reading.counters.full);
      for (const { nodeId, kind, atMs } of marks) {
        if (kind === 'promoted' || kind === 'attached') this.#roleChanges.set(nodeId, atMs);
      }
    });
  }

  /** When the role of a node was last seen to change. */
  get roleChanges(): ReadonlyMap<NodeId, number> {
    return this.#roleChanges;
  }

  /** Scaled to the keys of now; null where no full sync from it was watched. */
  lastSnapshot(master: Member, nowMs: number): SnapshotSize | null {
    const record = this.#snapshots.get(master.id);
    if (!record || record.keys === 0) return null;
    const bytes = Math.round((record.bytes * (master.reading?.keys ?? record.keys)) / record.keys);
    return { kind: 'lastSync', bytes, ageMs: nowMs - record.atMs };
  }

  linkRate(replica: Member): number | null {
    return this.#rates.get(replica.id) ?? null;
  }

  /** How long the last full sync of this replica took; null where none was watched, or it was too short to say. */
  lastDuration(replica: Member): SyncDuration | null {
    return this.#durations.get(replica.id) ?? null;
  }

  dispose(): void {
    this.#listening.dispose();
  }

  #look(member: Member, members: readonly Member[]): void {
    const { id, reading } = member;
    const link = reading?.link;
    this.#watchOutage(member, members);
    if (!reading || !link || link.up) {
      this.#end(member, members);
      return;
    }
    const bytes = link.syncReadBytes;
    if (bytes <= 0) return;
    const nowMs = reading.monotonicMs;
    const known = this.#running.get(id);
    const running =
      known && bytes >= known.lastBytes
        ? known
        : { firstBytes: bytes, firstMs: nowMs, lastBytes: bytes, lastMs: nowMs, totalBytes: 0 };
    running.lastBytes = bytes;
    running.lastMs = nowMs;
    running.totalBytes = link.syncTotalBytes;
    this.#running.set(id, running);
  }

  /** From the look that sees the link down to the one that sees it up again, where the master counted a full sync between. */
  #watchOutage(member: Member, members: readonly Member[]): void {
    const { id, reading } = member;
    if (!reading?.link) return void this.#outages.delete(id);
    const master = findMaster(member, members);
    const outage = this.#outages.get(id);
    const fullNow = master?.reading?.counters.full ?? null;
    if (!reading.link.up) {
      if (!outage)
        this.#outages.set(id, {
          sinceMs: reading.monotonicMs,
          fullBefore: this.#fullSeen.get(master?.id ?? '') ?? fullNow,
        });
      return;
    }
    this.#outages.delete(id);
    if (!outage || !master?.reading || outage.fullBefore === null || fullNow === null) return;
    const lastedMs = reading.monotonicMs - outage.sinceMs;
    if (fullNow <= outage.fullBefore || lastedMs < durationLeastMs) return;
    this.#durations.set(id, { seconds: lastedMs / 1000, keys: master.reading.keys, atMs: Date.now() });
  }

  #end(member: Member, members: readonly Member[]): void {
    const running = this.#running.get(member.id);
    if (!running) return;
    this.#running.delete(member.id);
    const seconds = (running.lastMs - running.firstMs) / 1000;
    const bytes = running.lastBytes - running.firstBytes;
    if (seconds * 1000 >= rateLeastMs && bytes >= rateLeastBytes) this.#rates.set(member.id, bytes / seconds);
    const master = findMaster(member, members);
    if (!master?.reading || running.totalBytes === 0) return;
    this.#snapshots.set(master.id, { bytes: running.totalBytes, keys: master.reading.keys, atMs: Date.now() });
  }
}
