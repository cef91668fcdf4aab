// What Sentinels say, and what is no word of theirs.
import { describe, expect, it } from 'vitest';
import { parseHello, parseSentinelMasters, parseSentinelPeers, parseSentinelReplicas } from '#core/remote/sentinel.ts';

const entry = (fields: Record<string, string>) => Object.entries(fields).flat();

describe('a Sentinel', () => {
  it('tells its masters with their state and quorum', () => {
    const master = {
      name: 'shop',
      ip: '10.0.0.1',
      port: '6379',
      runid: 'a1',
      flags: 's_down,o_down,master',
      'num-other-sentinels': '2',
      quorum: '2',
    };
    expect(parseSentinelMasters([entry(master)])).toEqual([
      {
        name: 'shop',
        address: { host: '10.0.0.1', port: 6379 },
        runId: 'a1',
        isSubjectivelyDown: true,
        isObjectivelyDown: true,
        quorum: 2,
        otherSentinels: 2,
      },
    ]);
  });

  it('tells replicas, with the master that each follows where it knows', () => {
    const replica = {
      ip: '10.0.0.2',
      port: '6379',
      runid: 'b2',
      flags: 'slave',
      'master-host': '10.0.0.1',
      'master-port': '6379',
    };
    const lost = {
      ip: '10.0.0.3',
      port: '6379',
      runid: '',
      flags: 's_down,slave,disconnected',
      'master-host': '?',
      'master-port': '0',
    };
    expect(parseSentinelReplicas([entry(replica), entry(lost)])).toEqual([
      {
        address: { host: '10.0.0.2', port: 6379 },
        runId: 'b2',
        isDown: false,
        masterAddress: { host: '10.0.0.1', port: 6379 },
      },
      { address: { host: '10.0.0.3', port: 6379 }, runId: '', isDown: true, masterAddress: null },
    ]);
  });

  it('tells its peers', () => {
    expect(parseSentinelPeers([entry({ ip: '10.0.0.9', port: '26379', runid: 'c3', flags: 'sentinel' })])).toEqual([
      { address: { host: '10.0.0.9', port: 26379 }, runId: 'c3', isDown: false },
    ]);
  });

  it('is no Sentinel where it answers something else', () => {
    expect(parseSentinelMasters({ error: 'ERR unknown command' })).toBeNull();
    expect(parseSentinelMasters('OK')).toBeNull();
    expect(parseSentinelReplicas(null)).toEqual([]);
    expect(parseSentinelPeers(['x', 7])).toEqual([]);
  });
});

describe('a hello', () => {
  it('names the Sentinel and its master', () => {
    expect(parseHello('10.0.0.9,26379,c3,0,shop,10.0.0.1,6379,0')).toEqual({
      address: { host: '10.0.0.9', port: 26379 },
      runId: 'c3',
      masterName: 'shop',
      masterAddress: { host: '10.0.0.1', port: 6379 },
    });
  });

  it.each(['', 'hello', 'a,b,c', ',,,,,,,'])('is not %j', (text) => {
    expect(parseHello(text)).toBeNull();
  });
});
