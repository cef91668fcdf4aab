// Keys of one keyspace come into another: DEBUG RELOAD NOFLUSH, which loads a file beside what is there.
import type { Keyspace } from '../keyspace/keyspace.ts';
import { SingleKey } from '../keyspace/single-key.ts';

/** A key is in both, and nobody said which one counts. Nothing was moved. */
export class DuplicateKeyError extends Error {
  constructor(key: Buffer) {
    super(`the key ${key.toString('latin1')} is there already`);
    this.name = 'DuplicateKeyError';
  }
}

/** Moves all keys; of one that is in both the moved counts, if `replaces`. @throws DuplicateKeyError */
export function mergeKeyspace(target: Keyspace, source: Keyspace, replaces: boolean): void {
  if (!replaces) refuseDuplicates(target, source);
  for (const database of source.databases) {
    const into = target.databases[database.index]!;
    database.forEach((ref) => {
      const key = new SingleKey(Buffer.from(database.keyBytes(ref)));
      const type = database.type(ref);
      const how = database.encoding(ref);
      const expiresMs = database.expiryMs(ref);
      const bytes = database.inArena(ref) ? database.inlineBytes(ref) : null;
      const placed =
        bytes === null
          ? into.storeObject(key, 0, type, how, database.object<object>(ref), false)
          : into.storeInline(key, 0, type, how, bytes, 0, bytes.length, false);
      if (expiresMs !== -1) into.setExpiry(placed, expiresMs);
    });
  }
}

function refuseDuplicates(target: Keyspace, source: Keyspace): void {
  for (const database of source.databases) {
    database.forEach((ref) => {
      const key = Buffer.from(database.keyBytes(ref));
      if (target.databases[database.index]!.peekAnyway(new SingleKey(key), 0) !== 0) throw new DuplicateKeyError(key);
    });
  }
}
