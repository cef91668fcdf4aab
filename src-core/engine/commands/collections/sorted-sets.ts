// The sorted set commands that work on single members, or pick at random.
import { doubleText } from '../../../base/double-text.ts';
import type { SortedSetValue } from '../../data/sorted-set-value.ts';
import { ReplyError, replyErrors } from '../reply-errors.ts';
import { parseCursor, parseScanOptions, replyScanned, scanMatches } from '../scan-options.ts';
import type { CommandContext, CommandRow } from '../spec.ts';
import { openCollection, openOrCreate, readCollection, saveCollection, sortedSetKind } from './collection-keys.ts';
import { pickDistinct, randomPickCount } from './random-picks.ts';

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
