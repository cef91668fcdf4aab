// A replica that stays away: the same rule as for one that is here, after the writes of that time.
import { describe, expect, it } from 'vitest';
import { forecastAbsence } from '#core/insight/absence.ts';

const names = { name: 'r', master: 'm' };
const master = {
  name: 'm',
  replicationId: 'a'.repeat(40),
  secondReplicationId: null,
  secondOffset: -1,
  offset: 300,
  backlog: { active: true, sizeBytes: 1000, firstByte: 101, histlenBytes: 200 },
  source: null,
};
const replica = {
  name: 'r',
  replicationId: master.replicationId,
  offset: 300,
  keys: 7,
  dataBytes: null,
  replicasBelow: 0,
  target: null,
};
const absence = { awaySeconds: 10, writeBytesPerSecond: 10, backlogTtlSeconds: 3600, otherReplicas: 1 };
const foresee = (part: Partial<typeof absence> = {}) =>
  forecastAbsence(replica, master, names, { ...absence, ...part });

describe('an absence', () => {
  it('within the reach of the backlog ends in a partial resync of what was written', () => {
    expect(foresee()).toMatchObject({ sync: 'partial', transferBytes: 100, advice: null });
  });

  it('beyond it ends in a full one, and says how large the backlog should be', () => {
    expect(foresee({ awaySeconds: 1000 })).toMatchObject({
      sync: 'full',
      reason: { code: 'syncBehindBacklog' },
      keysDestroyed: 7,
      advice: { code: 'adviseBacklog', params: { bytes: 20_000, awaySeconds: 1000 } },
    });
  });

  it('near the edge is not promised, one way or the other', () => {
    expect(foresee({ awaySeconds: 100 })).toMatchObject({ sync: 'unknown', reason: { code: 'absenceTooClose' } });
  });

  it('in which nothing is written ends in a partial one, however long', () => {
    expect(foresee({ awaySeconds: 3000, writeBytesPerSecond: 0 })).toMatchObject({ sync: 'partial', transferBytes: 0 });
  });

  it('of the only replica outlives the backlog after its ttl; with others attached, or without a ttl, it does not', () => {
    const long = { awaySeconds: 3601, writeBytesPerSecond: 0 };
    expect(foresee({ ...long, otherReplicas: 0 })).toMatchObject({ sync: 'full', reason: { code: 'syncNoBacklog' } });
    expect(foresee(long).sync).toBe('partial');
    expect(foresee({ ...long, otherReplicas: 0, backlogTtlSeconds: 0 }).sync).toBe('partial');
  });

  it('is unknown where the write rate is, or one of the two was not read', () => {
    const unknown = { ...absence, writeBytesPerSecond: null };
    expect(forecastAbsence(replica, master, names, unknown).reason.code).toBe('absenceUnknown');
    expect(forecastAbsence(null, master, names, absence).sync).toBe('unknown');
  });
});
