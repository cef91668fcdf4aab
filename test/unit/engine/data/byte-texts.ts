// What the tests of collections put in: byte texts of every kind that a packed form writes differently.
import fc from 'fast-check';

const edges = [0, 127, 128, 4095, 4096, 32767, 32768, 8388607, 8388608, 2147483647, 2147483648, 2 ** 53];
const notIntegers = [
  '-0',
  '00',
  '+1',
  ' 1',
  '1 ',
  '-',
  '',
  '9223372036854775808',
  '-9223372036854775809',
  '1e3',
  '1.0',
];

/** Integers at each change of width. */
export const integerEdges: readonly string[] = [
  ...edges.flatMap((edge) => [String(edge), String(-edge - 1), String(-edge)]).filter((text) => text !== '-0'),
  '9223372036854775807',
  '-9223372036854775808',
  '9007199254740993',
  '-9007199254740993',
];

/** Lengths at each change of header or backlen. */
export const lengthEdges: readonly number[] = [0, 1, 62, 63, 64, 125, 126, 127, 128, 4095, 4096, 16377, 16378, 16384];

export const byteText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes).toString('latin1')) },
  { weight: 3, arbitrary: fc.integer({ min: -20, max: 20 }).map(String) },
  { weight: 2, arbitrary: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String) },
  { weight: 2, arbitrary: fc.constantFrom(...integerEdges, ...notIntegers) },
  { weight: 1, arbitrary: fc.constantFrom(...lengthEdges).map((length) => 'x'.repeat(length)) },
);

/** Few different texts, so that they meet. */
export const fewTexts: fc.Arbitrary<string> = fc.oneof(
  fc.integer({ min: -3, max: 6 }).map(String),
  fc.constantFrom('a', 'b', 'c', 'ä', '', 'm'.repeat(70)),
);
