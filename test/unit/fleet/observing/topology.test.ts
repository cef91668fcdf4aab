// Who follows whom, with addresses that agree and with those that do not.
import { describe, expect, it } from 'vitest';
import {
  ancestors,
  descendants,
  findMaster,
  findReplica,
  sameAddress,
  wouldCycle,
} from '#core/fleet/observing/topology.ts';
import { historyB, sceneLink, sceneMember } from '../scene.ts';

const master = sceneMember({
  name: 'm',
  port: 1,
  reading: { replicas: [{ address: { host: '127.0.0.1', port: 2 }, state: 'online', offset: 300, ackAgeSeconds: 0 }] },
});
const replica = sceneMember({ name: 'r', port: 2, reading: { link: sceneLink(1) } });
const below = sceneMember({ name: 'b', port: 3, reading: { link: sceneLink(2) } });
const stranger = sceneMember({ name: 's', port: 4, reading: { replicationId: historyB } });
const all = [master, replica, below, stranger];

describe('topology', () => {
  it('finds masters and replicas by address, whatever loopback is called', () => {
    expect(findMaster(replica, all)).toBe(master);
    expect(findMaster(master, all)).toBeNull();
    expect(findReplica(master, { host: 'localhost', port: 2 }, all)).toBe(replica);
    expect(sameAddress({ host: 'LOCALHOST', port: 1 }, { host: '::1', port: 1 })).toBe(true);
    expect(sameAddress({ host: 'a', port: 1 }, { host: 'b', port: 1 })).toBe(false);
  });

  it('finds a master behind another address by its history and its list of replicas', () => {
    const behindNat = sceneMember({
      name: 'nat',
      port: 1,
      host: '10.0.0.9',
      reading: {
        replicas: [{ address: { host: '172.17.0.2', port: 7 }, state: 'online', offset: 0, ackAgeSeconds: 0 }],
      },
    });
    const inside = sceneMember({
      name: 'in',
      port: 7,
      host: '10.0.0.9',
      reading: { link: sceneLink(1, { masterAddress: { host: '172.17.0.1', port: 1 } }) },
    });
    expect(findMaster(inside, [behindNat, inside])).toBe(behindNat);
    expect(findReplica(behindNat, { host: '172.17.0.2', port: 7 }, [behindNat, inside])).toBe(inside);
  });

  it('never takes a second connection to the same server for its master', () => {
    const again = sceneMember({ name: 'again', port: 1, reading: { runId: 'run-9', link: sceneLink(1) } });
    const twin = sceneMember({ name: 'twin', port: 1, reading: { runId: 'run-9' } });
    expect(findMaster(again, [again, twin])).toBeNull();
  });

  it('walks chains up and down', () => {
    expect(ancestors(below, all)).toEqual([replica, master]);
    expect(descendants(master, all)).toEqual([replica, below]);
    expect(descendants(stranger, all)).toEqual([]);
  });

  it('sees that a node would become its own ancestor', () => {
    expect(wouldCycle(master, below, all)).toBe(true);
    expect(wouldCycle(master, master, all)).toBe(true);
    expect(wouldCycle(below, master, all)).toBe(false);
    expect(wouldCycle(master, stranger, all)).toBe(false);
  });

  it('ends its walk where two nodes already follow each other', () => {
    const one = sceneMember({ name: 'one', port: 11, reading: { link: sceneLink(12) } });
    const other = sceneMember({ name: 'other', port: 12, reading: { link: sceneLink(11) } });
    expect(ancestors(one, [one, other])).toEqual([other]);
  });
});
