// C's 80-bit long double, as far as INCRBYFLOAT and HINCRBYFLOAT need it: read, add, print. Exact, by big integers.

/** mantissa * 2^exponent with at most 64 bits of mantissa, or an infinity. */
export type LongDouble =
  | { readonly mantissa: bigint; readonly exponent: number }
  | typeof Number.POSITIVE_INFINITY
  | typeof Number.NEGATIVE_INFINITY;

const MANTISSA_BITS = 64;
/** The exponent of the last bit of the smallest number. */
const SMALLEST_EXPONENT = -16445;
/** Everything from 2^16384 on is infinite. */
const LARGEST_BITS = 16384;
/** Decimal exponents beyond this are surely infinite or zero, however many digits a command may carry. */
const DECIMAL_EXPONENT_LIMIT = 100_000;
/** Digits after the point that %.17Lf prints. */
const PRINTED_DECIMALS = 17;

/** Reads a whole text as `strtold` does; null if it is no number, not a number, or too large or small for one. */
export function parseLongDouble(text: string): LongDouble | null {
  const infinite = /^([+-]?)inf(?:inity)?$/i.exec(text);
  if (infinite) return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const hexadecimal = /^([+-]?)(0x[0-9a-f]+)$/i.exec(text);
  if (hexadecimal) return finite(rounded(withSign(hexadecimal[1]!, BigInt(hexadecimal[2]!)), 1n));
  const decimal = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d+))?$/i.exec(text);
  if (decimal === null || (decimal[2] === '' && !decimal[3])) return null;
  const fraction = decimal[3] ?? '';
  const digits = withSign(decimal[1]!, BigInt(decimal[2]! + fraction));
  const scale = Number(decimal[4] ?? 0) - fraction.length;
  if (digits === 0n) return { mantissa: 0n, exponent: 0 };
  if (Math.abs(scale) > DECIMAL_EXPONENT_LIMIT + text.length) return null;
  const value = scale >= 0 ? rounded(digits * 10n ** BigInt(scale), 1n) : rounded(digits, 10n ** BigInt(-scale));
  return typeof value !== 'number' && value.mantissa === 0n ? null : finite(value);
}

/** The sum, rounded as the machine rounds; null for infinity minus infinity. */
export function addLongDoubles(left: LongDouble, right: LongDouble): LongDouble | null {
  if (typeof left === 'number' || typeof right === 'number') {
    const sum = (typeof left === 'number' ? left : 0) + (typeof right === 'number' ? right : 0);
    return Number.isNaN(sum) ? null : sum;
  }
  const exponent = Math.min(left.exponent, right.exponent);
  const sum =
    (left.mantissa << BigInt(left.exponent - exponent)) + (right.mantissa << BigInt(right.exponent - exponent));
  return exponent >= 0 ? rounded(sum << BigInt(exponent), 1n) : rounded(sum, 1n << BigInt(-exponent));
}

/** The text of `%.17Lf` without the zeros that end it: `0.3`, `-12`, `inf`. */
export function longDoubleText(value: LongDouble): string {
  if (typeof value === 'number') return value > 0 ? 'inf' : '-inf';
  const negative = value.mantissa < 0n;
  const magnitude = (negative ? -value.mantissa : value.mantissa) * 10n ** BigInt(PRINTED_DECIMALS);
  const scaled =
    value.exponent >= 0 ? magnitude << BigInt(value.exponent) : divideToEven(magnitude, 1n << BigInt(-value.exponent));
  const digits = scaled.toString().padStart(PRINTED_DECIMALS + 1, '0');
  const text = `${digits.slice(0, -PRINTED_DECIMALS)}.${digits.slice(-PRINTED_DECIMALS)}`.replace(/\.?0+$/, '');
  return negative && text !== '0' ? `-${text}` : text;
}

/** The nearest double, which may be infinite. */
export function longDoubleNumber(value: LongDouble): number {
  return typeof value === 'number' ? value : Number(value.mantissa) * 2 ** value.exponent;
}

function withSign(sign: string, magnitude: bigint): bigint {
  return sign === '-' ? -magnitude : magnitude;
}

function finite(value: LongDouble): LongDouble | null {
  return typeof value === 'number' ? null : value;
}

/** The nearest long double to numerator / denominator, which is positive; ties go to the even mantissa. */
function rounded(numerator: bigint, denominator: bigint): LongDouble {
  const negative = numerator < 0n;
  const magnitude = negative ? -numerator : numerator;
  if (magnitude === 0n) return { mantissa: 0n, exponent: 0 };
  let exponent = Math.max(bitsOf(magnitude) - bitsOf(denominator) - MANTISSA_BITS, SMALLEST_EXPONENT);
  let mantissa = scaledDivision(magnitude, denominator, exponent);
  if (bitsOf(mantissa) > MANTISSA_BITS) {
    exponent++;
    mantissa = scaledDivision(magnitude, denominator, exponent);
  }
  if (bitsOf(mantissa) + exponent > LARGEST_BITS) return negative ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return { mantissa: negative ? -mantissa : mantissa, exponent };
}

function scaledDivision(numerator: bigint, denominator: bigint, exponent: number): bigint {
  return exponent >= 0
    ? divideToEven(numerator, denominator << BigInt(exponent))
    : divideToEven(numerator << BigInt(-exponent), denominator);
}

function divideToEven(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const twiceRest = (numerator % denominator) * 2n;
  if (twiceRest < denominator || (twiceRest === denominator && quotient % 2n === 0n)) return quotient;
  return quotient + 1n;
}

function bitsOf(value: bigint): number {
  return value.toString(2).length;
}
