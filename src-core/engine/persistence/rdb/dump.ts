// DUMP's payload: one value as an RDB has it, with version and checksum, to be carried to another server by RESTORE.
//
//   payload = type:u8 value version:u16le checksum:u64le            the sum covers all before it
import type { Ref } from '../../data/arena.ts';
import type { CollectionLimits } from '../../data/limits.ts';
import type { Database } from '../../keyspace/database.ts';
import { encoding, valueType } from '../../keyspace/record.ts';
import { crc64 } from './crc64.ts';
import { RdbCursor, StringPlace } from './cursor.ts';
import { RdbError, rdbType, rdbVersion, rdbVersionOfFieldExpiries, rdbVersionReadMax } from './format.ts';
import type { LoadedValue } from './loaded-value.ts';
import { isPackedType, unpack } from './packed-values.ts';
import { builderFor } from './value-builders.ts';
import { hasExpiringFields, isLarge, rdbTypeOf, valuePieces, writeSmallValue } from './value-writer.ts';
import { type RdbWriteOptions, RdbWriter } from './writer.ts';

const chunkBytes = 4096;
const versionBytes = 2;
const checksumBytes = 8;
const footerBytes = versionBytes + checksumBytes;

/** The payload of a key's value. */
export function dumpValue(database: Database, ref: Ref, compress: boolean): Buffer {
  const version = hasExpiringFields(database, ref) ? rdbVersionOfFieldExpiries : rdbVersion;
  return sealedPayload({ compress, version }, (writer) => {
    writer.byte(rdbTypeOf(database, ref, writer.version));
    if (isLarge(database, ref)) {
      const pieces = valuePieces(writer, database, ref);
      while (!pieces.next().done);
    } else {
      writeSmallValue(writer, database, ref);
    }
  });
}

/** What `write` writes, with version and checksum. */
export function sealedPayload(options: RdbWriteOptions, write: (writer: RdbWriter) => void): Buffer {
  const chunks: Buffer[] = [];
  const target = {
    take: () => Buffer.allocUnsafeSlow(chunkBytes),
    emit: (chunk: Buffer, length: number) => void chunks.push(chunk.subarray(0, length)),
  };
  const writer = new RdbWriter(target, options);
  write(writer);
  writer.flush();
  const version = Buffer.alloc(versionBytes);
  version.writeUInt16LE(writer.version);
  const summed = Buffer.concat([...chunks, version]);
  const checksum = Buffer.alloc(checksumBytes);
  checksum.writeBigUInt64LE(crc64(summed));
  return Buffer.concat([summed, checksum]);
}

/** Whether version and checksum of a payload are such that it may be read. */
export function isPayloadIntact(payload: Buffer): boolean {
  if (payload.length < footerBytes) return false;
  const footerAt = payload.length - footerBytes;
  if (payload.readUInt16LE(footerAt) > rdbVersionReadMax) return false;
  const expected = payload.readBigUInt64LE(payload.length - checksumBytes);
  return expected === 0n || expected === crc64(payload.subarray(0, payload.length - checksumBytes));
}

/**
 * The value in an intact payload, in memory of its own or in the payload's.
 * @throws RdbError when it is none that we can read, or is empty
 */
export function readPayload(payload: Buffer, limits: CollectionLimits): LoadedValue {
  const cursor = new RdbCursor();
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  cursor.point(payload, view, 0, payload.length - footerBytes, 0);
  try {
    const value = readValue(cursor, limits);
    if (value !== null && cursor.at === cursor.end) return value;
  } catch (error) {
    if (error instanceof RdbError || !(error instanceof Error)) throw error;
    throw new RdbError(error.message, cursor.offset);
  }
  throw new RdbError('The payload is cut, empty, or longer than its value', cursor.offset);
}

/** Null when the payload ends too early, or the value is empty. */
function readValue(cursor: RdbCursor, limits: CollectionLimits): LoadedValue | null {
  const type = cursor.buffer[cursor.at++];
  const place = new StringPlace();
  if (type === rdbType.string || isPackedType(type)) {
    if (!cursor.string(place)) return null;
    const bytes = place.bytes();
    if (type !== rdbType.string) return unpack(type, bytes, limits);
    return { kind: 'bytes', type: valueType.string, encoding: encoding.plain, bytes };
  }
  const builder = builderFor(type, limits);
  if (builder === null) return cursor.fail(`The payload has the type ${type}, which we cannot read`);
  let left = builder.begin ? builder.begin(cursor) : cursor.count();
  if (left === null) return null;
  for (;;) {
    for (; left > 0; left--) if (!builder.take(cursor)) return null;
    left = builder.more?.() ?? 0;
    if (left === 0) break;
  }
  return builder.finish();
}
