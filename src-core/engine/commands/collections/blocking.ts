// The list and sorted set commands that wait for an element. They are propagated as what they do once there is one.
import { longDoubleNumber, parseLongDouble } from '../../../base/long-double.ts';
import { NO_REF } from '../../keyspace/database.ts';
import { type ValueType, valueType } from '../../keyspace/record.ts';
import type { Args } from '../args.ts';
import { parseKeyCount } from '../key-count.ts';
import { ReplyError, replyErrors } from '../reply-errors.ts';
import type { CommandContext, CommandRow } from '../spec.ts';
import { type ListEnd, moveElement, parseListEnd, popManyFrom, takeElements } from './list-ends.ts';
import { parsePopCount } from './pop-count.ts';
import { parseSortedSetEnd, popEntriesFrom, type SortedSetEnd, takeEntries } from './sorted-set-pops.ts';

/** Redis counts the milliseconds in 64 bits; what does not fit it takes for negative. */
const LONGEST_TIMEOUT_MS = 2 ** 63;
/** Timers hold no more: 24 days. A longer wait is a wait for ever. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The seconds in argument `i` as milliseconds; 0 is for ever. @throws ReplyError */
function parseTimeout(args: Args, i: number): number {
  const seconds = parseLongDouble(args.text(i));
  if (seconds === null) throw new ReplyError(replyErrors.timeoutNotFloat);
  const milliseconds = Math.ceil(longDoubleNumber(seconds) * 1000);
  if (milliseconds < 0 || milliseconds >= LONGEST_TIMEOUT_MS) throw new ReplyError(replyErrors.timeoutNegative);
  return milliseconds > LONGEST_TIMER_MS ? 0 : milliseconds;
}

/**
 * Whether argument `i` is a key of this type. Another type is refused, but not while the client waits: then only what
 * it waits for can wake it.
 * @throws ReplyError
 */
function isThere(context: CommandContext, i: number, type: ValueType): boolean {
  const ref = context.db.lookupWrite(context.args, i);
  if (ref === NO_REF) return false;
  if (context.db.type(ref) === type) return true;
  if (context.isServed) return false;
  throw new ReplyError(replyErrors.wrongType);
}

function waitForAny(context: CommandContext, keyIndexes: readonly number[], timeoutMs: number): void {
  if (context.canWait) context.wait(keyIndexes, timeoutMs);
  else context.reply.nullArray();
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, offset) => from + offset);
}

function popFromAny(end: ListEnd): (context: CommandContext) => void {
  return (context) => {
    const { args, reply } = context;
    const timeoutMs = parseTimeout(args, args.count - 1);
    const keyIndexes = range(1, args.count - 1);
    const found = keyIndexes.find((i) => isThere(context, i, valueType.list));
    if (found === undefined) {
      waitForAny(context, keyIndexes, timeoutMs);
      return;
    }
    const [element] = takeElements(context, found, end, 1)!;
    reply.array(2);
    reply.bulk(args.slice(found));
    reply.bulkLatin1(element!);
    context.propagateInstead(end === 'left' ? 'LPOP' : 'RPOP', args.slice(found));
  };
}

const blpop = popFromAny('left');
const brpop = popFromAny('right');

function moveOrWait(context: CommandContext, from: ListEnd, to: ListEnd, timeoutMs: number): boolean {
  if (isThere(context, 1, valueType.list)) return moveElement(context, from, to);
  if (context.canWait) context.wait([1], timeoutMs);
  else context.reply.nullBulk();
  return false;
}

function blmove(context: CommandContext): void {
  const { args } = context;
  const from = parseListEnd(context, 3);
  const to = parseListEnd(context, 4);
  if (moveOrWait(context, from, to, parseTimeout(args, 5))) {
    context.propagateInstead('LMOVE', args.slice(1), args.slice(2), args.slice(3), args.slice(4));
  }
}

function brpoplpush(context: CommandContext): void {
  const { args } = context;
  if (moveOrWait(context, 'right', 'left', parseTimeout(args, 3))) {
    context.propagateInstead('RPOPLPUSH', args.slice(1), args.slice(2));
  }
}

