// Writes the records of the keyspace with the types that Redis 7.0 writes, or with those that older ones read as well;
// large values in pieces, so that a slice may end.
import type { Ref } from '../../data/arena.ts';
import { HashValue } from '../../data/hash-value.ts';
import { ListValue } from '../../data/list-value.ts';
import { Listpack } from '../../data/listpack.ts';
import type { SetValue } from '../../data/set-value.ts';
import { SortedSetValue } from '../../data/sorted-set-value.ts';
import type { StreamValue } from '../../data/stream-value.ts';
import type { Database } from '../../keyspace/database.ts';
import { valueType } from '../../keyspace/record.ts';
import { rdbNodeContainer, rdbType, rdbVersionBeforeListpacks } from './format.ts';
import { streamPieces } from './stream-writer.ts';
import type { RdbWriter } from './writer.ts';

/** After so many elements, or after so many bytes of a long string, a piece of a large value ends. */
const pieceElements = 128;
const pieceBytes = 64 * 1024;

/** Writes a large value piece by piece: each `next` writes one. The value must not change before the last. */
export type ValuePieces = Iterator<void, void>;

/** Whether a value is too large for one go, so that `valuePieces` must write it. */
export function isLarge(database: Database, ref: Ref): boolean {
  return !database.isInline(ref) || (!database.inArena(ref) && database.inlineLength(ref) > pieceBytes);
}

/** Expiry, type and key of a record: what stands before its value. */
export function writeRecordHead(writer: RdbWriter, database: Database, databaseIndex: number, ref: Ref): void {
  writer.selectDatabase(databaseIndex);
  const expiryMs = database.expiryMs(ref);
  if (expiryMs !== -1) writer.expiry(expiryMs);
  writer.byte(rdbTypeOf(database, ref, writer.version));
  const start = database.keyStart(ref);
  writer.string(database.memory, database.memoryView, start, start + database.keyLength(ref));
}

/** The type byte that announces the value in this version. */
export function rdbTypeOf(database: Database, ref: Ref, version: number): number {
  if (isPlain(version)) return plainTypeOf(database, ref);
  const isInline = database.isInline(ref);
  switch (database.type(ref)) {
    case valueType.string:
      return rdbType.string;
    case valueType.list:
      return rdbType.listQuicklist2;
    case valueType.set:
      return isInline ? rdbType.setIntset : rdbType.set;
    case valueType.zset:
      return isInline ? rdbType.zsetListpack : rdbType.zset;
    case valueType.hash:
      if (isInline) return rdbType.hashListpack;
      return hasExpiringFields(database, ref) ? rdbType.hashExpiring : rdbType.hash;
    case valueType.stream:
      return rdbType.stream2;
  }
}

/** Whether the value is a hash with fields that expire. */
export function hasExpiringFields(database: Database, ref: Ref): boolean {
  if (database.type(ref) !== valueType.hash || database.isInline(ref)) return false;
  return database.object<HashValue>(ref).expiring > 0;
}

/** Readers before Redis 7.0 take no listpacks but those of a stream: collections are written element by element. */
function isPlain(version: number): boolean {
  return version <= rdbVersionBeforeListpacks;
}

function plainTypeOf(database: Database, ref: Ref): number {
  switch (database.type(ref)) {
    case valueType.string:
      return rdbType.string;
    case valueType.list:
      return rdbType.list;
    case valueType.set:
      return database.isInline(ref) ? rdbType.setIntset : rdbType.set;
    case valueType.zset:
      return rdbType.zset;
    case valueType.hash:
      return rdbType.hash;
    case valueType.stream:
      return rdbType.stream;
  }
}

/** Writes a value that is not large. */
export function writeSmallValue(writer: RdbWriter, database: Database, ref: Ref): void {
  if (isPlain(writer.version) && isListpack(database, ref)) {
    const pieces = plainPieces(writer, database, ref);
    while (!pieces.next().done);
    return;
  }
  if (database.type(ref) === valueType.list) {
    writer.length(1);
    writer.length(rdbNodeContainer.packed);
  }
  if (database.inArena(ref)) {
    const start = database.valueStart(ref);
    writer.string(database.memory, database.memoryView, start, start + database.inlineLength(ref));
    return;
  }
  const bytes = database.inlineBytes(ref);
  writer.string(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length);
}

