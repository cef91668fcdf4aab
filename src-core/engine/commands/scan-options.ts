// What SCAN, HSCAN, SSCAN and ZSCAN share: the cursor, MATCH, COUNT and TYPE.
import { globMatches } from '../../base/glob.ts';
import type { ReplyWriter } from '../../resp/reply-writer.ts';
import type { Args } from './args.ts';
import { ReplyError, replyErrors } from './reply-errors.ts';

const DEFAULT_COUNT = 10;
const LARGEST_CURSOR = 2n ** 64n - 1n;

export interface ScanOptions {
  readonly count: number;
  /** Null: everything matches. */
  readonly pattern: string | null;
  /** Only for SCAN: the type's name in lower case. */
  readonly type: string | null;
}

/** The cursor in argument `i`: as C's `strtoul` reads it, so empty is 0. @throws ReplyError */
export function parseCursor(args: Args, i: number): number {
  const text = args.text(i);
  if (text === '') return 0;
  if (!/^[+-]?\d+$/.test(text)) throw new ReplyError(replyErrors.invalidCursor);
  const value = BigInt(text.replace('+', ''));
  if (value > LARGEST_CURSOR || value < -LARGEST_CURSOR) throw new ReplyError(replyErrors.invalidCursor);
  return Number(BigInt.asUintN(32, value));
}

/** The options from argument `from` on. @throws ReplyError */
export function parseScanOptions(args: Args, from: number, allowType: boolean): ScanOptions {
  let count = DEFAULT_COUNT;
  let pattern: string | null = null;
  let type: string | null = null;
  for (let i = from; i < args.count; i += 2) {
    const hasValue = i + 1 < args.count;
    if (hasValue && args.is(i, 'COUNT')) {
      count = args.integer(i + 1);
      if (count < 1) throw new ReplyError(replyErrors.syntax);
    } else if (hasValue && args.is(i, 'MATCH')) {
      const text = args.text(i + 1);
      pattern = text === '*' ? null : text;
    } else if (hasValue && allowType && args.is(i, 'TYPE')) type = args.text(i + 1).toLowerCase();
    else throw new ReplyError(replyErrors.syntax);
  }
  return { count, pattern, type };
}

export function scanMatches(options: ScanOptions, text: string): boolean {
  return options.pattern === null || globMatches(options.pattern, text);
}

/** The answer of HSCAN, SSCAN and ZSCAN: the next cursor and what was found, one character for each byte. */
export function replyScanned(reply: ReplyWriter, next: number, found: readonly string[]): void {
  reply.array(2);
  reply.bulkInteger(next);
  reply.array(found.length);
  for (const text of found) reply.bulkLatin1(text);
}
