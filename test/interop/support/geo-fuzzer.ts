// Makes commands on places at random from a seed: all over the earth and close together, and some that are wrong.
import type { SeededRandom } from '../../support/random.ts';

type Maker = (random: SeededRandom) => string[];

const oneIn = (r: SeededRandom, n: number): boolean => r.below(n) === 0;
const some = (r: SeededRandom, n: number, words: string[]): string[] => (oneIn(r, n) ? words : []);
const several = (r: SeededRandom, most: number, make: Maker): string[] =>
  Array.from({ length: 1 + r.below(most) }, () => make(r)).flat();

const key = (r: SeededRandom): string => (oneIn(r, 40) ? r.pick(['none', 'text']) : r.pick(['g1', 'g2', 'g3']));
const target = (r: SeededRandom): string => r.pick(['t1', 't2', 'g3']);
const member = (r: SeededRandom): string => (oneIn(r, 60) ? 'nobody' : `m${r.below(60)}`);
const number = (r: SeededRandom, bad: string): string => (oneIn(r, 60) ? bad : '');

const longitude = (r: SeededRandom): string => {
  if (oneIn(r, 60)) return r.pick(['180', '-180', '180.1', 'x', 'inf']);
  return oneIn(r, 2) ? String((r.below(360_000) - 180_000) / 1000) : String(13 + r.below(30_000) / 10_000);
};
const latitude = (r: SeededRandom): string => {
  if (oneIn(r, 60)) return r.pick(['85.05112878', '-85.05112878', '85.06', '-90', 'x']);
  return oneIn(r, 2) ? String((r.below(170_000) - 85_000) / 1000) : String(38 + r.below(30_000) / 10_000);
};
const unit = (r: SeededRandom): string => r.pick(['m', 'km', 'KM', 'ft', 'mi', oneIn(r, 20) ? 'yd' : 'km']);
const length = (r: SeededRandom): string =>
  number(r, 'x') || number(r, '-1') || String(r.pick([0, 1, 50, 200, 500, 1000, 3000, 9000]) * (1 + r.below(3)));

const order = (r: SeededRandom): string[] => some(r, 2, [r.pick(['ASC', 'DESC', 'asc'])]);
const limit = (r: SeededRandom): string[] =>
  some(r, 3, ['COUNT', number(r, '0') || number(r, 'x') || String(1 + r.below(8)), ...some(r, 3, ['ANY'])]);
const shown = (r: SeededRandom): string[] => [
  ...some(r, 3, ['WITHCOORD']),
  ...some(r, 3, ['WITHDIST']),
  ...some(r, 3, ['WITHHASH']),
];
/**
 * Redis rounds a distance as its C library does, which is not always to the nearest: once in some hundred the last bit
 * differs. So distances are stored apart, and their order is compared.
 */
const distances = 'far';
const stored = (r: SeededRandom): string[] => some(r, 2, oneIn(r, 2) ? ['STORE', target(r)] : ['STOREDIST', distances]);
const from = (r: SeededRandom): string[] =>
  oneIn(r, 2) ? ['FROMMEMBER', member(r)] : ['FROMLONLAT', longitude(r), latitude(r)];
const by = (r: SeededRandom): string[] =>
  oneIn(r, 2) ? ['BYRADIUS', length(r), unit(r)] : ['BYBOX', length(r), length(r), unit(r)];
const junk = (r: SeededRandom): string[] => some(r, 50, [r.pick(['junk', 'ANY', 'STORE', 'BYBOX'])]);

const add: Maker = (r) => [
  'GEOADD',
  key(r),
  ...some(r, 6, [r.pick(['NX', 'XX', 'CH', 'nx'])]),
  ...several(r, 6, (s) => [longitude(s), latitude(s), member(s)]),
  ...junk(r),
];

/** Ends a story, before the data are compared byte by byte. */
export const lastGeoCommand = ['DEL', distances];

export const geoMakers: readonly Maker[] = [
  add,
  add,
  add,
  (r) => ['GEOPOS', key(r), ...several(r, 3, (s) => [member(s)])],
  (r) => ['GEOHASH', key(r), ...several(r, 3, (s) => [member(s)])],
  (r) => ['GEODIST', key(r), member(r), member(r), ...some(r, 2, [unit(r)]), ...some(r, 50, ['m', 'm'])],
  (r) => ['GEORADIUS', key(r), longitude(r), latitude(r), length(r), unit(r), ...shown(r), ...order(r), ...limit(r)],
  (r) => ['GEORADIUS', key(r), longitude(r), latitude(r), length(r), unit(r), ...stored(r), ...limit(r), ...junk(r)],
  (r) => [
    'GEORADIUS_RO',
    key(r),
    longitude(r),
    latitude(r),
    length(r),
    unit(r),
    ...order(r),
    ...some(r, 30, stored(r)),
  ],
  (r) => [
    'GEORADIUSBYMEMBER',
    key(r),
    member(r),
    length(r),
    unit(r),
    ...shown(r),
    ...order(r),
    ...limit(r),
    ...stored(r),
  ],
  (r) => ['GEORADIUSBYMEMBER_RO', key(r), member(r), length(r), unit(r), ...shown(r), ...order(r), ...limit(r)],
  (r) => ['GEOSEARCH', key(r), ...from(r), ...by(r), ...shown(r), ...order(r), ...limit(r), ...junk(r)],
  (r) => ['GEOSEARCH', key(r), ...by(r), ...from(r), ...order(r), ...limit(r)],
  (r) => ['GEOSEARCHSTORE', target(r), key(r), ...from(r), ...by(r), ...limit(r), ...junk(r)],
  (r) => ['GEOSEARCHSTORE', distances, key(r), ...from(r), ...by(r), ...limit(r), 'STOREDIST'],
  () => ['ZRANGE', distances, '0', '-1'],
  (r) => ['ZRANGE', target(r), '0', '-1', 'WITHSCORES'],
  (r) => (oneIn(r, 4) ? ['ZREM', key(r), member(r)] : ['ZSCORE', key(r), member(r)]),
  () => ['SET', 'text', 'x'],
];
