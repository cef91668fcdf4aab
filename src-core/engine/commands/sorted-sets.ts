// The sorted set commands that work on single members, pop from an end, or pick at random.
import { doubleText } from '../../base/double-text.ts';
import type { SortedSetValue } from '../data/sorted-set-value.ts';
import { openCollection, openOrCreate, readCollection, saveCollection, sortedSetKind } from './collection-keys.ts';
import { parseKeyCount } from './key-count.ts';
import { parsePopCount } from './pop-count.ts';
import { pickDistinct, randomPickCount } from './random-picks.ts';
import { ReplyError, replyErrors } from './reply-errors.ts';
import { parseCursor, parseScanOptions, replyScanned, scanMatches } from './scan-options.ts';
import type { CommandContext, CommandRow } from './spec.ts';

export type SortedSetEnd = 'min' | 'max';

export interface AddOptions {
  readonly onlyNew: boolean;
  readonly onlyExisting: boolean;
  readonly onlyGreater: boolean;
  readonly onlyLess: boolean;
  readonly increment: boolean;
  readonly countChanged: boolean;
  /** Argument index of the first score. */
  readonly firstScore: number;
}

/** Scores, and where their members are among the arguments. */
export interface GivenScores {
  readonly scores: readonly number[];
  readonly memberIndex: (i: number) => number;
}

const plainIncrement: AddOptions = {
  onlyNew: false,
  onlyExisting: false,
  onlyGreater: false,
  onlyLess: false,
  increment: true,
  countChanged: false,
  firstScore: 2,
};

function read(context: CommandContext): SortedSetValue | null {
  return readCollection(context.db, context.args, 1, sortedSetKind);
}

/** @throws ReplyError */
function parseAddOptions(context: CommandContext): AddOptions {
  const { args } = context;
  const words = { NX: false, XX: false, CH: false, INCR: false, GT: false, LT: false };
  let i = 2;
  for (; i < args.count; i++) {
    const word = (Object.keys(words) as (keyof typeof words)[]).find((name) => args.is(i, name));
    if (word === undefined) break;
    words[word] = true;
  }
  const count = args.count - i;
  if (count === 0 || count % 2 !== 0) throw new ReplyError(replyErrors.syntax);
  if (words.NX && words.XX) throw new ReplyError(replyErrors.addNxWithXx);
  if ((words.GT && words.NX) || (words.LT && words.NX) || (words.GT && words.LT)) {
    throw new ReplyError(replyErrors.addGtLtNx);
  }
  if (words.INCR && count > 2) throw new ReplyError(replyErrors.addIncrementPair);
  return {
    onlyNew: words.NX,
    onlyExisting: words.XX,
    onlyGreater: words.GT,
    onlyLess: words.LT,
    increment: words.INCR,
    countChanged: words.CH,
    firstScore: i,
  };
}

/** The score that the member gets, null when the options forbid a change. @throws ReplyError */
function resultingScore(before: number | undefined, given: number, options: AddOptions): number | null {
  if (before === undefined) return options.onlyExisting ? null : given;
  if (options.onlyNew) return null;
  const score = options.increment ? before + given : given;
  if (Number.isNaN(score)) throw new ReplyError(replyErrors.scoreNotNumber);
  if ((options.onlyGreater && score <= before) || (options.onlyLess && score >= before)) return null;
  return score;
}

/** @throws ReplyError */
function givenScores({ args }: CommandContext, { firstScore }: AddOptions): GivenScores {
  const scores: number[] = [];
  for (let i = firstScore; i < args.count; i += 2) scores.push(args.float(i));
  return { scores, memberIndex: (i) => firstScore + i * 2 + 1 };
}

/** What ZADD does with scores; whether anything changed. @throws ReplyError */
export function addMembers(
  context: CommandContext,
  options: AddOptions,
  { scores, memberIndex }: GivenScores,
): boolean {
  const { args, db, reply } = context;
  const opened = options.onlyExisting
    ? openCollection(db, args, 1, sortedSetKind)
    : openOrCreate(db, args, 1, sortedSetKind);
  let added = 0;
  let updated = 0;
  let last: number | null = null;
  for (let i = 0; opened !== null && i < scores.length; i++) {
    const member = args.text(memberIndex(i));
    const before = opened.value.score(member);
    last = resultingScore(before, scores[i]!, options);
    if (last === null || last === before) continue;
    opened.value.set(member, last, context.services.limits);
    if (before === undefined) added++;
    else updated++;
  }
  if (opened !== null && added + updated > 0) {
    saveCollection(db, args, 1, sortedSetKind, opened);
    context.changed(added + updated);
  }
  if (!options.increment) reply.integer(options.countChanged ? added + updated : added);
  else if (last === null) reply.nullBulk();
  else reply.double(last);
  return added + updated > 0;
}

function zadd(context: CommandContext): void {
  const options = parseAddOptions(context);
  addMembers(context, options, givenScores(context, options));
}

