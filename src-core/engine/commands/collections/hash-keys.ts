// How a hash is opened by its commands: fields past their time are not there, to a reader nor to a master that writes.
import type { HashValue } from '../../data/hash-value.ts';
import { NO_REF } from '../../keyspace/database.ts';
import type { CommandContext } from '../spec.ts';
import { hashKind, type Opened, openCollection, readCollection } from './collection-keys.ts';

/** The hash under key 1 with all fields that it holds, null if there is none. @throws ReplyError for another type */
export function readStoredHash({ db, args }: CommandContext): HashValue | null {
  return readCollection(db, args, 1, hashKind);
}

/** A field of such a hash as a client sees it, without a look at the others. */
export function visibleField({ keyspace, nowMs }: CommandContext, hash: HashValue, field: string): string | undefined {
  return keyspace.expiryMode === 'ignore' ? hash.get(field) : hash.getVisible(field, nowMs);
}

/** The hash under key 1 as a client sees it, null if there is none, or none of its fields. @throws ReplyError */
export function readHash(context: CommandContext): HashValue | null {
  const { keyspace, nowMs } = context;
  const hash = readStoredHash(context);
  if (hash === null || keyspace.expiryMode === 'ignore') return hash;
  const visible = hash.visibleAt(nowMs);
  return visible.size === 0 ? null : visible;
}

/**
 * The hash under key 1 for changing, null if there is none. A replica changes what its master had: when fields end is
 * the master's to say. @throws ReplyError for another type
 */
export function openHash({ db, args, keyspace }: CommandContext): Opened<HashValue> | null {
  const opened = openCollection(db, args, 1, hashKind);
  if (opened === null || keyspace.expiryMode !== 'delete' || opened.value.expiring === 0) return opened;
  return db.expireFields(opened.ref) ? null : opened;
}

/** As `openHash`, with an empty hash if there is none. */
export function openOrCreateHash(context: CommandContext): Opened<HashValue> {
  return openHash(context) ?? { ref: NO_REF, value: hashKind.empty() };
}
