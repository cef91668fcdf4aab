// Makes commands on strings as rows of bits, and on HyperLogLogs, at random from a seed: sound ones, and some that are wrong.
import type { SeededRandom } from '../../support/random.ts';

type Maker = (random: SeededRandom) => string[];

const strings = ['b1', 'b2', 'b3', 'b4', 'missing'];
const counters = ['p1', 'p2', 'p3', 'p4'];
const key = (r: SeededRandom): string => (r.below(40) === 0 ? 'list' : r.pick(strings));
const counter = (r: SeededRandom): string => (r.below(40) === 0 ? r.pick(['list', 'b1']) : r.pick(counters));
const oneIn = (r: SeededRandom, n: number): boolean => r.below(n) === 0;

const types = ['u1', 'u7', 'u8', 'u16', 'u33', 'u63', 'i1', 'i5', 'i8', 'i32', 'i64'];
const badTypes = ['u64', 'i65', 'u0', 'x8', 'u', 'i-1', 'u08', ''];
const type = (r: SeededRandom): string => r.pick(oneIn(r, 20) ? badTypes : types);
const offset = (r: SeededRandom): string =>
  oneIn(r, 25) ? r.pick(['-1', 'x', '#-1', '', '99999999999999', '#']) : (oneIn(r, 3) ? '#' : '') + r.below(70);
const operand = (r: SeededRandom): string =>
  r.pick([
    '0',
    '1',
    '-1',
    '100',
    '-200',
    '70000',
    '9223372036854775807',
    '-9223372036854775808',
    '5',
    '9223372036854775808',
  ]);
const bound = (r: SeededRandom): string => (oneIn(r, 25) ? 'x' : String(r.below(40) - 20));
const overflow = (r: SeededRandom): string[] =>
  oneIn(r, 2) ? ['OVERFLOW', r.pick(['WRAP', 'sat', 'FAIL', 'FAIL', oneIn(r, 8) ? 'junk' : 'SAT'])] : [];

function fieldOperation(r: SeededRandom): string[] {
  if (oneIn(r, 40)) return [r.pick(['GET', 'SET', 'junk']), type(r)];
  if (oneIn(r, 3)) return ['GET', type(r), offset(r)];
  return [...overflow(r), r.pick(['SET', 'INCRBY', 'incrby']), type(r), offset(r), operand(r)];
}

const several = (r: SeededRandom, most: number, make: Maker): string[] =>
  Array.from({ length: 1 + r.below(most) }, () => make(r)).flat();

export const bitMakers: readonly Maker[] = [
  (r) => ['SET', key(r), r.bytes(r.below(30)).toString('latin1')],
  (r) => ['SET', key(r), r.pick(['\x00', '\xff']).repeat(r.below(40))],
  (r) => ['SETBIT', key(r), String(r.below(200)), String(r.below(2))],
  (r) => ['GETBIT', key(r), String(r.below(200))],
  (r) => ['BITCOUNT', key(r), bound(r), bound(r), r.pick(['BIT', 'BYTE', 'byte'])],
  (r) => ['BITPOS', key(r), r.pick(['0', '1', '0', '1', '2', 'x'])],
  (r) => ['BITPOS', key(r), String(r.below(2)), bound(r)],
  (r) => ['BITPOS', key(r), String(r.below(2)), bound(r), bound(r)],
  (r) => ['BITPOS', key(r), String(r.below(2)), bound(r), bound(r), r.pick(['BIT', 'BYTE', 'bit', 'junk'])],
  (r) => ['BITOP', r.pick(['AND', 'OR', 'XOR', 'and', 'junk']), key(r), ...several(r, 4, (s) => [key(s)])],
  (r) => ['BITOP', 'NOT', key(r), key(r), ...(oneIn(r, 20) ? [key(r)] : [])],
  (r) => ['BITFIELD', key(r), ...several(r, 4, fieldOperation)],
  (r) => ['BITFIELD', key(r), ...several(r, 4, fieldOperation)],
  (r) => ['BITFIELD_RO', key(r), ...(oneIn(r, 10) ? fieldOperation(r) : ['GET', type(r), offset(r)])],
  (r) => ['APPEND', key(r), r.bytes(r.below(6)).toString('latin1')],
  (r) => ['DEL', key(r)],
  () => ['RPUSH', 'list', 'x'],
];

const element = (r: SeededRandom): string[] => [
  oneIn(r, 10) ? r.bytes(r.below(40)).toString('latin1') : `e${r.below(20_000)}`,
];

export const hyperloglogMakers: readonly Maker[] = [
  (r) => ['PFADD', counter(r), ...several(r, 5, element)],
  (r) => ['PFADD', counter(r), ...several(r, oneIn(r, 10) ? 300 : 20, element)],
  (r) => ['PFADD', counter(r)],
  (r) => ['PFCOUNT', counter(r)],
  (r) => ['PFCOUNT', ...several(r, 3, (s) => [counter(s)])],
  (r) => ['PFMERGE', counter(r), ...(oneIn(r, 5) ? [] : several(r, 3, (s) => [counter(s)]))],
  (r) => (oneIn(r, 8) ? ['DEL', counter(r)] : ['GET', counter(r)]),
  (r) => (oneIn(r, 10) ? ['SETRANGE', counter(r), String(r.below(16)), '\x90'] : ['STRLEN', counter(r)]),
  (r) => ['OBJECT', 'ENCODING', counter(r)],
];
