// From the values of an RDB to the values of the keyspace: packed bytes are checked and kept, all else is built anew.
import { HashValue } from '../../data/hash-value.ts';
import { Intset } from '../../data/intset.ts';
import type { CollectionLimits } from '../../data/limits.ts';
import { ListValue } from '../../data/list-value.ts';
import { Listpack } from '../../data/listpack.ts';
import { SetValue } from '../../data/set-value.ts';
import { SortedSetValue } from '../../data/sorted-set-value.ts';
import { type Encoding, encoding, type ValueType, valueType } from '../../keyspace/record.ts';
import { type RdbCursor, StringPlace } from './cursor.ts';
import { type ExpiringHashReader, PackedExpiringHashReader, PlainExpiringHashReader } from './expiring-hash-reader.ts';
import { rdbNodeContainer, rdbTextScore, rdbType } from './format.ts';
import {
  checkIntsetHeader,
  checkIntsetOrder,
  checkListpack,
  decodeZiplist,
  decodeZipmap,
  PackedError,
} from './packed.ts';
import { StreamReader } from './stream-reader.ts';

/** Where the string read last is; never looked at after the call that read it. */
const place = new StringPlace();

/** What goes into a record: bytes for the packed forms, an object for the large ones. */
export type LoadedValue =
  | { readonly kind: 'bytes'; readonly type: ValueType; readonly encoding: Encoding; readonly bytes: Buffer }
  | { readonly kind: 'object'; readonly type: ValueType; readonly encoding: Encoding; readonly object: object };

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

/** Whether the type is one string of packed bytes. */
export function isPackedType(type: number): boolean {
  return (
    (type >= rdbType.hashZipmap && type <= rdbType.hashZiplist) ||
    type === rdbType.hashListpack ||
    type === rdbType.zsetListpack ||
    type === rdbType.setListpack
  );
}

/**
 * The value in the packed `bytes`, which may be foreign memory: what is kept is copied when it is stored.
 * Null if it is empty. @throws PackedError
 */
