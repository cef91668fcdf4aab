// Rates and ages out of sampled offsets.
import { describe, expect, it } from 'vitest';
import { OffsetHistory } from '#core/fleet/observing/offset-history.ts';

function sampled(...samples: readonly (readonly [atMs: number, offset: number])[]): OffsetHistory {
  const history = new OffsetHistory();
  for (const [atMs, offset] of samples) history.add(atMs, offset, 'a');
  return history;
}

describe('the age of a byte', () => {
  const history = sampled([10_000, 1000], [11_000, 3000], [12_000, 3000]);

  it('is interpolated between two samples', () => {
    expect(history.ageSeconds(2000, 12_000)).toBe(1.5);
  });

  it('is zero for the newest byte and for one that is not there yet', () => {
    expect([history.ageSeconds(3000, 12_000), history.ageSeconds(9999, 12_000)]).toEqual([0, 0]);
  });

  it('is unknown for a byte from before the samples, and without samples', () => {
    expect([history.ageSeconds(999, 12_000), new OffsetHistory().ageSeconds(1, 0)]).toEqual([null, null]);
  });
});

describe('the rate', () => {
  it('is the growth per second over the last five seconds only', () => {
    const history = sampled([0, 0], [1000, 1_000_000], [10_000, 1_000_000], [11_000, 1_000_500], [12_000, 1_001_000]);
    expect(history.bytesPerSecond()).toBe(500);
  });

  it('of a burst is that of the last second or so, where it is more, and not of less than a second', () => {
    const begun = sampled([0, 0], [3000, 0], [4000, 2_000_000]);
    expect([begun.bytesPerSecond(), begun.burstBytesPerSecond()]).toEqual([500_000, 2_000_000]);
    const ended = sampled([0, 0], [3000, 3_000_000], [4000, 3_000_000]);
    expect(ended.burstBytesPerSecond()).toBe(750_000);
    const short = sampled([0, 0], [3000, 0], [3100, 1_000_000]);
    expect(short.burstBytesPerSecond()).toBe(short.bytesPerSecond());
  });

  it('is zero until two samples are there', () => {
    expect([sampled().bytesPerSecond(), sampled([0, 100]).bytesPerSecond()]).toEqual([0, 0]);
  });

  it('begins anew when the offset goes back or the history is another one', () => {
    const wentBack = sampled([0, 1000], [1000, 2000], [2000, 10]);
    expect(wentBack.bytesPerSecond()).toBe(0);
    const other = sampled([0, 1000], [1000, 2000]);
    other.add(2000, 900_000, 'b');
    expect(other.bytesPerSecond()).toBe(0);
  });
});