function zincrby(context: CommandContext): void {
  addMembers(context, plainIncrement, givenScores(context, plainIncrement));
}

function zrem(context: CommandContext): void {
  const { args, db, reply } = context;
  const opened = openCollection(db, args, 1, sortedSetKind);
  let removed = 0;
  for (let i = 2; opened !== null && i < args.count; i++) if (opened.value.delete(args.text(i))) removed++;
  if (opened !== null && removed > 0) {
    saveCollection(db, args, 1, sortedSetKind, opened);
    context.changed(removed);
  }
  reply.integer(removed);
}

function replyScore(context: CommandContext, score: number | undefined): void {
  if (score === undefined) context.reply.nullBulk();
  else context.reply.double(score);
}

function zscore(context: CommandContext): void {
  replyScore(context, read(context)?.score(context.args.text(2)));
}

function zmscore(context: CommandContext): void {
  const { args, reply } = context;
  const set = read(context);
  reply.array(args.count - 2);
  for (let i = 2; i < args.count; i++) replyScore(context, set?.score(args.text(i)));
}

function zcard(context: CommandContext): void {
  context.reply.integer(read(context)?.size ?? 0);
}

function rankCommand(reversed: boolean): (context: CommandContext) => void {
  return (context) => {
    const set = read(context);
    const rank = set?.rank(context.args.text(2)) ?? -1;
    if (set === null || rank === -1) context.reply.nullBulk();
    else context.reply.integer(reversed ? set.size - 1 - rank : rank);
  };
}

const zrank = rankCommand(false);
const zrevrank = rankCommand(true);

type Entry = readonly [member: string, score: number];

/** Takes up to `count` elements from an end, and saves what is left. Null if there is no sorted set. */
export function takeEntries(
  context: CommandContext,
  keyIndex: number,
  end: SortedSetEnd,
  count: number,
): Entry[] | null {
  const { args, db } = context;
  const opened = openCollection(db, args, keyIndex, sortedSetKind);
  if (opened === null) return null;
  const set = opened.value;
  const taken = Math.min(count, set.size);
  const entries: Entry[] = [];
  if (taken === 0) return entries;
  const visit = (score: number, member: string) => void entries.push([member, score]);
  const from = end === 'min' ? 0 : set.size - taken;
  if (end === 'min') set.forEach(visit, from, from + taken);
  else set.forEachReversed(visit, from, from + taken);
  set.deleteRange(from, from + taken);
  saveCollection(db, args, keyIndex, sortedSetKind, opened);
  context.changed(taken);
  return entries;
}

function replyEntries(context: CommandContext, entries: readonly Entry[], nested: boolean): void {
  const { reply } = context;
  reply.array(nested ? entries.length : entries.length * 2);
  for (const [member, score] of entries) {
    if (nested) reply.array(2);
    reply.bulkLatin1(member);
    reply.double(score);
  }
}

function popCommand(end: SortedSetEnd): (context: CommandContext) => void {
  return (context) => {
    const { args, reply } = context;
    if (args.count > 3) throw new ReplyError(replyErrors.syntax);
    const count = args.count === 3 ? args.integer(2, replyErrors.mustBePositive) : 1;
    if (count < 0) throw new ReplyError(replyErrors.mustBePositive);
    replyEntries(context, takeEntries(context, 1, end, count) ?? [], reply.protocol === 3 && args.count === 3);
  };
}

const zpopmin = popCommand('min');
const zpopmax = popCommand('max');

/**
 * Pops up to `count` elements of the sorted set under argument `keyIndex` and answers its name with them, as ZMPOP
 * does. False, with no reply, if there is none. Propagated as ZPOPMIN or ZPOPMAX, so that no replica has to choose.
 */
export function popEntriesFrom(context: CommandContext, keyIndex: number, end: SortedSetEnd, count: number): boolean {
  const { args, reply } = context;
  const entries = takeEntries(context, keyIndex, end, count);
  if (entries === null) return false;
  reply.array(2);
  reply.bulk(args.slice(keyIndex));
  replyEntries(context, entries, true);
  context.propagateInstead(end === 'min' ? 'ZPOPMIN' : 'ZPOPMAX', args.slice(keyIndex), String(entries.length));
  return true;
}

/** The end named by argument `i`. @throws ReplyError */
export function parseSortedSetEnd(context: CommandContext, i: number): SortedSetEnd {
  if (context.args.is(i, 'MIN')) return 'min';
  if (context.args.is(i, 'MAX')) return 'max';
  throw new ReplyError(replyErrors.syntax);
}

function zmpop(context: CommandContext): void {
  const { args, reply } = context;
  const keyCount = parseKeyCount(args, 1);
  const endAt = 2 + keyCount;
  if (endAt >= args.count) throw new ReplyError(replyErrors.syntax);
  const end = parseSortedSetEnd(context, endAt);
  const count = parsePopCount(args, endAt + 1);
  for (let i = 2; i < endAt; i++) if (popEntriesFrom(context, i, end, count)) return;
  reply.nullArray();
}

