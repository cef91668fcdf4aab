// The hash commands.
import { addLongDoubles, type LongDouble, longDoubleText, parseLongDouble } from '../../../base/long-double.ts';
import { MAX_INT64, MIN_INT64, parseCanonicalInteger } from '../../data/canonical-integer.ts';
import type { HashValue } from '../../data/hash-value.ts';
import { ReplyError, replyErrors, wrongArity } from '../reply-errors.ts';
import { parseCursor, parseScanOptions, replyScanned, scanMatches } from '../scan-options.ts';
import type { CommandContext, CommandRow } from '../spec.ts';
import { hashKind, saveCollection } from './collection-keys.ts';
import { openHash, openOrCreateHash, readHash, readStoredHash, visibleField } from './hash-keys.ts';
import { pickDistinct, randomPickCount } from './random-picks.ts';

function setFields(context: CommandContext, commandName: string): number {
  const { args, db } = context;
  if (args.count % 2 !== 0) throw new ReplyError(wrongArity(commandName));
  const opened = openOrCreateHash(context);
  let added = 0;
  for (let i = 2; i < args.count; i += 2) {
    if (opened.value.set(args.text(i), args.text(i + 1), context.services.limits)) added++;
  }
  saveCollection(db, args, 1, hashKind, opened);
  context.changed((args.count - 2) / 2);
  return added;
}

function hset(context: CommandContext): void {
  context.reply.integer(setFields(context, 'hset'));
}

function hmset(context: CommandContext): void {
  setFields(context, 'hmset');
  context.reply.ok();
}

function hsetnx(context: CommandContext): void {
  const { args, db, reply } = context;
  const opened = openOrCreateHash(context);
  const field = args.text(2);
  if (opened.value.has(field)) {
    reply.integer(0);
    return;
  }
  opened.value.set(field, args.text(3), context.services.limits);
  saveCollection(db, args, 1, hashKind, opened);
  context.changed();
  reply.integer(1);
}

function replyValue(context: CommandContext, value: string | undefined): void {
  if (value === undefined) context.reply.nullBulk();
  else context.reply.bulkLatin1(value);
}

/** The field that argument `i` names. */
function fieldAt(context: CommandContext, hash: HashValue | null, i: number): string | undefined {
  return hash === null ? undefined : visibleField(context, hash, context.args.text(i));
}

function hget(context: CommandContext): void {
  replyValue(context, fieldAt(context, readStoredHash(context), 2));
}

function hmget(context: CommandContext): void {
  const { args, reply } = context;
  const hash = readStoredHash(context);
  reply.array(args.count - 2);
  for (let i = 2; i < args.count; i++) replyValue(context, fieldAt(context, hash, i));
}

function hgetall(context: CommandContext): void {
  const { reply } = context;
  const hash = readHash(context);
  reply.map(hash?.size ?? 0);
  for (const [field, value] of hash?.entries() ?? []) {
    reply.bulkLatin1(field);
    reply.bulkLatin1(value);
  }
}

function hkeys(context: CommandContext): void {
  const hash = readHash(context);
  context.reply.array(hash?.size ?? 0);
  for (const [field] of hash?.entries() ?? []) context.reply.bulkLatin1(field);
}

function hvals(context: CommandContext): void {
  const hash = readHash(context);
  context.reply.array(hash?.size ?? 0);
  for (const [, value] of hash?.entries() ?? []) context.reply.bulkLatin1(value);
}

function hdel(context: CommandContext): void {
  const { args, db, reply } = context;
  const opened = openHash(context);
  let deleted = 0;
  for (let i = 2; opened !== null && i < args.count; i++) if (opened.value.delete(args.text(i))) deleted++;
  if (opened !== null && deleted > 0) {
    saveCollection(db, args, 1, hashKind, opened);
    context.changed(deleted);
  }
  reply.integer(deleted);
}

