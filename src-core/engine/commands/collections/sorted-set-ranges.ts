// The sorted set commands that read, count, store or delete a part of a sorted set.
import type { SortedSetValue } from '../../data/sorted-set-value.ts';
import { ReplyError, replyErrors } from '../reply-errors.ts';
import type { CommandContext, CommandRow } from '../spec.ts';
import { openCollection, readCollection, saveCollection, sortedSetKind, storeResult } from './collection-keys.ts';
import { type IndexRange, indexRange } from './index-range.ts';
import {
  type LexRange,
  parseLexRange,
  parseScoreRange,
  ranksByLex,
  ranksByScore,
  reversedRange,
  type ScoreRange,
} from './sorted-set-range.ts';

type RangeBy = 'rank' | 'score' | 'lex';

/** What a command fixes; null leaves it to the arguments (ZRANGE and ZRANGESTORE). */
interface RangeForm {
  /** Argument index of the sorted set; the bounds are the two after it. */
  readonly keyIndex: number;
  readonly by: RangeBy | null;
  readonly reversed: boolean | null;
  readonly storing: boolean;
}

interface RangeOptions {
  readonly by: RangeBy;
  readonly reversed: boolean;
  readonly withScores: boolean;
  /** Negative: nothing is taken. */
  readonly offset: number;
  /** Negative: no limit. */
  readonly limit: number;
}

/** @throws ReplyError */
function parseRangeOptions(context: CommandContext, form: RangeForm): RangeOptions {
  const { args } = context;
  let by = form.by;
  let reversed = form.reversed;
  let withScores = false;
  let offset = 0;
  let limit = -1;
  let limited = false;
  for (let i = form.keyIndex + 3; i < args.count; i++) {
    if (!form.storing && args.is(i, 'WITHSCORES')) withScores = true;
    else if (args.is(i, 'LIMIT') && i + 2 < args.count) {
      offset = args.integer(i + 1);
      limit = args.integer(i + 2);
      limited = limit !== -1;
      i += 2;
    } else if (reversed === null && args.is(i, 'REV')) reversed = true;
    else if (by === null && args.is(i, 'BYLEX')) by = 'lex';
    else if (by === null && args.is(i, 'BYSCORE')) by = 'score';
    else throw new ReplyError(replyErrors.syntax);
  }
  if (limited && (by ?? 'rank') === 'rank') throw new ReplyError(replyErrors.limitNeedsBy);
  if (withScores && by === 'lex') throw new ReplyError(replyErrors.lexWithScores);
  return { by: by ?? 'rank', reversed: reversed ?? false, withScores, offset, limit };
}

/** Parses the two bounds and answers how to find the ranks once the sorted set is there. @throws ReplyError */
function parseBounds(
  context: CommandContext,
  form: RangeForm,
  options: RangeOptions,
): (set: SortedSetValue) => IndexRange {
  const { args } = context;
  const first = form.keyIndex + 1;
  const second = form.keyIndex + 2;
  const { by, reversed } = options;
  if (by === 'rank') {
    const from = args.integer(first);
    const to = args.integer(second);
    return ({ size }) => {
      const range = indexRange(size, from, to);
      return reversed ? reversedRange(size, range) : range;
    };
  }
  const [min, max] = reversed ? [second, first] : [first, second];
  if (by === 'score') {
    const range = parseScoreRange(args, min, max);
    return (set) => cut(ranksByScore(set, range), options);
  }
  const range = parseLexRange(args, min, max);
  return (set) => cut(ranksByLex(set, range), options);
}

/** What LIMIT leaves of the ranks, counted from the end that comes first. */
function cut({ from, to }: IndexRange, { reversed, offset, limit }: RangeOptions): IndexRange {
  const skipped = offset < 0 ? to - from : Math.min(offset, to - from);
  const taken = limit < 0 ? to - from - skipped : Math.min(limit, to - from - skipped);
  const start = reversed ? to - skipped - taken : from + skipped;
  return { from: start, to: start + taken };
}

/** A range command: answers the elements, or stores them under argument 1. */
function rangeCommand(form: RangeForm): (context: CommandContext) => void {
  return (context) => {
    const options = parseRangeOptions(context, form);
    const ranksOf = parseBounds(context, form, options);
    const set = readCollection(context.db, context.args, form.keyIndex, sortedSetKind);
    const range = set === null ? { from: 0, to: 0 } : ranksOf(set);
    if (form.storing) storeRange(context, set, range, options);
    else replyRange(context, set, range, options);
  };
}

function replyRange(
  context: CommandContext,
  set: SortedSetValue | null,
  { from, to }: IndexRange,
  { reversed, withScores }: RangeOptions,
): void {
  const { reply } = context;
  const nested = withScores && reply.protocol === 3;
  reply.array(withScores && !nested ? (to - from) * 2 : to - from);
  const visit = (score: number, member: string) => {
    if (nested) reply.array(2);
    reply.bulkLatin1(member);
    if (withScores) reply.double(score);
  };
  if (reversed) set?.forEachReversed(visit, from, to);
  else set?.forEach(visit, from, to);
}

/** The target is replaced whatever it was; nothing to store deletes it. */
function storeRange(
  context: CommandContext,
  set: SortedSetValue | null,
  { from, to }: IndexRange,
  { reversed }: RangeOptions,
): void {
  const result = sortedSetKind.empty();
  const visit = (score: number, member: string) => void result.set(member, score, context.services.limits);
  // In the order asked for, as Redis does: it decides which scores pass through the packed form.
  if (reversed) set?.forEachReversed(visit, from, to);
  else set?.forEach(visit, from, to);
  storeResult(context, 1, sortedSetKind, result);
}

