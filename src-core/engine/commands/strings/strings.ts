// Strings: reading and writing them; numbers are in string-counters.ts, bits in bitmaps.ts.
// SET and GET are hot: guarded by `npm run bench -- throughput`.

import type { Ref } from '../../data/arena.ts';
import type { Database } from '../../keyspace/database.ts';
import { encoding, valueType } from '../../keyspace/record.ts';
import { type ExpireUnit, expireTimeMs, expireUnits } from '../keys/expire-time.ts';
import { ReplyError, replyErrors } from '../reply-errors.ts';
import type { CommandContext, CommandRow } from '../spec.ts';
import { growString, stringForWrite } from './string-bytes.ts';

// ---- reading

function get({ args, db, reply }: CommandContext): void {
  const ref = db.lookupRead(args, 1);
  if (ref === 0) reply.nullBulk();
  else if (db.type(ref) !== valueType.string) reply.error(replyErrors.wrongType);
  else replyString(reply, db, ref);
}

function replyString(reply: CommandContext['reply'], db: Database, ref: Ref): void {
  if (!db.inArena(ref)) {
    reply.bulk(db.inlineBytes(ref));
    return;
  }
  const start = db.valueStart(ref);
  reply.bulkRange(db.memory, db.memoryView, start, start + db.inlineLength(ref));
}

function mget({ args, db, reply }: CommandContext): void {
  reply.array(args.count - 1);
  for (let i = 1; i < args.count; i++) {
    const ref = db.lookupRead(args, i);
    if (ref === 0 || db.type(ref) !== valueType.string) reply.nullBulk();
    else replyString(reply, db, ref);
  }
}

function strlen({ args, db, reply }: CommandContext): void {
  const ref = db.lookupRead(args, 1);
  if (ref === 0) reply.integer(0);
  else if (db.type(ref) !== valueType.string) reply.error(replyErrors.wrongType);
  else reply.integer(db.inlineLength(ref));
}

function getrange({ args, db, reply }: CommandContext): void {
  let start = args.integer(2);
  let end = args.integer(3);
  const ref = db.lookupRead(args, 1);
  if (ref !== 0 && db.type(ref) !== valueType.string) {
    reply.error(replyErrors.wrongType);
    return;
  }
  const length = ref === 0 ? 0 : db.inlineLength(ref);
  const backwards = start < 0 && end < 0 && start > end;
  if (start < 0) start = Math.max(0, length + start);
  if (end < 0) end = Math.max(0, length + end);
  end = Math.min(end, length - 1);
  if (backwards || start > end || length === 0) reply.bulkLatin1('');
  else reply.bulk(db.inlineBytes(ref).subarray(start, end + 1));
}

// ---- SET and its relatives

function set(context: CommandContext): void {
  const { args, db, reply } = context;
  if (args.count > 3) {
    setWithOptions(context);
    return;
  }
  db.storeArgument(args, 1, 2, false);
  context.changed();
  reply.ok();
}

interface SetOptions {
  readonly condition: 'always' | 'ifAbsent' | 'ifPresent';
  readonly answersOld: boolean;
  readonly keepsExpiry: boolean;
  /** Null: no expiry was given. */
  readonly expireUnit: ExpireUnit | null;
  readonly expireArgument: number;
}

function parseSetOptions({ args }: CommandContext): SetOptions {
  let condition: SetOptions['condition'] = 'always';
  let answersOld = false;
  let keepsExpiry = false;
  let expireUnit: ExpireUnit | null = null;
  let expireArgument = 0;
  for (let i = 3; i < args.count; i++) {
    const unit = i + 1 < args.count ? expireUnitOf(args, i) : null;
    if (args.is(i, 'NX') && condition !== 'ifPresent') condition = 'ifAbsent';
    else if (args.is(i, 'XX') && condition !== 'ifAbsent') condition = 'ifPresent';
    else if (args.is(i, 'GET')) answersOld = true;
    else if (args.is(i, 'KEEPTTL') && expireUnit === null) keepsExpiry = true;
    else if (unit !== null && expireUnit === null && !keepsExpiry) {
      expireUnit = unit;
      expireArgument = ++i;
    } else throw new ReplyError(replyErrors.syntax);
  }
  return { condition, answersOld, keepsExpiry, expireUnit, expireArgument };
}

function expireUnitOf(args: CommandContext['args'], i: number): ExpireUnit | null {
  if (args.is(i, 'EX')) return expireUnits.EX;
  if (args.is(i, 'PX')) return expireUnits.PX;
  if (args.is(i, 'EXAT')) return expireUnits.EXAT;
  return args.is(i, 'PXAT') ? expireUnits.PXAT : null;
}

