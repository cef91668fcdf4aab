// Texts that are exactly the decimal form of a signed 64-bit integer: packed forms store those as integers.

/** A signed 64-bit integer: a number where it is exact, a bigint beyond 2^53. */
export type Int64 = number | bigint;

const LONGEST_TEXT = 20;
/** Decimal texts of up to this many digits are exact as a number. */
const SAFE_DIGITS = 15;
const ZERO = 0x30;
const MINUS = 0x2d;
export const MIN_INT64 = -(2n ** 63n);
export const MAX_INT64 = 2n ** 63n - 1n;

/**
 * The integer that `text` spells, or null unless it is spelled as Redis prints it:
 * no plus sign, no leading zeros, no minus zero, no spaces, within 64 bits.
 */
export function parseCanonicalInteger(text: string): Int64 | null {
  const length = text.length;
  if (length === 0 || length > LONGEST_TEXT) return null;
  let at = 0;
  const negative = text.charCodeAt(0) === MINUS;
  if (negative) at = 1;
  const first = text.charCodeAt(at) - ZERO;
  // Also refuses a lone minus sign: charCodeAt answers NaN there, and no comparison with NaN holds.
  if (!(first >= 1 && first <= 9)) return first === 0 && length === 1 ? 0 : null;
  let value = 0;
  const digits = length - at;
  for (let i = at; i < length; i++) {
    const digit = text.charCodeAt(i) - ZERO;
    if (digit < 0 || digit > 9) return null;
    value = value * 10 + digit;
  }
  if (digits <= SAFE_DIGITS) return negative ? -value : value;
  const exact = BigInt(text);
  if (exact < MIN_INT64 || exact > MAX_INT64) return null;
  return shrink(exact);
}

/** The same integer as a number where that is exact. */
export function shrink(value: bigint): Int64 {
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : value;
}
