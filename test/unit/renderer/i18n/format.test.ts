import { expect, test } from 'vitest';
import {
  formatAddress,
  formatBytes,
  formatCount,
  formatPerSecond,
  formatSeconds,
  formatShare,
  formatSize,
  formatWholeSeconds,
} from '../../../../src-renderer/i18n/format.ts';

/** Spaces of any width as plain ones, so that the expected texts can be read. */
const plain = (text: string) => text.replace(/\s/g, ' ');

test('thousands are set apart by thin spaces', () => {
  expect(formatCount(48_201_337)).toBe('48\u202f201\u202f337');
  expect([0, 999, 1000, -1234].map(formatCount).map(plain)).toEqual(['0', '999', '1 000', '−1 234']);
});

test('bytes have three figures and a unit that does not break off', () => {
  expect(formatBytes(812)).toBe('812\u202fB');
  expect([0, 999, 1000, 1240, 999_499, 999_500, 12_400_000, 1e13].map(formatBytes).map(plain)).toEqual([
    '0 B',
    '999 B',
    '1.00 kB',
    '1.24 kB',
    '999 kB',
    '1.00 MB',
    '12.4 MB',
    '10.0 TB',
  ]);
});

test('a negative lag keeps its sign', () => {
  expect(plain(formatBytes(-70))).toBe('−70 B');
});

test('a configured size is written as it was set', () => {
  expect([1_048_576, 16_777_216, 65_536, 1_000_000].map(formatSize).map(plain)).toEqual([
    '1 MiB',
    '16 MiB',
    '64 KiB',
    '1.00 MB',
  ]);
});

test('time is written in the unit that can be read', () => {
  expect([0, 0.08, 0.9996, 2.34, 9.96, 41, 200, 7500, 200_000].map(formatSeconds).map(plain)).toEqual([
    '0 ms',
    '80 ms',
    '1.0 s',
    '2.3 s',
    '10 s',
    '41 s',
    '3 min 20 s',
    '2 h 5 min',
    '2 d 7 h',
  ]);
});

test('a length of time that is rounded up never has sixty seconds', () => {
  expect([119.7, 479.8, 3599.6].map(formatSeconds).map(plain)).toEqual(['2 min 0 s', '8 min 0 s', '1 h 0 min']);
});

test('ages that are counted in seconds have no decimals', () => {
  expect([0, 7, 0.25].map(formatWholeSeconds).map(plain)).toEqual(['0 s', '7 s', '250 ms']);
});

test('rates are short', () => {
  expect([0, 840, 9840, 1_200_000].map(formatPerSecond)).toEqual(['0/s', '840/s', '9.84k/s', '1.20M/s']);
});

test('an IPv6 host stands in brackets', () => {
  expect(formatAddress({ host: '::1', port: 6379 })).toBe('[::1]:6379');
  expect(formatAddress({ host: '127.0.0.1', port: 0 })).toBe('127.0.0.1');
});

test('a tiny share is not written as nothing', () => {
  expect([0, 0.0004, 0.031, 0.42].map(formatShare).map(plain)).toEqual(['0.00 %', '0.04 %', '3.1 %', '42 %']);
});