function setWithOptions(context: CommandContext): void {
  const { args, db, reply, nowMs } = context;
  const options = parseSetOptions(context);
  const expiresMs =
    options.expireUnit === null ? -1 : expireTimeMs(args, options.expireArgument, options.expireUnit, nowMs, 'set');
  const old = db.lookupWrite(args, 1);
  if (options.answersOld) {
    if (old !== 0 && db.type(old) !== valueType.string) throw new ReplyError(replyErrors.wrongType);
    if (old === 0) reply.nullBulk();
    else replyString(reply, db, old);
  }
  if ((options.condition === 'ifAbsent' && old !== 0) || (options.condition === 'ifPresent' && old === 0)) {
    if (!options.answersOld) reply.nullBulk();
    return;
  }
  // An old expiry is kept in its place where a new one will be written over it.
  const ref = db.storeArgument(args, 1, 2, options.keepsExpiry || expiresMs >= 0);
  context.changed();
  if (expiresMs >= 0) {
    db.setExpiry(ref, expiresMs);
    context.propagateInstead('SET', args.slice(1), args.slice(2), 'PXAT', String(expiresMs));
  } else if (options.answersOld) propagateWithoutGet(context);
  if (!options.answersOld) reply.ok();
}

function propagateWithoutGet(context: CommandContext): void {
  const { args } = context;
  const kept = [args.slice(0), args.slice(1), args.slice(2)];
  for (let i = 3; i < args.count; i++) if (!args.is(i, 'GET')) kept.push(args.slice(i));
  context.propagateInstead(...kept);
}

function setnx(context: CommandContext): void {
  const { args, db, reply } = context;
  if (db.lookupWrite(args, 1) !== 0) {
    reply.integer(0);
    return;
  }
  db.storeArgument(args, 1, 2, false);
  context.changed();
  reply.integer(1);
}

function setWithExpiry(context: CommandContext, unit: ExpireUnit, commandName: string): void {
  const { args, db, reply, nowMs } = context;
  const expiresMs = expireTimeMs(args, 2, unit, nowMs, commandName);
  db.setExpiry(db.storeArgument(args, 1, 3, true), expiresMs);
  context.changed();
  context.propagateInstead('SET', args.slice(1), args.slice(3), 'PXAT', String(expiresMs));
  reply.ok();
}

function getset(context: CommandContext): void {
  const { args, db, reply } = context;
  const old = stringForWrite(context, 1);
  if (old === 0) reply.nullBulk();
  else replyString(reply, db, old);
  db.storeArgument(args, 1, 2, false);
  context.changed();
  context.propagateInstead('SET', args.slice(1), args.slice(2));
}

function getdel(context: CommandContext): void {
  const { args, db, reply } = context;
  const ref = stringForWrite(context, 1);
  if (ref === 0) {
    reply.nullBulk();
    return;
  }
  replyString(reply, db, ref);
  db.remove(ref);
  context.changed();
  context.propagateInstead('DEL', args.slice(1));
}

function getex(context: CommandContext): void {
  const { args, db, reply, nowMs } = context;
  const persists = args.count === 3 && args.is(2, 'PERSIST');
  const unit = args.count === 4 ? expireUnitOf(args, 2) : null;
  if (args.count > 2 && !persists && unit === null) throw new ReplyError(replyErrors.syntax);
  const ref = stringForWrite(context, 1);
  if (ref === 0) {
    reply.nullBulk();
    return;
  }
  const expiresMs = unit === null ? -1 : expireTimeMs(args, 3, unit, nowMs, 'getex');
  replyString(reply, db, ref);
  if (persists && db.expiryMs(ref) >= 0) {
    db.clearExpiry(ref);
    context.changed();
    context.propagateInstead('PERSIST', args.slice(1));
  } else if (unit !== null && expiresMs <= nowMs && context.keyspace.expiryMode === 'delete') {
    db.remove(ref);
    context.changed();
    context.propagateInstead('DEL', args.slice(1));
  } else if (unit !== null) {
    db.setExpiry(ref, expiresMs);
    context.changed();
    context.propagateInstead('PEXPIREAT', args.slice(1), String(expiresMs));
  }
}

function mset(context: CommandContext): void {
  if (context.args.count % 2 === 0) throw new ReplyError("ERR wrong number of arguments for 'mset' command");
  storePairs(context);
  context.reply.ok();
}

function msetnx(context: CommandContext): void {
  const { args, db, reply } = context;
  if (args.count % 2 === 0) throw new ReplyError("ERR wrong number of arguments for 'msetnx' command");
  for (let i = 1; i < args.count; i += 2) {
    if (db.lookupWrite(args, i) !== 0) {
      reply.integer(0);
      return;
    }
  }
  storePairs(context);
  reply.integer(1);
}

function storePairs(context: CommandContext): void {
  const { args, db } = context;
  for (let i = 1; i < args.count; i += 2) db.storeArgument(args, i, i + 1, false);
  context.changed((args.count - 1) / 2);
}

