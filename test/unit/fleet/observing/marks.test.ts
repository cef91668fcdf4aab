// Moments worth a line in a chart.
import { describe, expect, it } from 'vitest';
import { findMarks, type MarkSource } from '#core/fleet/observing/marks.ts';
import type { NodeReading } from '#core/fleet/observing/reading.ts';
import { sceneLink, sceneReading } from '../scene.ts';

const look = (reading: Partial<NodeReading> | null, more: Partial<MarkSource> = {}): MarkSource => ({
  lifecycle: 'running',
  hasLoad: false,
  reading: reading && sceneReading(1, reading),
  ...more,
});

describe('marks', () => {
  it.each([
    ['nothing', look({}), look({ offset: 999 }), []],
    ['a full sync', look({}), look({ counters: { full: 1, partialOk: 0, partialErr: 1 } }), ['fullSync']],
    ['a partial sync', look({}), look({ counters: { full: 0, partialOk: 1, partialErr: 0 } }), ['partialSync']],
    ['a promotion', look({ link: sceneLink(2) }), look({}), ['promoted']],
    ['an attach', look({}), look({ link: sceneLink(2, { up: false }) }), ['attached']],
    ['a link that came up', look({ link: sceneLink(2, { up: false }) }), look({ link: sceneLink(2) }), ['linkUp']],
    ['a link that went down', look({ link: sceneLink(2) }), look({ link: sceneLink(2, { up: false }) }), ['linkDown']],
    ['a start', look(null, { lifecycle: 'starting' }), look(null), ['started']],
    ['a stop', look(null), look(null, { lifecycle: 'stopping' }), ['stopped']],
    ['a load that began', look({}), look({}, { hasLoad: true }), ['loadStarted']],
    ['a load that ended', look({}, { hasLoad: true }), look({}), ['loadStopped']],
  ] as const)('%s', (_what, before, now, marks) => {
    expect(findMarks(before, now)).toEqual(marks);
  });

  it('takes the connection for the writes, which Valkey counts as a partial sync, for a part of the full one', () => {
    const settings = new Map([['dual-channel-replication-enabled', 'yes']]);
    const counted = (full: number, partialOk: number, replicas: NodeReading['replicas'] = []) =>
      look({ settings, replicas, counters: { full, partialOk, partialErr: 0 } });
    const address = { host: '127.0.0.1', port: 2 };
    const waiting = [{ address, channel: 'snapshot', state: 'wait_bgsave', offset: 0, ackAgeSeconds: 0 }] as const;
    expect(findMarks(counted(0, 0), counted(1, 1))).toEqual(['fullSync']);
    expect(findMarks(counted(0, 0), counted(1, 0, waiting))).toEqual(['fullSync']);
    expect(findMarks(counted(1, 0, waiting), counted(1, 1))).toEqual([]);
    expect(findMarks(counted(1, 1), counted(1, 2))).toEqual(['partialSync']);
  });

  it('says nothing about the counters of another process', () => {
    const before = look({ runId: 'old', counters: { full: 0, partialOk: 0, partialErr: 0 } });
    const now = look({ runId: 'new', counters: { full: 3, partialOk: 2, partialErr: 0 } });
    expect(findMarks(before, now)).toEqual([]);
  });
});
