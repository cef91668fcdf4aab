import { describe, expect, it } from 'vitest';
import { addLongDoubles, longDoubleText, parseLongDouble } from '#core/base/long-double.ts';

function sum(left: string, right: string): string | null {
  const a = parseLongDouble(left);
  const b = parseLongDouble(right);
  if (a === null || b === null) return null;
  const value = addLongDoubles(a, b);
  return value === null ? null : longDoubleText(value);
}

// Each answer is what INCRBYFLOAT of Redis 7.0.15 on x86-64 gave.
const rows: readonly [left: string, right: string, sum: string | null][] = [
  ['0', '0.1', '0.1'],
  ['0.1', '0.2', '0.3'],
  ['10.5', '0.1', '10.6'],
  ['5.0e3', '2.0e2', '5200'],
  ['3', '-3', '0'],
  ['-0.00000000000000001', '0', '-0.00000000000000001'],
  ['1e-18', '0', '0'],
  ['1e30', '1', '1000000000000000000024696061952'],
  ['9223372036854775807', '1', '9223372036854775808'],
  ['18446744073709551615', '1', '18446744073709551616'],
  ['18446744073709551615', '2', '18446744073709551616'],
  ['0.12345678901234567890123', '1', '1.12345678901234568'],
  ['.5', '1.', '1.5'],
  ['0x10', '1', '17'],
  ['abc', '1', null],
  ['', '1', null],
  ['.', '1', null],
  ['1e', '1', null],
  [' 1', '1', null],
  ['1e5000', '1', null],
  ['1e-5000', '1', null],
  ['nan', '1', null],
];

describe('a long double', () => {
  it.each(rows)('%s and %s make %s', (left, right, expected) => {
    expect(sum(left, right)).toBe(expected);
  });

  it('knows infinities, and refuses their difference', () => {
    expect(sum('inf', '1')).toBe('inf');
    expect(sum('-Infinity', '1')).toBe('-inf');
    expect(sum('inf', '-inf')).toBeNull();
    expect(sum('1e4932', '9e4931')).toBe('inf');
  });
});