// ---- changing in place

function append(context: CommandContext): void {
  const { args, db, reply } = context;
  const ref = stringForWrite(context, 1);
  if (ref === 0) {
    db.storeArgument(args, 1, 2, false);
    reply.integer(args.length(2));
  } else {
    const before = db.inlineLength(ref);
    const after = before + args.length(2);
    refuseTooLong(context, after);
    args.buffer.copy(growString(db, ref, after), before, args.start(2), args.end(2));
    reply.integer(after);
  }
  context.changed();
}

function setrange(context: CommandContext): void {
  const { args, db, reply } = context;
  const offset = args.integer(2);
  if (offset < 0) throw new ReplyError(replyErrors.offsetOutOfRange);
  const ref = stringForWrite(context, 1);
  const before = ref === 0 ? 0 : db.inlineLength(ref);
  if (args.length(3) === 0) {
    reply.integer(before);
    return;
  }
  refuseTooLong(context, offset + args.length(3));
  const after = Math.max(before, offset + args.length(3));
  if (ref === 0) {
    const bytes = Buffer.alloc(after);
    args.buffer.copy(bytes, offset, args.start(3), args.end(3));
    db.storeInline(args, 1, valueType.string, encoding.raw, bytes, 0, after, false);
  } else args.buffer.copy(growString(db, ref, after), offset, args.start(3), args.end(3));
  context.changed();
  reply.integer(after);
}

function refuseTooLong({ services }: CommandContext, length: number): void {
  if (length > services.limits.maxBulkBytes) throw new ReplyError(replyErrors.stringTooLong);
}

const key = { first: 1, last: 1, step: 1 } as const;
const allKeys = { first: 1, last: -1, step: 1 } as const;
const pairs = { first: 1, last: -1, step: 2 } as const;
const reads = ['read', 'string', 'fast'] as const;
const writes = ['write', 'string', 'fast'] as const;
const slowWrites = ['write', 'string', 'slow'] as const;
const slowReads = ['read', 'string', 'slow'] as const;
const counts = { flags: ['write', 'denyoom', 'fast'], keys: key, categories: writes } as const;

export const stringCommands: readonly CommandRow[] = [
  { name: 'set', arity: -3, flags: ['write', 'denyoom'], keys: key, categories: slowWrites, since: '1.0.0', run: set },
  { name: 'get', arity: 2, flags: ['readonly', 'fast'], keys: key, categories: reads, since: '1.0.0', run: get },
  { name: 'setnx', arity: 3, ...counts, since: '1.0.0', run: setnx },
  {
    name: 'setex',
    arity: 4,
    flags: ['write', 'denyoom'],
    keys: key,
    categories: slowWrites,
    since: '2.0.0',
    run: (context) => setWithExpiry(context, expireUnits.EX, 'setex'),
  },
  {
    name: 'psetex',
    arity: 4,
    flags: ['write', 'denyoom'],
    keys: key,
    categories: slowWrites,
    since: '2.6.0',
    run: (context) => setWithExpiry(context, expireUnits.PX, 'psetex'),
  },
  { name: 'getset', arity: 3, ...counts, since: '1.0.0', run: getset },
  { name: 'getdel', arity: 2, flags: ['write', 'fast'], keys: key, categories: writes, since: '6.2.0', run: getdel },
  { name: 'getex', arity: -2, flags: ['write', 'fast'], keys: key, categories: writes, since: '6.2.0', run: getex },
  { name: 'mget', arity: -2, flags: ['readonly', 'fast'], keys: allKeys, categories: reads, since: '1.0.0', run: mget },
  {
    name: 'mset',
    arity: -3,
    flags: ['write', 'denyoom'],
    keys: pairs,
    categories: slowWrites,
    since: '1.0.1',
    run: mset,
  },
  {
    name: 'msetnx',
    arity: -3,
    flags: ['write', 'denyoom'],
    keys: pairs,
    categories: slowWrites,
    since: '1.0.1',
    run: msetnx,
  },
  { name: 'append', arity: 3, ...counts, since: '2.0.0', run: append },
  { name: 'strlen', arity: 2, flags: ['readonly', 'fast'], keys: key, categories: reads, since: '2.2.0', run: strlen },
  {
    name: 'getrange',
    arity: 4,
    flags: ['readonly'],
    keys: key,
    categories: slowReads,
    since: '2.4.0',
    run: getrange,
  },
  { name: 'substr', arity: 4, flags: ['readonly'], keys: key, categories: slowReads, since: '1.0.0', run: getrange },
  {
    name: 'setrange',
    arity: 4,
    flags: ['write', 'denyoom'],
    keys: key,
    categories: slowWrites,
    since: '2.2.0',
    run: setrange,
  },
];
