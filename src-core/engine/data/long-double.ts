// Sums as C's 80-bit `long double` makes them, since INCRBYFLOAT and HINCRBYFLOAT answer its digits.

/** mantissa × 2^exponent; the mantissa has up to 64 bits and a sign. */
export interface LongDouble {
  readonly mantissa: bigint;
  readonly exponent: number;
}

const MANTISSA_BITS = 64;
/** What `%.17Lf` prints. */
const PRINTED_DECIMALS = 17;
/** Beyond this power of ten the number is treated as infinite: the type ends near 10^4932. */
const MAX_DECIMAL_EXPONENT = 4932;

const DECIMAL = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/;

/** The nearest long double to a decimal text; null when it is no finite decimal number. */
export function parseLongDouble(text: string): LongDouble | null {
  const match = DECIMAL.exec(text);
  if (match === null) return null;
  const [, sign, whole = '', fraction = '', power = '0'] = match;
  const digits = whole + fraction;
  const exponent = Number(power) - fraction.length;
  if (digits === '' || text.endsWith('e') || exponent + digits.length > MAX_DECIMAL_EXPONENT) return null;
  const magnitude = BigInt(digits);
  if (magnitude === 0n || exponent + digits.length < -MAX_DECIMAL_EXPONENT) return { mantissa: 0n, exponent: 0 };
  const rounded =
    exponent >= 0
      ? roundQuotient(magnitude * 10n ** BigInt(exponent), 1n)
      : roundQuotient(magnitude, 10n ** BigInt(-exponent));
  return sign === '-' ? { mantissa: -rounded.mantissa, exponent: rounded.exponent } : rounded;
}

export function addLongDoubles(a: LongDouble, b: LongDouble): LongDouble {
  const exponent = Math.min(a.exponent, b.exponent);
  const sum = (a.mantissa << BigInt(a.exponent - exponent)) + (b.mantissa << BigInt(b.exponent - exponent));
  if (sum === 0n) return { mantissa: 0n, exponent: 0 };
  const rounded = roundQuotient(sum < 0n ? -sum : sum, 1n);
  return { mantissa: sum < 0n ? -rounded.mantissa : rounded.mantissa, exponent: rounded.exponent + exponent };
}

/** Seventeen decimals, without the zeros at their end. */
export function formatLongDouble(value: LongDouble): string {
  const negative = value.mantissa < 0n;
  const magnitude = negative ? -value.mantissa : value.mantissa;
  const scaled = magnitude * 10n ** BigInt(PRINTED_DECIMALS);
  const units =
    value.exponent >= 0 ? scaled << BigInt(value.exponent) : halfEven(scaled, 1n << BigInt(-value.exponent));
  const digits = units.toString().padStart(PRINTED_DECIMALS + 1, '0');
  const whole = digits.slice(0, -PRINTED_DECIMALS);
  const fraction = digits.slice(-PRINTED_DECIMALS).replace(/0+$/, '');
  const text = fraction === '' ? whole : `${whole}.${fraction}`;
  return negative && units !== 0n ? `-${text}` : text;
}

/** The quotient of two positive numbers, rounded to the bits of a mantissa. */
function roundQuotient(dividend: bigint, divisor: bigint): LongDouble {
  const shift = MANTISSA_BITS - (bitLength(dividend) - bitLength(divisor));
  const shifted = shift >= 0 ? dividend << BigInt(shift) : dividend;
  const scaledDivisor = shift >= 0 ? divisor : divisor << BigInt(-shift);
  // The quotient has 64 or 65 bits now; with 65 the last one is rounded away.
  if (shifted / scaledDivisor >= 1n << BigInt(MANTISSA_BITS)) {
    return { mantissa: halfEven(shifted, scaledDivisor * 2n), exponent: 1 - shift };
  }
  return { mantissa: halfEven(shifted, scaledDivisor), exponent: -shift };
}

function halfEven(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  const twice = (dividend % divisor) * 2n;
  if (twice < divisor || (twice === divisor && quotient % 2n === 0n)) return quotient;
  return quotient + 1n;
}

function bitLength(value: bigint): number {
  return value.toString(2).length;
}