/** Writes a large value; nothing is written before the first `next`. */
export function valuePieces(writer: RdbWriter, database: Database, ref: Ref): ValuePieces {
  if (isPlain(writer.version) && isListpack(database, ref)) return plainPieces(writer, database, ref);
  if (database.isInline(ref)) return bytesPieces(writer, database.inlineBytes(ref), database.type(ref));
  switch (database.type(ref)) {
    case valueType.list:
      return listPieces(writer, database.object<ListValue>(ref));
    case valueType.set:
      return setPieces(writer, database.object<SetValue>(ref));
    case valueType.hash:
      return hasExpiringFields(database, ref)
        ? expiringHashPieces(writer, database.object<HashValue>(ref))
        : hashPieces(writer, database.object<HashValue>(ref));
    case valueType.zset:
      return sortedSetPieces(writer, database.object<SortedSetValue>(ref));
    case valueType.stream:
      return streamPieces(writer, database.object<StreamValue>(ref));
    default:
      throw new Error(`no value of type ${database.type(ref)} is an object`);
  }
}

/** Packed, or a list, whose nodes are packed. */
function isListpack(database: Database, ref: Ref): boolean {
  const type = database.type(ref);
  if (type === valueType.list) return true;
  return database.isInline(ref) && (type === valueType.hash || type === valueType.zset);
}

function plainPieces(writer: RdbWriter, database: Database, ref: Ref): ValuePieces {
  if (!database.isInline(ref)) return elementPieces(writer, database.object<ListValue>(ref));
  const bytes = database.inlineBytes(ref);
  const listpack = Listpack.over(bytes, 0, bytes.length);
  switch (database.type(ref)) {
    case valueType.hash:
      return hashPieces(writer, HashValue.packed(listpack));
    case valueType.zset:
      return sortedSetPieces(writer, SortedSetValue.packed(listpack));
    default:
      return elementPieces(writer, ListValue.of([listpack]));
  }
}

/** A list as its elements, whatever nodes hold them. */
function* elementPieces(writer: RdbWriter, list: ListValue): Generator<void, void> {
  writer.length(list.size);
  for (const node of list.nodes()) {
    for (const element of node.texts()) writer.text(element);
    yield;
  }
}

function* bytesPieces(writer: RdbWriter, bytes: Buffer, type: number): Generator<void, void> {
  if (type === valueType.list) {
    writer.length(1);
    writer.length(rdbNodeContainer.packed);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  writer.length(bytes.length);
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    writer.raw(bytes, view, at, Math.min(at + pieceBytes, bytes.length));
    yield;
  }
}

function* listPieces(writer: RdbWriter, list: ListValue): Generator<void, void> {
  const nodes = [...list.nodes()];
  writer.length(nodes.length);
  for (const node of nodes) {
    writer.length(rdbNodeContainer.packed);
    const bytes = node.bytes();
    writer.string(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length);
    yield;
  }
}

function* setPieces(writer: RdbWriter, set: SetValue): Generator<void, void> {
  const { size } = set;
  writer.length(size);
  for (let at = 0; at < size; at++) {
    writer.text(set.memberAt(at));
    if (at % pieceElements === pieceElements - 1) yield;
  }
}

function* hashPieces(writer: RdbWriter, hash: HashValue): Generator<void, void> {
  const { size } = hash;
  writer.length(size);
  for (let at = 0; at < size; at++) {
    const [field, value] = hash.entryAt(at);
    writer.text(field);
    writer.text(value);
    if (at % pieceElements === pieceElements - 1) yield;
  }
}

function* expiringHashPieces(writer: RdbWriter, hash: HashValue): Generator<void, void> {
  const { size } = hash;
  let firstMs = Number.POSITIVE_INFINITY;
  for (const [, atMs] of hash.expiries()) firstMs = Math.min(firstMs, atMs);
  writer.moment(firstMs);
  writer.length(size);
  for (let at = 0; at < size; at++) {
    const [field, value] = hash.entryAt(at);
    const atMs = hash.expiryMs(field);
    writer.length(atMs === -1 ? 0 : atMs - firstMs + 1);
    writer.text(field);
    writer.text(value);
    if (at % pieceElements === pieceElements - 1) yield;
  }
}

/** From the highest score down, as Redis does, so that whoever loads it always inserts at the head. */
function* sortedSetPieces(writer: RdbWriter, sortedSet: SortedSetValue): Generator<void, void> {
  writer.length(sortedSet.size);
  for (let to = sortedSet.size; to > 0; to -= pieceElements) {
    sortedSet.forEachReversed(
      (score, member) => {
        writer.text(member);
        writer.double(score);
      },
      Math.max(0, to - pieceElements),
      to,
    );
    yield;
  }
}
