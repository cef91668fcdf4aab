// Makes stream commands at random from a seed: few streams, groups and consumers, ids that meet, and some that are wrong.
import type { SeededRandom } from '../../support/random.ts';

type Maker = (random: SeededRandom) => string[];

const oneIn = (r: SeededRandom, n: number): boolean => r.below(n) === 0;
const several = (r: SeededRandom, most: number, make: Maker): string[] =>
  Array.from({ length: 1 + r.below(most) }, () => make(r)).flat();
const some = (r: SeededRandom, n: number, words: string[]): string[] => (oneIn(r, n) ? words : []);

const streams = ['x1', 'x2', 'x3'];
const key = (r: SeededRandom): string => (oneIn(r, 60) ? r.pick(['none', 'text']) : r.pick(streams));
const group = (r: SeededRandom): string => (oneIn(r, 60) ? 'none' : r.pick(['g1', 'g2']));
const consumer = (r: SeededRandom): string => r.pick(['alice', 'bob', 'carol']);

const strange = [
  '18446744073709551615-18446744073709551615',
  '18446744073709551615-0',
  '0-0',
  '0',
  '-',
  '+',
  'x',
  '1-x',
  '-1-1',
  '5-',
  ' 7-1',
  '007-1',
  '',
  '18446744073709551616-1',
];

/** Low, so that ids of several commands meet. */
const id = (r: SeededRandom): string => {
  if (oneIn(r, 80)) return r.pick(strange);
  return oneIn(r, 8) ? String(r.below(120)) : `${r.below(120)}-${r.below(3)}`;
};

/** Rises with the story, so that most are above the last one. */
function risingId(): Maker {
  let moment = 1;
  return (r) => {
    if (oneIn(r, 12)) return [id(r)];
    moment += r.below(3);
    return [oneIn(r, 3) ? `${moment}-*` : `${moment}-${r.below(6)}`];
  };
}

const bound = (r: SeededRandom): string => (oneIn(r, 3) ? r.pick(['-', '+']) : (oneIn(r, 5) ? '(' : '') + id(r));
const count = (r: SeededRandom): string => (oneIn(r, 40) ? r.pick(['-1', 'x', '0']) : String(1 + r.below(8)));
const value = (r: SeededRandom): string[] => [
  oneIn(r, 12) ? 'v'.repeat(r.below(300)) : oneIn(r, 3) ? String(r.below(100_000) - 50_000) : `v${r.below(9)}`,
];
const name = (r: SeededRandom): string => r.pick(['a', 'b', 'c', '1', '-70000', 'field']);
const fields = (r: SeededRandom): string[] =>
  oneIn(r, 2) ? ['a', value(r)[0]!, 'b', value(r)[0]!] : several(r, 3, (s) => [name(s), value(s)[0]!]);

const trim = (r: SeededRandom): string[] => [
  ...(oneIn(r, 2) ? ['MAXLEN', ...mark(r), String(r.below(60))] : ['MINID', ...mark(r), id(r)]),
  ...some(r, 5, ['LIMIT', oneIn(r, 20) ? '-1' : String(r.below(40))]),
  ...some(r, 60, ['MAXLEN', '3']),
];
const mark = (r: SeededRandom): string[] => r.pick([[], ['~'], ['~'], ['=']]);
/** Either none, or so long ago that the two servers' clocks do not matter. */
const minIdle = (r: SeededRandom): string => (oneIn(r, 40) ? r.pick(['x', '-1']) : r.pick(['0', '0', '1000000']));

