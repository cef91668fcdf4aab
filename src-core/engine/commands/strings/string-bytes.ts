// A string's bytes: to be read, or as memory to write into, longer than before if need be.
import type { Ref } from '../../data/arena.ts';
import type { Database } from '../../keyspace/database.ts';
import { encoding, MAX_INLINE_BYTES, valueType } from '../../keyspace/record.ts';
import { ReplyError, replyErrors } from '../reply-errors.ts';
import type { CommandContext } from '../spec.ts';

const NO_BYTES = Buffer.alloc(0);

/** The bytes of the string at `ref` in place, none for no key (0). @throws ReplyError when it is of another type. */
export function stringBytes(db: Database, ref: Ref): Buffer {
  if (ref === 0) return NO_BYTES;
  if (db.type(ref) !== valueType.string) throw new ReplyError(replyErrors.wrongType);
  return db.inlineBytes(ref);
}

/** The string of argument `i` for changing, or 0. @throws ReplyError when it is of another type. */
export function stringForWrite({ args, db }: CommandContext, i: number): Ref {
  const ref = db.lookupWrite(args, i);
  if (ref !== 0 && db.type(ref) !== valueType.string) throw new ReplyError(replyErrors.wrongType);
  return ref;
}

/** A long string that grows gets room for as much again, up to this much, so that appending stays cheap. */
const MAX_SPARE_BYTES = 1024 * 1024;

/**
 * Makes the string at `ref`, looked up for writing, `length` bytes long, which is no less than it has, with zeros at its
 * end; answers its bytes, to be written into before anything else is stored.
 */
export function growString(db: Database, ref: Ref, length: number): Buffer {
  const before = db.inlineLength(ref);
  if (db.inArena(ref) && length <= MAX_INLINE_BYTES) {
    const moved = db.resizeInline(ref, encoding.raw, length);
    const start = db.valueStart(moved);
    return db.memory.fill(0, start + before, start + length).subarray(start, start + length);
  }
  const bytes = db.inlineBytes(ref);
  const grown = hasRoom(bytes, length) && db.marks === null ? sameMemory(bytes, length) : withSpareRoom(bytes, length);
  grown.fill(0, before);
  db.replaceObject(ref, encoding.raw, grown);
  return grown;
}

/** Long strings have memory of their own, perhaps with room behind their end. */
function hasRoom(bytes: Buffer, length: number): boolean {
  return bytes.byteOffset === 0 && length > MAX_INLINE_BYTES && bytes.buffer.byteLength >= length;
}

function sameMemory(bytes: Buffer, length: number): Buffer {
  return Buffer.from(bytes.buffer as ArrayBuffer, 0, length);
}

function withSpareRoom(bytes: Buffer, length: number): Buffer {
  const grown = Buffer.allocUnsafeSlow(length + Math.min(length, MAX_SPARE_BYTES));
  bytes.copy(grown);
  return grown.subarray(0, length);
}