/** BLMPOP and BZMPOP: timeout numkeys key ... end [COUNT n]. */
function popManyFromAny<End>(
  type: ValueType,
  parseEnd: (context: CommandContext, i: number) => End,
  pop: (context: CommandContext, i: number, end: End, count: number) => boolean,
): (context: CommandContext) => void {
  return (context) => {
    const { args } = context;
    const endAt = 3 + parseKeyCount(args, 2);
    if (endAt >= args.count) throw new ReplyError(replyErrors.syntax);
    const end = parseEnd(context, endAt);
    const count = parsePopCount(args, endAt + 1);
    const timeoutMs = parseTimeout(args, 1);
    const keyIndexes = range(3, endAt);
    const found = keyIndexes.find((i) => isThere(context, i, type));
    if (found === undefined) waitForAny(context, keyIndexes, timeoutMs);
    else pop(context, found, end, count);
  };
}

const blmpop = popManyFromAny(valueType.list, parseListEnd, popManyFrom);
const bzmpop = popManyFromAny(valueType.zset, parseSortedSetEnd, popEntriesFrom);

function popScoredFromAny(end: SortedSetEnd): (context: CommandContext) => void {
  return (context) => {
    const { args, reply } = context;
    const timeoutMs = parseTimeout(args, args.count - 1);
    const keyIndexes = range(1, args.count - 1);
    const found = keyIndexes.find((i) => isThere(context, i, valueType.zset));
    if (found === undefined) {
      waitForAny(context, keyIndexes, timeoutMs);
      return;
    }
    const [entry] = takeEntries(context, found, end, 1)!;
    reply.array(3);
    reply.bulk(args.slice(found));
    reply.bulkLatin1(entry![0]);
    reply.double(entry![1]);
    context.propagateInstead(end === 'min' ? 'ZPOPMIN' : 'ZPOPMAX', args.slice(found));
  };
}

const bzpopmin = popScoredFromAny('min');
const bzpopmax = popScoredFromAny('max');

export const blockingCommands: readonly CommandRow[] = [
  {
    name: 'blpop',
    arity: -3,
    flags: ['write', 'noscript', 'blocking'],
    keys: { first: 1, last: -2, step: 1 },
    categories: ['write', 'list', 'slow', 'blocking'],
    since: '2.0.0',
    summary: 'Remove and get the first element in a list, or block until one is available',
    run: blpop,
  },
  {
    name: 'brpop',
    arity: -3,
    flags: ['write', 'noscript', 'blocking'],
    keys: { first: 1, last: -2, step: 1 },
    categories: ['write', 'list', 'slow', 'blocking'],
    since: '2.0.0',
    summary: 'Remove and get the last element in a list, or block until one is available',
    run: brpop,
  },
  {
    name: 'blmove',
    arity: 6,
    flags: ['write', 'denyoom', 'noscript', 'blocking'],
    keys: { first: 1, last: 2, step: 1 },
    categories: ['write', 'list', 'slow', 'blocking'],
    since: '6.2.0',
    summary: 'Pop an element from a list, push it to another list and return it; or block until one is available',
    run: blmove,
  },
  {
    name: 'brpoplpush',
    arity: 4,
    flags: ['write', 'denyoom', 'noscript', 'blocking'],
    keys: { first: 1, last: 2, step: 1 },
    categories: ['write', 'list', 'slow', 'blocking'],
    since: '2.2.0',
    summary: 'Pop an element from a list, push it to another list and return it; or block until one is available',
    run: brpoplpush,
  },
  {
    name: 'blmpop',
    arity: -5,
    flags: ['write', 'blocking', 'movablekeys'],
    categories: ['write', 'list', 'slow', 'blocking'],
    since: '7.0.0',
    summary: 'Pop elements from a list, or block until one is available',
    run: blmpop,
  },
  {
    name: 'bzpopmin',
    arity: -3,
    flags: ['write', 'noscript', 'blocking', 'fast'],
    keys: { first: 1, last: -2, step: 1 },
    categories: ['write', 'sortedset', 'fast', 'blocking'],
    since: '5.0.0',
    summary:
      'Remove and return the member with the lowest score from one or more sorted sets, or block until one is available',
    run: bzpopmin,
  },
  {
    name: 'bzpopmax',
    arity: -3,
    flags: ['write', 'noscript', 'blocking', 'fast'],
    keys: { first: 1, last: -2, step: 1 },
    categories: ['write', 'sortedset', 'fast', 'blocking'],
    since: '5.0.0',
    summary:
      'Remove and return the member with the highest score from one or more sorted sets, or block until one is available',
    run: bzpopmax,
  },
  {
    name: 'bzmpop',
    arity: -5,
    flags: ['write', 'blocking', 'movablekeys'],
    categories: ['write', 'sortedset', 'slow', 'blocking'],
    since: '7.0.0',
    summary: 'Remove and return members with scores in a sorted set or block until one is available',
    run: bzmpop,
  },
];
