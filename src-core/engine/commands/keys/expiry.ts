// The commands on a key's time to live.
import { MAX_INT64, MIN_INT64 } from '../../data/canonical-integer.ts';
import { NO_REF } from '../../keyspace/database.ts';
import { invalidExpire, ReplyError, replyErrors, unsupportedOption } from '../reply-errors.ts';
import type { CommandContext, CommandRow } from '../spec.ts';
import { type ExpireUnit, expireUnits } from './expire-time.ts';

/** In the year 287396: later moments are taken for this one, so that every moment is exact as a double. */
const LAST_MOMENT_MS = Number.MAX_SAFE_INTEGER;

interface Conditions {
  readonly onlyWithout: boolean;
  readonly onlyWith: boolean;
  readonly onlyLater: boolean;
  readonly onlyEarlier: boolean;
}

/** @throws ReplyError */
function parseConditions(context: CommandContext): Conditions {
  const { args } = context;
  const words = { NX: false, XX: false, GT: false, LT: false };
  for (let i = 3; i < args.count; i++) {
    const word = (Object.keys(words) as (keyof typeof words)[]).find((name) => args.is(i, name));
    if (word === undefined) throw new ReplyError(unsupportedOption(args.text(i)));
    words[word] = true;
  }
  if (words.NX && (words.XX || words.GT || words.LT)) throw new ReplyError(replyErrors.expireNxWithOthers);
  if (words.GT && words.LT) throw new ReplyError(replyErrors.expireGtWithLt);
  return { onlyWithout: words.NX, onlyWith: words.XX, onlyLater: words.GT, onlyEarlier: words.LT };
}

/** The moment that argument 2 names, in milliseconds since 1970; it may lie in the past. @throws ReplyError */
function momentMs(context: CommandContext, unit: ExpireUnit, commandName: string): number {
  const milliseconds = context.args.int64(2) * BigInt(unit.millisecondsEach);
  const moment = milliseconds + (unit.relative ? BigInt(context.nowMs) : 0n);
  if (milliseconds < MIN_INT64 || moment > MAX_INT64) throw new ReplyError(invalidExpire(commandName));
  return Math.min(Number(moment), LAST_MOMENT_MS);
}

/** No expiry counts as one that never comes. */
function isAllowed(beforeMs: number, afterMs: number, conditions: Conditions): boolean {
  const hasExpiry = beforeMs !== -1;
  if (conditions.onlyWithout && hasExpiry) return false;
  if (conditions.onlyWith && !hasExpiry) return false;
  if (conditions.onlyLater && (!hasExpiry || afterMs <= beforeMs)) return false;
  return !(conditions.onlyEarlier && hasExpiry && afterMs >= beforeMs);
}

/** Propagated as PEXPIREAT, or as DEL if the moment has passed: replicas have other clocks. */
function expireCommand(commandName: string, unit: ExpireUnit): (context: CommandContext) => void {
  return (context) => {
    const { args, db, reply } = context;
    const conditions = parseConditions(context);
    const atMs = momentMs(context, unit, commandName);
    const ref = db.lookupWrite(args, 1);
    if (ref === NO_REF || !isAllowed(db.expiryMs(ref), atMs, conditions)) {
      reply.integer(0);
      return;
    }
    if (atMs <= context.nowMs && context.keyspace.expiryMode === 'delete') {
      db.remove(ref);
      context.propagateInstead('DEL', args.slice(1));
    } else {
      db.setExpiry(ref, atMs);
      context.propagateInstead('PEXPIREAT', args.slice(1), String(atMs));
    }
    context.changed();
    reply.integer(1);
  };
}

const expire = expireCommand('expire', expireUnits.EX);
const pexpire = expireCommand('pexpire', expireUnits.PX);
const expireat = expireCommand('expireat', expireUnits.EXAT);
const pexpireat = expireCommand('pexpireat', expireUnits.PXAT);

function persist(context: CommandContext): void {
  const { args, db, reply } = context;
  const ref = db.lookupWrite(args, 1);
  if (ref === NO_REF || db.expiryMs(ref) === -1) {
    reply.integer(0);
    return;
  }
  db.clearExpiry(ref);
  context.changed();
  reply.integer(1);
}

/** -2: no such key. -1: it never expires. */
function timeCommand(read: (expiresMs: number, nowMs: number) => number): (context: CommandContext) => void {
  return ({ args, db, nowMs, reply }) => {
    const ref = db.lookupRead(args, 1);
    if (ref === NO_REF) reply.integer(-2);
    else if (db.expiryMs(ref) === -1) reply.integer(-1);
    else reply.integer(read(db.expiryMs(ref), nowMs));
  };
}

function toSeconds(milliseconds: number): number {
  return Math.floor((milliseconds + 500) / 1000);
}

const ttl = timeCommand((expiresMs, nowMs) => toSeconds(Math.max(0, expiresMs - nowMs)));
const pttl = timeCommand((expiresMs, nowMs) => Math.max(0, expiresMs - nowMs));
const expiretime = timeCommand(toSeconds);
const pexpiretime = timeCommand((expiresMs) => expiresMs);

export const expiryCommands: readonly CommandRow[] = [
  {
    name: 'expire',
    arity: -3,
    flags: ['write', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['keyspace', 'write', 'fast'],
    since: '1.0.0',
    summary: "Set a key's time to live in seconds",
    run: expire,
  },
  {
    name: 'pexpire',
    arity: -3,
    flags: ['write', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['keyspace', 'write', 'fast'],
    since: '2.6.0',
    summary: "Set a key's time to live in milliseconds",
    run: pexpire,
  },
  {
    name: 'expireat',
    arity: -3,
    flags: ['write', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['keyspace', 'write', 'fast'],
    since: '1.2.0',
    summary: 'Set the expiration for a key as a UNIX timestamp',
    run: expireat,
  },
  {
    name: 'pexpireat',
    arity: -3,
    flags: ['write', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['keyspace', 'write', 'fast'],
    since: '2.6.0',
    summary: 'Set the expiration for a key as a UNIX timestamp specified in milliseconds',
    run: pexpireat,
  },
  {
    name: 'ttl',
    arity: 2,
    flags: ['readonly', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['keyspace', 'read', 'fast'],
    since: '1.0.0',
    summary: 'Get the time to live for a key in seconds',
    run: ttl,
  },
  {
    name: 'pttl',
    arity: 2,
    flags: ['readonly', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['keyspace', 'read', 'fast'],
    since: '2.6.0',
    summary: 'Get the time to live for a key in milliseconds',
    run: pttl,
  },
  {
    name: 'expiretime',
    arity: 2,
    flags: ['readonly', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['keyspace', 'read', 'fast'],
    since: '7.0.0',
    summary: 'Get the expiration Unix timestamp for a key',
    run: expiretime,
  },
  {
    name: 'pexpiretime',
    arity: 2,
    flags: ['readonly', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['keyspace', 'read', 'fast'],
    since: '7.0.0',
    summary: 'Get the expiration Unix timestamp for a key in milliseconds',
    run: pexpiretime,
  },
  {
    name: 'persist',
    arity: 2,
    flags: ['write', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['keyspace', 'write', 'fast'],
    since: '2.2.0',
    summary: 'Remove the expiration from a key',
    run: persist,
  },
];