function zrandmember(context: CommandContext): void {
  const { args, reply, keyspace } = context;
  if (args.count === 2) {
    const set = read(context);
    if (set === null) reply.nullBulk();
    else reply.bulkLatin1(set.memberAt(keyspace.randomBelow(set.size)));
    return;
  }
  const withScores = args.count === 4 && args.is(3, 'WITHSCORES');
  const wanted = randomPickCount(args, 2, withScores);
  if (args.count > 3 && !withScores) throw new ReplyError(replyErrors.syntax);
  const set = read(context);
  if (set === null || wanted === 0) {
    reply.array(0);
    return;
  }
  const repeats = wanted < 0;
  const count = repeats ? -wanted : Math.min(wanted, set.size);
  const indexes = repeats ? null : pickDistinct(set.size, count, keyspace.randomBelow);
  const nested = withScores && reply.protocol === 3;
  reply.array(withScores && !nested ? count * 2 : count);
  for (let i = 0; i < count; i++) {
    const member = set.memberAt(indexes?.[i] ?? keyspace.randomBelow(set.size));
    if (nested) reply.array(2);
    reply.bulkLatin1(member);
    if (withScores) reply.double(set.score(member)!);
  }
}

function zscan(context: CommandContext): void {
  const { args, reply } = context;
  const cursor = parseCursor(args, 2);
  const set = read(context);
  const options = set === null ? null : parseScanOptions(args, 3, false);
  const found: string[] = [];
  const next =
    set?.scan(cursor, options!.count, (score, member) => {
      if (scanMatches(options!, member)) found.push(member, doubleText(score));
    }) ?? 0;
  replyScanned(reply, next, found);
}

export const sortedSetCommands: readonly CommandRow[] = [
  {
    name: 'zadd',
    arity: -4,
    flags: ['write', 'denyoom', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['write', 'sortedset', 'fast'],
    since: '1.2.0',
    summary: 'Add one or more members to a sorted set, or update its score if it already exists',
    run: zadd,
  },
  {
    name: 'zrem',
    arity: -3,
    flags: ['write', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['write', 'sortedset', 'fast'],
    since: '1.2.0',
    summary: 'Remove one or more members from a sorted set',
    run: zrem,
  },
  {
    name: 'zscore',
    arity: 3,
    flags: ['readonly', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['read', 'sortedset', 'fast'],
    since: '1.2.0',
    summary: 'Get the score associated with the given member in a sorted set',
    run: zscore,
  },
  {
    name: 'zmscore',
    arity: -3,
    flags: ['readonly', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['read', 'sortedset', 'fast'],
    since: '6.2.0',
    summary: 'Get the score associated with the given members in a sorted set',
    run: zmscore,
  },
  {
    name: 'zincrby',
    arity: 4,
    flags: ['write', 'denyoom', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['write', 'sortedset', 'fast'],
    since: '1.2.0',
    summary: 'Increment the score of a member in a sorted set',
    run: zincrby,
  },
  {
    name: 'zcard',
    arity: 2,
    flags: ['readonly', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['read', 'sortedset', 'fast'],
    since: '1.2.0',
    summary: 'Get the number of members in a sorted set',
    run: zcard,
  },
  {
    name: 'zrank',
    arity: 3,
    flags: ['readonly', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['read', 'sortedset', 'fast'],
    since: '2.0.0',
    summary: 'Determine the index of a member in a sorted set',
    run: zrank,
  },
  {
    name: 'zrevrank',
    arity: 3,
    flags: ['readonly', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['read', 'sortedset', 'fast'],
    since: '2.0.0',
    summary: 'Determine the index of a member in a sorted set, with scores ordered from high to low',
    run: zrevrank,
  },
  {
    name: 'zpopmin',
    arity: -2,
    flags: ['write', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['write', 'sortedset', 'fast'],
    since: '5.0.0',
    summary: 'Remove and return members with the lowest scores in a sorted set',
    run: zpopmin,
  },
  {
    name: 'zpopmax',
    arity: -2,
    flags: ['write', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['write', 'sortedset', 'fast'],
    since: '5.0.0',
    summary: 'Remove and return members with the highest scores in a sorted set',
    run: zpopmax,
  },
  {
    name: 'zmpop',
    arity: -4,
    flags: ['write', 'movablekeys'],
    categories: ['write', 'sortedset', 'slow'],
    since: '7.0.0',
    summary: 'Remove and return members with scores in a sorted set',
    run: zmpop,
  },
  {
    name: 'zrandmember',
    arity: -2,
    flags: ['readonly'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['read', 'sortedset', 'slow'],
    since: '6.2.0',
    summary: 'Get one or multiple random elements from a sorted set',
    run: zrandmember,
  },
  {
    name: 'zscan',
    arity: -3,
    flags: ['readonly'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['read', 'sortedset', 'slow'],
    since: '2.8.0',
    summary: 'Incrementally iterate sorted sets elements and associated scores',
    run: zscan,
  },
];
