// The commands on whole databases: going through their keys, counting, emptying and swapping them.
import { globMatches } from '../../../base/glob.ts';
import { type Database, NO_REF } from '../../keyspace/database.ts';
import { ReplyError, replyErrors } from '../reply-errors.ts';
import { parseCursor, parseScanOptions, scanMatches } from '../scan-options.ts';
import type { CommandContext, CommandRow } from '../spec.ts';
import { typeName } from './stored-values.ts';

/** RANDOMKEY gives up on finding a key that is not past its time, on a replica that may not delete it. */
const RANDOM_TRIES_MAX = 100;

function replyKeys(context: CommandContext, keys: readonly string[]): void {
  context.reply.array(keys.length);
  for (const key of keys) context.reply.bulkLatin1(key);
}

function scan(context: CommandContext): void {
  const { args, db, reply } = context;
  const cursor = parseCursor(args, 1);
  const options = parseScanOptions(args, 2, true);
  const keys: string[] = [];
  const next = db.scan(cursor, options.count, (ref) => {
    if (db.isPastExpiry(ref) || (options.type !== null && typeName(db, ref) !== options.type)) return;
    const key = db.keyBytes(ref).latin1Slice();
    if (scanMatches(options, key)) keys.push(key);
  });
  reply.array(2);
  reply.bulkInteger(next);
  replyKeys(context, keys);
}

function keys(context: CommandContext): void {
  const { args, db } = context;
  const pattern = args.text(1);
  const found: string[] = [];
  db.forEach((ref) => {
    const key = db.keyBytes(ref).latin1Slice();
    if (!db.isPastExpiry(ref) && globMatches(pattern, key)) found.push(key);
  });
  replyKeys(context, found);
}

function randomkey({ db, reply }: CommandContext): void {
  let ref = db.randomRef();
  for (let tries = 1; ref !== NO_REF && db.isPastExpiry(ref) && tries < RANDOM_TRIES_MAX; tries++) ref = db.randomRef();
  if (ref === NO_REF || db.isPastExpiry(ref)) reply.nullBulk();
  else reply.bulk(db.keyBytes(ref));
}

function dbsize({ db, reply }: CommandContext): void {
  reply.integer(db.size);
}

/** ASYNC and SYNC are the same here: memory is given back at once. @throws ReplyError */
function checkFlushMode({ args }: CommandContext): void {
  const isKnown = args.count === 1 || (args.count === 2 && (args.is(1, 'ASYNC') || args.is(1, 'SYNC')));
  if (!isKnown) throw new ReplyError(replyErrors.syntax);
}

/** Propagated even when there was nothing to delete, as in Redis: a replica may differ. */
function flushall(context: CommandContext): void {
  checkFlushMode(context);
  context.changed(context.keyspace.size + 1);
  context.keyspace.flushAll();
  context.reply.ok();
}

function flushdb(context: CommandContext): void {
  checkFlushMode(context);
  context.changed(context.db.size + 1);
  context.keyspace.flush(context.db);
  context.reply.ok();
}

function swapdb(context: CommandContext): void {
  const { args, keyspace, reply } = context;
  const first = args.integer(1, replyErrors.invalidFirstDatabase);
  const second = args.integer(2, replyErrors.invalidSecondDatabase);
  const databases: readonly (Database | undefined)[] = keyspace.databases;
  if (databases[first] === undefined || databases[second] === undefined) {
    throw new ReplyError(replyErrors.databaseIndexOutOfRange);
  }
  keyspace.swap(first, second);
  context.changed();
  reply.ok();
}

export const databaseCommands: readonly CommandRow[] = [
  {
    name: 'scan',
    arity: -2,
    flags: ['readonly'],
    categories: ['keyspace', 'read', 'slow'],
    since: '2.8.0',
    summary: 'Incrementally iterate the keys space',
    run: scan,
  },
  {
    name: 'keys',
    arity: 2,
    flags: ['readonly'],
    categories: ['keyspace', 'read', 'slow', 'dangerous'],
    since: '1.0.0',
    summary: 'Find all keys matching the given pattern',
    run: keys,
  },
  {
    name: 'randomkey',
    arity: 1,
    flags: ['readonly'],
    categories: ['keyspace', 'read', 'slow'],
    since: '1.0.0',
    summary: 'Return a random key from the keyspace',
    run: randomkey,
  },
  {
    name: 'dbsize',
    arity: 1,
    flags: ['readonly', 'fast'],
    categories: ['keyspace', 'read', 'fast'],
    since: '1.0.0',
    summary: 'Return the number of keys in the selected database',
    run: dbsize,
  },
  {
    name: 'flushall',
    arity: -1,
    flags: ['write'],
    categories: ['keyspace', 'write', 'slow', 'dangerous'],
    since: '1.0.0',
    summary: 'Remove all keys from all databases',
    run: flushall,
  },
  {
    name: 'flushdb',
    arity: -1,
    flags: ['write'],
    categories: ['keyspace', 'write', 'slow', 'dangerous'],
    since: '1.0.0',
    summary: 'Remove all keys from the current database',
    run: flushdb,
  },
  {
    name: 'swapdb',
    arity: 3,
    flags: ['write', 'fast'],
    categories: ['keyspace', 'write', 'fast', 'dangerous'],
    since: '4.0.0',
    summary: 'Swaps two Redis databases',
    run: swapdb,
  },
];
