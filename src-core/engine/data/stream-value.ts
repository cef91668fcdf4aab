// A stream: entries in the order of their ids, in nodes of some thousand bytes, and the groups that read them.
import type { CollectionLimits } from './limits.ts';
import { OrderedMap } from './ordered-map.ts';
import { type StreamGroup, UNKNOWN_ENTRIES_READ } from './stream-group.ts';
import { MAX_ID, type StreamId, ZERO_ID } from './stream-id.ts';
import { type StreamEntry, StreamNode } from './stream-node.ts';

/** No node may be longer, whatever the limits say, and no entry. */
export const STREAM_NODE_BYTES_MAX = 1 << 30;

/** What a trim leaves. */
export interface TrimRule {
  readonly keep:
    | { readonly kind: 'length'; readonly length: number }
    | { readonly kind: 'from'; readonly id: StreamId };
  /** Only whole nodes go. */
  readonly approximate: boolean;
  /** No more than so many entries go; 0: no bound. */
  readonly limit: number;
}

/** What a stream says of itself beside its entries. */
export interface StreamFigures {
  readonly lastId: StreamId;
  readonly firstId: StreamId;
  readonly maxDeletedId: StreamId;
  readonly entriesAdded: bigint;
}

export class StreamValue {
  /** By the id that each began with. */
  readonly #nodes = new OrderedMap<StreamId, StreamNode>();
  /** By name, which is a byte text. */
  readonly groups = new OrderedMap<string, StreamGroup>();
  /** How many entries there are. */
  size = 0;
  /** The greatest id that ever was. */
  lastId: StreamId = ZERO_ID;
  /** Of the first entry; zero when there is none. */
  firstId: StreamId = ZERO_ID;
  /** The greatest id that was deleted one by one. */
  maxDeletedId: StreamId = ZERO_ID;
  /** Ever. */
  entriesAdded = 0n;

  /** As a snapshot has it: nodes in order, and figures; groups are added afterwards. */
  static of(nodes: Iterable<StreamNode>, size: number): StreamValue {
    const made = new StreamValue();
    for (const node of nodes) made.#nodes.set(node.masterId, node);
    made.size = size;
    return made;
  }

  clone(): StreamValue {
    const copy = StreamValue.of(
      Array.from(this.nodes(), (node) => node.clone()),
      this.size,
    );
    copy.assign(this);
    for (const [name, group] of this.groups.entries()) copy.groups.set(name, group.clone());
    return copy;
  }

  assign({ lastId, firstId, maxDeletedId, entriesAdded }: StreamFigures): void {
    this.lastId = lastId;
    this.firstId = firstId;
    this.maxDeletedId = maxDeletedId;
    this.entriesAdded = entriesAdded;
  }

  get nodeCount(): number {
    return this.#nodes.size;
  }

  nodes(): Generator<StreamNode, undefined> {
    return this.#nodes.values();
  }

  /** Adds an entry with an id above all others. */
  append(id: StreamId, fields: readonly string[], limits: CollectionLimits): void {
    let node = this.#nodes.last?.[1];
    if (node === undefined || isFull(node, fields, limits)) {
      node = StreamNode.begin(id, fields);
      this.#nodes.set(id, node);
    }
    node.append(id, fields);
    this.size++;
    this.entriesAdded++;
    this.lastId = id;
    if (this.size === 1) this.firstId = id;
  }

  /** Entries whose ids lie from `from` to `to`, both included. The stream must not change meanwhile. */
  *range(from: StreamId = ZERO_ID, to: StreamId = MAX_ID): Generator<StreamEntry, undefined> {
    for (const [masterId, node] of this.#nodes.entries(this.#nodes.floor(from)?.[0])) {
      if (masterId > to) return;
      for (const entry of node.entries(from)) {
        if (entry.id > to) return;
        yield entry;
      }
    }
  }

  /** The same entries, the last first. */
  *reversedRange(from: StreamId = ZERO_ID, to: StreamId = MAX_ID): Generator<StreamEntry, undefined> {
    for (const [, node] of this.#nodes.reversed(to)) {
      for (const entry of node.reversedEntries()) {
        if (entry.id < from) return;
        if (entry.id <= to) yield entry;
      }
    }
  }

  get(id: StreamId): StreamEntry | undefined {
    return this.range(id, id).next().value ?? undefined;
  }

  /** The last entry's id; zero when there is none. */
  get lastEntryId(): StreamId {
    return this.reversedRange().next().value?.id ?? ZERO_ID;
  }