const zrange = rangeCommand({ keyIndex: 1, by: null, reversed: null, storing: false });
const zrangestore = rangeCommand({ keyIndex: 2, by: null, reversed: null, storing: true });
const zrevrange = rangeCommand({ keyIndex: 1, by: 'rank', reversed: true, storing: false });
const zrangebyscore = rangeCommand({ keyIndex: 1, by: 'score', reversed: false, storing: false });
const zrevrangebyscore = rangeCommand({ keyIndex: 1, by: 'score', reversed: true, storing: false });
const zrangebylex = rangeCommand({ keyIndex: 1, by: 'lex', reversed: false, storing: false });
const zrevrangebylex = rangeCommand({ keyIndex: 1, by: 'lex', reversed: true, storing: false });

function countRange<R>(parse: (context: CommandContext) => R, ranksOf: (set: SortedSetValue, range: R) => IndexRange) {
  return (context: CommandContext): void => {
    const parsed = parse(context);
    const set = readCollection(context.db, context.args, 1, sortedSetKind);
    const { from, to } = set === null ? { from: 0, to: 0 } : ranksOf(set, parsed);
    context.reply.integer(to - from);
  };
}

function removeRange<R>(parse: (context: CommandContext) => R, ranksOf: (set: SortedSetValue, range: R) => IndexRange) {
  return (context: CommandContext): void => {
    const { args, db, reply } = context;
    const parsed = parse(context);
    const opened = openCollection(db, args, 1, sortedSetKind);
    const { from, to } = opened === null ? { from: 0, to: 0 } : ranksOf(opened.value, parsed);
    if (opened !== null && from < to) {
      opened.value.deleteRange(from, to);
      saveCollection(db, args, 1, sortedSetKind, opened);
      context.changed(to - from);
    }
    reply.integer(to - from);
  };
}

const scoreBounds = ({ args }: CommandContext): ScoreRange => parseScoreRange(args, 2, 3);
const lexBounds = ({ args }: CommandContext): LexRange => parseLexRange(args, 2, 3);
const rankBounds = ({ args }: CommandContext) => ({ first: args.integer(2), last: args.integer(3) });

const zcount = countRange(scoreBounds, ranksByScore);
const zlexcount = countRange(lexBounds, ranksByLex);
const zremrangebyscore = removeRange(scoreBounds, ranksByScore);
const zremrangebylex = removeRange(lexBounds, ranksByLex);
const zremrangebyrank = removeRange(rankBounds, ({ size }, { first, last }) => indexRange(size, first, last));

export const sortedSetRangeCommands: readonly CommandRow[] = [
  {
    name: 'zcount',
    arity: 4,
    flags: ['readonly', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['read', 'sortedset', 'fast'],
    since: '2.0.0',
    summary: 'Count the members in a sorted set with scores within the given values',
    run: zcount,
  },
  {
    name: 'zlexcount',
    arity: 4,
    flags: ['readonly', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['read', 'sortedset', 'fast'],
    since: '2.8.9',
    summary: 'Count the number of members in a sorted set between a given lexicographical range',
    run: zlexcount,
  },
  {
    name: 'zrange',
    arity: -4,
    flags: ['readonly'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['read', 'sortedset', 'slow'],
    since: '1.2.0',
    summary: 'Return a range of members in a sorted set',
    run: zrange,
  },
  {
    name: 'zrangestore',
    arity: -5,
    flags: ['write', 'denyoom'],
    keys: { first: 1, last: 2, step: 1 },
    categories: ['write', 'sortedset', 'slow'],
    since: '6.2.0',
    summary: 'Store a range of members from sorted set into another key',
    run: zrangestore,
  },
  {
    name: 'zrangebyscore',
    arity: -4,
    flags: ['readonly'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['read', 'sortedset', 'slow'],
    since: '1.0.5',
    summary: 'Return a range of members in a sorted set, by score',
    run: zrangebyscore,
  },
  {
    name: 'zrevrangebyscore',
    arity: -4,
    flags: ['readonly'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['read', 'sortedset', 'slow'],
    since: '2.2.0',
    summary: 'Return a range of members in a sorted set, by score, with scores ordered from high to low',
    run: zrevrangebyscore,
  },
  {
    name: 'zrangebylex',
    arity: -4,
    flags: ['readonly'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['read', 'sortedset', 'slow'],
    since: '2.8.9',
    summary: 'Return a range of members in a sorted set, by lexicographical range',
    run: zrangebylex,
  },
  {
    name: 'zrevrangebylex',
    arity: -4,
    flags: ['readonly'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['read', 'sortedset', 'slow'],
    since: '2.8.9',
    summary:
      'Return a range of members in a sorted set, by lexicographical range, ordered from higher to lower strings.',
    run: zrevrangebylex,
  },
  {
    name: 'zrevrange',
    arity: -4,
    flags: ['readonly'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['read', 'sortedset', 'slow'],
    since: '1.2.0',
    summary: 'Return a range of members in a sorted set, by index, with scores ordered from high to low',
    run: zrevrange,
  },
  {
    name: 'zremrangebyrank',
    arity: 4,
    flags: ['write'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['write', 'sortedset', 'slow'],
    since: '2.0.0',
    summary: 'Remove all members in a sorted set within the given indexes',
    run: zremrangebyrank,
  },
  {
    name: 'zremrangebyscore',
    arity: 4,
    flags: ['write'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['write', 'sortedset', 'slow'],
    since: '1.2.0',
    summary: 'Remove all members in a sorted set within the given scores',
    run: zremrangebyscore,
  },
  {
    name: 'zremrangebylex',
    arity: 4,
    flags: ['write'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['write', 'sortedset', 'slow'],
    since: '2.8.9',
    summary: 'Remove all members in a sorted set between the given lexicographical range',
    run: zremrangebylex,
  },
];
