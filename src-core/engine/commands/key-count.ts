// The `numkeys` argument of commands that take a counted list of keys.
import type { Args } from './args.ts';
import { ReplyError, replyErrors } from './reply-errors.ts';

/** Argument `i`, at least 1. @throws ReplyError */
export function parseKeyCount(args: Args, i: number): number {
  const count = args.integer(i, replyErrors.keyCountTooSmall);
  if (count <= 0) throw new ReplyError(replyErrors.keyCountTooSmall);
  return count;
}
