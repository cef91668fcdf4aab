// Which Sentinels watch a node, where several deployments share one name, and where they do not agree.
import { describe, expect, it } from 'vitest';
import type { SentinelReading, WatchedMaster } from '#core/fleet/surroundings/sentinel-node.ts';
import { superviseBy } from '#core/fleet/surroundings/supervision.ts';
import { sceneLink, sceneMember } from '../scene.ts';

const master = sceneMember({ name: 'm', port: 1 });
const replica = sceneMember({ name: 'r', port: 2, reading: { link: sceneLink(1) } });

const watched = (port: number, peers: readonly string[], more: Partial<WatchedMaster> = {}): WatchedMaster => ({
  name: 'shop',
  address: { host: '127.0.0.1', port },
  runId: `run-${port}`,
  isSubjectivelyDown: false,
  isObjectivelyDown: false,
  quorum: 2,
  otherSentinels: peers.length,
  replicas: [],
  peers: peers.map((runId) => ({ address: { host: '127.0.0.1', port: 26_379 }, runId, isDown: false })),
  ...more,
});
const sentinel = (id: string, ...masters: readonly WatchedMaster[]): SentinelReading => ({
  atMs: 0,
  monotonicMs: 0,
  id,
  masters,
});
const entry = (port: number) => ({
  address: { host: '127.0.0.1', port },
  runId: `run-${port}`,
  isDown: false,
  masterAddress: null,
});

describe('the supervision of a node', () => {
  it('counts the Sentinels that know each other, also those that were not asked', () => {
    expect(superviseBy(master, [sentinel('s1', watched(1, ['s2', 's3']))])).toEqual({
      masterName: 'shop',
      sentinels: 3,
      quorum: 2,
      isMaster: true,
      asked: 1,
      agreement: 1,
    });
  });

  it('keeps two deployments apart that use one name', () => {
    const readings = [
      sentinel('s1', watched(1, ['s2'])),
      sentinel('s2', watched(1, ['s1'])),
      sentinel('x1', watched(9, ['x2'])),
    ];
    expect(superviseBy(master, readings)).toMatchObject({ sentinels: 2, asked: 2, agreement: 2 });
  });

  it('tells where Sentinels name different masters', () => {
    const readings = [sentinel('s1', watched(1, ['s2'])), sentinel('s2', watched(2, ['s1'], { replicas: [entry(1)] }))];
    expect(superviseBy(master, readings)).toMatchObject({ asked: 2, agreement: 1 });
  });

  it('reaches the replicas that a Sentinel knows, and nobody else', () => {
    const readings = [sentinel('s1', watched(1, [], { replicas: [entry(2)] }))];
    expect(superviseBy(replica, readings)).toMatchObject({ masterName: 'shop', isMaster: false });
    expect(superviseBy(sceneMember({ name: 'other', port: 7 }), readings)).toBeNull();
    expect(superviseBy(master, [])).toBeNull();
  });
});
