// The three ways to name a part of a sorted set (by rank, by score, by the bytes of members), each turned into ranks.
import type { SortedSetValue } from '../../data/sorted-set-value.ts';
import { type Args, parseFloatStrictly } from '../args.ts';
import { ReplyError, replyErrors } from '../reply-errors.ts';
import type { IndexRange } from './index-range.ts';

interface Bound<T> {
  readonly value: T;
  readonly exclusive: boolean;
}

export interface ScoreRange {
  readonly min: Bound<number>;
  readonly max: Bound<number>;
}

/** `-` and `+` stand for before and after everything. */
type LexBound = Bound<string> | '-' | '+';

export interface LexRange {
  readonly min: LexBound;
  readonly max: LexBound;
}

/** The same part when ranks are counted from the highest element. */
export function reversedRange(size: number, { from, to }: IndexRange): IndexRange {
  return { from: size - to, to: size - from };
}

/** @throws ReplyError when a bound is no float. */
export function parseScoreRange(args: Args, minIndex: number, maxIndex: number): ScoreRange {
  return { min: parseScoreBound(args.text(minIndex)), max: parseScoreBound(args.text(maxIndex)) };
}

/** As C's `strtod` reads it: blanks before the number are passed over, and nothing at all is 0. */
function parseScoreBound(text: string): Bound<number> {
  const exclusive = text.startsWith('(');
  const digits = (exclusive ? text.slice(1) : text).replace(/^[ \t\n\v\f\r]+/, '');
  const value = digits === '' ? 0 : parseFloatStrictly(digits);
  if (Number.isNaN(value)) throw new ReplyError(replyErrors.rangeNotFloat);
  return { value, exclusive };
}

/** @throws ReplyError when a bound is neither `-` nor `+` and starts with neither `[` nor `(`. */
export function parseLexRange(args: Args, minIndex: number, maxIndex: number): LexRange {
  return { min: parseLexBound(args.text(minIndex)), max: parseLexBound(args.text(maxIndex)) };
}

function parseLexBound(text: string): LexBound {
  if (text === '-' || text === '+') return text;
  if (!text.startsWith('[') && !text.startsWith('(')) throw new ReplyError(replyErrors.rangeNotLex);
  return { value: text.slice(1), exclusive: text.startsWith('(') };
}

export function ranksByScore(set: SortedSetValue, { min, max }: ScoreRange): IndexRange {
  const from = set.countBefore((score) => (min.exclusive ? score <= min.value : score < min.value));
  const to = set.countBefore((score) => (max.exclusive ? score < max.value : score <= max.value));
  return from < to ? { from, to } : { from: 0, to: 0 };
}

/** Means something only when all scores are equal, as in Redis. */
export function ranksByLex(set: SortedSetValue, { min, max }: LexRange): IndexRange {
  const from = set.countBefore((_, member) => isBelow(member, min, false));
  const to = set.countBefore((_, member) => isBelow(member, max, true));
  return from < to ? { from, to } : { from: 0, to: 0 };
}

/** Whether `member` lies below the bound; on the bound itself a lower one lets go, an upper one holds. */
function isBelow(member: string, bound: LexBound, isUpper: boolean): boolean {
  if (bound === '-') return false;
  if (bound === '+') return true;
  return member < bound.value || (member === bound.value && bound.exclusive !== isUpper);
}
