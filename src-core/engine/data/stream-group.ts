// A consumer group of a stream: how far it has read, who reads in it, and what was delivered and not yet acknowledged.
import { OrderedMap } from './ordered-map.ts';
import type { StreamId } from './stream-id.ts';

/** How many entries a group has read, when that cannot be told. */
export const UNKNOWN_ENTRIES_READ = -1n;

/** An entry that was delivered and is not yet acknowledged. */
export interface PendingEntry {
  consumer: StreamConsumer;
  /** Of the last delivery, in milliseconds since 1970. */
  deliveredMs: number;
  deliveries: number;
}

export interface StreamConsumer {
  readonly name: string;
  /** When it last asked for something, in milliseconds since 1970. */
  seenMs: number;
  /** Those of the group's pending entries that are this consumer's: the same objects. */
  readonly pending: OrderedMap<StreamId, PendingEntry>;
}

export class StreamGroup {
  /** The last entry that was delivered to anybody. */
  lastId: StreamId;
  /** `UNKNOWN_ENTRIES_READ`, or how many entries of the stream's whole life lie up to `lastId`. */
  entriesRead: bigint;
  readonly pending = new OrderedMap<StreamId, PendingEntry>();
  /** By name. */
  readonly consumers = new OrderedMap<string, StreamConsumer>();

  constructor(lastId: StreamId, entriesRead: bigint) {
    this.lastId = lastId;
    this.entriesRead = entriesRead;
  }

  clone(): StreamGroup {
    const copy = new StreamGroup(this.lastId, this.entriesRead);
    for (const [name, { seenMs }] of this.consumers.entries()) copy.addConsumer(name, seenMs);
    for (const [id, { consumer, deliveredMs, deliveries }] of this.pending.entries()) {
      copy.deliver(id, copy.consumers.get(consumer.name)!, deliveredMs, deliveries);
    }
    return copy;
  }

  /** Null if there is one of that name. */
  addConsumer(name: string, seenMs: number): StreamConsumer | null {
    if (this.consumers.has(name)) return null;
    const consumer: StreamConsumer = { name, seenMs, pending: new OrderedMap() };
    this.consumers.set(name, consumer);
    return consumer;
  }

  /** The consumer goes, and what is pending for it with it; how much that was. */
  removeConsumer(consumer: StreamConsumer): number {
    for (const [id] of consumer.pending.entries()) this.pending.delete(id);
    this.consumers.delete(consumer.name);
    return consumer.pending.size;
  }

  /** Makes an entry pending for this consumer, whoever had it. */
  deliver(id: StreamId, consumer: StreamConsumer, deliveredMs: number, deliveries: number): PendingEntry {
    const known = this.pending.get(id);
    if (known === undefined) {
      const entry: PendingEntry = { consumer, deliveredMs, deliveries };
      this.pending.set(id, entry);
      consumer.pending.set(id, entry);
      return entry;
    }
    known.deliveredMs = deliveredMs;
    known.deliveries = deliveries;
    if (known.consumer !== consumer) {
      known.consumer.pending.delete(id);
      consumer.pending.set(id, known);
      known.consumer = consumer;
    }
    return known;
  }

  /** It is pending no more; false if it was not. */
  acknowledge(id: StreamId): boolean {
    const entry = this.pending.get(id);
    if (entry === undefined) return false;
    this.pending.delete(id);
    entry.consumer.pending.delete(id);
    return true;
  }
}
