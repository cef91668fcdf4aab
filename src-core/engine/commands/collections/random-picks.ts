// Random members, as SRANDMEMBER, HRANDFIELD, ZRANDMEMBER and SPOP pick them.
import type { Args } from '../args.ts';
import { ReplyError, replyErrors } from '../reply-errors.ts';

/** Redis refuses counts whose reply could not be counted. */
const COUNT_LIMIT = 2n ** 63n - 1n;

/**
 * The count in argument `i`: negative asks for picks that may repeat. `doubled`: two replies come for each pick.
 * @throws ReplyError
 */
export function randomPickCount(args: Args, i: number, doubled: boolean): number {
  const count = args.int64(i);
  if (count < -COUNT_LIMIT) throw new ReplyError(replyErrors.randomCountRange);
  if (doubled && (count < -(COUNT_LIMIT / 2n) || count > COUNT_LIMIT / 2n))
    throw new ReplyError(replyErrors.outOfRange);
  return Number(count);
}

/** `count` different numbers below `size`, in no order to rely on; `count` is `size` at the most. */
export function pickDistinct(size: number, count: number, randomBelow: (below: number) => number): number[] {
  if (count === size) return Array.from({ length: size }, (_, index) => index);
  // Floyd's way: as many draws as picks, whatever their share of the whole.
  const picked = new Set<number>();
  for (let limit = size - count; limit < size; limit++) {
    const draw = randomBelow(limit + 1);
    picked.add(picked.has(draw) ? limit : draw);
  }
  return [...picked];
}
