// A node together with what was seen of it: its last reading, its sampled offsets, its series.

import type { Failure } from '../contract/failures.ts';
import { seriesPointsMax } from '../contract/settings.ts';
import type { Address, Lifecycle, NodeId, SeriesPoint } from '../contract/views.ts';
import type { FleetNode } from './fleet-node.ts';
import { OffsetHistory } from './offset-history.ts';
import type { NodeReading } from './reading.ts';
import { Ring } from './ring.ts';

export class Member {
  readonly node: FleetNode;
  /** `master_repl_offset` over time. */
  readonly offsets = new OffsetHistory();
  /** Bytes of the stream that a replica applied, over time. */
  readonly applied = new OffsetHistory();
  /** Bytes of the snapshot that a replica received, over time. */
  readonly received = new OffsetHistory();
  readonly series = new Ring<SeriesPoint>(seriesPointsMax);
  reading: NodeReading | null = null;
  /** The looks that failed in a row, though the node is said to run: it hangs, or refuses INFO. */
  #trouble: { readonly sinceMs: number; readonly attempt: number; readonly failure: Failure } | null = null;

  constructor(node: FleetNode) {
    this.node = node;
  }

  get id(): NodeId {
    return this.node.id;
  }

  get address(): Address {
    return this.node.address;
  }

  /** As the node says, and where it runs but cannot be read, as we see it. */
  get lifecycle(): Lifecycle {
    const { lifecycle } = this.node;
    return this.#trouble && lifecycle.kind === 'running' ? { kind: 'unreachable', ...this.#trouble } : lifecycle;
  }

  /** A look told nothing. */
  miss(failure: Failure, atMs: number): void {
    const before = this.#trouble;
    this.#trouble = { sinceMs: before?.sinceMs ?? atMs, attempt: (before?.attempt ?? 0) + 1, failure };
  }

  take(reading: NodeReading): void {
    this.#trouble = null;
    this.reading = reading;
    this.offsets.add(reading.atMs, reading.offset, `${reading.runId} ${reading.replicationId}`);
    const { link } = reading;
    if (!link) return;
    this.applied.add(reading.atMs, link.offset, reading.replicationId);
    this.received.add(reading.atMs, link.syncReadBytes, `${reading.runId} ${reading.role}`);
  }
}
