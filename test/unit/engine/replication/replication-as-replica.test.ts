// Stories of a replica: how it comes to its master, what it keeps when that fails, and what becomes of it after.
import { describe, expect, it } from 'vitest';
import type { MemoryConnection } from '../../../support/memory-wire.ts';
import { scene } from './scene.ts';

const id = '4'.repeat(40);
const other = '5'.repeat(40);
const master = { host: 'm', port: 7000 };
const mark = 'e'.repeat(40);
const ack = (offset: number) => `*3\r\n$8\r\nREPLCONF\r\n$3\r\nACK\r\n$${String(offset).length}\r\n${offset}\r\n`;

/** Answers the handshake up to PSYNC; answers what PSYNC asked. */
function shakeHands(connection: MemoryConnection): string {
  connection.say('+PONG\r\n');
  connection.say('+OK\r\n+OK\r\n');
  return /PSYNC\r\n\$\d+\r\n(\S+)\r\n\$\d+\r\n(\S+)\r\n$/.exec(connection.taken())?.slice(1).join(' ') ?? 'nothing';
}

/** A replica that holds `snapshot` of history `id` at 500, and streams. */
function streaming(configure: (settings: ReturnType<typeof scene>['settings']) => void = () => {}) {
  const stage = scene();
  configure(stage.settings);
  stage.replication.start(null);
  stage.replication.replicaOf(master, 'me');
  const connection = stage.transport.last.open();
  shakeHands(connection);
  connection.say(`+FULLRESYNC ${id} 500\r\n$EOF:${mark}\r\nsnapshot${mark}`);
  connection.taken();
  return { ...stage, connection };
}

