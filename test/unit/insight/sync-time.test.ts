// The time of a full sync: its phases by disk and diskless, the range of what is assumed, and what one that was watched teaches.
import { describe, expect, it } from 'vitest';
import { estimateSyncTime, type SyncWork } from '#core/insight/sync-time.ts';

const work: SyncWork = {
  writerFamily: 'redis',
  readerFamily: 'redis',
  keys: 1_000_000,
  parts: 0,
  snapshotBytes: 240_000_000,
  dataBytes: 240_000_000,
  diskless: false,
  disklessDelaySeconds: 5,
  loadsMeanwhile: false,
  linkBytesPerSecond: 100_000_000,
  isLocal: false,
  lastSaveSeconds: null,
  runningSaveShare: null,
  saveDelayMicros: 0,
  loadDelayMicros: 0,
};
// A million keys of 240 bytes: 0.5 + 1 s to save, 2.4 s to send, 0.6 + 0.8 s to load.
const [save, send, load] = [1.5, 2.4, 1.4];

const phases = (part: Partial<SyncWork>) => estimateSyncTime({ ...work, ...part }, null).phases;
const total = (part: Partial<SyncWork>) => estimateSyncTime({ ...work, ...part }, null).totalSeconds;

describe('without one that was watched', () => {
  it('by disk a master saves, then sends, then the replica loads', () => {
    expect(phases({}).waitSeconds).toBeCloseTo(0.07, 6);
    expect(phases({}).saveAndSendSeconds).toBeCloseTo(save + send, 6);
    expect(phases({}).loadSeconds).toBeCloseTo(load, 6);
  });

  it('diskless it sends while it saves, after its delay; without a delay at once', () => {
    expect(phases({ diskless: true })).toEqual({
      waitSeconds: 0.02 + 5 + 0.5,
      saveAndSendSeconds: expect.closeTo(send, 6),
      loadSeconds: expect.closeTo(load, 6),
    });
    expect(phases({ diskless: true, disklessDelaySeconds: 0 }).waitSeconds).toBe(0.02);
  });

  it('a replica that loads while it receives is done with the transfer, or as much later as it is slower', () => {
    const meanwhile = { diskless: true, loadsMeanwhile: true };
    expect(phases(meanwhile).loadSeconds).toBe(0);
    const slow = phases({ ...meanwhile, loadDelayMicros: 10 });
    expect(slow.saveAndSendSeconds + slow.loadSeconds).toBeCloseTo(load + 10, 6);
  });

  it('a rest for each key is added, and -n is one microsecond for every n keys', () => {
    expect(phases({ saveDelayMicros: 50 }).saveAndSendSeconds).toBeCloseTo(save + 50 + send, 6);
    expect(phases({ loadDelayMicros: -2 }).loadSeconds).toBeCloseTo(load + 0.5, 6);
  });

  it('a snapshot that the master writes now must end first', () => {
    expect(phases({ runningSaveShare: 0.25 }).waitSeconds).toBeCloseTo(0.07 + 0.75 * save, 6);
  });

  it('what is assumed may be half or double of it; what was measured or told may not', () => {
    const { range } = estimateSyncTime({ ...work, saveDelayMicros: 10 }, null);
    expect(range?.leastSeconds).toBeCloseTo(0.07 + save / 2 + 10 + send + load / 2, 6);
    expect(range?.mostSeconds).toBeCloseTo(0.07 + save * 2 + 10 + send + load * 2, 6);
    const assumed = estimateSyncTime({ ...work, linkBytesPerSecond: null, lastSaveSeconds: 7 }, null);
    expect(assumed.range?.mostSeconds).toBeCloseTo(0.07 + 7 + (240 / 110) * 2 + load * 2, 6);
  });

  it('parts of values take their time too; where they were not counted, each key has one', () => {
    expect(total({ parts: 10_000_000 })).toBeCloseTo(total({}) + 2 * 0.7, 6);
    expect(total({ parts: null })).toBeCloseTo(total({ parts: work.keys }), 6);
  });

  it('ours packs and loads slower, and a wire within one machine is quicker', () => {
    expect(total({ writerFamily: 'syncline' })).toBeGreaterThan(total({}));
    expect(total({ readerFamily: 'syncline' })).toBeGreaterThan(total({}));
    expect(total({ linkBytesPerSecond: null, isLocal: true })).toBeLessThan(total({ linkBytesPerSecond: null }));
  });
});

describe('with one that was watched', () => {
  it('the same sync takes as long again, and has no range', () => {
    const again = estimateSyncTime(work, { seconds: 20, work });
    expect(again.totalSeconds).toBeCloseTo(0.02 + 20, 6);
    expect(again.range).toBeNull();
  });

  it('another one takes as many times longer as the model says, by keys, bytes and ways', () => {
    const small = { ...work, keys: 100_000, snapshotBytes: 24_000_000, dataBytes: 24_000_000, diskless: true };
    const slow = (send / 10 + load / 10) * 3;
    expect(estimateSyncTime(work, { seconds: slow, work: small }).totalSeconds).toBeCloseTo(
      0.07 + (save + send + load) * 3,
      6,
    );
  });

  it('over a link that was measured there, and not here, has that rate here', () => {
    const watched = { seconds: 0.05 + save + send + load, work };
    expect(estimateSyncTime({ ...work, linkBytesPerSecond: null }, watched).totalSeconds).toBeCloseTo(total({}), 6);
  });

  it('whose parts were not counted makes them count for nothing here either', () => {
    const watched = { seconds: 8, work: { ...work, parts: null } };
    const { totalSeconds } = estimateSyncTime({ ...work, parts: 10_000_000 }, watched);
    expect(totalSeconds).toBeCloseTo(0.02 + 8, 6);
  });

  it('of which nothing can be learnt is as if there were none', () => {
    const { totalSeconds, range } = estimateSyncTime(work, { seconds: 1, work: { ...work, keys: 0 } });
    expect(totalSeconds).toBe(total({}));
    expect(range).not.toBeNull();
  });
});
