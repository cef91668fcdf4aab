// Fields that expire, which a master of Redis 7.4 or later writes into its stream: HPEXPIREAT, HPERSIST, HSETEX, and the question HPEXPIRETIME.
import type { HashValue } from '../../data/hash-value.ts';
import type { Args } from '../args.ts';
import { type ExpireUnit, expireTimeMs, expireUnits } from '../keys/expire-time.ts';
import { invalidExpire, ReplyError, replyErrors, unknownArgument, wrongArity } from '../reply-errors.ts';
import type { CommandContext, CommandRow } from '../spec.ts';
import { hashKind, type Opened, saveCollection } from './collection-keys.ts';
import { openHash, openOrCreateHash, readStoredHash, visibleField } from './hash-keys.ts';

/** 48 bits: Redis keeps no later moment for a field. */
const LAST_MOMENT_MS = 2 ** 48 - 2;

/** What such a command answers for a field. */
const answer = { noField: -2, noExpiry: -1, notAllowed: 0, done: 1, deleted: 2 } as const;

/** Where the fields begin that `FIELDS <count> field…` at argument `i` names: the rest of the arguments. @throws ReplyError */
function fieldsFrom(args: Args, i: number): number {
  if (i >= args.count || !args.is(i, 'FIELDS')) throw new ReplyError(replyErrors.fieldsMissing);
  const count = args.integer(i + 1, replyErrors.fieldCountNotPositive);
  if (count < 1) throw new ReplyError(replyErrors.fieldCountNotPositive);
  if (count !== args.count - i - 2) throw new ReplyError(replyErrors.fieldCountWrong);
  return i + 2;
}

/** Argument 2, in milliseconds since 1970; it may lie in the past. @throws ReplyError */
function momentMs(args: Args): number {
  const atMs = args.integer(2);
  if (atMs < 0) throw new ReplyError(replyErrors.expireNegative);
  if (atMs > LAST_MOMENT_MS) throw new ReplyError(invalidExpire('hpexpireat'));
  return atMs;
}

type Condition = 'NX' | 'XX' | 'GT' | 'LT' | null;

function conditionAt(args: Args, i: number): Condition {
  return (['NX', 'XX', 'GT', 'LT'] as const).find((word) => args.is(i, word)) ?? null;
}

/** A field that stays counts as one that ends never. */
function isAllowed(condition: Condition, beforeMs: number, atMs: number): boolean {
  switch (condition) {
    case 'NX':
      return beforeMs === -1;
    case 'XX':
      return beforeMs !== -1;
    case 'GT':
      return beforeMs !== -1 && atMs > beforeMs;
    case 'LT':
      return beforeMs === -1 || atMs < beforeMs;
    case null:
      return true;
  }
}

function hpexpireat(context: CommandContext): void {
  const { args, nowMs, keyspace } = context;
  const atMs = momentMs(args);
  const condition = conditionAt(args, 3);
  const first = fieldsFrom(args, condition === null ? 3 : 4);
  const opened = openHash(context);
  // On a replica nothing ends before the master says so.
  const isOver = keyspace.expiryMode === 'delete' && atMs <= nowMs;
  const answers: number[] = [];
  const touched: Buffer[] = [];
  for (let i = first; i < args.count; i++) {
    const outcome = opened === null ? answer.noField : letExpire(opened.value, args.text(i), atMs, condition, isOver);
    answers.push(outcome);
    if (outcome > answer.notAllowed) touched.push(args.copy(i));
  }
  if (opened !== null && touched.length > 0) {
    if (isOver) context.propagateInstead('HDEL', args.copy(1), ...touched);
    save(context, opened);
    context.changed(touched.length);
  }
  replyAll(context, answers);
}

function letExpire(hash: HashValue, field: string, atMs: number, condition: Condition, isOver: boolean): number {
  if (!hash.has(field)) return answer.noField;
  if (!isAllowed(condition, hash.expiryMs(field), atMs)) return answer.notAllowed;
  if (isOver) {
    hash.delete(field);
    return answer.deleted;
  }
  hash.expire(field, atMs);
  return answer.done;
}

function hpersist(context: CommandContext): void {
  const { args } = context;
  const first = fieldsFrom(args, 2);
  const opened = openHash(context);
  const answers: number[] = [];
  for (let i = first; i < args.count; i++) {
    const field = args.text(i);
    if (opened === null || !opened.value.has(field)) answers.push(answer.noField);
    else answers.push(opened.value.persist(field) ? answer.done : answer.noExpiry);
  }
  const persisted = answers.filter((outcome) => outcome === answer.done).length;
  if (opened !== null && persisted > 0) {
    save(context, opened);
    context.changed(persisted);
  }
  replyAll(context, answers);
}

function hpexpiretime(context: CommandContext): void {
  const { args } = context;
  const first = fieldsFrom(args, 2);
  const hash = readStoredHash(context);
  const answers: number[] = [];
  for (let i = first; i < args.count; i++) {
    const field = args.text(i);
    const isThere = hash !== null && visibleField(context, hash, field) !== undefined;
    answers.push(isThere ? hash.expiryMs(field) : answer.noField);
  }
  replyAll(context, answers);
}

