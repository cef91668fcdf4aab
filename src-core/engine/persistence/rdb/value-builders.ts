// From the values of an RDB that come element by element to the values of the keyspace, which are built anew.
import { HashValue } from '../../data/hash-value.ts';
import type { CollectionLimits } from '../../data/limits.ts';
import { ListValue } from '../../data/list-value.ts';
import { Listpack } from '../../data/listpack.ts';
import { SetValue } from '../../data/set-value.ts';
import { SortedSetValue } from '../../data/sorted-set-value.ts';
import { encoding, valueType } from '../../keyspace/record.ts';
import { type RdbCursor, StringPlace } from './cursor.ts';
import { type ExpiringHashReader, PackedExpiringHashReader, PlainExpiringHashReader } from './expiring-hash-reader.ts';
import { rdbNodeContainer, rdbTextScore, rdbType } from './format.ts';
import {
  addScore,
  fromHash,
  fromList,
  fromSet,
  fromSortedSet,
  type LoadedValue,
  listOf,
  listpackOf,
  parseScore,
} from './loaded-value.ts';
import { checkListpack, decodeZiplist, PackedError } from './packed.ts';
import { StreamReader } from './stream-reader.ts';

/** Where the string read last is; never looked at after the call that read it. */
const place = new StringPlace();

/** Takes a collection element by element, so that it never has to be there as a whole. */
export interface ValueBuilder {
  /**
   * Where more than a length stands in front of the elements: how many there are; null when that is not all there.
   * Absent: a length says it.
   */
  begin?(cursor: RdbCursor): number | null;
  /** Reads one element; false when its bytes are not all there, with the cursor anywhere. @throws PackedError */
  take(cursor: RdbCursor): boolean;
  /** After as many elements as stand at the beginning: how many more there are of another kind; 0, or absent: none. */
  more?(): number;
  /** After the last element: the value, or null if it turned out empty, as Redis skips such keys. */
  finish(): LoadedValue | null;
}

/** A builder for the types that come element by element, null for all others. */
export function builderFor(type: number, limits: CollectionLimits): ValueBuilder | null {
  switch (type) {
    case rdbType.list:
      return new ListBuilder(limits);
    case rdbType.set:
      return new SetBuilder(limits);
    case rdbType.zsetText:
      return new SortedSetBuilder(limits, readTextScore);
    case rdbType.zset:
      return new SortedSetBuilder(limits, readBinaryScore);
    case rdbType.hash:
      return new HashBuilder(limits);
    case rdbType.hashExpiring:
      return new ExpiringHashBuilder(new PlainExpiringHashReader(limits));
    case rdbType.hashExpiringListpack:
      return new ExpiringHashBuilder(new PackedExpiringHashReader(limits));
    case rdbType.listQuicklist:
      return new NodesBuilder(takeZiplistNode);
    case rdbType.listQuicklist2:
      return new NodesBuilder(takeListpackNode);
    case rdbType.stream:
    case rdbType.stream2:
    case rdbType.stream3:
      return new StreamBuilder(type);
    default:
      return null;
  }
}

class ListBuilder implements ValueBuilder {
  readonly #list = new ListValue();
  readonly #limits: CollectionLimits;

  constructor(limits: CollectionLimits) {
    this.#limits = limits;
  }

  take(cursor: RdbCursor): boolean {
    if (!cursor.string(place)) return false;
    this.#list.pushTail(place.text(), this.#limits);
    return true;
  }

  finish(): LoadedValue | null {
    return fromList(this.#list);
  }
}

/** Reads one node into `nodes`; false when its bytes are not all there. */
type TakeNode = (cursor: RdbCursor, nodes: Listpack[]) => boolean;

class NodesBuilder implements ValueBuilder {
  readonly #nodes: Listpack[] = [];
  readonly #takeNode: TakeNode;

  constructor(takeNode: TakeNode) {
    this.#takeNode = takeNode;
  }

  take(cursor: RdbCursor): boolean {
    return this.#takeNode(cursor, this.#nodes);
  }

