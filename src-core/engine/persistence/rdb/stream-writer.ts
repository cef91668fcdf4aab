// A stream into an RDB, as the version has it (grammar in format.ts), in pieces, so that a slice may end.
import type { StreamGroup } from '../../data/stream-group.ts';
import { idBytes, millisecondsOf, type StreamId, sequenceOf } from '../../data/stream-id.ts';
import type { StreamValue } from '../../data/stream-value.ts';
import { rdbVersionBeforeListpacks } from './format.ts';
import type { RdbWriter } from './writer.ts';

/** After so many pending entries a piece ends. */
const pieceEntries = 128;

/** The stream must not change before the last piece. */
export function* streamPieces(writer: RdbWriter, stream: StreamValue): Generator<void, void> {
  writer.length(stream.nodeCount);
  for (const { masterId, listpack } of stream.nodes()) {
    writeString(writer, idBytes(masterId));
    writeString(writer, listpack.bytes());
    yield;
  }
  writer.length(stream.size);
  writeId(writer, stream.lastId);
  if (hasCounters(writer)) {
    writeId(writer, stream.firstId);
    writeId(writer, stream.maxDeletedId);
    writer.wideLength(stream.entriesAdded);
  }
  writer.length(stream.groups.size);
  for (const [name, group] of stream.groups.entries()) yield* groupPieces(writer, name, group);
}

function* groupPieces(writer: RdbWriter, name: string, group: StreamGroup): Generator<void, void> {
  writer.text(name);
  writeId(writer, group.lastId);
  if (hasCounters(writer)) writer.wideLength(BigInt.asUintN(64, group.entriesRead));
  writer.length(group.pending.size);
  let written = 0;
  for (const [id, { deliveredMs, deliveries }] of group.pending.entries()) {
    writeRaw(writer, idBytes(id));
    writer.moment(deliveredMs);
    writer.length(deliveries);
    if (++written % pieceEntries === 0) yield;
  }
  writer.length(group.consumers.size);
  for (const consumer of group.consumers.values()) {
    writer.text(consumer.name);
    writer.moment(consumer.seenMs);
    writer.length(consumer.pending.size);
    for (const [id] of consumer.pending.entries()) {
      writeRaw(writer, idBytes(id));
      if (++written % pieceEntries === 0) yield;
    }
    yield;
  }
}

/** Type 19 has them, type 15 has not. */
function hasCounters(writer: RdbWriter): boolean {
  return writer.version > rdbVersionBeforeListpacks;
}

function writeId(writer: RdbWriter, id: StreamId): void {
  writer.wideLength(millisecondsOf(id));
  writer.wideLength(sequenceOf(id));
}

function writeString(writer: RdbWriter, bytes: Buffer): void {
  writer.string(bytes, viewOf(bytes), 0, bytes.length);
}

function writeRaw(writer: RdbWriter, bytes: Buffer): void {
  writer.raw(bytes, viewOf(bytes), 0, bytes.length);
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
