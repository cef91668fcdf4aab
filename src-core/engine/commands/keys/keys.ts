// The commands on keys of any type: delete, rename, copy, move, and what OBJECT tells of them.
import type { Database } from '../../keyspace/database.ts';
import { NO_REF } from '../../keyspace/database.ts';
import { helpReply } from '../help-reply.ts';
import { ReplyError, replyErrors } from '../reply-errors.ts';
import type { CommandContext, CommandRow } from '../spec.ts';
import { copyValue, encodingName, moveValue, removeKey, stringInteger, typeName } from './stored-values.ts';

/** Redis shares one object for each integer below this, and says so by a reference count without end. */
const SHARED_INTEGERS = 10_000;
const SHARED_REFERENCE_COUNT = 2_147_483_647;

function del(context: CommandContext): void {
  const { args, db, reply } = context;
  let deleted = 0;
  for (let i = 1; i < args.count; i++) if (removeKey(db, args, i)) deleted++;
  if (deleted > 0) context.changed(deleted);
  reply.integer(deleted);
}

/** EXISTS and TOUCH: a key named twice counts twice. */
function countPresent(context: CommandContext): void {
  const { args, db, reply } = context;
  let present = 0;
  for (let i = 1; i < args.count; i++) if (db.lookupRead(args, i) !== NO_REF) present++;
  reply.integer(present);
}

function type(context: CommandContext): void {
  const { args, db, reply } = context;
  const ref = db.lookupRead(args, 1);
  reply.simple(ref === NO_REF ? 'none' : typeName(db, ref));
}

function rename(context: CommandContext): void {
  const { args, db, reply } = context;
  const ref = db.lookupWrite(args, 1);
  if (ref === NO_REF) throw new ReplyError(replyErrors.noSuchKey);
  if (!args.same(1, 2)) {
    moveValue(db, ref, db, args, 2);
    context.changed();
  }
  reply.ok();
}

function renamenx(context: CommandContext): void {
  const { args, db, reply } = context;
  const ref = db.lookupWrite(args, 1);
  if (ref === NO_REF) throw new ReplyError(replyErrors.noSuchKey);
  if (args.same(1, 2) || db.lookupWrite(args, 2) !== NO_REF) {
    reply.integer(0);
    return;
  }
  moveValue(db, ref, db, args, 2);
  context.changed();
  reply.integer(1);
}

/** The database that argument `i` names. @throws ReplyError */
function databaseAt(context: CommandContext, i: number): Database {
  const database = context.keyspace.databases[context.args.integer(i)];
  if (database === undefined) throw new ReplyError(replyErrors.databaseIndexOutOfRange);
  return database;
}

function copy(context: CommandContext): void {
  const { args, db, reply } = context;
  let target = db;
  let replaces = false;
  for (let i = 3; i < args.count; i++) {
    if (args.is(i, 'REPLACE')) replaces = true;
    else if (args.is(i, 'DB') && i + 1 < args.count) target = databaseAt(context, ++i);
    else throw new ReplyError(replyErrors.syntax);
  }
  if (target === db && args.same(1, 2)) throw new ReplyError(replyErrors.sameObject);
  const ref = db.lookupRead(args, 1);
  if (ref === NO_REF || (!replaces && target.lookupWrite(args, 2) !== NO_REF)) {
    reply.integer(0);
    return;
  }
  copyValue(db, ref, target, args, 2);
  context.changed();
  reply.integer(1);
}

function move(context: CommandContext): void {
  const { args, db, reply } = context;
  const target = databaseAt(context, 2);
  if (target === db) throw new ReplyError(replyErrors.sameObject);
  const ref = db.lookupWrite(args, 1);
  if (ref === NO_REF || target.lookupWrite(args, 1) !== NO_REF) {
    reply.integer(0);
    return;
  }
  moveValue(db, ref, target, args, 1);
  context.changed();
  reply.integer(1);
}

/** The record that OBJECT asks about, without counting as a use of it; answers null itself if there is none. */
function inspected(context: CommandContext, answer: (ref: number) => void): void {
  const ref = context.db.peek(context.args, 2);
  if (ref === NO_REF) context.reply.nullBulk();
  else answer(ref);
}

function objectEncoding(context: CommandContext): void {
  inspected(context, (ref) => context.reply.bulkLatin1(encodingName(context.db, ref)));
}

function objectRefcount(context: CommandContext): void {
  inspected(context, (ref) => {
    const integer = stringInteger(context.db, ref);
    const isShared = integer !== null && integer >= 0 && integer < SHARED_INTEGERS;
    context.reply.integer(isShared ? SHARED_REFERENCE_COUNT : 1);
  });
}

