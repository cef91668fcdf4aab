// Writes the records of the keyspace with the types that Redis 7.0 writes; large values in pieces, so that a slice may end.
import type { Ref } from '../../data/arena.ts';
import type { HashValue } from '../../data/hash-value.ts';
import type { ListValue } from '../../data/list-value.ts';
import type { SetValue } from '../../data/set-value.ts';
import type { SortedSetValue } from '../../data/sorted-set-value.ts';
import type { StreamValue } from '../../data/stream-value.ts';
import type { Database } from '../../keyspace/database.ts';
import { valueType } from '../../keyspace/record.ts';
import { rdbNodeContainer, rdbType } from './format.ts';
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
  writer.byte(rdbTypeOf(database, ref));
  const start = database.keyStart(ref);
  writer.string(database.memory, database.memoryView, start, start + database.keyLength(ref));
}

/** The type byte that announces the value. */
export function rdbTypeOf(database: Database, ref: Ref): number {
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
      return isInline ? rdbType.hashListpack : rdbType.hash;
    case valueType.stream:
      return rdbType.stream2;
  }
}

/** Writes a value that is not large. */
export function writeSmallValue(writer: RdbWriter, database: Database, ref: Ref): void {
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
  if (database.isInline(ref)) return bytesPieces(writer, database.inlineBytes(ref), database.type(ref));
  switch (database.type(ref)) {
    case valueType.list:
      return listPieces(writer, database.object<ListValue>(ref));
    case valueType.set:
      return setPieces(writer, database.object<SetValue>(ref));
    case valueType.hash:
      return hashPieces(writer, database.object<HashValue>(ref));
    case valueType.zset:
      return sortedSetPieces(writer, database.object<SortedSetValue>(ref));
    case valueType.stream:
      return streamPieces(writer, database.object<StreamValue>(ref));
    default:
      throw new Error(`no value of type ${database.type(ref)} is an object`);
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