function hexists(context: CommandContext): void {
  context.reply.integer(fieldAt(context, readStoredHash(context), 2) === undefined ? 0 : 1);
}

/** As Redis from 7.4 on: a field past its time counts until it is deleted. */
function hlen(context: CommandContext): void {
  context.reply.integer(readStoredHash(context)?.size ?? 0);
}

function hstrlen(context: CommandContext): void {
  context.reply.integer(fieldAt(context, readStoredHash(context), 2)?.length ?? 0);
}

function hincrby(context: CommandContext): void {
  const { args, db, reply } = context;
  const increment = args.int64(3);
  const opened = openOrCreateHash(context);
  const field = args.text(2);
  const before = parseCanonicalInteger(opened.value.get(field) ?? '0');
  if (before === null) throw new ReplyError(replyErrors.hashNotInteger);
  const after = BigInt(before) + increment;
  if (after < MIN_INT64 || after > MAX_INT64) throw new ReplyError(replyErrors.incrementOverflow);
  // As Redis from 7.4 on: the field goes on to expire when it did.
  const expiryMs = opened.value.expiryMs(field);
  opened.value.set(field, String(after), context.services.limits);
  if (expiryMs !== -1) opened.value.expire(field, expiryMs);
  saveCollection(db, args, 1, hashKind, opened);
  context.changed();
  reply.integer(after);
}

/** Propagated as HSET, so that every replica gets the same digits. */
function hincrbyfloat(context: CommandContext): void {
  const { args, db, reply } = context;
  const increment = parseLongDouble(args.text(3));
  if (increment === null) throw new ReplyError(replyErrors.notFloat);
  if (typeof increment === 'number') throw new ReplyError(replyErrors.valueNotFinite);
  const opened = openOrCreateHash(context);
  const field = args.text(2);
  const before = parseLongDouble(opened.value.get(field) ?? '0');
  if (before === null) throw new ReplyError(replyErrors.hashNotFloat);
  const after: LongDouble | null = addLongDoubles(before, increment);
  if (after === null || typeof after === 'number') throw new ReplyError(replyErrors.incrementNotFinite);
  const text = longDoubleText(after);
  opened.value.set(field, text, context.services.limits);
  saveCollection(db, args, 1, hashKind, opened);
  context.changed();
  context.propagateInstead('HSET', args.slice(1), args.slice(2), Buffer.from(text, 'latin1'));
  reply.bulkLatin1(text);
}

function hrandfield(context: CommandContext): void {
  const { args, reply, keyspace } = context;
  if (args.count === 2) {
    const hash = readHash(context);
    replyValue(context, hash?.entryAt(keyspace.randomBelow(hash.size))[0]);
    return;
  }
  const withValues = args.count === 4 && args.is(3, 'WITHVALUES');
  const wanted = randomPickCount(args, 2, withValues);
  if (args.count > 3 && !withValues) throw new ReplyError(replyErrors.syntax);
  const hash = readHash(context);
  if (hash === null || wanted === 0) {
    reply.array(0);
    return;
  }
  const pick = () => keyspace.randomBelow(hash.size);
  const repeats = wanted < 0;
  const count = repeats ? -wanted : Math.min(wanted, hash.size);
  const indexes = repeats ? null : pickDistinct(hash.size, count, keyspace.randomBelow);
  const nested = withValues && reply.protocol === 3;
  reply.array(withValues && !nested ? count * 2 : count);
  for (let i = 0; i < count; i++) {
    const [field, value] = hash.entryAt(indexes?.[i] ?? pick());
    if (nested) reply.array(2);
    reply.bulkLatin1(field);
    if (withValues) reply.bulkLatin1(value);
  }
}

function hscan(context: CommandContext): void {
  const { args, reply } = context;
  const cursor = parseCursor(args, 2);
  const hash = readHash(context);
  const options = hash === null ? null : parseScanOptions(args, 3, false);
  const found: string[] = [];
  const next =
    hash?.scan(cursor, options!.count, (field, value) => {
      if (scanMatches(options!, field)) found.push(field, value);
    }) ?? 0;
  replyScanned(reply, next, found);
}

