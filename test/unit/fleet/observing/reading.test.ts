// What INFO and ROLE of real servers become.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { toReading } from '#core/fleet/observing/reading.ts';
import { InfoText } from '#core/remote/info.ts';

const time = { atMs: 5, monotonicMs: 7 };
const read = (name: string) => new InfoText(readFileSync(`test/fixtures/info/${name}.txt`, 'utf8'));

describe('a reading', () => {
  it('of a real master has its history, backlog and attached replica', () => {
    const reading = toReading(read('redis-7.0.15-master'), null, time);
    expect(reading).toMatchObject({
      atMs: 5,
      server: { family: 'redis', version: '7.0.15', mode: 'standalone' },
      role: 'master',
      port: 7901,
      secondReplicationId: null,
      offset: 87904,
      backlog: { active: true, sizeBytes: 1_048_576, firstByte: 1, histlenBytes: 87904 },
      link: null,
      replicas: [{ address: { host: '127.0.0.1', port: 7902 }, state: 'online', offset: 87904, ackAgeSeconds: 1 }],
    });
    expect(reading.runId).toMatch(/^[0-9a-f]{40}$/);
    expect(reading.fields[0]).toEqual({ name: 'role', value: 'master' });
  });

  it('of a real replica has its link, with the state word of ROLE', () => {
    const role = { kind: 'replica', host: '127.0.0.1', port: 7901, state: 'connected', offset: 87904 } as const;
    expect(toReading(read('redis-7.0.15-replica'), role, time)).toMatchObject({
      role: 'replica',
      link: {
        masterAddress: { host: '127.0.0.1', port: 7901 },
        up: true,
        downSinceSeconds: null,
        offset: 87904,
        readOffset: 87904,
        roleState: 'connected',
      },
    });
  });

  it('takes -1 seconds of a link that never was up for unknown', () => {
    const info = new InfoText('# Replication\r\nrole:slave\r\nmaster_host:h\r\nmaster_link_down_since_seconds:-1\r\n');
    expect(toReading(info, null, time).link?.downSinceSeconds).toBeNull();
  });

  it('of a replica before 6.2 takes the seconds since 1970 for unknown, and tells a transfer by what is left', () => {
    const link = (...lines: string[]) =>
      toReading(new InfoText(['# Replication', 'role:slave', 'master_host:h', ...lines].join('\r\n')), null, time).link;
    expect(link('master_link_down_since_seconds:1795340525')?.downSinceSeconds).toBeNull();
    const left = (bytes: number) => link('master_sync_in_progress:1', `master_sync_left_bytes:${bytes}`);
    expect(left(-1)).toMatchObject({ isTransferring: false, syncReadBytes: 0 });
    expect(left(-16_342)).toMatchObject({ isTransferring: true, syncReadBytes: 16_342 });
    expect(left(5000)).toMatchObject({ isTransferring: true, syncReadBytes: 0, syncTotalBytes: 0 });
  });

  it('takes the two connections of one sync for one replica, and says which carries the writes', () => {
    const replicas = (...lines: string[]) =>
      toReading(new InfoText(['# Replication', 'role:master', ...lines].join('\r\n')), null, time).replicas.map(
        ({ address, state, channel }) => [address.port, state, channel],
      );
    const snapshot = 'slave0:ip=127.0.0.1,port=7191,state=wait_bgsave,offset=0,lag=0,type=rdb-channel';
    expect(replicas(snapshot)).toEqual([[7191, 'wait_bgsave', 'snapshot']]);
    expect(
      replicas(
        snapshot,
        'slave1:ip=127.0.0.1,port=7191,state=bg_transfer,offset=0,lag=0,type=main-channel',
        'slave2:ip=127.0.0.1,port=7192,state=online,offset=9,lag=0,type=replica',
      ),
    ).toEqual([
      [7191, 'bg_transfer', 'stream'],
      [7192, 'online', undefined],
    ]);
    expect(replicas('slave0:ip=127.0.0.1,port=7190,state=send_bulk_and_stream,offset=0,lag=0')).toEqual([
      [7190, 'send_bulk_and_stream', 'stream'],
    ]);
  });

  it('adds up the keys of all databases', () => {
    const info = new InfoText('# Keyspace\r\ndb0:keys=3,expires=0\r\ndb15:keys=4,expires=1\r\n');
    expect(toReading(info, null, time).keys).toBe(7);
  });

  it('knows Valkey and Syncline by their own version fields', () => {
    const family = (text: string) => toReading(new InfoText(text), null, time).server;
    expect(family('redis_version:7.2.4\r\nvalkey_version:8.1.0\r\n')).toMatchObject({
      family: 'valkey',
      version: '8.1.0',
    });
    expect(family('redis_version:7.0.15\r\nsyncline_version:0.1.0\r\n').family).toBe('syncline');
  });

  it('of a server that answers nonsense is of unknown role, and nothing throws', () => {
    expect(toReading(new InfoText('hello'), null, time)).toMatchObject({
      role: 'unknown',
      runId: '',
      link: null,
      keys: 0,
    });
  });
});
