// How a family opens a key as its kind of collection, and puts it back in the form that it then has.
import { HashValue } from '../../data/hash-value.ts';
import { Intset } from '../../data/intset.ts';
import { ListValue } from '../../data/list-value.ts';
import { Listpack } from '../../data/listpack.ts';
import { SetValue } from '../../data/set-value.ts';
import { SortedSetValue } from '../../data/sorted-set-value.ts';
import { type Database, type KeySource, NO_REF } from '../../keyspace/database.ts';
import { type Encoding, encoding, type ValueType, valueType } from '../../keyspace/record.ts';
import { ReplyError, replyErrors } from '../reply-errors.ts';
import type { CommandContext } from '../spec.ts';

/** What the four types of collections differ in, for opening and storing. */
export interface CollectionKind<T extends object> {
  readonly type: ValueType;
  readonly packedAs: Encoding;
  readonly largeAs: Encoding;
  /** A new one, for at most one command at a time: its memory is shared with the next. */
  empty(): T;
  /** Packed bytes in place, to be read before the next store. */
  view(bytes: Buffer): T;
  /** Packed bytes to be edited, in the memory that `empty` uses. */
  copy(bytes: Buffer): T;
  /** The packed bytes, null when it is large. */
  packed(value: T): Buffer | null;
  size(value: T): number;
}

/** A key opened for changing. */
export interface Opened<T> {
  /** 0: the key is not there yet. */
  readonly ref: number;
  readonly value: T;
}

/** Edits of packed forms happen here, and are copied into the arena when they are done. */
const SCRATCH_BYTES = 16 * 1024;
const hashScratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);
const setScratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);
const sortedSetScratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);

export const hashKind: CollectionKind<HashValue> = {
  type: valueType.hash,
  packedAs: encoding.listpack,
  largeAs: encoding.hashtable,
  empty: () => HashValue.empty(hashScratch),
  view: (bytes) => HashValue.packed(Listpack.over(bytes, 0, bytes.length)),
  copy: (bytes) => HashValue.packed(Listpack.copyOf(bytes, 0, bytes.length, hashScratch)),
  packed: (value) => value.listpack?.bytes() ?? null,
  size: (value) => value.size,
};

export const setKind: CollectionKind<SetValue> = {
  type: valueType.set,
  packedAs: encoding.intset,
  largeAs: encoding.hashtable,
  empty: () => SetValue.empty(setScratch),
  view: (bytes) => SetValue.packed(Intset.over(bytes, 0)),
  copy: (bytes) => SetValue.packed(Intset.copyOf(bytes, 0, bytes.length, setScratch)),
  packed: (value) => value.intset?.bytes() ?? null,
  size: (value) => value.size,
};

export const sortedSetKind: CollectionKind<SortedSetValue> = {
  type: valueType.zset,
  packedAs: encoding.listpack,
  largeAs: encoding.skiplist,
  empty: () => SortedSetValue.empty(sortedSetScratch),
  view: (bytes) => SortedSetValue.packed(Listpack.over(bytes, 0, bytes.length)),
  copy: (bytes) => SortedSetValue.packed(Listpack.copyOf(bytes, 0, bytes.length, sortedSetScratch)),
  packed: (value) => value.listpack?.bytes() ?? null,
  size: (value) => value.size,
};

/** A list's nodes may stay when it grows out of the arena, so they have memory of their own from the start. */
export const listKind: CollectionKind<ListValue> = {
  type: valueType.list,
  packedAs: encoding.listpack,
  largeAs: encoding.quicklist,
  empty: () => new ListValue(),
  view: (bytes) => ListValue.of([Listpack.over(bytes, 0, bytes.length)]),
  copy: (bytes) => ListValue.of([Listpack.copyOf(bytes, 0, bytes.length)]),
  packed: (value) => value.listpack?.bytes() ?? null,
  size: (value) => value.size,
};

/** The collection under key `i` for reading, null if there is none. @throws ReplyError when it is of another type. */
export function readCollection<T extends object>(
  db: Database,
  keys: KeySource,
  i: number,
  kind: CollectionKind<T>,
): T | null {
  const ref = db.lookupRead(keys, i);
  if (ref === NO_REF) return null;
  requireType(db, ref, kind.type);
  return viewCollection(db, ref, kind);
}

/** The collection in a record known to be of that kind, for reading. */
export function viewCollection<T extends object>(db: Database, ref: number, kind: CollectionKind<T>): T {
  return db.isInline(ref) ? kind.view(db.inlineBytes(ref)) : db.object<T>(ref);
}

/** The collection under key `i` for changing, null if there is none. @throws ReplyError when it is of another type. */
export function openCollection<T extends object>(
  db: Database,
  keys: KeySource,
  i: number,
  kind: CollectionKind<T>,
): Opened<T> | null {
  const ref = db.lookupWrite(keys, i);
  if (ref === NO_REF) return null;
  requireType(db, ref, kind.type);
  return { ref, value: db.isInline(ref) ? kind.copy(db.inlineBytes(ref)) : db.object<T>(ref) };
}

/** As `openCollection`, with an empty collection if there is none. */
export function openOrCreate<T extends object>(
  db: Database,
  keys: KeySource,
  i: number,
  kind: CollectionKind<T>,
): Opened<T> {
  return openCollection(db, keys, i, kind) ?? { ref: NO_REF, value: kind.empty() };
}

/** Puts a changed collection back under key `i`, in the form that it has now; an empty one is deleted. */
export function saveCollection<T extends object>(
  db: Database,
  keys: KeySource,
  i: number,
  kind: CollectionKind<T>,
  opened: Opened<T>,
): void {
  const { ref, value } = opened;
  if (ref === NO_REF) storeCollection(db, keys, i, kind, value, false);
  else if (kind.size(value) === 0) db.remove(ref);
  else {
    const bytes = kind.packed(value);
    if (bytes !== null) db.replaceInline(ref, kind.packedAs, bytes, 0, bytes.length);
    else if (db.isInline(ref)) db.replaceObject(ref, kind.largeAs, value);
    else db.modified(keys, i);
  }
}

/** Stores a collection under key `i` in the place of whatever was there; nothing is stored of an empty one. */
export function storeCollection<T extends object>(
  db: Database,
  keys: KeySource,
  i: number,
  kind: CollectionKind<T>,
  value: T,
  keepExpiry: boolean,
): void {
  if (kind.size(value) === 0) return;
  const bytes = kind.packed(value);
  if (bytes === null) db.storeObject(keys, i, kind.type, kind.largeAs, value, keepExpiry);
  else db.storeInline(keys, i, kind.type, kind.packedAs, bytes, 0, bytes.length, keepExpiry);
}

/**
 * Ends a command that stores: its result takes the place of whatever was under key `i`, an empty one only takes that away.
 * Answers the size.
 */
export function storeResult<T extends object>(
  context: CommandContext,
  i: number,
  kind: CollectionKind<T>,
  result: T,
): void {
  const { args, db, reply } = context;
  const size = kind.size(result);
  if (size > 0) {
    storeCollection(db, args, i, kind, result, false);
    context.changed();
  } else {
    const ref = db.lookupWrite(args, i);
    if (ref !== NO_REF) {
      db.remove(ref);
      context.changed();
    }
  }
  reply.integer(size);
}

/** @throws ReplyError when the record is of another type. */
export function requireType(db: Database, ref: number, type: ValueType): void {
  if (db.type(ref) !== type) throw new ReplyError(replyErrors.wrongType);
}
