// How Redis 7.0 writes a double as text: C's %.17g, whole numbers plainly, infinities by name.

/** Significant digits of %.17g: enough that every double survives. */
const PRECISION = 17;

/** `3`, `0.10000000000000001`, `1e+20`, `inf`, `-0`: what replies and packed sorted sets carry. */
export function doubleText(value: number): string {
  if (Number.isSafeInteger(value)) return Object.is(value, -0) ? '-0' : String(value);
  if (value === Number.POSITIVE_INFINITY) return 'inf';
  if (value === Number.NEGATIVE_INFINITY) return '-inf';
  if (Number.isNaN(value)) return 'nan';
  const [mantissa, exponentText] = value.toExponential(PRECISION - 1).split('e') as [string, string];
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= PRECISION) {
    const digits = Math.abs(exponent);
    return `${withoutTrailingZeros(mantissa)}e${exponent < 0 ? '-' : '+'}${digits < 10 ? '0' : ''}${digits}`;
  }
  return withoutTrailingZeros(value.toFixed(Math.max(0, PRECISION - 1 - exponent)));
}

function withoutTrailingZeros(text: string): string {
  if (!text.includes('.')) return text;
  let end = text.length;
  while (text[end - 1] === '0') end--;
  if (text[end - 1] === '.') end--;
  return text.slice(0, end);
}
