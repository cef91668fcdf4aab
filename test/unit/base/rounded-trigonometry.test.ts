// Sine, cosine and arcsine to the nearest double, where JavaScript's own are not.
import { expect, test } from 'vitest';
import { roundedArcsine, roundedCosine, roundedSine } from '#core/base/rounded-trigonometry.ts';
import { seededRandom } from '../../support/random.ts';

/** Digits after the point that the reckoning with whole numbers keeps. */
const SCALE = 1n << 200n;

/** The double as a whole number of `SCALE` parts, exact. */
function fixed(value: number): bigint {
  let exponent = 0;
  let mantissa = value;
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    exponent++;
  }
  return (BigInt(mantissa) * SCALE) >> BigInt(exponent);
}

/** The sine (`first` 1) or cosine (0), by its series in whole numbers. */
function exactSeries(x: number, first: 0 | 1): bigint {
  const square = (fixed(x) * fixed(x)) / SCALE;
  let term = first === 1 ? fixed(x) : SCALE;
  let total = term;
  for (let degree = first + 2; term !== 0n; degree += 2) {
    term = (-term * square) / SCALE / BigInt(degree * (degree - 1));
    total += term;
  }
  return total;
}

const distance = (a: bigint, b: bigint): bigint => (a > b ? a - b : b - a);

/** No double is nearer than the one that was answered. */
function expectNearest(exact: bigint, answered: number): void {
  const step = Math.abs(answered) * 2 ** -52;
  for (const other of [answered - step, answered + step]) {
    expect(distance(exact, fixed(answered)) <= distance(exact, fixed(other))).toBe(true);
  }
}

test('sines and cosines are the nearest doubles', () => {
  const random = seededRandom(1);
  for (let i = 0; i < 400; i++) {
    const x = ((random.below(2 ** 30) / 2 ** 30) * 2 - 1) * Math.PI * (i % 3 === 0 ? 0.01 : 1);
    expectNearest(exactSeries(x, 1), roundedSine(x));
    expectNearest(exactSeries(x, 0), roundedCosine(x));
  }
});

test('the sine of an arcsine is where it came from', () => {
  const random = seededRandom(2);
  for (let i = 0; i < 400; i++) {
    const x = random.below(2 ** 30) / 2 ** 30;
    const angle = roundedArcsine(x);
    const step = angle * 2 ** -52;
    const error = (at: number) => distance(exactSeries(at, 1), fixed(x));
    expect(error(angle) <= error(angle + step) && error(angle) <= error(angle - step)).toBe(true);
  }
});

test('the ends and the middle', () => {
  expect([roundedSine(0), roundedCosine(0), roundedArcsine(0)]).toEqual([0, 1, 0]);
  expect(roundedArcsine(1)).toBe(Math.PI / 2);
  expect(roundedSine(Math.PI)).toBe(1.2246467991473532e-16);
  expect(roundedCosine(Math.PI / 2)).toBe(6.123233995736766e-17);
});
