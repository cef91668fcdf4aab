// Sizes of backlog and output buffer, and whether a full sync's writes fit: the worked examples of the functions and their edges.
import { describe, expect, it } from 'vitest';
import {
  backlogReachSeconds,
  judgeOutputBuffer,
  recommendedBacklogBytes,
  recommendedOutputBufferBytes,
} from '#core/insight/sizing.ts';

const redisDefault = { hardBytes: 268_435_456, softBytes: 67_108_864, softSeconds: 60 };
const backlogBytes = 1_048_576;

it('a backlog is recommended for twice the writes of the absence, and its reach is told in seconds', () => {
  expect(recommendedBacklogBytes(1_000_000, 30)).toBe(60_000_000);
  expect(backlogReachSeconds(1_048_576, 1024)).toBe(1024);
  expect(backlogReachSeconds(1_048_576, 0)).toBeNull();
  expect(recommendedOutputBufferBytes(5_000_000, 50)).toBe(500_000_000);
});

describe('an output buffer', () => {
  it.each([
    ['fits', 1_000_000, 10],
    ['tight', 5_000_000, 50],
    ['exceedsHard', 10_000_000, 50],
    ['exceedsSoft', 2_000_000, 100],
  ] as const)('%s: at %i bytes a second for %i seconds', (verdict, rate, seconds) => {
    expect(judgeOutputBuffer(redisDefault, backlogBytes, rate, seconds)).toEqual({
      verdict,
      peakBytes: rate * seconds,
      limitBytes: redisDefault.hardBytes,
    });
  });

  it('has a limit below the size of the backlog raised to it, as Redis does', () => {
    const limit = { hardBytes: 1000, softBytes: 1000, softSeconds: 1 };
    expect(judgeOutputBuffer(limit, 1_000_000, 10_000, 10)).toEqual({
      verdict: 'fits',
      peakBytes: 100_000,
      limitBytes: 1_000_000,
    });
  });

  it('without limits fits always, with none known or none measured is unknown, and quiet masters always fit', () => {
    const none = { hardBytes: 0, softBytes: 0, softSeconds: 0 };
    expect(judgeOutputBuffer(none, 1, 1e9, 1e6).verdict).toBe('fits');
    expect(judgeOutputBuffer(null, 1, 1000, 1).verdict).toBe('unknown');
    expect(judgeOutputBuffer(redisDefault, 1, null, 1).verdict).toBe('unknown');
    expect(judgeOutputBuffer(redisDefault, 1, 1000, null).verdict).toBe('unknown');
    expect(judgeOutputBuffer(null, 1, 0, null)).toEqual({ verdict: 'fits', peakBytes: 0, limitBytes: null });
  });
});
