// Stories of a master: replicas that come, wait, sync, stream, lag and go.
import { describe, expect, it } from 'vitest';
import { waitFor } from '../../../support/wait-for.ts';
import { scene } from './scene.ts';

const select0 = '*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n';
const never = { id: '?', byte: -1 };

/** A master with one replica online. */
function withReplica() {
  const stage = scene();
  stage.replication.start(null);
  const replica = stage.attach(never);
  stage.host.finishSnapshot();
  stage.replication.replicas.acknowledge(replica.peer, 0);
  replica.taken();
  return { ...stage, replica };
}

describe('a master', () => {
  it('gives a first replica a snapshot with the mark around it, and the stream after its first ACK', () => {
    const { attach, host, replication, write, logged } = scene();
    replication.start(null);
    const before = replication.stream.history.id;
    const { taken, peer } = attach(never);
    const { id } = replication.stream.history;
    expect(id).not.toBe(before);
    expect(peer.isReplica).toBe(true);
    const [, mark] = /^\+FULLRESYNC [0-9a-f]{40} 0\r\n\$EOF:([0-9a-f]{40})\r\n$/.exec(taken()) ?? [];
    write('during');
    host.finishSnapshot();
    expect(taken()).toBe(`snapshot${mark}`);
    write('-after');
    expect(taken()).toBe('');
    replication.replicas.acknowledge(peer, 0);
    expect(taken()).toBe(`${select0}during-after`);
    expect(logged).toEqual([
      'n Replica 10.0.0.2:7001 asks for synchronization',
      'n Full resync requested by replica 10.0.0.2:7001',
      `n Replication backlog created, my new replication IDs are '${id}' and '${'0'.repeat(40)}'`,
      'n Starting BGSAVE for SYNC with target: replicas sockets',
      'w Diskless rdb transfer, done reading from pipe, 1 replicas still up.',
      'n Background RDB transfer terminated with success',
      'n Streamed RDB transfer with replica 10.0.0.2:7001 succeeded (socket). Waiting for REPLCONF ACK from slave to enable streaming',
      'n Synchronization with replica 10.0.0.2:7001 succeeded',
    ]);
  });

  it('continues for a replica that was away, with exactly what it lacks', () => {
    const { attach, replication, replica, write } = withReplica();
    write('one');
    const { id, offset } = replication.stream.history;
    replica.peer.connection.cut();
    write('two');
    const back = attach({ id, byte: offset + 1 });
    expect(back.taken()).toBe(`+CONTINUE ${id}\r\ntwo`);
    expect(replication.replicas.counters).toEqual({ full: 1, partialOk: 1, partialErr: 0 });
    write('three');
    expect(back.taken()).toBe('three');
  });

  it('counts a refused request, and not one that asked for everything', () => {
    const { attach, replication, host } = withReplica();
    attach({ id: 'f'.repeat(40), byte: 5 });
    host.finishSnapshot();
    attach(never);
    expect(replication.replicas.counters).toEqual({ full: 3, partialOk: 0, partialErr: 1 });
  });

  it('serves all who wait with one snapshot after the delay, and wakes them meanwhile', () => {
    const { attach, host, time, settings, replication } = scene();
    settings.disklessSyncDelaySeconds = 5;
    replication.start(null);
    const first = attach(never, 7001);
    time.advance(3000);
    const second = attach(never, 7002);
    expect(first.taken()).toBe('\n\n\n');
    expect(host.snapshots).toHaveLength(0);
    time.advance(2000);
    expect(host.snapshots).toHaveLength(1);
    for (const { taken } of [first, second]) expect(taken()).toMatch(/^\n+\+FULLRESYNC [0-9a-f]{40} 0\r\n\$EOF:/);
    host.finishSnapshot();
    for (const { taken } of [first, second]) expect(taken()).toMatch(/^snapshot[0-9a-f]{40}$/);
  });

  it('starts at once when as many wait as the setting wants', () => {
    const { attach, host, time, settings, replication } = scene();
    Object.assign(settings, { disklessSyncDelaySeconds: 500, disklessSyncMaxReplicas: 2 });
    replication.start(null);
    attach(never, 7001);
    time.advance(1000);
    expect(host.snapshots).toHaveLength(0);
    attach(never, 7002);
    time.advance(1000);
    expect(host.snapshots).toHaveLength(1);
  });

  it('lets a replica that comes during a streamed snapshot wait for the next', () => {
    const { attach, host, time, replication, logged } = scene();
    replication.start(null);
    attach(never, 7001);
    const late = attach(never, 7002);
    expect(logged).toContain('n Current BGSAVE has socket target. Waiting for next BGSAVE for SYNC');
    expect(late.taken()).toBe('');
    host.finishSnapshot();
    time.advance(1000);
    expect(host.snapshots).toHaveLength(2);
    expect(late.taken()).toMatch(/FULLRESYNC/);
  });

  it('waits for a save that is running', () => {
    const { attach, host, time, replication, logged } = scene();
    replication.start(null);
    host.snapshotRunning = true;
    attach(never);
    time.advance(2000);
    expect(host.snapshots).toHaveLength(0);
    host.snapshotRunning = false;
    time.advance(1000);
    expect(host.snapshots).toHaveLength(1);
    expect(logged).toContain(
      'n No BGSAVE in progress, but another BG operation is active. BGSAVE for replication delayed',
    );
  });

  it('counts the bytes of a snapshot for a replica that cannot see a mark, and shares the file', async () => {
    const { attach, host, files, replication, write } = scene();
    replication.start(null);
    const old = attach(never, 7001, false);
    expect(old.taken()).toMatch(/^\+FULLRESYNC [0-9a-f]{40} 0\r\n$/);
    write('during');
    const joined = attach(never, 7002, false);
    expect(host.snapshots).toHaveLength(1);
    expect(joined.taken()).toMatch(/^\+FULLRESYNC [0-9a-f]{40} 0\r\n$/);
    host.finishSnapshot();
    const online = () => replication.replicas.replicas.every(({ state }) => state.kind === 'online');
    await waitFor('both replicas to be online', online);
    for (const { taken } of [old, joined]) expect(taken()).toBe(`$8\r\nsnapshot${select0}during`);
    await waitFor('the spool to be removed', () => files.contents.size === 0);
  });

  it('goes on with the others when one leaves in the middle of a snapshot, and gives up when all have', () => {
    const { attach, host, time, settings, replication } = scene();
    settings.disklessSyncDelaySeconds = 1;
    replication.start(null);
    const one = attach(never, 7001);
    const other = attach(never, 7002);
    time.advance(1000);
    one.peer.connection.cut('ECONNRESET');
    expect(host.abortedSnapshots).toBe(0);
    other.peer.connection.cut('ECONNRESET');
    expect(host.abortedSnapshots).toBe(1);
    attach(never, 7003);
    time.advance(1000);
    expect(host.snapshots).toHaveLength(2);
  });

  it('is slowed by the slowest replica of a snapshot, until it leaves', () => {
    const { attach, host, time, settings, replication } = scene();
    settings.disklessSyncDelaySeconds = 1;
    replication.start(null);
    const fast = attach(never, 7001);
    const slow = attach(never, 7002);
    time.advance(1000);
    slow.peer.connection.isFull = true;
    expect(host.lastSnapshot.sink.write(Buffer.from('snap'))).toBe(false);
    let drained = 0;
    host.lastSnapshot.sink.onDrain = () => void drained++;
    slow.peer.connection.cut();
    expect(drained).toBe(1);
    host.finishSnapshot('shot');
    expect(fast.taken()).toMatch(/snapshot[0-9a-f]{40}$/);
  });

  it('drops its replicas when the snapshot fails', () => {
    const { attach, host, replication, logged } = scene();
    replication.start(null);
    const { peer } = attach(never);
    host.lastSnapshot.onEnd(new Error('flushed'));
    expect(peer.connection.closed).toBe(true);
    expect(replication.replicas.size).toBe(0);
    expect(logged).toContain('w SYNC failed. flushed');
  });

  it('holds the stream for a replica that does not read, and sends it in order later', () => {
    const { replica, write } = withReplica();
    replica.peer.connection.isFull = true;
    write('one');
    write('two');
    expect(replica.taken()).toBe(`${select0}one`);
    replica.peer.connection.drain();
    expect(replica.taken()).toBe('two');
  });

  it.each([true, false])(
    'lets packets to its replicas wait for company as repl-disable-tcp-nodelay says: %s',
    (joins) => {
      const { replication, settings, attach } = scene();
      settings.joinsPackets = joins;
      replication.start(null);
      expect(attach(null).peer.connection.noDelay).toBe(!joins);
    },
  );

  it('lets a replica go that exceeds the hard limit, or the soft one for too long', () => {
    const { replica, write, settings, time } = withReplica();
    Object.assign(settings, {
      backlogSizeBytes: 1,
      replicaOutputLimit: { hardBytes: 1000, softBytes: 100, softSeconds: 3 },
    });
    replica.peer.connection.isFull = true;
    write('x'.repeat(200));
    time.advance(3000);
    expect(replica.peer.connection.closed).toBe(false);
    time.advance(2000);
    expect(replica.peer.connection.closed).toBe(true);
  });

  it('pings in the stream, and lets a replica go that does not answer', () => {
    const { replica, time, logged, replication } = withReplica();
    time.advance(10_000);
    expect(replica.taken()).toContain('*1\r\n$4\r\nPING\r\n');
    replication.replicas.acknowledge(replica.peer, replication.stream.offset);
    time.advance(60_000);
    expect(replica.peer.connection.closed).toBe(false);
    time.advance(2000);
    expect(logged).toContain('w Disconnecting timedout replica (streaming sync): 10.0.0.2:7001');
    expect(replica.peer.connection.closed).toBe(true);
  });

  it('lets the backlog go when nobody came for its time, with a new id', () => {
    const { replica, time, replication, logged } = withReplica();
    const { id } = replication.stream.history;
    replica.peer.connection.cut();
    time.advance(3602 * 1000);
    expect(replication.stream.window).toBeNull();
    expect(replication.stream.history).toMatchObject({ id: expect.not.stringContaining(id), previous: null });
    expect(logged).toContain('n Replication backlog freed after 3600 seconds without connected replicas.');
  });

  it('answers WAIT when enough replicas have acknowledged, or when the time is up', () => {
    const { replica, replication, write, time } = withReplica();
    write('x');
    const answers: number[] = [];
    const waiting = { done: (count: number) => void answers.push(count), dropped: () => {}, refused: () => {} };
    replication.waitForReplicas(1, 0, {}, waiting);
    time.settle();
    expect(replica.taken()).toMatch(/GETACK/);
    replication.replicas.acknowledge(replica.peer, 1);
    expect(answers).toEqual([]);
    replication.replicas.acknowledge(replica.peer, replication.stream.offset);
    expect(answers).toEqual([1]);
    write('y');
    replication.waitForReplicas(2, 500, {}, waiting);
    time.advance(500);
    expect(answers).toEqual([1, 0]);
  });

  it('counts nobody for WAIT who has not said a word yet, though nothing was written', () => {
    const { attach, replica, replication } = withReplica();
    replica.peer.connection.cut();
    const { peer } = attach({ id: replication.stream.history.id, byte: 1 });
    expect(replication.countAcks()).toBe(0);
    replication.replicas.acknowledge(peer, 0);
    expect(replication.countAcks()).toBe(1);
  });

  it('shuts the gate for writes while too few replicas are good', () => {
    const { replica, replication, host, settings, time } = withReplica();
    settings.minReplicasToWrite = 1;
    time.advance(1000);
    expect(host.gates.has('tooFewReplicas')).toBe(false);
    time.advance(11_000);
    expect(host.gates.has('tooFewReplicas')).toBe(true);
    replication.replicas.acknowledge(replica.peer, 0);
    expect(host.gates.has('tooFewReplicas')).toBe(false);
  });

  it('leaves nothing behind at its end', () => {
    const { replication, time, replica } = withReplica();
    replication.waitForReplicas(3, 10_000, {}, { done: () => {}, dropped: () => {}, refused: () => {} });
    replication.dispose();
    expect(replica.peer.connection.closed).toBe(true);
    expect(time.waiting).toBe(0);
  });
});
