// The forecast of a sync: the rule with the reason in words and numbers, and what is not known said to be unknown.
import { describe, expect, it } from 'vitest';
import { forecastForcedFull, forecastSync } from '#core/insight/forecast.ts';

const a = 'a'.repeat(40);
const b = 'b'.repeat(40);
const names = { name: 'r', master: 'm' };
const backlog = { active: true, sizeBytes: 1000, firstByte: 101, histlenBytes: 200 };
const master = {
  name: 'm',
  replicationId: a,
  secondReplicationId: null,
  secondOffset: -1,
  offset: 300,
  backlog,
  source: null,
};
const replica = { name: 'r', replicationId: a, offset: 250, keys: 7, dataBytes: 700, replicasBelow: 2, target: null };

describe('a forecast', () => {
  it('of a replica within the backlog is partial, with the bytes that it lacks', () => {
    expect(forecastSync(replica, master, names)).toEqual({
      sync: 'partial',
      reason: {
        code: 'syncContinues',
        params: { name: 'r', master: 'm', askedByte: 251, firstByte: 101, missingBytes: 50 },
      },
      transferBytes: 50,
      keysDestroyed: 0,
      bytesDestroyed: 0,
      replicasBelow: 0,
      cost: null,
      advice: null,
      window: { firstByte: 101, endOffset: 300, replicaOffset: 250 },
    });
  });

  it.each([
    ['syncBehindBacklog', { offset: 99 }, {}],
    ['syncAheadOfBacklog', { offset: 301 }, {}],
    ['syncOtherHistory', { replicationId: b }, {}],
    ['syncPastSecondOffset', { replicationId: b, offset: 250 }, { secondReplicationId: b, secondOffset: 250 }],
    ['syncNoBacklog', {}, { backlog: { ...backlog, active: false } }],
  ] as const)('is full for %s, and destroys all keys of the replica', (code, replicaPart, masterPart) => {
    const forecast = forecastSync({ ...replica, ...replicaPart }, { ...master, ...masterPart }, names);
    expect(forecast).toMatchObject({
      sync: 'full',
      reason: { code },
      transferBytes: null,
      keysDestroyed: 7,
      bytesDestroyed: 700,
      replicasBelow: 2,
    });
  });

  it('continues by the second id up to the byte where the histories part', () => {
    const promoted = { ...master, secondReplicationId: b, secondOffset: 251 };
    expect(forecastSync({ ...replica, replicationId: b }, promoted, names)).toMatchObject({
      sync: 'partial',
      reason: { code: 'syncContinuesBySecondId' },
    });
  });

  it('gives an offset of another history no place in the window', () => {
    expect(forecastSync({ ...replica, replicationId: b }, master, names).window?.replicaOffset).toBeNull();
  });

  it('is unknown where one of the two was not read', () => {
    for (const [one, other] of [
      [null, master],
      [replica, null],
    ] as const) {
      expect(forecastSync(one, other, names)).toMatchObject({ sync: 'unknown', keysDestroyed: null, window: null });
    }
  });

  it('of a forced full sync is full whatever the backlog holds', () => {
    expect(forecastForcedFull(replica, master, names)).toMatchObject({
      sync: 'full',
      reason: { code: 'syncForced', params: names },
      keysDestroyed: 7,
      bytesDestroyed: 700,
      replicasBelow: 2,
    });
  });
});
