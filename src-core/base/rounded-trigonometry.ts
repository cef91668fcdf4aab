// Sine, cosine and arcsine rounded to the nearest double, as the C library of a Redis server rounds them. JavaScript's own
// are off by one in the last place now and then, and a distance that is stored as a score would differ.
//
// Reckoned with pairs of doubles, whose sum is the number: about 32 decimal digits.

type Pair = readonly [high: number, low: number];

const PI_HALF: Pair = [1.5707963267948966, 6.123233995736766e-17];
/** What the pair above lacks. */
const PI_HALF_REST = -1.4973849048591833e-33;
/** Cuts a double into halves of 26 bits, whose products are exact. */
const SPLITTER = 134217729;
/** Beyond so many terms a series adds nothing to a pair. */
const TERMS = 16;

/** `x` from -π to π. */
export function roundedSine(x: number): number {
  return sine(x, 0)[0];
}

/** `x` from -π to π. */
export function roundedCosine(x: number): number {
  return sine(x, 1)[0];
}

/** `x` from 0 to 1. */
export function roundedArcsine(x: number): number {
  if (x <= 0.5) return arcsine([x, 0])[0];
  // Near 1 the curve is steep: there the angle is found from the other side.
  const half = (1 - x) / 2;
  const root = Math.sqrt(half);
  const [square, rest] = times(root, root);
  const angle = arcsine(root === 0 ? [0, 0] : sum(root, (half - square - rest) / (2 * root)));
  return plus(PI_HALF, [-2 * angle[0], -2 * angle[1]])[0];
}

/** The sine of `x`, or of `x` and so many quarter turns. */
function sine(x: number, quarters: number): Pair {
  const turns = Math.round(x / PI_HALF[0]);
  const rest = plus(plus([x, 0], times(-turns, PI_HALF[0])), sum(...minus(turns)));
  const quadrant = (((turns + quarters) % 4) + 4) % 4;
  const [high, low] = series(rest, quadrant % 2 === 0 ? 1 : 0);
  return quadrant < 2 ? [high, low] : [-high, -low];
}

/** The lower parts of so many quarter turns, to be taken away. */
function minus(turns: number): [number, number] {
  const [high, low] = times(-turns, PI_HALF[1]);
  return [high, low - turns * PI_HALF_REST];
}

/** The series of sine (`first` 1) or cosine (`first` 0): each term is the one before by -r², divided by two numbers. */
function series(r: Pair, first: 0 | 1): Pair {
  const [high, low] = multiply(r, r);
  const square: Pair = [-high, -low];
  let term: Pair = first === 1 ? r : [1, 0];
  let total = term;
  for (let n = 1; n <= TERMS; n++) {
    const degree = 2 * n + first;
    term = divide(multiply(term, square), degree * (degree - 1));
    total = plus(total, term);
  }
  return total;
}

/** One step of Newton's from a guess that is right to 52 bits. `x` from 0 to 0.71. */
function arcsine(x: Pair): Pair {
  const guess = Math.asin(x[0]);
  const [high, low] = sine(guess, 0);
  const error = plus(x, [-high, -low]);
  return plus([guess, 0], [error[0] / Math.cos(guess), 0]);
}

function sum(a: number, b: number): Pair {
  const high = a + b;
  const part = high - a;
  return [high, a - (high - part) + (b - part)];
}

function times(a: number, b: number): Pair {
  const high = a * b;
  const [aHigh, aLow] = split(a);
  const [bHigh, bLow] = split(b);
  return [high, aHigh * bHigh - high + aHigh * bLow + aLow * bHigh + aLow * bLow];
}

function split(a: number): Pair {
  const shifted = SPLITTER * a;
  const high = shifted - (shifted - a);
  return [high, a - high];
}

function plus(a: Pair, b: Pair): Pair {
  const [high, low] = sum(a[0], b[0]);
  const [lowHigh, lowLow] = sum(a[1], b[1]);
  const [first, rest] = sum(high, low + lowHigh);
  return sum(first, rest + lowLow);
}

function multiply(a: Pair, b: Pair): Pair {
  const [high, low] = times(a[0], b[0]);
  return sum(high, low + (a[0] * b[1] + a[1] * b[0]));
}

function divide(a: Pair, by: number): Pair {
  const high = a[0] / by;
  const [back, backLow] = times(high, by);
  return sum(high, (a[0] - back - backLow + a[1]) / by);
}
