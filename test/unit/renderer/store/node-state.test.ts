import { expect, test } from 'vitest';
import { conditionOf, isFlowing, phaseOf } from '../../../../src-renderer/store/node-state.ts';
import { master, replica } from '../support/views.ts';

const staleAfterMs = 5000;

test('a master read lately is healthy', () => {
  expect(conditionOf(master('alpha'), 12_000, staleAfterMs)).toEqual({
    tone: 'healthy',
    word: 'serving',
    ageSeconds: null,
    isFaded: false,
  });
});

test('a node not read for longer than the bound is never drawn as healthy, and its age is said', () => {
  expect(conditionOf(master('alpha'), 17_500, staleAfterMs)).toEqual({
    tone: 'unknown',
    word: 'seen',
    ageSeconds: 7,
    isFaded: true,
  });
});

test('exactly at the bound it is not yet stale', () => {
  expect(conditionOf(master('alpha'), 15_000, staleAfterMs).word).toBe('serving');
});

test('a stopped node is faded whatever was read of it last', () => {
  const node = replica('bravo', 'alpha', {}, { lifecycle: { kind: 'stopped' } });
  expect(conditionOf(node, 10_000, staleAfterMs)).toMatchObject({ tone: 'unknown', word: 'stopped', isFaded: true });
  expect(phaseOf(node)).toBe('stopped');
});

test('a link that is down says for how long', () => {
  const node = replica('bravo', 'alpha', { phase: 'down', downSinceMs: 0 });
  expect(conditionOf(node, 12_400, staleAfterMs)).toMatchObject({ tone: 'down', word: 'downFor', ageSeconds: 12 });
});

test('each phase of a link has a tone, and only streaming is healthy', () => {
  const phases = ['connect', 'connecting', 'handshake', 'waiting', 'transfer', 'loading', 'streaming', 'down'] as const;
  const tones = phases.map((phase) => conditionOf(replica('bravo', 'alpha', { phase }), 10_000, staleAfterMs).tone);
  expect(tones).toEqual(['warning', 'syncing', 'syncing', 'syncing', 'syncing', 'syncing', 'healthy', 'down']);
});

test('an unreachable server is down, faded, and says since when', () => {
  const failure = { code: 'connectionRefused', params: {}, retryable: true } as const;
  const node = master('far', { lifecycle: { kind: 'unreachable', attempt: 3, sinceMs: 4000, failure } });
  expect(conditionOf(node, 10_000, staleAfterMs)).toMatchObject({ tone: 'down', ageSeconds: 6, isFaded: true });
});

test('the phase shown is the link on a replica and the role on a master', () => {
  expect(phaseOf(replica('bravo', 'alpha', { phase: 'handshake' }))).toBe('handshake');
  expect(phaseOf(master('alpha'))).toBe('master');
});

test('a pipe moves only while bytes arrive', () => {
  expect(isFlowing(replica('bravo', 'alpha', { bytesPerSecond: 0 }))).toBe(false);
  expect(isFlowing(replica('bravo', 'alpha', { bytesPerSecond: 10 }))).toBe(true);
  expect(isFlowing(replica('bravo', 'alpha', { phase: 'transfer' }))).toBe(true);
  expect(isFlowing(replica('bravo', 'alpha', { phase: 'down', bytesPerSecond: 10 }))).toBe(false);
});
