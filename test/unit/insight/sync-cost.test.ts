// The cost of a full sync: phases by disk or diskless, what it stands on, and what stays unknown.
import { describe, expect, it } from 'vitest';
import { estimateSyncCost, type SyncSource, type SyncTarget } from '#core/insight/sync-cost.ts';

const source: SyncSource = {
  name: 'm',
  family: 'redis',
  keys: 1_000_000,
  snapshot: { kind: 'sampled', bytes: 200_000_000, sampledKeys: 400, keys: 1_000_000 },
  writeBytesPerSecond: 1_000_000,
  diskless: false,
  disklessDelaySeconds: 5,
  outputLimit: { hardBytes: 268_435_456, softBytes: 67_108_864, softSeconds: 60 },
  backlogSizeBytes: 1_048_576,
  usedBytes: 300_000_000,
  dataBytes: 250_000_000,
  lastCopyOnWriteBytes: null,
};
const target: SyncTarget = {
  name: 'r',
  family: 'redis',
  disklessLoad: 'disabled',
  linkBytesPerSecond: 100_000_000,
  lastSync: null,
  isLocal: false,
};

const codes = (...args: Parameters<typeof estimateSyncCost>) => estimateSyncCost(...args).basis.map(({ code }) => code);

describe('a full sync', () => {
  it('by disk saves, sends and loads one after the other; diskless sends while it saves, after its delay', () => {
    const disk = estimateSyncCost(source, target);
    const diskless = estimateSyncCost({ ...source, diskless: true }, target);
    expect(disk.phases?.saveAndSendSeconds).toBeCloseTo((diskless.phases?.saveAndSendSeconds ?? 0) + 1.3227, 3);
    expect(diskless.phases?.waitSeconds).toBeCloseTo(0.02 + 5 + 0.5, 3);
    expect(disk.phases?.waitSeconds).toBeCloseTo(0.02 + 0.05, 3);
    expect(disk.totalSeconds).toBeGreaterThan(4);
  });

  it('without a delay begins at once', () => {
    const cost = estimateSyncCost({ ...source, diskless: true, disklessDelaySeconds: 0 }, target);
    expect(cost.phases?.waitSeconds).toBeCloseTo(0.02, 3);
  });

  it('into a replica that loads while it receives ends with the transfer', () => {
    const cost = estimateSyncCost({ ...source, diskless: true }, { ...target, disklessLoad: 'swapdb' });
    expect(cost.phases?.loadSeconds).toBe(0);
  });

  it('is stretched to what the last one took, by the keys of then and now', () => {
    const lastSync = { seconds: 20, keys: 500_000, ageMs: 1000 };
    const cost = estimateSyncCost(source, { ...target, lastSync });
    expect(cost.totalSeconds).toBeCloseTo(0.07 + (20 - 0.07) * 2, 3);
    expect(cost.basis.map(({ code }) => code)).toContain('costTimeLastSync');
  });

  it('says what it stands on, and what is only assumed', () => {
    expect(codes(source, target)).toEqual(['costSizeSampled', 'costRateMeasured']);
    expect(codes({ ...source, diskless: true }, { ...target, linkBytesPerSecond: null })).toEqual([
      'costSizeSampled',
      'costRateAssumed',
      'costDisklessDelay',
    ]);
    expect(codes({ ...source, diskless: null }, target)).toContain('costDisklessUnknown');
  });

  it('of which no key may be looked at has no length, no time and no peak', () => {
    expect(estimateSyncCost({ ...source, snapshot: null }, target)).toMatchObject({
      snapshotBytes: null,
      totalSeconds: null,
      forkBytes: null,
      outputBuffer: { verdict: 'unknown', peakBytes: null },
      basis: [{ code: 'costSizeUnknown' }, { code: 'costRateMeasured' }],
    });
  });

  it('copies no more memory than there is, and an embedded node none', () => {
    const busy = estimateSyncCost({ ...source, writeBytesPerSecond: 1e9 }, target);
    expect(busy.forkBytes).toBe(source.usedBytes);
    expect(estimateSyncCost({ ...source, family: 'syncline' }, target).forkBytes).toBe(0);
  });
});
