// A stream out of an RDB (grammar in format.ts), element by element: nodes, figures, groups with what is pending.
import { Listpack } from '../../data/listpack.ts';
import type { StreamConsumer } from '../../data/stream-group.ts';
import { StreamGroup } from '../../data/stream-group.ts';
import { idFromBytes, STREAM_ID_BYTES, type StreamId, streamId, ZERO_ID } from '../../data/stream-id.ts';
import { isStreamNode, StreamNode } from '../../data/stream-node.ts';
import { StreamValue } from '../../data/stream-value.ts';
import { type RdbCursor, StringPlace } from './cursor.ts';
import { checkListpack, PackedError } from './packed.ts';

const place = new StringPlace();
const momentBytes = 8;

/** So many elements of one kind. `take` reads one; false when its bytes are not all there. */
interface Sequence {
  readonly count: number;
  readonly take: (cursor: RdbCursor) => boolean;
}

interface Delivery {
  readonly deliveredMs: number;
  readonly deliveries: number;
}

/** What the types of streams differ in. */
export interface StreamForm {
  /** Type 15 has no first id, no greatest deleted id and no counters. */
  readonly hasCounters: boolean;
  /** From type 21 on a consumer says when it last got something, not only when it last asked. */
  readonly hasActiveTimes: boolean;
}

export class StreamReader {
  readonly #form: StreamForm;
  readonly #nodes: StreamNode[] = [];
  #stream = new StreamValue();
  #groupsLeft = 0;
  #pendingCount = 0;
  #consumerCount = 0;
  #ownedCount = 0;
  #group: StreamGroup | null = null;
  #consumer: StreamConsumer | null = null;
  /** Pending in the group, and not yet in the list of a consumer. */
  readonly #unowned = new Map<StreamId, Delivery>();
  #take = (cursor: RdbCursor): boolean => this.#takeNode(cursor);
  readonly #sequences = this.#plan();

  constructor(form: StreamForm) {
    this.#form = form;
  }

  /** Reads one element; false when its bytes are not all there, with the cursor anywhere. @throws PackedError */
  take(cursor: RdbCursor): boolean {
    return this.#take(cursor);
  }

  /** After so many elements as were announced: how many more there are of the next kind; 0 at the end. */
  more(): number {
    for (let next = this.#sequences.next(); !next.done; next = this.#sequences.next()) {
      this.#take = next.value.take;
      if (next.value.count > 0) return next.value.count;
    }
    return 0;
  }

  /** After the last element. An empty stream is one too. */
  finish(): StreamValue {
    this.#checkOwners();
    return this.#stream;
  }