export function unpack(type: number, bytes: Buffer, limits: CollectionLimits): LoadedValue | null {
  switch (type) {
    case rdbType.hashZipmap:
      return hashOf(decodeZipmap(bytes), limits);
    case rdbType.hashZiplist:
      return hashOf(decodeZiplist(bytes), limits);
    case rdbType.hashListpack:
      return hashInListpack(bytes, limits);
    case rdbType.listZiplist:
      return listOf([listpackOf(decodeZiplist(bytes))]);
    case rdbType.setIntset:
      return setInIntset(bytes, limits);
    case rdbType.setListpack:
      return setOf(checkedTexts(bytes), limits);
    case rdbType.zsetZiplist:
      return sortedSetOf(decodeZiplist(bytes), limits);
    case rdbType.zsetListpack:
      return sortedSetInListpack(bytes, limits);
    default:
      throw new PackedError(`type ${type} is not packed`);
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

/** The double that the text spells, NaN for anything else. */
function parseScore(text: string): number {
  if (/^[+-]?inf$/i.test(text)) return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
}

function addScore(sortedSet: SortedSetValue, member: string, score: number, limits: CollectionLimits): void {
  if (Number.isNaN(score)) throw new PackedError('a sorted set has a score that is no number');
  if (!sortedSet.set(member, score, limits)) throw new PackedError('a sorted set has a member twice');
}

function hashInListpack(bytes: Buffer, limits: CollectionLimits): LoadedValue | null {
  const texts = checkedTexts(bytes);
  if (texts.length / 2 > limits.hashMaxListpackEntries) return hashOf(texts, limits);
  checkPairs(texts);
  return texts.length === 0 ? null : { kind: 'bytes', type: valueType.hash, encoding: encoding.listpack, bytes };
}

function sortedSetInListpack(bytes: Buffer, limits: CollectionLimits): LoadedValue | null {
  const texts = checkedTexts(bytes);
  if (texts.length / 2 > limits.zsetMaxListpackEntries) return sortedSetOf(texts, limits);
  checkPairs(texts);
  for (let at = 1; at < texts.length; at += 2) {
    if (Number.isNaN(parseScore(texts[at]))) throw new PackedError('a sorted set has a score that is no number');
  }
  return texts.length === 0 ? null : { kind: 'bytes', type: valueType.zset, encoding: encoding.listpack, bytes };
}

function checkedTexts(bytes: Buffer): string[] {
  checkListpack(bytes, 0, bytes.length);
  return [...Listpack.over(bytes, 0, bytes.length).texts()];
}

/** Every second text is a field or member: there must be a partner for each, and none twice. */
function checkPairs(texts: readonly string[]): void {
  if (texts.length % 2 === 1) throw new PackedError('a packed collection has a field without a value');
  const fields = new Set<string>();
  for (let at = 0; at < texts.length; at += 2) fields.add(texts[at]);
  if (fields.size !== texts.length / 2) throw new PackedError('a packed collection has a field twice');
}

function hashOf(texts: readonly string[], limits: CollectionLimits): LoadedValue | null {
  checkPairs(texts);
  const hash = HashValue.empty();
  for (let at = 0; at < texts.length; at += 2) hash.set(texts[at], texts[at + 1], limits);
  return fromHash(hash);
}

function sortedSetOf(texts: readonly string[], limits: CollectionLimits): LoadedValue | null {
  checkPairs(texts);
  const sortedSet = SortedSetValue.empty();
  for (let at = 0; at < texts.length; at += 2) addScore(sortedSet, texts[at], parseScore(texts[at + 1]), limits);
  return fromSortedSet(sortedSet);
}

function setInIntset(bytes: Buffer, limits: CollectionLimits): LoadedValue | null {
  checkIntsetHeader(bytes, 0, bytes.length);
  const intset = Intset.over(bytes, 0);
  checkIntsetOrder(intset);
  if (intset.size <= limits.setMaxIntsetEntries) {
    return { kind: 'bytes', type: valueType.set, encoding: encoding.intset, bytes };
  }
  return fromSet(SetValue.large(SetValue.packed(intset).members()));
}

function setOf(members: readonly string[], limits: CollectionLimits): LoadedValue | null {
  const set = SetValue.empty();
  for (const member of members) {
    if (!set.add(member, limits)) throw new PackedError('a packed collection has a member twice');
  }
  return fromSet(set);
}

function listpackOf(texts: readonly string[]): Listpack {
  const listpack = Listpack.empty();
  for (const text of texts) listpack.append(text);
  return listpack;
}

function listOf(nodes: readonly Listpack[]): LoadedValue | null {
  return fromList(ListValue.of(nodes));
}

function fromList(list: ListValue): LoadedValue | null {
  if (list.size === 0) return null;
  const bytes = list.listpack?.bytes();
  if (bytes !== undefined) {
    return { kind: 'bytes', type: valueType.list, encoding: encoding.listpack, bytes };
  }
  return { kind: 'object', type: valueType.list, encoding: encoding.quicklist, object: list };
}

function fromSet(set: SetValue): LoadedValue | null {
  if (set.size === 0) return null;
  return set.intset === null
    ? { kind: 'object', type: valueType.set, encoding: encoding.hashtable, object: set }
    : { kind: 'bytes', type: valueType.set, encoding: encoding.intset, bytes: set.intset.bytes() };
}

function fromHash(hash: HashValue): LoadedValue | null {
  if (hash.size === 0) return null;
  return hash.listpack === null
    ? { kind: 'object', type: valueType.hash, encoding: encoding.hashtable, object: hash }
    : { kind: 'bytes', type: valueType.hash, encoding: encoding.listpack, bytes: hash.listpack.bytes() };
}

function fromSortedSet(sortedSet: SortedSetValue): LoadedValue | null {
  if (sortedSet.size === 0) return null;
  return sortedSet.listpack === null
    ? { kind: 'object', type: valueType.zset, encoding: encoding.skiplist, object: sortedSet }
    : { kind: 'bytes', type: valueType.zset, encoding: encoding.listpack, bytes: sortedSet.listpack.bytes() };
}
