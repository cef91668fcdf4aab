// The pace of a snapshot that is slowed on purpose.
import { describe, expect, it } from 'vitest';
import { KeyPace } from '#core/engine/persistence/key-pace.ts';

describe('a pace', () => {
  it('rests so long for each key, and not twice for the same', () => {
    const pace = new KeyPace(() => 2000);
    expect(pace.isSlow).toBe(true);
    expect(pace.rest(3)).toBe(6);
    expect(pace.rest(3)).toBe(0);
    expect(pace.rest(5)).toBe(4);
  });

  it('collects what is too short for a timer', () => {
    const pace = new KeyPace(() => 300);
    expect([1, 2, 3].map((keys) => pace.rest(keys))).toEqual([0, 0, 0]);
    expect(pace.rest(4)).toBeCloseTo(1.2);
  });

  it('rests a microsecond for so many keys when the delay is negative, and never without a delay', () => {
    expect(new KeyPace(() => -10).rest(100_000)).toBeCloseTo(10);
    const none = new KeyPace(() => 0);
    expect(none.isSlow).toBe(false);
    expect(none.rest(1e9)).toBe(0);
  });
});