  /** The first id, with those that were marked as deleted and still take room; the greatest there is when there is none. */
  get firstIdInNodes(): StreamId {
    for (const node of this.nodes()) if (node.firstId !== null) return node.firstId;
    return MAX_ID;
  }

  /** Deletes an entry; false if there is none. `settle` must follow when all are deleted. */
  delete(id: StreamId): boolean {
    const [masterId, node] = this.#nodes.floor(id) ?? [ZERO_ID, null];
    if (node === null) return false;
    const isLast = node.valid === 1;
    if (!node.delete(id)) return false;
    if (isLast) this.#nodes.delete(masterId);
    this.size--;
    if (id > this.maxDeletedId) this.maxDeletedId = id;
    return true;
  }

  /** After deletions: finds out which entry is the first now. */
  settle(): void {
    this.firstId = this.range().next().value?.id ?? ZERO_ID;
  }

  /** Takes entries away at the beginning; how many. */
  trim({ keep, approximate, limit }: TrimRule): number {
    let removed = 0;
    for (let first = this.#nodes.first; first !== undefined; first = this.#nodes.first) {
      const [masterId, node] = first;
      if (keep.kind === 'length' && this.size <= keep.length) break;
      const entries = node.valid;
      if (limit > 0 && removed + entries > limit) break;
      const wholeNode = keep.kind === 'length' ? this.size - entries >= keep.length : node.lastId < keep.id;
      if (!wholeNode) {
        if (!approximate) removed += this.#trimNode(node, keep);
        break;
      }
      this.#nodes.delete(masterId);
      this.size -= entries;
      removed += entries;
    }
    if (removed > 0 || this.size === 0) this.settle();
    return removed;
  }

  #trimNode(node: StreamNode, keep: TrimRule['keep']): number {
    const { size } = this;
    const isDoomed = (id: StreamId, marked: number) =>
      keep.kind === 'length' ? size - marked > keep.length : id < keep.id;
    const removed = node.deleteWhile(isDoomed);
    this.size -= removed;
    return removed;
  }

  // ---- how far a group has read

  /** Whether an entry from `from` on was deleted, so that ids there cannot be counted. */
  hasGapFrom(from: StreamId): boolean {
    if (this.size === 0 || this.maxDeletedId === ZERO_ID || this.firstId > this.maxDeletedId) return false;
    return from <= this.maxDeletedId;
  }

  /** How many entries of the stream's whole life lie up to `id`; `UNKNOWN_ENTRIES_READ` where deletions hide it. */
  entriesUpTo(id: StreamId): bigint {
    if (this.entriesAdded === 0n) return 0n;
    if (this.size === 0 && id <= this.lastId) return this.entriesAdded;
    if (id === this.lastId) return this.entriesAdded;
    if (id > this.lastId) return UNKNOWN_ENTRIES_READ;
    if (this.maxDeletedId !== ZERO_ID && this.maxDeletedId >= this.firstId) return UNKNOWN_ENTRIES_READ;
    const before = this.entriesAdded - BigInt(this.size);
    if (id < this.firstId) return before;
    return id === this.firstId ? before + 1n : UNKNOWN_ENTRIES_READ;
  }

  /** How many entries the group has yet to read; null where that cannot be told. */
  lagOf(group: StreamGroup): bigint | null {
    if (this.entriesAdded === 0n) return 0n;
    const isCounted = group.entriesRead !== UNKNOWN_ENTRIES_READ && !this.hasGapFrom(group.lastId);
    const read = isCounted ? group.entriesRead : this.entriesUpTo(group.lastId);
    return read === UNKNOWN_ENTRIES_READ ? null : this.entriesAdded - read;
  }

  /** The group has been given the entry `id`, the next one after what it had. */
  advance(group: StreamGroup, id: StreamId): void {
    if (group.entriesRead !== UNKNOWN_ENTRIES_READ && !this.hasGapFrom(id)) group.entriesRead++;
    else if (this.entriesAdded > 0n) group.entriesRead = this.entriesUpTo(id);
    group.lastId = id;
  }
}

/** Redis's rule: deleted entries count for the number, and the fields without their heads for the bytes. */
function isFull(node: StreamNode, fields: readonly string[], limits: CollectionLimits): boolean {
  const addedBytes = fields.reduce((bytes, field) => bytes + field.length, 0);
  const configured = limits.streamNodeMaxBytes;
  const maxBytes = configured === 0 || configured > STREAM_NODE_BYTES_MAX ? STREAM_NODE_BYTES_MAX : configured;
  if (node.listpack.sizeBytes + addedBytes >= maxBytes) return true;
  return limits.streamNodeMaxEntries > 0 && node.valid + node.deleted >= limits.streamNodeMaxEntries;
}
