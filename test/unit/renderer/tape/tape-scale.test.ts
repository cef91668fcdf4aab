import { expect, test } from 'vitest';
import { isWithin, placeNames, tapeScale } from '../../../../src-renderer/tape/tape-scale.ts';

const window = { firstByte: 301, endOffset: 400 } as const;

test('the right end is the offset of the master, and the lit part begins at the first byte kept', () => {
  const scale = tapeScale(window, [400]);
  expect(scale.at(400)).toEqual({ share: 1, isPinned: false });
  expect(scale.at(300).share).toBeCloseTo(scale.litFrom, 6);
});

test('a tape on which nothing was ever lost is lit from end to end', () => {
  const scale = tapeScale({ firstByte: 1, endOffset: 400 }, [200]);
  expect(scale).toMatchObject({ litFrom: 0, hasLost: false });
  expect(scale.at(200).share).toBeCloseTo(0.5, 2);
});

test('a replica in lost history widens the tape so that its distance can be seen', () => {
  const scale = tapeScale(window, [200]);
  expect(1 - scale.litFrom).toBeCloseTo(100 / 220, 6);
  expect(scale.at(200).share).toBeCloseTo(0.0909, 3);
});

test('a replica that is too far away is pinned at the left end', () => {
  const scale = tapeScale(window, [1]);
  expect(1 - scale.litFrom).toBeCloseTo(0.4, 6);
  expect(scale.at(1)).toEqual({ share: 0, isPinned: true });
});

test('the next byte a replica lacks decides whether it is within the backlog', () => {
  expect(isWithin(window, 300)).toBe(true);
  expect(isWithin(window, 299)).toBe(false);
  expect(isWithin(window, 400)).toBe(true);
  expect(isWithin(window, 401)).toBe(false);
});

test('an empty backlog has a scale too', () => {
  const scale = tapeScale({ firstByte: 401, endOffset: 400 }, [400]);
  expect(scale.at(400).share).toBe(1);
});

test('names that would overlap stand in rows, those apart in one', () => {
  const near = placeNames([
    { name: 'bravo', share: 1 },
    { name: 'charlie', share: 0.98 },
  ]);
  expect(near.map((place) => place.row)).toEqual([0, 1]);
  const apart = placeNames([
    { name: 'bravo', share: 1 },
    { name: 'delta', share: 0.2 },
  ]);
  expect(apart.map((place) => place.row)).toEqual([0, 0]);
});