describe('a replica', () => {
  it('loads a snapshot beside its data, swaps it in, acknowledges and streams', () => {
    const { transport, replication, host, logged } = scene();
    host.data = 'mine';
    replication.start(null);
    const own = replication.stream.history.id;
    expect(replication.replicaOf(master, 'me')).toBe('attached');
    const connection = transport.last.open();
    expect(shakeHands(connection)).toBe(`${own} 1`);
    connection.say(`\n\n+FULLRESYNC ${id} 500\r\n`);
    connection.say(`\n$EOF:${mark}\r\nsnap`);
    expect(host.data).toBe('mine');
    expect(replication.link).toMatchObject({
      state: { kind: 'transfer', part: 'payload' },
      transfer: { readBytes: 4, totalBytes: null },
    });
    connection.say(`shot${mark}+stream`);
    expect(host.data).toBe('snapshot+stream');
    expect(host.target.databaseIndex).toBe(3);
    expect(connection.taken()).toBe(ack(500));
    expect(replication.stream.history).toEqual({ id, offset: 507, previous: null });
    expect(replication.link).toMatchObject({ state: { kind: 'connected' }, reason: null, retries: 0, transfer: null });
    expect(logged).toEqual([
      'n Before turning into a replica, using my own master parameters to synthesize a cached master: I may be able to synchronize with the new master with just a partial transfer.',
      'n Connecting to MASTER m:7000',
      'n MASTER <-> REPLICA sync started',
      "n REPLICAOF m:7000 enabled (user request from 'me')",
      'n Non blocking connect for SYNC fired the event.',
      'n Master replied to PING, replication can continue...',
      `n Trying a partial resynchronization (request ${own}:1).`,
      `n Full resync from master: ${id}:500`,
      'n MASTER <-> REPLICA sync: receiving streamed RDB from master with EOF to parser',
      'n MASTER <-> REPLICA sync: Loading DB in memory',
      'n Loading RDB produced by version 7.0.15',
      'n RDB age 0 seconds',
      'n RDB memory usage when created 1.00 Mb',
      'n Done loading RDB, keys loaded: 1, keys expired: 0.',
      'n Discarding previously cached master state.',
      'n MASTER <-> REPLICA sync: Swapping active DB with loaded DB',
      'n MASTER <-> REPLICA sync: Discarding old DB in background',
      'n MASTER <-> REPLICA sync: Finished with success',
    ]);
  });

  it('says nothing at once after a counted snapshot, as Redis does not', () => {
    const { transport, replication, host } = scene();
    replication.start(master);
    const connection = transport.last.open();
    expect(shakeHands(connection)).toBe('? -1');
    connection.say(`+FULLRESYNC ${id} 500\r\n$8\r\nsnapshotSTREAM`);
    expect(host.data).toBe('snapshotSTREAM');
    expect(connection.taken()).toBe('');
  });

  it('acknowledges each second, and when it is asked', () => {
    const { connection, time, replication } = streaming();
    time.advance(2000);
    expect(connection.taken()).toBe(ack(500) + ack(500));
    connection.say('0123456789');
    expect(connection.taken()).toBe('');
    replication.ackRequested();
    connection.say('abc');
    expect(connection.taken()).toBe(ack(513));
  });

  it('asks after a cut for the byte after the last that it applied, at once', () => {
    const { connection, transport, host, time, logged } = streaming();
    connection.say('+some');
    time.advance(5000);
    connection.cut('ECONNRESET');
    expect(transport.attempts).toHaveLength(2);
    expect(logged).toContain('w Connection with master lost.');
    expect(logged).toContain('n Reconnecting to MASTER m:7000');
    const again = transport.last.open();
    expect(shakeHands(again)).toBe(`${id} 506`);
    again.say(`+CONTINUE ${id}\r\n+more`);
    expect(host.data).toBe('snapshot+some+more');
  });

  it('keeps its data and its place when a snapshot breaks, and tries again after a second', () => {
    const { connection, transport, host, time, replication } = streaming();
    time.advance(5000);
    connection.cut();
    const broken = transport.last.open();
    shakeHands(broken);
    broken.say(`+FULLRESYNC ${other} 9000\r\n$8\r\nsna!`);
    expect(broken.closed).toBe(true);
    expect(host.data).toBe('snapshot');
    expect(replication.link?.reason).toEqual({
      code: 'linkSnapshotBroken',
      params: { host: 'm', port: 7000, reason: 'Bad data format' },
    });
    expect(transport.attempts).toHaveLength(2);
    time.advance(1000);
    expect(shakeHands(transport.last.open())).toBe(`${id} 501`);
  });

  it('keeps everything when the snapshot is cut off', () => {
    const { transport, host, replication, time } = scene();
    host.data = 'mine';
    replication.start(null);
    replication.replicaOf(master, 'me');
    const connection = transport.last.open();
    shakeHands(connection);
    time.advance(1500);
    connection.say(`+FULLRESYNC ${id} 500\r\n$8\r\nsnap`);
    connection.cut('ECONNRESET');
    expect(host.data).toBe('mine');
    expect(replication.link).toMatchObject({
      retries: 1,
      reason: { code: 'linkTransferFailed', params: { reason: 'Connection reset by peer' } },
    });
    expect(transport.attempts).toHaveLength(2);
  });

  it('tries for ever, once a second, and counts', () => {
    const { transport, replication, time } = scene();
    replication.start(null);
    replication.replicaOf(master, 'me');
    transport.last.fail('ECONNREFUSED');
    for (let second = 0; second < 100; second++) {
      time.advance(1000);
      transport.last.fail('ECONNREFUSED');
    }
    expect(transport.attempts).toHaveLength(101);
    expect(replication.link).toMatchObject({
      state: { kind: 'connect' },
      retries: 101,
      reason: { code: 'linkConnectionRefused', params: { host: 'm', port: 7000 } },
      downSinceMs: null,
    });
  });

  it('gives a silent master up after repl-timeout, in every phase', () => {
    const { transport, replication, time, settings } = scene();
    settings.timeoutSeconds = 5;
    replication.start(null);
    replication.replicaOf(master, 'me');
    const phases = ['', '+PONG\r\n', `+PONG\r\n+OK\r\n+OK\r\n+FULLRESYNC ${id} 500\r\n`];
    for (const phase of phases) {
      const connection = transport.last.open();
      if (phase !== '') connection.say(phase);
      time.advance(4000);
      expect(connection.closed).toBe(false);
      time.advance(3000);
      expect(connection.closed).toBe(true);
      expect(replication.link?.reason?.code).toBe('linkTimedOut');
    }
  });

  it('wakes its master while it receives, and reads no more than its share in a turn', () => {
    const { transport, replication, time, connection } = streaming();
    connection.say('x'.repeat(300_000));
    expect(connection.paused).toBe(true);
    time.settle();
    expect(connection.paused).toBe(false);
    replication.killLink();
    time.advance(1000);
    const again = transport.last.open();
    shakeHands(again);
    again.say(`+FULLRESYNC ${id} 500\r\n$8\r\nsn`);
    time.advance(1000);
    expect(again.taken()).toBe('\n');
  });

  it('drops a stream that it cannot understand, and asks for everything then', () => {
    const { connection, transport, time } = streaming();
    time.advance(2000);
    connection.say('corrupt');
    expect(connection.closed).toBe(true);
    expect(shakeHands(transport.last.open())).toBe('? -1');
  });

  it('refuses a peer that talks without end', () => {
    const { transport, replication } = scene();
    replication.start(master);
    const connection = transport.last.open();
    connection.say('x'.repeat(5000));
    expect(connection.closed).toBe(true);
    expect(replication.link?.reason?.code).toBe('linkNotRedis');
  });

  it('does nothing when it is told to follow whom it follows', () => {
    const { replication, connection, transport } = streaming();
    expect(replication.replicaOf({ host: 'M', port: 7000 }, 'me')).toBe('already');
    expect(connection.closed).toBe(false);
    expect(transport.attempts).toHaveLength(1);
  });

  it('asks a new master by the history of the former', () => {
    const { replication, connection, transport, logged } = streaming();
    replication.replicaOf({ host: 'n', port: 7009 }, 'me');
    expect(connection.closed).toBe(true);
    expect(logged).toContain('n Caching the disconnected master state.');
    expect(transport.last.endpoint).toEqual({ host: 'n', port: 7009 });
    expect(shakeHands(transport.last.open())).toBe(`${id} 501`);
  });

  it('shuts the gates of a replica, and opens them at its promotion', () => {
    const { replication, host, connection, settings } = streaming();
    expect([...host.gates]).toEqual(['readOnly']);
    settings.serveStaleData = false;
    connection.cut();
    expect([...host.gates].sort()).toEqual(['masterDown', 'readOnly']);
    replication.promote('me');
    expect([...host.gates]).toEqual([]);
    expect(host.roles).toEqual(['replica', 'master']);
  });
});