  finish(): LoadedValue | null {
    return listOf(this.#nodes);
  }
}

function takeZiplistNode(cursor: RdbCursor, nodes: Listpack[]): boolean {
  if (!cursor.string(place)) return false;
  nodes.push(listpackOf(decodeZiplist(place.bytes())));
  return true;
}

function takeListpackNode(cursor: RdbCursor, nodes: Listpack[]): boolean {
  if (!cursor.length()) return false;
  const container = cursor.value;
  if (!cursor.string(place)) return false;
  if (container === rdbNodeContainer.plain) {
    nodes.push(listpackOf([place.text()]));
    return true;
  }
  if (container !== rdbNodeContainer.packed)
    throw new PackedError(`a list node has the unknown container ${container}`);
  const { buffer, start, end } = place;
  if (checkListpack(buffer, start, end) > 0) nodes.push(Listpack.copyOf(buffer, start, end));
  return true;
}

class SetBuilder implements ValueBuilder {
  readonly #set = SetValue.empty();
  readonly #limits: CollectionLimits;

  constructor(limits: CollectionLimits) {
    this.#limits = limits;
  }

  take(cursor: RdbCursor): boolean {
    if (!cursor.string(place)) return false;
    if (!this.#set.add(place.text(), this.#limits)) throw new PackedError('a set has a member twice');
    return true;
  }

  finish(): LoadedValue | null {
    return fromSet(this.#set);
  }
}

class HashBuilder implements ValueBuilder {
  readonly #hash = HashValue.empty();
  readonly #limits: CollectionLimits;

  constructor(limits: CollectionLimits) {
    this.#limits = limits;
  }

  take(cursor: RdbCursor): boolean {
    if (!cursor.string(place)) return false;
    const field = place.text();
    if (!cursor.string(place)) return false;
    if (!this.#hash.set(field, place.text(), this.#limits)) throw new PackedError('a hash has a field twice');
    return true;
  }

  finish(): LoadedValue | null {
    return fromHash(this.#hash);
  }
}

/** Reads all that the two forms of such hashes share; the value is a table in either. */
class ExpiringHashBuilder implements ValueBuilder {
  readonly #reader: ExpiringHashReader;

  constructor(reader: ExpiringHashReader) {
    this.#reader = reader;
  }

  begin(cursor: RdbCursor): number | null {
    return this.#reader.begin(cursor);
  }

  take(cursor: RdbCursor): boolean {
    return this.#reader.take(cursor);
  }

  finish(): LoadedValue | null {
    return fromHash(this.#reader.hash);
  }
}

class StreamBuilder implements ValueBuilder {
  readonly #reader: StreamReader;

  constructor(type: number) {
    this.#reader = new StreamReader({
      hasCounters: type !== rdbType.stream,
      hasActiveTimes: type === rdbType.stream3,
    });
  }

  take(cursor: RdbCursor): boolean {
    return this.#reader.take(cursor);
  }

  more(): number {
    return this.#reader.more();
  }

  /** An empty stream stays. */
  finish(): LoadedValue {
    return { kind: 'object', type: valueType.stream, encoding: encoding.stream, object: this.#reader.finish() };
  }
}

/** Reads a score; null when its bytes are not all there. */
type ReadScore = (cursor: RdbCursor) => number | null;

class SortedSetBuilder implements ValueBuilder {
  readonly #sortedSet = SortedSetValue.empty();
  readonly #limits: CollectionLimits;
  readonly #readScore: ReadScore;

  constructor(limits: CollectionLimits, readScore: ReadScore) {
    this.#limits = limits;
    this.#readScore = readScore;
  }

  take(cursor: RdbCursor): boolean {
    if (!cursor.string(place)) return false;
    const member = place.text();
    const score = this.#readScore(cursor);
    if (score === null) return false;
    addScore(this.#sortedSet, member, score, this.#limits);
    return true;
  }

  finish(): LoadedValue | null {
    return fromSortedSet(this.#sortedSet);
  }
}

function readBinaryScore(cursor: RdbCursor): number | null {
  if (!cursor.has(8)) return null;
  const score = cursor.buffer.readDoubleLE(cursor.at);
  cursor.at += 8;
  return score;
}

function readTextScore(cursor: RdbCursor): number | null {
  if (!cursor.has(1)) return null;
  const length = cursor.buffer[cursor.at];
  if (length < rdbTextScore.notANumber && !cursor.has(1 + length)) return null;
  cursor.at++;
  if (length === rdbTextScore.infinity) return Number.POSITIVE_INFINITY;
  if (length === rdbTextScore.minusInfinity) return Number.NEGATIVE_INFINITY;
  if (length === rdbTextScore.notANumber) return Number.NaN;
  const start = cursor.at;
  cursor.at += length;
  return parseScore(cursor.buffer.latin1Slice(start, cursor.at));
}
