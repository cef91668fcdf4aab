// Expiry times as commands are given them: seconds or milliseconds, from now or since 1970.
import type { Args } from '../args.ts';
import { invalidExpire, ReplyError } from '../reply-errors.ts';

const INT64_MAX = 2 ** 63;

export interface ExpireUnit {
  readonly millisecondsEach: 1 | 1000;
  /** Counted from now, not from 1970. */
  readonly relative: boolean;
}

/** The option words of SET and GETEX. */
export const expireUnits: Readonly<Record<'EX' | 'PX' | 'EXAT' | 'PXAT', ExpireUnit>> = {
  EX: { millisecondsEach: 1000, relative: true },
  PX: { millisecondsEach: 1, relative: true },
  EXAT: { millisecondsEach: 1000, relative: false },
  PXAT: { millisecondsEach: 1, relative: false },
};

/**
 * The moment that argument `i` names, in milliseconds since 1970.
 * @throws ReplyError when it is no integer, not positive, or past what 64 bits hold.
 */
export function expireTimeMs(args: Args, i: number, unit: ExpireUnit, nowMs: number, commandName: string): number {
  const value = args.integer(i);
  const base = unit.relative ? nowMs : 0;
  if (value <= 0 || value >= (INT64_MAX - base) / unit.millisecondsEach)
    throw new ReplyError(invalidExpire(commandName));
  return value * unit.millisecondsEach + base;
}