export const hashCommands: readonly CommandRow[] = [
  {
    name: 'hset',
    arity: -4,
    flags: ['write', 'denyoom', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['write', 'hash', 'fast'],
    since: '2.0.0',
    summary: 'Set the string value of a hash field',
    run: hset,
  },
  {
    name: 'hmset',
    arity: -4,
    flags: ['write', 'denyoom', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['write', 'hash', 'fast'],
    since: '2.0.0',
    summary: 'Set multiple hash fields to multiple values',
    run: hmset,
  },
  {
    name: 'hsetnx',
    arity: 4,
    flags: ['write', 'denyoom', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['write', 'hash', 'fast'],
    since: '2.0.0',
    summary: 'Set the value of a hash field, only if the field does not exist',
    run: hsetnx,
  },
  {
    name: 'hget',
    arity: 3,
    flags: ['readonly', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['read', 'hash', 'fast'],
    since: '2.0.0',
    summary: 'Get the value of a hash field',
    run: hget,
  },
  {
    name: 'hmget',
    arity: -3,
    flags: ['readonly', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['read', 'hash', 'fast'],
    since: '2.0.0',
    summary: 'Get the values of all the given hash fields',
    run: hmget,
  },
  {
    name: 'hgetall',
    arity: 2,
    flags: ['readonly'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['read', 'hash', 'slow'],
    since: '2.0.0',
    summary: 'Get all the fields and values in a hash',
    run: hgetall,
  },
  {
    name: 'hdel',
    arity: -3,
    flags: ['write', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['write', 'hash', 'fast'],
    since: '2.0.0',
    summary: 'Delete one or more hash fields',
    run: hdel,
  },
  {
    name: 'hexists',
    arity: 3,
    flags: ['readonly', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['read', 'hash', 'fast'],
    since: '2.0.0',
    summary: 'Determine if a hash field exists',
    run: hexists,
  },
  {
    name: 'hlen',
    arity: 2,
    flags: ['readonly', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['read', 'hash', 'fast'],
    since: '2.0.0',
    summary: 'Get the number of fields in a hash',
    run: hlen,
  },
  {
    name: 'hkeys',
    arity: 2,
    flags: ['readonly'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['read', 'hash', 'slow'],
    since: '2.0.0',
    summary: 'Get all the fields in a hash',
    run: hkeys,
  },
  {
    name: 'hvals',
    arity: 2,
    flags: ['readonly'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['read', 'hash', 'slow'],
    since: '2.0.0',
    summary: 'Get all the values in a hash',
    run: hvals,
  },
  {
    name: 'hincrby',
    arity: 4,
    flags: ['write', 'denyoom', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['write', 'hash', 'fast'],
    since: '2.0.0',
    summary: 'Increment the integer value of a hash field by the given number',
    run: hincrby,
  },
  {
    name: 'hincrbyfloat',
    arity: 4,
    flags: ['write', 'denyoom', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['write', 'hash', 'fast'],
    since: '2.6.0',
    summary: 'Increment the float value of a hash field by the given amount',
    run: hincrbyfloat,
  },
  {
    name: 'hstrlen',
    arity: 3,
    flags: ['readonly', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['read', 'hash', 'fast'],
    since: '3.2.0',
    summary: 'Get the length of the value of a hash field',
    run: hstrlen,
  },
  {
    name: 'hrandfield',
    arity: -2,
    flags: ['readonly'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['read', 'hash', 'slow'],
    since: '6.2.0',
    summary: 'Get one or multiple random fields from a hash',
    run: hrandfield,
  },
  {
    name: 'hscan',
    arity: -3,
    flags: ['readonly'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['read', 'hash', 'slow'],
    since: '2.8.0',
    summary: 'Incrementally iterate hash fields and associated values',
    run: hscan,
  },
];
