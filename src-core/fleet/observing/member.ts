// A node together with what was seen of it: its last reading, its sampled offsets, its series.

import type { Failure } from '../../contract/failures.ts';
import type { LinkFaultView } from '../../contract/faults.ts';
import type { Address, NodeId } from '../../contract/places.ts';
import { seriesPointsMax } from '../../contract/settings.ts';
import type { Lifecycle, RestartView, SeriesPoint, SupervisionView } from '../../contract/views.ts';
import type { FleetNode } from './fleet-node.ts';
import type { Look } from './look.ts';
import { LookCost } from './look-cost.ts';
import { OffsetHistory } from './offset-history.ts';
import type { NodeReading } from './reading.ts';
import { Ring } from './ring.ts';
import { SyncWatch } from './sync-watch.ts';
import { isAddressOf, sameAddress } from './topology.ts';

/** Other names of one server that are kept. */
const otherAddressesMax = 16;

export interface RateSample {
  /** Of a clock that never steps. */
  readonly monotonicMs: number;
  readonly bytesPerSecond: number;
}

/** A relay of ours between a replica and its master: the one is pointed at `address`, and the other is at `target`. */
export interface RelayOnLink {
  readonly address: Address;
  readonly target: Address;
  readonly view: LinkFaultView;
}

export class Member {
  readonly node: FleetNode;
  /** `master_repl_offset` over time. */
  readonly offsets = new OffsetHistory();
  /** Bytes of the stream that a replica applied, over time. */
  readonly applied = new OffsetHistory();
  /** Bytes of the snapshot that a replica received, over time. */
  readonly received = new OffsetHistory();
  readonly series = new Ring<SeriesPoint>(seriesPointsMax);
  readonly cost = new LookCost();
  /** Its full syncs, as a replica. */
  readonly syncWatch = new SyncWatch();
  reading: NodeReading | null = null;
  /** How old its data is, by the probe key; null while that is off, or cannot be told. */
  dataAgeMs: number | null = null;
  /** Whoever lays it on the link takes it off again. */
  relay: RelayOnLink | null = null;
  /** Of the Sentinels that watch this master; null where none is known. */
  supervision: SupervisionView | null = null;
  readonly #writeRates = new Ring<RateSample>(seriesPointsMax);
  #isThroughRelay = false;
  #otherAddresses: readonly Address[] = [];
  #restart: RestartView | null = null;
  /** The looks that failed in a row, though the node is said to run: it hangs, or refuses INFO. */
  #trouble: { readonly sinceMs: number; readonly attempt: number; readonly failure: Failure } | null = null;

  constructor(node: FleetNode) {
    this.node = node;
    if (!sameAddress(node.peerAddress, node.address)) this.#otherAddresses = [node.peerAddress];
  }

  get id(): NodeId {
    return this.node.id;
  }

  get address(): Address {
    return this.node.address;
  }

  /** Where other servers reach it: what a REPLICAOF to it names. */
  get peerAddress(): Address {
    return this.node.peerAddress;
  }

  /** As the node says, and where it runs but cannot be read, as we see it. */
  get lifecycle(): Lifecycle {
    const { lifecycle } = this.node;
    return this.#trouble && lifecycle.kind === 'running' ? { kind: 'unreachable', ...this.#trouble } : lifecycle;
  }

  /** The other addresses by which it was found to be reached. */
  get otherAddresses(): readonly Address[] {
    return this.#otherAddresses;
  }

  /** The same server answers at this address too. */
  alsoAt(address: Address): void {
    if (isAddressOf(this, address)) return;
    this.#otherAddresses = [...this.#otherAddresses, address].slice(-otherAddressesMax);
  }

  /** The last time that another process answered than before; null where that was not seen. */
  get restart(): RestartView | null {
    return this.#restart;
  }

  /** Growth of its stream, bytes per second, as it was sampled: from the oldest sample to the newest. */
  get writeRates(): readonly RateSample[] {
    return this.#writeRates.toArray();
  }

  /** Whether the last look found it following its relay. What `reading` tells of its master is the master's own address. */
  get isThroughRelay(): boolean {
    return this.#isThroughRelay;
  }

  /** Whom its own REPLICAOF names: a relay that stands on the link, else its master. Null for a master. */
  get followed(): Address | null {
    return this.relay && this.#isThroughRelay ? this.relay.address : (this.reading?.link?.masterAddress ?? null);
  }

  /** A look told nothing. */
  miss(failure: Failure, atMs: number): void {
    const before = this.#trouble;
    this.#trouble = { sinceMs: before?.sinceMs ?? atMs, attempt: (before?.attempt ?? 0) + 1, failure };
  }

  /** A look told this, and cost that. */
  takeLook(look: Look): void {
    this.cost.add(look, look.reading.monotonicMs);
    this.take(look.reading);
  }

  take(reading: NodeReading): void {
    const before = this.reading;
    const isAnother = before !== null && before.runId !== '' && before.runId !== reading.runId;
    if (isAnother) this.#restart = { atMs: reading.atMs, keysBefore: before.keys };
    this.#trouble = null;
    this.#isThroughRelay = this.relay !== null && followsAt(reading, this.relay.address);
    this.reading = this.relay && this.#isThroughRelay ? behindRelay(reading, this.relay.target) : reading;
    this.offsets.add(reading.monotonicMs, reading.offset, `${reading.runId} ${reading.replicationId}`);
    this.syncWatch.take(this.reading);
    this.#writeRates.push({ monotonicMs: reading.monotonicMs, bytesPerSecond: this.offsets.bytesPerSecond() });
    const { link } = reading;
    if (!link) return;
    this.applied.add(reading.monotonicMs, link.offset, reading.replicationId);
    this.received.add(reading.monotonicMs, link.syncReadBytes, `${reading.runId} ${reading.role}`);
  }
}

function followsAt({ link }: NodeReading, address: Address): boolean {
  return link !== null && sameAddress(link.masterAddress, address);
}

/** The relay is no server of its own: who follows it follows what is behind it. */
function behindRelay(reading: NodeReading, masterAddress: Address): NodeReading {
  return reading.link === null ? reading : { ...reading, link: { ...reading.link, masterAddress } };
}
