// The shards of a cluster by CLUSTER SHARDS and by CLUSTER NODES: the same answer from either.
import { describe, expect, it } from 'vitest';
import { parseClusterNodes, parseShards } from '#core/remote/cluster.ts';

const a = 'a'.repeat(40);
const b = 'b'.repeat(40);
const c = 'c'.repeat(40);
const fields = (map: Record<string, string | number>) => Object.entries(map).flat();

describe('the shards of a cluster', () => {
  it('come with their slots, nodes and health', () => {
    const reply = [
      [
        'slots',
        [0, 5460, 9000, 9000],
        'nodes',
        [
          fields({
            id: a,
            port: 7000,
            ip: '10.0.0.1',
            endpoint: '10.0.0.1',
            role: 'master',
            'replication-offset': 1,
            health: 'online',
          }),
          fields({
            id: b,
            port: 7001,
            ip: '10.0.0.2',
            endpoint: '?',
            role: 'replica',
            'replication-offset': 1,
            health: 'failed',
          }),
        ],
      ],
    ];
    expect(parseShards(reply)).toEqual([
      {
        masterId: a,
        slots: '0-5460 9000',
        nodes: [
          { id: a, address: { host: '10.0.0.1', port: 7000 }, role: 'master', isHealthy: true },
          { id: b, address: { host: '10.0.0.2', port: 7001 }, role: 'replica', isHealthy: false },
        ],
      },
    ]);
  });

  it('come from CLUSTER NODES on servers before 7.0', () => {
    const text = [
      `${a} 10.0.0.1:7000@17000 myself,master - 0 0 1 connected 0-5460 [93-<-${b}]`,
      `${b} 10.0.0.2:7001@17001,db-b slave ${a} 0 0 1 disconnected`,
      `${c} :0@0 master,noaddr - 0 0 2 disconnected 5461-16383`,
      'nonsense',
    ].join('\n');
    expect(parseClusterNodes(text)).toEqual([
      {
        masterId: a,
        slots: '0-5460',
        nodes: [
          { id: a, address: { host: '10.0.0.1', port: 7000 }, role: 'master', isHealthy: true },
          { id: b, address: { host: 'db-b', port: 7001 }, role: 'replica', isHealthy: false },
        ],
      },
      {
        masterId: c,
        slots: '5461-16383',
        nodes: [{ id: c, address: { host: '', port: 0 }, role: 'master', isHealthy: false }],
      },
    ]);
  });

  it('are not known from an error or nonsense', () => {
    expect(parseShards({ error: 'ERR' })).toBeNull();
    expect(parseShards([7, ['slots'], ['nodes', 'x']])).toEqual(
      expect.arrayContaining([{ masterId: null, slots: '', nodes: [] }]),
    );
    expect(parseClusterNodes({ error: 'ERR' })).toBeNull();
  });
});
