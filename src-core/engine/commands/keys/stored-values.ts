// Values as a whole, whatever their type: moved or copied to another key, and named for OBJECT ENCODING.
import { parseCanonicalInteger } from '../../data/canonical-integer.ts';
import { type Database, type KeySource, NO_REF } from '../../keyspace/database.ts';
import { encoding, valueType } from '../../keyspace/record.ts';
import { hashKind, listKind, setKind, sortedSetKind } from '../collections/collection-keys.ts';

/** Strings of up to this many bytes are stored with their header in Redis, which OBJECT ENCODING tells. */
const EMBEDDED_STRING_BYTES = 44;
/** A longer text is no 64-bit integer. */
const INTEGER_TEXT_BYTES = 20;

/** Moves the value of a record, with its expiry, to key `i` of `target`, whatever was there; the record is gone. */
export function moveValue(source: Database, ref: number, target: Database, keys: KeySource, i: number): void {
  const expiresMs = source.expiryMs(ref);
  const type = source.type(ref);
  const how = source.encoding(ref);
  let placed: number;
  if (source.inArena(ref)) {
    const bytes = source.inlineBytes(ref);
    placed = target.storeInline(keys, i, type, how, bytes, 0, bytes.length, false);
  } else placed = target.storeObject(keys, i, type, how, source.object<object>(ref), false);
  if (expiresMs !== -1) target.setExpiry(placed, expiresMs);
  source.remove(ref);
}

/** Copies the value of a record, with its expiry, to key `i` of `target`, whatever was there. */
export function copyValue(source: Database, ref: number, target: Database, keys: KeySource, i: number): void {
  const expiresMs = source.expiryMs(ref);
  const type = source.type(ref);
  const how = source.encoding(ref);
  let placed: number;
  if (source.isInline(ref)) {
    const bytes = source.inlineBytes(ref);
    placed = target.storeInline(keys, i, type, how, bytes, 0, bytes.length, false);
  } else {
    const value = source.object<{ clone(): object }>(ref);
    placed = target.storeObject(keys, i, type, how, value.clone(), false);
  }
  if (expiresMs !== -1) target.setExpiry(placed, expiresMs);
}

/** Deletes key `i` if it is there. */
export function removeKey(db: Database, keys: KeySource, i: number): boolean {
  const ref = db.lookupWrite(keys, i);
  if (ref === NO_REF) return false;
  db.remove(ref);
  return true;
}

const typeNames: ReadonlyMap<number, string> = new Map(Object.entries(valueType).map(([name, type]) => [type, name]));

/** What TYPE answers. */
export function typeName(db: Database, ref: number): string {
  return typeNames.get(db.type(ref))!;
}

/** What OBJECT ENCODING of Redis 7.0 answers. */
export function encodingName(db: Database, ref: number): string {
  const isPacked = db.isInline(ref);
  switch (db.type(ref)) {
    case valueType.string:
      return stringEncodingName(db, ref);
    case listKind.type:
      return 'quicklist';
    case setKind.type:
      return isPacked ? 'intset' : 'hashtable';
    case hashKind.type:
      return isPacked ? 'listpack' : 'hashtable';
    case sortedSetKind.type:
      return isPacked ? 'listpack' : 'skiplist';
    default:
      return 'stream';
  }
}

function stringEncodingName(db: Database, ref: number): string {
  if (db.encoding(ref) === encoding.raw) return 'raw';
  if (stringInteger(db, ref) !== null) return 'int';
  return db.inlineLength(ref) <= EMBEDDED_STRING_BYTES ? 'embstr' : 'raw';
}

/** The integer that a string is stored as, null if it is another text. */
export function stringInteger(db: Database, ref: number): number | bigint | null {
  if (db.type(ref) !== valueType.string || db.encoding(ref) === encoding.raw) return null;
  if (db.inlineLength(ref) > INTEGER_TEXT_BYTES) return null;
  return parseCanonicalInteger(db.inlineBytes(ref).latin1Slice());
}