describe('a replica with repl-diskless-load disabled', () => {
  /** In the middle of a snapshot of 8 bytes; `untilFiles` lets the disk do its work. */
  function receiving() {
    const stage = scene();
    stage.settings.disklessLoad = 'disabled';
    stage.host.data = 'mine';
    stage.replication.start(null);
    stage.replication.replicaOf(master, 'me');
    const connection = stage.transport.last.open();
    shakeHands(connection);
    connection.say(`+FULLRESYNC ${id} 500\r\n$EOF:${mark}\r\nsnap`);
    const untilFiles = () => new Promise((resolve) => setImmediate(resolve));
    return { ...stage, connection, untilFiles };
  }

  it('receives all of the snapshot into a file, drops its data, and loads from there', async () => {
    const { connection, untilFiles, host, files, replication } = receiving();
    await untilFiles();
    expect(host.data).toBe('mine');
    connection.say(`shot${mark}`);
    expect(replication.link?.state).toEqual({ kind: 'transfer', part: 'loading' });
    expect(connection.paused).toBe(true);
    await untilFiles();
    expect(host.data).toBe('snapshot');
    expect(Object.fromEntries(files.contents)).toEqual({ 'dump.rdb': Buffer.from('snapshot') });
    expect(host.loads).toEqual([{ sizeBytes: 8, place: 'in-place', servesMeanwhile: false }]);
    connection.say('+stream');
    expect(host.data).toBe('snapshot+stream');
    expect(replication.stream.history).toEqual({ id, offset: 507, previous: null });
  });

  it('keeps its data when it is promoted before the end, and leaves no file', async () => {
    const { untilFiles, host, files, replication } = receiving();
    replication.promote('me');
    await untilFiles();
    expect(host.data).toBe('mine');
    expect([...files.contents.keys()]).toEqual([]);
  });

  it('is empty when it is promoted during the load, since its data went before', async () => {
    const { connection, untilFiles, host, settings, replication } = receiving();
    settings.loadDelay = 1_000_000;
    connection.say(`shot${mark}`);
    await untilFiles();
    replication.promote('me');
    expect([host.data, host.loadsEnded]).toEqual(['', 1]);
    expect(replication.stream.window).toBe(null);
  });

  it('says that the disk refuses, and keeps its data', async () => {
    const { connection, untilFiles, host, files, logged } = receiving();
    files.rename = () => Promise.reject(new Error('ENOSPC: no space left on device'));
    connection.say(`shot${mark}`);
    await untilFiles();
    expect(host.data).toBe('mine');
    expect(connection.closed).toBe(true);
    expect(logged).toContain(
      'w Write error or short write writing to the DB dump file needed for MASTER <-> REPLICA synchronization: ENOSPC: no space left on device',
    );
    expect([...files.contents.keys()]).toEqual([]);
  });
});