/** Nothing is evicted here, so no key's last use is kept: every key counts as just used. */
function objectIdletime(context: CommandContext): void {
  inspected(context, () => context.reply.integer(0));
}

function objectFreq(context: CommandContext): void {
  inspected(context, () => context.reply.error(replyErrors.noUseFrequency));
}

function objectHelp({ reply }: CommandContext): void {
  helpReply(reply, 'OBJECT', [
    'ENCODING <key>',
    '    Return the kind of internal representation used in order to store the value',
    '    associated with a <key>.',
    'FREQ <key>',
    '    Return the access frequency index of the <key>. The returned integer is',
    '    proportional to the logarithm of the recent access frequency of the key.',
    'IDLETIME <key>',
    '    Return the idle time of the <key>, that is the approximated number of',
    '    seconds elapsed since the last access to the key.',
    'REFCOUNT <key>',
    '    Return the number of references of the value associated with the specified',
    '    <key>.',
    'HELP',
    '    Prints this help.',
  ]);
}

const inspection = {
  arity: 3,
  flags: ['readonly'],
  keys: { first: 2, last: 2, step: 1 },
  categories: ['keyspace', 'read', 'slow'],
  since: '2.2.3',
} as const;

const objectSubcommands: readonly CommandRow[] = [
  { ...inspection, name: 'encoding', run: objectEncoding },
  { ...inspection, name: 'freq', since: '4.0.0', run: objectFreq },
  { ...inspection, name: 'idletime', run: objectIdletime },
  { ...inspection, name: 'refcount', run: objectRefcount },
  {
    name: 'help',
    arity: 2,
    flags: ['loading', 'stale'],
    categories: ['keyspace', 'slow'],
    since: '6.2.0',
    run: objectHelp,
  },
];

export const keyCommands: readonly CommandRow[] = [
  {
    name: 'del',
    arity: -2,
    flags: ['write'],
    keys: { first: 1, last: -1, step: 1 },
    categories: ['keyspace', 'write', 'slow'],
    since: '1.0.0',
    summary: 'Delete a key',
    run: del,
  },
  {
    name: 'unlink',
    arity: -2,
    flags: ['write', 'fast'],
    keys: { first: 1, last: -1, step: 1 },
    categories: ['keyspace', 'write', 'fast'],
    since: '4.0.0',
    summary: 'Delete a key asynchronously in another thread. Otherwise it is just as DEL, but non blocking.',
    run: del,
  },
  {
    name: 'exists',
    arity: -2,
    flags: ['readonly', 'fast'],
    keys: { first: 1, last: -1, step: 1 },
    categories: ['keyspace', 'read', 'fast'],
    since: '1.0.0',
    summary: 'Determine if a key exists',
    run: countPresent,
  },
  {
    name: 'type',
    arity: 2,
    flags: ['readonly', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['keyspace', 'read', 'fast'],
    since: '1.0.0',
    summary: 'Determine the type stored at key',
    run: type,
  },
  {
    name: 'rename',
    arity: 3,
    flags: ['write'],
    keys: { first: 1, last: 2, step: 1 },
    categories: ['keyspace', 'write', 'slow'],
    since: '1.0.0',
    summary: 'Rename a key',
    run: rename,
  },
  {
    name: 'renamenx',
    arity: 3,
    flags: ['write', 'fast'],
    keys: { first: 1, last: 2, step: 1 },
    categories: ['keyspace', 'write', 'fast'],
    since: '1.0.0',
    summary: 'Rename a key, only if the new key does not exist',
    run: renamenx,
  },
  {
    name: 'copy',
    arity: -3,
    flags: ['write', 'denyoom'],
    keys: { first: 1, last: 2, step: 1 },
    categories: ['keyspace', 'write', 'slow'],
    since: '6.2.0',
    summary: 'Copy a key',
    run: copy,
  },
  {
    name: 'move',
    arity: 3,
    flags: ['write', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['keyspace', 'write', 'fast'],
    since: '1.0.0',
    summary: 'Move a key to another database',
    run: move,
  },
  {
    name: 'touch',
    arity: -2,
    flags: ['readonly', 'fast'],
    keys: { first: 1, last: -1, step: 1 },
    categories: ['keyspace', 'read', 'fast'],
    since: '3.2.1',
    summary: 'Alters the last access time of a key(s). Returns the number of existing keys specified.',
    run: countPresent,
  },
  {
    name: 'object',
    arity: -2,
    flags: [],
    categories: ['slow'],
    since: '2.2.3',
    summary: 'A container for object introspection commands',
    subcommands: objectSubcommands,
  },
];
