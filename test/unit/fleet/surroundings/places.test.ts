// Where a node stands among others: its shard, and the address by which others know it.
import { describe, expect, it } from 'vitest';
import { Relations } from '#core/fleet/observing/relations.ts';
import { announcedOf } from '#core/fleet/surroundings/announced.ts';
import { placeInCluster } from '#core/fleet/surroundings/cluster-place.ts';
import { sceneLink, sceneMember } from '../scene.ts';

const node = (id: string, role: 'master' | 'replica', port: number) => ({
  id,
  role,
  address: { host: '10.0.0.1', port },
  isHealthy: true,
});

describe('the place of a node in its cluster', () => {
  const shards = [
    { masterId: 'b', slots: '5461-16383', nodes: [node('b', 'master', 2)] },
    { masterId: null, slots: '', nodes: [node('c', 'replica', 3)] },
    { masterId: 'a', slots: '0-5460', nodes: [node('a', 'master', 1), node('a2', 'replica', 4)] },
  ];

  it('counts shards by their first slot, those without slots last', () => {
    const place = (ownId: string) => placeInCluster({ ownId, shards });
    expect(place('a2')).toEqual({ shard: 1, shards: 3, slots: '0-5460', masterAddress: { host: '10.0.0.1', port: 1 } });
    expect(place('b').shard).toBe(2);
    expect(place('c')).toEqual({ shard: 3, shards: 3, slots: '', masterAddress: null });
  });

  it('is not guessed where the cluster could not be asked, or does not know the node', () => {
    expect(placeInCluster({ ownId: 'a', shards: null }).shard).toBeNull();
    expect(placeInCluster({ ownId: null, shards })).toMatchObject({ shard: null, shards: 3 });
  });
});

describe('the address by which others know a node', () => {
  const entry = { address: { host: '172.17.0.2', port: 2 }, state: 'online', offset: 300, ackAgeSeconds: 0 };

  it('is the one in the list of its master, where that is not ours', () => {
    const master = sceneMember({ name: 'm', port: 1, reading: { replicas: [entry] } });
    const replica = sceneMember({ name: 'r', port: 2, reading: { link: sceneLink(1) } });
    const relations = new Relations([master, replica]);
    expect(announcedOf(replica, relations)).toEqual({ address: { host: '172.17.0.2', port: 2 }, by: 'master' });
    expect(announcedOf(master, relations)).toBeNull();
  });

  it('is what it announces itself, or where its replicas follow it', () => {
    const self = sceneMember({ name: 's', port: 3, reading: { announced: { host: null, port: 6400 } } });
    expect(announcedOf(self, new Relations([self]))).toEqual({
      address: { host: '127.0.0.1', port: 6400 },
      by: 'itself',
    });
    const master = sceneMember({
      name: 'm',
      port: 1,
      reading: { replicas: [{ ...entry, address: { host: '127.0.0.1', port: 2 } }] },
    });
    const inside = sceneMember({
      name: 'r',
      port: 2,
      reading: { link: sceneLink(1, { masterAddress: { host: '172.17.0.1', port: 1 } }) },
    });
    expect(announcedOf(master, new Relations([master, inside]))).toEqual({
      address: { host: '172.17.0.1', port: 1 },
      by: 'replicas',
    });
  });
});