  /** What follows the nodes. The counts are known when their turn comes. */
  *#plan(): Generator<Sequence, undefined> {
    yield { count: 1, take: (cursor) => this.#takeFigures(cursor) };
    for (; this.#groupsLeft > 0; this.#groupsLeft--) {
      yield { count: 1, take: (cursor) => this.#takeGroup(cursor) };
      yield { count: this.#pendingCount, take: (cursor) => this.#takePending(cursor) };
      yield { count: 1, take: (cursor) => this.#takeConsumerCount(cursor) };
      for (let left = this.#consumerCount; left > 0; left--) {
        yield { count: 1, take: (cursor) => this.#takeConsumer(cursor) };
        yield { count: this.#ownedCount, take: (cursor) => this.#takeOwned(cursor) };
      }
      this.#checkOwners();
    }
  }

  #takeNode(cursor: RdbCursor): boolean {
    if (!cursor.string(place)) return false;
    if (place.end - place.start !== STREAM_ID_BYTES) throw new PackedError('a node of a stream has no id');
    const masterId = idFromBytes(place.buffer, place.start);
    if (!cursor.string(place)) return false;
    const { buffer, start, end } = place;
    checkListpack(buffer, start, end);
    const listpack = Listpack.copyOf(buffer, start, end);
    if (!isStreamNode(listpack)) throw new PackedError('a node of a stream contradicts itself');
    const before = this.#nodes.at(-1)?.masterId ?? -1n;
    if (masterId <= before) throw new PackedError('the nodes of a stream are not in order');
    this.#nodes.push(new StreamNode(masterId, listpack));
    return true;
  }

  #takeFigures(cursor: RdbCursor): boolean {
    const numbers: bigint[] = [];
    const wanted = this.#form.hasCounters ? 9 : 4;
    for (let i = 0; i < wanted; i++) {
      if (!cursor.length()) return false;
      numbers.push(cursor.wideValue());
    }
    const [length, lastMs, lastSequence] = numbers as [bigint, bigint, bigint];
    const held = this.#nodes.reduce((sum, node) => sum + node.valid, 0);
    if (Number(length) !== held) throw new PackedError('a stream does not have the length it says');
    this.#stream = StreamValue.of(this.#nodes, held);
    const lastId = streamId(lastMs, lastSequence);
    if (this.#form.hasCounters) {
      const [firstMs, firstSequence, deletedMs, deletedSequence, entriesAdded] = numbers.slice(3, 8) as [
        bigint,
        bigint,
        bigint,
        bigint,
        bigint,
      ];
      const firstId = streamId(firstMs, firstSequence);
      this.#stream.assign({ lastId, firstId, maxDeletedId: streamId(deletedMs, deletedSequence), entriesAdded });
    } else {
      this.#stream.assign({ lastId, firstId: ZERO_ID, maxDeletedId: ZERO_ID, entriesAdded: length });
      this.#stream.settle();
    }
    this.#groupsLeft = Number(numbers.at(-1));
    return true;
  }

  #takeGroup(cursor: RdbCursor): boolean {
    if (!cursor.string(place)) return false;
    const name = place.text();
    const numbers: bigint[] = [];
    for (let i = 0; i < (this.#form.hasCounters ? 4 : 3); i++) {
      if (!cursor.length()) return false;
      numbers.push(cursor.wideValue());
    }
    const lastId = streamId(numbers[0]!, numbers[1]!);
    const entriesRead = this.#form.hasCounters ? BigInt.asIntN(64, numbers[2]!) : this.#stream.entriesUpTo(lastId);
    if (this.#stream.groups.has(name)) throw new PackedError('a stream has a group twice');
    this.#group = new StreamGroup(lastId, entriesRead);
    this.#stream.groups.set(name, this.#group);
    this.#pendingCount = Number(numbers.at(-1));
    return true;
  }

  #takePending(cursor: RdbCursor): boolean {
    if (!cursor.has(STREAM_ID_BYTES + momentBytes)) return false;
    const id = idFromBytes(cursor.buffer, cursor.at);
    const deliveredMs = Number(cursor.buffer.readBigInt64LE(cursor.at + STREAM_ID_BYTES));
    cursor.at += STREAM_ID_BYTES + momentBytes;
    if (!cursor.length()) return false;
    if (this.#unowned.has(id)) throw new PackedError('a group of a stream has a pending entry twice');
    this.#unowned.set(id, { deliveredMs, deliveries: cursor.value });
    return true;
  }

  #takeConsumerCount(cursor: RdbCursor): boolean {
    if (!cursor.length()) return false;
    this.#consumerCount = cursor.value;
    return true;
  }

  #takeConsumer(cursor: RdbCursor): boolean {
    if (!cursor.string(place)) return false;
    const name = place.text();
    // When it last got something is passed over: Redis 7.0, which we are, does not know that.
    const momentsBytes = this.#form.hasActiveTimes ? 2 * momentBytes : momentBytes;
    if (!cursor.has(momentsBytes)) return false;
    const seenMs = Number(cursor.buffer.readBigInt64LE(cursor.at));
    cursor.at += momentsBytes;
    if (!cursor.length()) return false;
    this.#consumer = this.#group!.addConsumer(name, seenMs);
    if (this.#consumer === null) throw new PackedError('a group of a stream has a consumer twice');
    this.#ownedCount = cursor.value;
    return true;
  }

  #takeOwned(cursor: RdbCursor): boolean {
    if (!cursor.has(STREAM_ID_BYTES)) return false;
    const id = idFromBytes(cursor.buffer, cursor.at);
    cursor.at += STREAM_ID_BYTES;
    const delivery = this.#unowned.get(id);
    if (delivery === undefined) throw new PackedError('a consumer has an entry that is not pending in its group');
    this.#unowned.delete(id);
    this.#group!.deliver(id, this.#consumer!, delivery.deliveredMs, delivery.deliveries);
    return true;
  }

  #checkOwners(): void {
    if (this.#unowned.size > 0) throw new PackedError('a group of a stream has a pending entry of no consumer');
  }
}
