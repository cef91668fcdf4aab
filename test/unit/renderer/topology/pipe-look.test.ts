import { beforeAll, expect, test } from 'vitest';
import { startTexts } from '../../../../src-renderer/i18n/i18n.ts';
import { conditionOf } from '../../../../src-renderer/store/node-state.ts';
import { pipeLook, pipeWidth } from '../../../../src-renderer/topology/pipe-look.ts';
import { replica } from '../support/views.ts';

beforeAll(startTexts);

const look = (...link: Parameters<typeof replica>) => {
  const node = replica(...link);
  return pipeLook(node, conditionOf(node, 10_000, 5000));
};

test('each state of a link has a line of its own', () => {
  expect(look('b', 'a', { phase: 'streaming' }).line).toBe('solid');
  expect(look('b', 'a', { phase: 'handshake' }).line).toBe('dashed');
  expect(look('b', 'a', { phase: 'transfer' }).line).toBe('filling');
  expect(look('b', 'a', { phase: 'down' }).line).toBe('dotted');
});

test('a pipe grows with the bytes a second, within bounds', () => {
  const widths = [0, 1000, 100_000, 10_000_000, 1e12].map(pipeWidth);
  expect(widths).toEqual([...widths].sort((a, b) => a - b));
  expect(widths[0]).toBe(2);
  expect(widths.at(-1)).toBe(7);
});

test('a transfer shows how much of it is there, where its length is known', () => {
  const half = look('b', 'a', { phase: 'transfer', progress: { doneBytes: 50, totalBytes: 100, bytesPerSecond: 1 } });
  expect(half).toMatchObject({ filledShare: 0.5, label: 'RDB 50\u202f%' });
  const unknown = look('b', 'a', {
    phase: 'transfer',
    progress: { doneBytes: 5000, totalBytes: null, bytesPerSecond: 1 },
  });
  expect(unknown).toMatchObject({ filledShare: null, label: 'RDB 5.00\u202fkB' });
});

test('the label of a stream is the lag, skew of sampling with its sign', () => {
  expect(look('b', 'a', { lagBytes: 120 }).label).toBe('lag 120\u202fB');
  expect(look('b', 'a', { lagBytes: -12 }).label).toBe('lag −12\u202fB');
});

test('nothing moves on a stale link', () => {
  const node = replica('b', 'a', { bytesPerSecond: 100 });
  expect(pipeLook(node, conditionOf(node, 60_000, 5000)).isMoving).toBe(false);
});