/** What HSETEX says before its fields. */
interface SetOptions {
  /** FNX: none of the fields may be there; FXX: all must be. */
  readonly condition: 'FNX' | 'FXX' | null;
  /** Null: they stay, unless `keepsExpiry`. */
  readonly atMs: number | null;
  readonly keepsExpiry: boolean;
  /** The argument where fields and values begin. */
  readonly first: number;
}

/** @throws ReplyError */
function parseSet({ args, nowMs }: CommandContext): SetOptions {
  let condition: SetOptions['condition'] = null;
  let unit: ExpireUnit | null = null;
  let atMs: number | null = null;
  let keepsExpiry = false;
  let i = 2;
  for (; i < args.count && !args.is(i, 'FIELDS'); i++) {
    const presence = (['FNX', 'FXX'] as const).find((word) => args.is(i, word));
    const unitName = (['EX', 'PX', 'EXAT', 'PXAT'] as const).find((word) => args.is(i, word));
    const keeps = args.is(i, 'KEEPTTL');
    if (presence !== undefined) {
      if (condition !== null) throw new ReplyError(replyErrors.setFieldsTwoConditions);
      condition = presence;
    } else if (keeps || unitName !== undefined) {
      if (keepsExpiry || unit !== null) throw new ReplyError(replyErrors.setFieldsTwoExpiries);
      keepsExpiry = keeps;
      if (unitName === undefined) continue;
      unit = expireUnits[unitName];
      if (++i >= args.count) throw new ReplyError(replyErrors.fieldsMissing);
      atMs = expireTimeMs(args, i, unit, nowMs, 'hsetex');
    } else throw new ReplyError(unknownArgument(args.text(i)));
  }
  if (i + 1 >= args.count) throw new ReplyError(replyErrors.fieldsMissing);
  const count = args.integer(i + 1, replyErrors.fieldCountNotPositive);
  if (count < 1) throw new ReplyError(replyErrors.fieldCountNotPositive);
  if (count * 2 !== args.count - i - 2) throw new ReplyError(wrongArity('hsetex'));
  if (atMs !== null && atMs > LAST_MOMENT_MS) throw new ReplyError(invalidExpire('hsetex'));
  return { condition, atMs, keepsExpiry, first: i + 2 };
}

/** Propagated with PXAT, since replicas have other clocks. */
function hsetex(context: CommandContext): void {
  const { args, reply, services, keyspace, nowMs } = context;
  const { condition, atMs, keepsExpiry, first } = parseSet(context);
  const opened = openOrCreateHash(context);
  const { value: hash } = opened;
  for (let i = first; condition !== null && i < args.count; i += 2) {
    if (hash.has(args.text(i)) === (condition === 'FXX')) continue;
    reply.integer(0);
    return;
  }
  const isOver = keyspace.expiryMode === 'delete' && atMs !== null && atMs <= nowMs;
  for (let i = first; i < args.count; i += 2) {
    const field = args.text(i);
    const lastMs = keepsExpiry ? hash.expiryMs(field) : (atMs ?? -1);
    hash.set(field, args.text(i + 1), services.limits);
    if (isOver) hash.delete(field);
    else if (lastMs !== -1) hash.expire(field, lastMs);
  }
  save(context, opened);
  context.changed((args.count - first) / 2);
  if (isOver) context.propagateInstead('HDEL', args.copy(1), ...copies(args, first, 2));
  else if (atMs !== null) {
    const words = ['PXAT', String(atMs), 'FIELDS', String((args.count - first) / 2)];
    context.propagateInstead('HSETEX', args.copy(1), ...words, ...copies(args, first, 1));
  }
  reply.integer(1);
}

function copies(args: Args, first: number, step: number): Buffer[] {
  const copied: Buffer[] = [];
  for (let i = first; i < args.count; i += step) copied.push(args.copy(i));
  return copied;
}

/** Puts the hash back, and has its fields looked after. */
function save({ args, db }: CommandContext, opened: Opened<HashValue>): void {
  saveCollection(db, args, 1, hashKind, opened);
  if (opened.value.expiring > 0) db.expiringFields.add(args.slice(1));
}

function replyAll({ reply }: CommandContext, answers: readonly number[]): void {
  reply.array(answers.length);
  for (const one of answers) reply.integer(one);
}

export const hashExpiryCommands: readonly CommandRow[] = [
  {
    name: 'hpexpireat',
    arity: -6,
    flags: ['write', 'denyoom', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['write', 'hash', 'fast'],
    since: '7.4.0',
    summary: 'Set expiration for hash fields using an absolute Unix timestamp (milliseconds)',
    run: hpexpireat,
  },
  {
    name: 'hpersist',
    arity: -5,
    flags: ['write', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['write', 'hash', 'fast'],
    since: '7.4.0',
    summary: 'Remove the expiration time for each specified field',
    run: hpersist,
  },
  {
    name: 'hpexpiretime',
    arity: -5,
    flags: ['readonly', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['read', 'hash', 'fast'],
    since: '7.4.0',
    summary: 'Returns the expiration time of a hash field as a Unix timestamp, in msec',
    run: hpexpiretime,
  },
  {
    name: 'hsetex',
    arity: -6,
    flags: ['write', 'denyoom', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['write', 'hash', 'fast'],
    since: '8.0.0',
    summary: 'Set the value of one or more fields of a given hash key, and optionally set their expiration',
    run: hsetex,
  },
];