describe('a replica with replicas of its own', () => {
  it('hands on the very same bytes at the very same offsets', () => {
    const { connection, attach, replication, time, host } = streaming();
    connection.say('before');
    const below = attach({ id, byte: 501 });
    expect(below.taken()).toBe(`+CONTINUE ${id}\r\nbefore`);
    connection.say('-after');
    time.settle();
    expect(below.taken()).toBe('-after');
    const fresh = attach({ id: '?', byte: -1 }, 7002);
    expect(fresh.taken()).toMatch(new RegExp(`^\\+FULLRESYNC ${id} 512\r\n`));
    expect(host.lastSnapshot).toMatchObject({ historyId: id, offset: 512, streamDatabase: 3 });
    expect(replication.stream.offset).toBe(512);
  });

  it('has no stream to give while it has no master', () => {
    const { connection, attach } = streaming();
    connection.cut();
    const { refused, peer } = attach({ id, byte: 501 });
    expect(refused).toBe("NOMASTERLINK Can't SYNC while not connected with my master");
    expect(peer.isReplica).toBe(false);
  });

  it('sends them away at its promotion, and continues with them by the second id', () => {
    const { replication, attach, connection, logged } = streaming();
    const below = attach({ id, byte: 501 });
    connection.say('shared');
    replication.promote('me');
    expect(below.peer.connection.closed).toBe(true);
    const { history } = replication.stream;
    expect(history.previous).toEqual({ id, endByte: 507 });
    expect(logged).toContain(
      `w Setting secondary replication ID to ${id}, valid up to offset: 507. New replication ID is ${history.id}`,
    );
    expect(attach({ id, byte: 504 }).taken()).toBe(`+CONTINUE ${history.id}\r\nred`);
  });

  it('carries them over a change of id above', () => {
    const { replication, attach, connection, transport, time, logged } = streaming();
    const below = attach({ id, byte: 501 });
    time.advance(2000);
    connection.cut();
    const again = transport.last.open();
    shakeHands(again);
    again.say(`+CONTINUE ${other}\r\n`);
    expect(logged).toContain(`w Master replication ID changed to ${other}`);
    expect(below.peer.connection.closed).toBe(true);
    expect(replication.stream.history).toEqual({ id: other, offset: 500, previous: { id, endByte: 501 } });
    expect(attach({ id, byte: 501 }).taken()).toBe(`+CONTINUE ${other}\r\n`);
  });

  it('drops them when it loads another history', () => {
    const { attach, connection, transport, time, replication } = streaming();
    const below = attach({ id, byte: 501 });
    time.advance(2000);
    connection.cut();
    const again = transport.last.open();
    shakeHands(again);
    again.say(`+FULLRESYNC ${other} 900\r\n$8\r\n`);
    expect(below.peer.connection.closed).toBe(false);
    again.say('snapshot');
    expect(below.peer.connection.closed).toBe(true);
    expect(attach({ id, byte: 501 }).taken()).toMatch(/^\+FULLRESYNC/);
    expect(replication.replicas.counters.partialErr).toBe(1);
  });
});

