// What looks at a replica tell of its full syncs: how long, how many bytes, how fast; and what they cannot tell.
import { describe, expect, it } from 'vitest';
import type { LinkReading } from '#core/fleet/observing/reading.ts';
import { type SeenSync, SyncWatch } from '#core/fleet/observing/sync-watch.ts';
import { sceneLink, sceneReading } from '../scene.ts';

type LookAt = readonly [atMs: number, link: Partial<LinkReading> | null, runId?: string];

const up = { up: true, syncInProgress: false };
const syncing = (readBytes: number, totalBytes = 10_000_000) => ({
  up: false,
  syncInProgress: true,
  syncReadBytes: readBytes,
  syncTotalBytes: totalBytes,
});

function watch(...looks: LookAt[]): SeenSync | null {
  const seen = new SyncWatch();
  for (const [monotonicMs, link, runId = 'one'] of looks) {
    seen.take(sceneReading(6380, { monotonicMs, runId, link: link && sceneLink(6379, link) }));
  }
  return seen.seen;
}

describe('a full sync', () => {
  it('began and ended between two looks each: the middle is taken', () => {
    expect(
      watch([1000, null], [1200, syncing(0)], [2000, syncing(2e6)], [3000, syncing(10e6)], [3400, up], [3500, up]),
    ).toEqual({ seconds: 2.1, totalBytes: 10_000_000, readBytes: 10_000_000, bytesPerSecond: 8e6 });
  });

  it('without a length told is as long as what was seen to come', () => {
    expect(watch([0, null], [100, syncing(1e6, 0)], [900, syncing(3e6, 0)], [1000, up])).toMatchObject({
      totalBytes: null,
      readBytes: 3e6,
    });
  });

  it('between looks that were far apart has no time, and a short one no rate', () => {
    expect(watch([0, null], [1000, syncing(1e6)], [2000, up])).toEqual({
      seconds: null,
      totalBytes: 10_000_000,
      readBytes: 1e6,
      bytesPerSecond: null,
    });
  });

  it('that was under way at the first look has no time', () => {
    expect(watch([0, syncing(0)], [5000, syncing(5e6)], [5100, up])?.seconds).toBeNull();
  });

  it.each<[string, readonly LookAt[]]>([
    [
      'was cut off',
      [
        [0, null],
        [100, syncing(1e6)],
        [2000, { up: false }],
        [2100, up],
      ],
    ],
    [
      'moved to another master',
      [
        [0, null],
        [100, syncing(1e6)],
        [2000, sceneLink(7000, up)],
      ],
    ],
    [
      'ended with its process',
      [
        [0, null],
        [100, syncing(1e6)],
        [2000, up, 'another'],
      ],
    ],
  ])('that %s is none', (_what, looks) => {
    expect(watch(...looks)).toBeNull();
  });

  it('that began again is timed from there', () => {
    const seen = watch(
      [0, null],
      [100, syncing(0)],
      [5000, syncing(8e6)],
      [5100, syncing(1e6)],
      [7000, syncing(9e6)],
      [7100, up],
    );
    expect(seen).toMatchObject({ seconds: 2, bytesPerSecond: expect.closeTo(8e6 / 1.9, 0) });
  });
});
