// The cost of a full sync: what it stands on, what it needs of memory, and what stays unknown.
import { describe, expect, it } from 'vitest';
import { estimateSyncCost, type SyncSource, type SyncTarget, toSyncWork } from '#core/insight/sync-cost.ts';

const source: SyncSource = {
  name: 'm',
  family: 'redis',
  keys: 1_000_000,
  snapshot: { kind: 'sampled', bytes: 200_000_000, parts: 1_000_000, sampledKeys: 400, keys: 1_000_000 },
  writeBytesPerSecond: 1_000_000,
  diskless: false,
  disklessDelaySeconds: 5,
  outputLimit: { hardBytes: 268_435_456, softBytes: 67_108_864, softSeconds: 60 },
  backlogSizeBytes: 1_048_576,
  usedBytes: 300_000_000,
  dataBytes: 250_000_000,
  lastCopyOnWriteBytes: null,
  lastSaveSeconds: null,
  runningSaveShare: null,
  saveDelayMicros: 0,
};
const target: SyncTarget = {
  name: 'r',
  family: 'redis',
  disklessLoad: 'disabled',
  linkBytesPerSecond: 100_000_000,
  watched: null,
  isLocal: false,
  loadDelayMicros: 0,
};

const codes = (...args: Parameters<typeof estimateSyncCost>) => estimateSyncCost(...args).basis.map(({ code }) => code);

describe('a full sync', () => {
  it('says what it stands on, and what is only assumed', () => {
    expect(codes(source, target)).toEqual(['costSizeSampled', 'costRateMeasured']);
    expect(codes({ ...source, diskless: true }, { ...target, linkBytesPerSecond: null })).toEqual([
      'costSizeSampled',
      'costRateAssumed',
      'costDisklessDelay',
    ]);
    expect(codes({ ...source, diskless: null }, target)).toContain('costDisklessUnknown');
    expect(codes({ ...source, lastSaveSeconds: 9, runningSaveShare: 0.2 }, target)).toEqual([
      'costSizeSampled',
      'costRateMeasured',
      'costLastSave',
      'costSaveRuns',
    ]);
  });

  it('like one that was watched says of whom, and has a figure where an assumed one has a range', () => {
    const watched = {
      name: 'other',
      master: 'm',
      isSamePair: false,
      seconds: 9,
      ageMs: 1000,
      work: toSyncWork(source, target, 200_000_000),
    };
    const cost = estimateSyncCost(source, { ...target, watched });
    expect(cost.totalSeconds).toBeCloseTo(9.02, 2);
    expect(cost.range).toBeNull();
    expect(cost.basis[1]).toEqual({
      code: 'costTimeLikeSync',
      params: { name: 'other', master: 'm', seconds: 9, ageMs: 1000 },
    });
    expect(codes(source, { ...target, watched: { ...watched, isSamePair: true } })).toContain('costTimeLastSync');
    // One of which nothing can be learnt is not named.
    const ofNothing = { ...watched, work: { ...watched.work, keys: 0 } };
    expect(codes(source, { ...target, watched: ofNothing })).toEqual(['costSizeSampled', 'costRateMeasured']);
    const { totalSeconds, range } = estimateSyncCost(source, target);
    expect(range?.leastSeconds).toBeLessThan(totalSeconds ?? 0);
    expect(range?.mostSeconds).toBeGreaterThan(totalSeconds ?? 0);
  });

  it('fills the output buffer from the fork on: while the master waits for more replicas nothing is kept', () => {
    const at = (disklessDelaySeconds: number) =>
      estimateSyncCost({ ...source, diskless: true, disklessDelaySeconds }, target);
    expect(at(30).totalSeconds).toBeGreaterThan((at(0).totalSeconds ?? 0) + 30);
    expect(at(30).outputBuffer.peakBytes).toBe(at(0).outputBuffer.peakBytes);
  });

  it('of which no key may be looked at has no length, no time and no peak', () => {
    expect(estimateSyncCost({ ...source, snapshot: null }, target)).toMatchObject({
      snapshotBytes: null,
      totalSeconds: null,
      range: null,
      forkBytes: null,
      outputBuffer: { verdict: 'unknown', peakBytes: null },
      basis: [{ code: 'costSizeUnknown' }, { code: 'costRateMeasured' }],
    });
  });

  it('copies no more memory than there is and its child needs, and an embedded node none', () => {
    const busy = estimateSyncCost({ ...source, writeBytesPerSecond: 1e9 }, target);
    expect(busy.forkBytes).toBe((source.usedBytes ?? 0) + 2_000_000);
    expect(estimateSyncCost({ ...source, family: 'syncline' }, target).forkBytes).toBe(0);
  });
});
