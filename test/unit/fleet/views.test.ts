// What a screen is shown of a node.
import { describe, expect, it } from 'vitest';
import { toNodeView, toPhase, toSeriesPoint } from '#core/fleet/views.ts';
import { historyB, sceneLink, sceneMember, sceneNowMs, sceneReading } from './scene.ts';

describe('the view of a replica', () => {
  it('has its lag in bytes and in seconds, from its master', () => {
    const master = sceneMember({ name: 'm', port: 1, reading: { atMs: sceneNowMs - 1000, offset: 100 } });
    master.take(sceneReading(1, { offset: 300 }));
    const replica = sceneMember({
      name: 'r',
      port: 2,
      reading: { link: sceneLink(1, { offset: 200, readOffset: 250 }) },
    });
    const { link } = toNodeView(replica, [master, replica]);
    expect(link).toMatchObject({
      masterId: 'id-m',
      phase: 'streaming',
      lagBytes: 100,
      lagSeconds: 0.5,
      unappliedBytes: 50,
      reason: null,
    });
  });

  it('does not hide a negative lag: it is skew of sampling', () => {
    const master = sceneMember({ name: 'm', port: 1 });
    const replica = sceneMember({ name: 'r', port: 2, reading: { link: sceneLink(1, { offset: 310 }) } });
    expect(toNodeView(replica, [master, replica]).link?.lagBytes).toBe(-10);
  });

  it('has no lag against a master that was last read long before it', () => {
    const master = sceneMember({ name: 'm', port: 1, reading: { atMs: sceneNowMs - 6000 } });
    const replica = sceneMember({ name: 'r', port: 2, reading: { link: sceneLink(1) } });
    expect(toNodeView(replica, [master, replica]).link).toMatchObject({ lagBytes: null, lagSeconds: null });
  });

  it('has no lag while master and replica are on different histories, or the master is unknown', () => {
    const master = sceneMember({ name: 'm', port: 1, reading: { replicationId: historyB, offset: 9999 } });
    const replica = sceneMember({ name: 'r', port: 2, reading: { link: sceneLink(1) } });
    expect(toNodeView(replica, [master, replica]).link).toMatchObject({ lagBytes: null, lagSeconds: null });
    expect(toNodeView(replica, [replica]).link).toMatchObject({ masterId: null, lagBytes: null });
  });

  it('says that its master does not run, where that is why it waits', () => {
    const master = sceneMember({ name: 'm', port: 1, lifecycle: { kind: 'stopped' } });
    const link = sceneLink(1, { up: false, roleState: 'connect', downSinceSeconds: 4 });
    const replica = sceneMember({ name: 'r', port: 2, reading: { link } });
    expect(toNodeView(replica, [master, replica]).link).toMatchObject({
      phase: 'connect',
      downSinceMs: sceneNowMs - 4000,
      reason: { code: 'linkMasterNotRunning', params: { master: 'm' } },
    });
  });

  it('tells the failed tries in a row and the step of the one that runs', () => {
    const reason = { code: 'linkConnectionRefused', params: { host: 'h', port: 1 } } as const;
    const trace = { startedAtMs: 0, masterAddress: { host: 'h', port: 1 }, steps: [] };
    const replica = sceneMember({
      name: 'r',
      port: 2,
      reading: { link: sceneLink(1, { up: false, roleState: 'handshake' }) },
      syncs: [
        {
          ...trace,
          outcome: 'running',
          reason: null,
          steps: [{ atMs: 1, direction: 'out', text: 'PING', durationMs: null }],
        },
        { ...trace, outcome: 'failed', reason },
        { ...trace, outcome: 'partial', reason: null },
      ],
    });
    expect(toNodeView(replica, [replica]).link).toMatchObject({
      phase: 'handshake',
      detail: 'PING',
      retries: 2,
      reason,
    });
  });
});

describe('the phase of a link', () => {
  it.each([
    ['streaming', { up: true }, {}],
    ['waiting', { up: false, syncInProgress: true }, {}],
    ['waiting', { up: false, roleState: 'handshake' }, {}, 'wait_bgsave'],
    ['transfer', { up: false, syncInProgress: true, syncReadBytes: 5, isTransferring: true }, {}],
    ['loading', { up: false, syncInProgress: true }, { loading: true }],
    ['connect', { up: false, roleState: 'connect' }, {}],
    ['connecting', { up: false, roleState: 'connecting' }, {}],
    ['handshake', { up: false, roleState: 'handshake' }, {}],
    ['down', { up: false, roleState: 'unknown' }, {}],
  ] as const)('is %s', (phase, link, reading, attached?: string) => {
    const whole = sceneLink(1, link);
    expect(toPhase(sceneReading(2, { link: whole, ...reading }), whole, attached ?? null)).toBe(phase);
  });
});

describe('the view of a master', () => {
  it('has the reach of its backlog at the present write rate, and none while nothing is written', () => {
    const busy = sceneMember({ name: 'm', port: 1, reading: { atMs: sceneNowMs - 2000, offset: 100 } });
    expect(toNodeView(busy, [busy]).backlog?.reachSeconds).toBeNull();
    busy.take(sceneReading(1, { offset: 300 }));
    const view = toNodeView(busy, [busy]);
    expect(view).toMatchObject({ writeBytesPerSecond: 100, backlog: { histlenBytes: 200, reachSeconds: 10_485.76 } });
    expect(toSeriesPoint(view, 7)).toEqual({
      atMs: 7,
      offset: 300,
      lagBytes: null,
      reachSeconds: 10_485.76,
      writeBytesPerSecond: 100,
      lagSeconds: null,
      unappliedBytes: null,
      dataAgeMs: null,
      outputBufferBytes: null,
      syncs: { full: 0, partialOk: 0, partialErr: 0 },
    });
  });

  it('names the attached replicas that it knows, and shows the others by their address', () => {
    const replicas = [2, 9].map((port) => ({
      address: { host: '127.0.0.1', port },
      state: 'online',
      offset: 290,
      ackAgeSeconds: 1,
    }));
    const master = sceneMember({ name: 'm', port: 1, reading: { replicas } });
    const replica = sceneMember({ name: 'r', port: 2, reading: { link: sceneLink(1) } });
    expect(toNodeView(master, [master, replica]).replicas).toEqual([
      { ...replicas[0], nodeId: 'id-r', lagBytes: 10, outputBuffer: null },
      { ...replicas[1], nodeId: null, lagBytes: 10, outputBuffer: null },
    ]);
  });

  it('forgets role and offsets with the process of a stopped embedded node', () => {
    const stopped = sceneMember({ name: 'm', port: 1, lifecycle: { kind: 'stopped' } });
    expect(toNodeView(stopped, [stopped])).toMatchObject({ role: 'unknown', offset: null, backlog: null, info: [] });
  });

  it('keeps what a real server told last while it cannot be reached', () => {
    const failure = { code: 'connectionRefused', params: {}, retryable: true } as const;
    const lifecycle = { kind: 'unreachable', attempt: 1, sinceMs: 0, failure } as const;
    const away = sceneMember({ name: 'm', port: 1, kind: 'remote', lifecycle });
    expect(toNodeView(away, [away])).toMatchObject({ role: 'master', offset: 300, observedAtMs: sceneNowMs });
  });
});