/** The makers of one story, which share the rise of the ids. */
export function streamMakers(): readonly Maker[] {
  const nextId = risingId();
  const add: Maker = (r) => [
    'XADD',
    key(r),
    ...some(r, 20, ['NOMKSTREAM']),
    ...(oneIn(r, 8) ? trim(r) : []),
    ...nextId(r),
    ...fields(r),
    ...some(r, 80, ['odd']),
  ];
  return [
    add,
    add,
    add,
    add,
    (r) => ['XLEN', key(r)],
    (r) => ['XRANGE', key(r), bound(r), bound(r), ...some(r, 3, ['COUNT', count(r)]), ...some(r, 60, ['junk'])],
    (r) => ['XREVRANGE', key(r), bound(r), bound(r), ...some(r, 3, ['COUNT', count(r)])],
    (r) => ['XDEL', key(r), ...several(r, 4, (s) => [id(s)])],
    (r) => ['XTRIM', key(r), ...trim(r)],
    (r) => [
      'XSETID',
      key(r),
      `${100 + r.below(400)}-${r.below(4)}`,
      ...some(r, 2, ['ENTRIESADDED', String(r.below(300))]),
      ...some(r, 2, ['MAXDELETEDID', id(r)]),
      ...some(r, 30, ['junk']),
    ],
    (r) => ['XREAD', ...some(r, 2, ['COUNT', count(r)]), 'STREAMS', key(r), key(r), id(r), oneIn(r, 6) ? '$' : id(r)],
    (r) => ['XREAD', ...r.pick([['GROUP', 'g1', 'c'], ['NOACK'], ['junk'], ['COUNT']]), 'STREAMS', key(r), id(r)],
    (r) => ['XREAD', 'STREAMS', ...several(r, 3, () => ['x1'])],
    (r) => [
      'XGROUP',
      'CREATE',
      key(r),
      group(r),
      oneIn(r, 3) ? '$' : id(r),
      ...some(r, 2, ['MKSTREAM']),
      ...some(r, 4, ['ENTRIESREAD', String(r.below(30) - 2)]),
    ],
    (r) => ['XGROUP', 'SETID', key(r), group(r), oneIn(r, 3) ? '$' : id(r), ...some(r, 3, ['ENTRIESREAD', count(r)])],
    (r) => ['XGROUP', r.pick(['CREATECONSUMER', 'DELCONSUMER']), key(r), group(r), consumer(r)],
    (r) => (oneIn(r, 6) ? ['XGROUP', 'DESTROY', key(r), group(r)] : ['XINFO', 'GROUPS', key(r)]),
    ...groupMakers,
    ...groupMakers,
    (r) => ['XINFO', 'STREAM', key(r), ...(oneIn(r, 2) ? ['FULL', ...some(r, 2, ['COUNT', count(r)])] : [])],
    (r) => ['XINFO', 'CONSUMERS', key(r), group(r)],
    (r) => (oneIn(r, 15) ? ['DEL', key(r)] : ['TYPE', key(r)]),
    (r) => (oneIn(r, 6) ? ['COPY', key(r), r.pick(streams), 'REPLACE'] : ['OBJECT', 'ENCODING', key(r)]),
    (r) => (oneIn(r, 5) ? ['SET', 'text', 'x'] : ['XGROUP', r.pick(['HELP', 'junk', 'CREATE'])]),
  ];
}

const readGroup: Maker = (r) => [
  'XREADGROUP',
  'GROUP',
  group(r),
  consumer(r),
  ...some(r, 2, ['COUNT', count(r)]),
  ...some(r, 5, ['NOACK']),
  'STREAMS',
  ...(oneIn(r, 4)
    ? [r.pick(streams), r.pick(streams), '>', oneIn(r, 2) ? '>' : id(r)]
    : [key(r), oneIn(r, 4) ? id(r) : '>']),
];

const groupMakers: readonly Maker[] = [
  readGroup,
  readGroup,
  (r) => ['XREADGROUP', 'GROUP', group(r), consumer(r), 'STREAMS', key(r), r.pick(['$', '+', 'x', '>'])],
  (r) => ['XACK', key(r), group(r), ...several(r, 4, (s) => [id(s)])],
  (r) => ['XPENDING', key(r), group(r)],
  (r) => [
    'XPENDING',
    key(r),
    group(r),
    ...some(r, 3, ['IDLE', minIdle(r)]),
    bound(r),
    bound(r),
    count(r),
    ...some(r, 3, [consumer(r)]),
  ],
  (r) => [
    'XCLAIM',
    key(r),
    group(r),
    consumer(r),
    minIdle(r),
    ...several(r, 4, (s) => [id(s)]),
    ...some(r, 3, ['FORCE']),
    ...some(r, 3, ['JUSTID']),
    ...some(r, 4, [r.pick(['IDLE', 'IDLE', 'TIME']), r.pick(['5000000', '2000000'])]),
    ...some(r, 4, ['RETRYCOUNT', count(r)]),
    ...some(r, 5, ['LASTID', id(r)]),
    ...some(r, 60, ['junk']),
  ],
  (r) => [
    'XAUTOCLAIM',
    key(r),
    group(r),
    consumer(r),
    minIdle(r),
    bound(r),
    ...some(r, 2, ['COUNT', count(r)]),
    ...some(r, 3, ['JUSTID']),
  ],
];
