// What those who are no replicas read of the stream: plain sockets that say SYNC, and redis-cli with --rdb and --replica.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { answer, logged, shown, tellBoth } from '../support/both-kinds.ts';
import { change, fill } from '../support/fill.ts';
import { openPlain } from '../support/plain-socket.ts';
import { expectSameData, readBack } from '../support/read-back.ts';
import { startRedis } from '../support/redis-server.ts';
import { info } from '../support/replication.ts';
import type { ServerProcess, ServerSettings } from '../support/server-process.ts';
import { startSyncline } from '../support/syncline-server.ts';
import { waitFor } from '../support/wait-for.ts';

const settings: ServerSettings = { 'repl-diskless-sync-delay': 0, 'repl-ping-replica-period': 1000 };
const sections = /^(?:\n*\$(\d+)\r\n|\n*\$EOF:(.{40})\r\n)/s;

/** What follows the snapshot; null until all of the snapshot is there. */
function afterSnapshot(received: string): { readonly kind: string; readonly stream: string } | null {
  const head = sections.exec(received);
  if (head === null) return null;
  const body = received.slice(head[0].length);
  if (head[1] !== undefined) {
    const length = Number(head[1]);
    return body.length < length ? null : { kind: 'length', stream: body.slice(length) };
  }
  const mark = head[2] ?? '';
  const at = body.indexOf(mark);
  return at < 0 ? null : { kind: 'mark', stream: body.slice(at + mark.length) };
}

async function writeOfEachKind(server: ServerProcess): Promise<void> {
  const client = server.client();
  const requests = [
    'SET a 1',
    'SET b 2 EX 100000',
    'RPUSH list x y',
    'HSET hash f v',
    'SADD set m',
    'ZADD z 1.5 m',
    'DEL a',
  ];
  for (const request of [
    ...requests,
    'DEL none',
    'GET b',
    'INCRBYFLOAT f 1.5',
    'SELECT 3',
    'SET c 3',
    'SELECT 0',
    'APPEND c d',
  ]) {
    await answer(client, ...request.split(' '));
  }
  await client.multi().set('t', '1').incr('n').exec();
}

describe('a plain socket', () => {
  it('that says SYNC reads a snapshot and then every command, as from Redis', async () => {
    const seen = await tellBoth(async (start) => {
      await using subject = await start({ settings });
      await subject.client().set('before', '1');
      using plain = await openPlain(subject);
      plain.say('SYNC\r\n');
      await waitFor('the snapshot', () => afterSnapshot(plain.received()));
      await waitFor(
        'to be a replica',
        () => info(subject.client(), 'replication'),
        (at) => /online/.test(at.slave0 ?? ''),
      );
      const role = await shown(subject.client(), 'connected_slaves');
      await writeOfEachKind(subject);
      await waitFor(
        'the last command',
        () => plain.received(),
        (text) => text.endsWith('$4\r\nEXEC\r\n') || text.endsWith('$4\r\nexec\r\n'),
      );
      const { kind, stream } = afterSnapshot(plain.received())!;
      return { role, kind, stream: stream.replace(/(PXAT\r\n\$13\r\n)\d{13}/, '$1TIME') };
    });
    expect(seen.stream).toContain('$3\r\nSET\r\n$1\r\na\r\n$1\r\n1\r\n');
  });

  it('that wants the snapshot only is left alone after it', async () => {
    const seen = await tellBoth(async (start) => {
      const told: unknown[] = [];
      for (const capability of [[], ['REPLCONF capa eof\r\n']]) {
        await using subject = await start({ settings });
        const client = subject.client();
        await client.set('a', '1');
        using plain = await openPlain(subject);
        for (const line of [...capability, 'REPLCONF rdb-only 1\r\n']) {
          const before = plain.received();
          plain.say(line);
          await waitFor('the answer', () => plain.received() !== before);
        }
        const introduced = plain.received().length;
        plain.say('SYNC\r\n');
        await waitFor('the end', () => plain.isClosed());
        told.push(afterSnapshot(plain.received().slice(introduced)));
        await waitFor(
          'nobody to be left',
          () => shown(client, 'connected_slaves'),
          (at) => at.connected_slaves === '0',
        );
        told.push(logged(subject, /rdb only|unknown-replica-port/));
      }
      return told;
    });
    expect(seen[0]).toEqual({ kind: 'length', stream: '' });
    expect(seen[2]).toEqual({ kind: 'mark', stream: '' });
  });

  it('is answered with the words of Redis about what it says of itself', async () => {
    await tellBoth(async (start) => {
      await using subject = await start({ settings });
      using plain = await openPlain(subject);
      const lines = [
        'rdb-only 2',
        'rdb-only -1',
        'rdb-only x',
        'rdb-only 1',
        'rdb-filter-only keys',
        'rdb-filter-only "functions Keys"',
        'rdb-filter-only "\\"abc"',
        'rdb-filter-only ""',
        'rdb-filter-only functions',
        'version 7',
        'capa',
        'ip-address',
        'listening-port x',
        'getack *',
      ];
      for (const line of lines) plain.say(`REPLCONF ${line}\r\n`);
      plain.say('PING\r\n');
      await waitFor('all answers', () => plain.received().includes('+PONG'));
      plain.say('SYNC\r\n');
      await waitFor('the refusal of a filter without EOF', () => plain.received().includes('capability'));
      plain.say('REPLCONF capa eof\r\nSYNC\r\n');
      await waitFor('the refusal of what is pipelined', () => plain.received().includes('pending output'));
      return plain.received();
    });
  });
});

async function runCli(server: ServerProcess, ...words: readonly string[]) {
  const child = spawn('redis-cli', ['-h', server.host, '-p', String(server.port), ...words]);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes) => {
      output += bytes.toString();
    });
  }
  return {
    output: () => output,
    ended: once(child, 'exit').then(([code]) => code as number),
    stop: () => void child.kill(),
  };
}

describe('redis-cli', () => {
  it('--rdb writes a file that a real server loads, with all keys', async () => {
    await using subject = await startSyncline({ settings });
    await fill(subject);
    await change(subject, 500);
    const expected = await readBack(subject);
    const file = join(subject.folder, 'dump.rdb');
    const cli = await runCli(subject, '--rdb', file);
    expect(await cli.ended, cli.output()).toBe(0);
    await waitFor(
      'nobody to be left',
      () => shown(subject.client(), 'connected_slaves'),
      (at) => at.connected_slaves === '0',
    );
    await using loaded = await startRedis({ folder: subject.folder });
    expectSameData(await readBack(loaded), expected);
  });

  it('--replica shows the same commands as from Redis, after an empty snapshot', async () => {
    const seen = await tellBoth(async (start) => {
      await using subject = await start({ settings });
      await subject.client().set('before', 'x'.repeat(100_000));
      const cli = await runCli(subject, '--replica');
      try {
        await waitFor('the sync', () => /SYNC done/.test(cli.output()), Boolean);
        await waitFor(
          'to be a replica',
          () => info(subject.client(), 'replication'),
          (at) => /online/.test(at.slave0 ?? ''),
        );
        await writeOfEachKind(subject);
        await waitFor(
          'the last command',
          () => cli.output(),
          (text) => /"exec"\s*$/i.test(text),
        );
        const isSmall = !/\d{5} bytes/.test(cli.output());
        return {
          isSmall,
          shown: cli
            .output()
            .replace(/\d{13}/, 'TIME')
            .replace(/.*SYNC done[^\n]*/s, ''),
        };
      } finally {
        cli.stop();
        await cli.ended;
      }
    });
    expect(seen.shown).toContain('"SET","a","1"');
  });
});
