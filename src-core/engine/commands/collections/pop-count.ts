// The COUNT option of LMPOP, ZMPOP and their waiting forms.
import type { Args } from '../args.ts';
import { ReplyError, replyErrors } from '../reply-errors.ts';

/** What follows the keys and the end: nothing, which is 1, or COUNT and a number from argument `from`. @throws ReplyError */
export function parsePopCount(args: Args, from: number): number {
  if (from === args.count) return 1;
  if (from + 1 === args.count || !args.is(from, 'COUNT')) throw new ReplyError(replyErrors.syntax);
  const count = args.integer(from + 1, replyErrors.countTooSmall);
  if (count <= 0) throw new ReplyError(replyErrors.countTooSmall);
  if (from + 2 !== args.count) throw new ReplyError(replyErrors.syntax);
  return count;
}