describe('what a replica tells of its tries', () => {
  it('shows every message with its time, and no password', () => {
    const { replication, transport, time } = scene();
    const seen: string[] = [];
    replication.traces.changed.on(({ outcome }) => void seen.push(outcome));
    replication.start(null);
    replication.replicaOf(master, 'me');
    time.advance(30);
    const connection = transport.last.open();
    time.advance(5);
    shakeHands(connection);
    connection.say(`+FULLRESYNC ${id} 500\r\n$EOF:${mark}\r\n`);
    time.advance(70);
    connection.say(`snapshot${mark}`);
    const [trace] = replication.traces.all;
    expect(trace).toMatchObject({
      masterAddress: master,
      outcome: 'full',
      reason: { code: 'syncAnsweredFull', params: { master: 'm:7000', id, offset: 500 } },
    });
    expect(trace?.steps.map(({ atMs, direction, text, durationMs }) => [atMs, direction, text, durationMs])).toEqual([
      [0, 'note', 'connecting to m:7000', null],
      [30, 'note', 'connected', null],
      [30, 'out', 'PING', null],
      [35, 'in', '+PONG', 5],
      [35, 'out', 'REPLCONF listening-port 6379', null],
      [35, 'out', 'REPLCONF capa eof capa psync2', null],
      [35, 'in', '+OK', 0],
      [35, 'in', '+OK', 0],
      [35, 'out', expect.stringMatching(/^PSYNC [0-9a-f]{40} 1$/), null],
      [35, 'in', `+FULLRESYNC ${id} 500`, 0],
      [35, 'in', `$EOF:${mark}`, 0],
      [105, 'note', 'received 48 bytes and loaded 1 keys', 70],
    ]);
    expect(seen.at(-1)).toBe('full');
  });

  it('keeps one of a run of equal failures, and twenty tries in all', () => {
    const { replication, transport, time } = streaming();
    for (let round = 0; round < 30; round++) {
      replication.killLink();
      time.advance(1000);
      transport.last.fail('ECONNREFUSED');
      time.advance(1000);
      transport.last.fail('ECONNREFUSED');
      time.advance(1000);
      const connection = transport.last.open();
      shakeHands(connection);
      connection.say(`+CONTINUE ${id}\r\n`);
    }
    const outcomes = replication.traces.all.map(({ outcome }) => outcome);
    expect(outcomes).toHaveLength(20);
    expect(outcomes.slice(-4)).toEqual(['failed', 'partial', 'failed', 'partial']);
  });

  it('strikes the password out', () => {
    const { replication, transport } = streaming((settings) => {
      settings.masterAuth = 'top-secret';
    });
    expect(transport.attempts).toHaveLength(1);
    expect(JSON.stringify(replication.traces.all)).toContain('AUTH ***');
    expect(JSON.stringify(replication.traces.all)).not.toContain('top-secret');
  });
});
