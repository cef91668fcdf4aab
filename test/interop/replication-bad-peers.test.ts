// Peers that break the protocol of replication, as two tables: a bad master of our replica, a bad replica of our master.
// A real server is put through the same script each time: what it says and does with its data is what ours is measured by.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectPacedTries, logged, type Start, shown, tellBoth } from '../support/both-kinds.ts';
import { openPlain, type PlainSocket } from '../support/plain-socket.ts';
import { startRedis } from '../support/redis-server.ts';
import { attach, info, syncCounts } from '../support/replication.ts';
import { type Script, startScriptedMaster, wellMannered } from '../support/scripted-master.ts';
import type { ServerProcess, ServerSettings } from '../support/server-process.ts';
import { startSyncline } from '../support/syncline-server.ts';
import { waitFor } from '../support/wait-for.ts';

const id = '4'.repeat(40);
const full = `+FULLRESYNC ${id} 1000\r\n`;
const mark = 'm'.repeat(40);
const hangUp = { says: '', hangsUp: true } as const;
const timeoutSeconds = 1;
/** Ours has another default than Redis, so it is said: a snapshot goes into a file, and takes the place of the data. */
const inPlace: ServerSettings = { 'repl-diskless-load': 'disabled' };
const beside: ServerSettings = { 'repl-diskless-load': 'swapdb' };

/** The file of a real server with the key `from`. */
let snapshot: Buffer;

beforeAll(async () => {
  await using redis = await startRedis();
  const client = redis.client();
  await client.set('from', 'master');
  await client.call('SAVE');
  snapshot = await readFile(join(redis.folder, 'dump.rdb'));
});

const bytes = (...parts: readonly (string | Buffer)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)));
const counted = (body: Buffer) => bytes(full, `$${body.length}\r\n`, body);
const streamed = (body: Buffer, end = mark) => bytes(full, `$EOF:${mark}\r\n`, body, end);
const syncsThen = (psync: string | Buffer, hangsUp = false): Script => ({
  ...wellMannered,
  psync: hangsUp ? { says: psync, hangsUp: true } : psync,
});
/** A whole snapshot, and behind it what the stream begins with. */
const streams = (text: string): Script => syncsThen(bytes(counted(snapshot), text));
const newer = () => bytes('REDIS0099', snapshot.subarray(9));
const wrongSum = () => bytes(snapshot.subarray(0, -1), String.fromCharCode(snapshot.at(-1)! ^ 1));
const unknownType = () => bytes(snapshot.subarray(0, 9), '\xc8', snapshot.subarray(10));

/** `kept`: its own as before; `dropped`: nothing is left; `loaded`: the master's instead of its own. */
type Data = 'kept' | 'dropped' | 'loaded';

interface BadMaster {
  readonly by: string;
  readonly script: () => Script;
  /** In the log of both. */
  readonly says: string;
  readonly data: Data;
  readonly settings?: ServerSettings;
  /** Where Redis does something else; `ends`: the process is gone. */
  readonly redis?: { readonly says?: string; readonly data?: Data | 'ends' };
}

const badMasters: readonly BadMaster[] = [
  {
    by: 'garbage instead of +PONG',
    script: () => ({ ping: 'garbage\r\n' }),
    says: "Error reply to PING from master: 'garbage'",
    data: 'kept',
  },
  {
    by: 'an answer to PING without an end',
    script: () => ({ ping: 'x'.repeat(10_000) }),
    says: 'The master sent more than 4096 bytes where a line of its answer was expected',
    data: 'kept',
    redis: { says: "Error reply to PING from master: 'xxxx" },
  },
  {
    by: 'an end of the line at PING',
    script: () => ({ ping: hangUp }),
    says: 'Master did not respond to command during SYNC handshake',
    data: 'kept',
  },
  { by: 'silence at PING', script: () => ({}), says: 'Timeout connecting to the MASTER...', data: 'kept' },
  {
    by: 'silence at PSYNC',
    script: () => wellMannered,
    says: 'Timeout connecting to the MASTER...',
    data: 'kept',
  },
  {
    by: 'an answer to PSYNC that is none',
    script: () => ({ ...syncsThen('what?\r\n'), sync: hangUp }),
    says: 'Unexpected reply to PSYNC from master: what?',
    data: 'kept',
  },
  {
    by: 'a FULLRESYNC without its offset',
    script: () => syncsThen('+FULLRESYNC abc\r\n'),
    says: 'Master replied with wrong +FULLRESYNC syntax.',
    data: 'kept',
  },
  {
    by: 'a snapshot that never begins',
    script: () => syncsThen(full),
    says: 'Timeout receiving bulk data from MASTER...',
    data: 'kept',
  },
  {
    by: 'something else than a snapshot',
    script: () => syncsThen(`${full}hello\r\n`),
    says: "Bad protocol from MASTER, the first byte is not '$' (we received 'hello')",
    data: 'kept',
  },
  {
    by: 'a refusal instead of a snapshot',
    script: () => syncsThen(`${full}-ERR no\r\n`),
    says: 'MASTER aborted replication with an error: ERR no',
    data: 'kept',
  },
  {
    by: 'a snapshot of no length',
    script: () => syncsThen(`${full}$abc\r\n`),
    says: "Bad protocol from MASTER, the first byte is not '$' (we received '$abc')",
    data: 'kept',
    // It takes the length for 0, and waits for more.
    redis: { says: 'Timeout receiving bulk data from MASTER...' },
  },
  {
    by: 'a snapshot that stops',
    script: () => syncsThen(counted(snapshot).subarray(0, -20)),
    says: 'Timeout receiving bulk data from MASTER...',
    data: 'kept',
  },
  {
    by: 'a snapshot that is cut off',
    script: () => syncsThen(counted(snapshot).subarray(0, -20), true),
    says: 'I/O error trying to sync with MASTER: connection lost',
    data: 'kept',
  },
  {
    by: 'a streamed snapshot that stops',
    script: () => syncsThen(streamed(snapshot).subarray(0, -60)),
    says: 'Timeout receiving bulk data from MASTER...',
    data: 'kept',
  },
  {
    by: 'a streamed snapshot that is cut off',
    script: () => syncsThen(streamed(snapshot).subarray(0, -60), true),
    says: 'I/O error trying to sync with MASTER: connection lost',
    data: 'kept',
  },
  {
    by: 'a snapshot of a newer format',
    script: () => syncsThen(counted(newer())),
    says: "Can't handle RDB format version 99",
    data: 'dropped',
  },
  {
    by: 'a snapshot that is none',
    script: () => syncsThen(counted(Buffer.from('garbage!'.repeat(3)))),
    says: 'Wrong signature trying to load DB from file',
    data: 'dropped',
  },
  {
    by: 'a snapshot with a wrong checksum',
    script: () => syncsThen(counted(wrongSum())),
    says: 'Wrong RDB checksum',
    data: 'dropped',
    redis: { data: 'ends' },
  },
  {
    by: 'a streamed snapshot with a wrong checksum',
    script: () => syncsThen(streamed(wrongSum())),
    says: 'Wrong RDB checksum',
    data: 'dropped',
    redis: { data: 'ends' },
  },
  {
    by: 'a snapshot of a type that nobody knows',
    script: () => syncsThen(counted(unknownType())),
    says: 'Unknown RDB type or opcode 200',
    data: 'dropped',
    redis: { says: 'Unknown RDB encoding type 200', data: 'ends' },
  },
  {
    by: 'a snapshot without its end',
    script: () => syncsThen(counted(snapshot.subarray(0, -20))),
    says: 'the snapshot has no end within its length',
    data: 'dropped',
    redis: { says: 'Unexpected EOF reading RDB file', data: 'ends' },
  },
  {
    by: 'a streamed snapshot that is cut off while it is loaded beside the data',
    script: () => syncsThen(streamed(snapshot).subarray(0, -60), true),
    settings: beside,
    says: 'I/O error trying to sync with MASTER: connection lost',
    data: 'kept',
    redis: { says: 'Failed trying to load the MASTER synchronization DB from socket' },
  },
  {
    by: 'a streamed snapshot of a newer format, loaded beside the data',
    script: () => syncsThen(streamed(newer())),
    settings: beside,
    says: "Can't handle RDB format version 99",
    data: 'kept',
  },
  {
    by: 'a streamed snapshot with a wrong checksum, loaded beside the data',
    script: () => syncsThen(streamed(wrongSum())),
    settings: beside,
    says: 'Wrong RDB checksum',
    data: 'kept',
    redis: { data: 'ends' },
  },
  {
    by: 'a streamed snapshot with a broken mark, loaded beside the data',
    script: () => syncsThen(streamed(snapshot, 'z'.repeat(40))),
    settings: beside,
    says: 'Replication stream EOF marker is broken',
    data: 'kept',
  },
  {
    by: 'a length in the stream that is none',
    script: () => streams('*1\r\n$abc\r\n'),
    says: "'Protocol error: invalid bulk length' after processing the command '<unknown>'",
    data: 'loaded',
  },
  {
    by: 'a count in the stream that is none',
    script: () => streams('*zzz\r\n'),
    says: "'Protocol error: invalid multibulk length' after processing the command '<unknown>'",
    data: 'loaded',
  },
  {
    by: 'something else than a bulk in the stream',
    script: () => streams('*1\r\nPING\r\n'),
    says: "'Protocol error: expected '$', got 'P'' after processing the command '<unknown>'",
    data: 'loaded',
  },
  {
    by: 'a typed line in the stream',
    script: () => streams('SET typed 1\r\n'),
    says: 'Receiving inline protocol from master, master stream corruption?',
    data: 'loaded',
  },
  {
    by: 'an answer in the stream',
    script: () => streams('-ERR what\r\n'),
    says: 'Receiving inline protocol from master, master stream corruption?',
    data: 'loaded',
  },
  {
    by: 'a line without an end in the stream',
    script: () => streams('x'.repeat(100_000)),
    says: "'Protocol error: too big inline request' after processing the command '<unknown>'",
    data: 'loaded',
  },
  {
    by: 'silence in the stream',
    script: () => streams(''),
    says: 'MASTER timeout: no data nor PING received...',
    data: 'loaded',
  },
];

function times(server: ServerProcess, text: string): number {
  return server.output().split(text).length - 1;
}

async function dataOf(server: ServerProcess): Promise<Data | 'ends'> {
  try {
    const keys = await server.client({ reconnects: false }).keys('*');
    if (keys.length === 0) return 'dropped';
    return keys.includes('mine') ? 'kept' : 'loaded';
  } catch {
    return 'ends';
  }
}

/** A server with a key of its own meets the bad master, and says what it has to say as often as told. */
async function meet(start: Start, { script, settings }: BadMaster, says: string, leastTimes: number) {
  await using master = await startScriptedMaster(script());
  await using replica = await start({ settings: { 'repl-timeout': timeoutSeconds, ...inPlace, ...settings } });
  await replica.client().set('mine', 'kept');
  await attach(replica, master);
  await waitFor(
    `"${says}" ${leastTimes} times in the log of ${replica.name}`,
    () => times(replica, says),
    (count) => count >= leastTimes,
  );
  // Redis ends a little after it has said why.
  const data = await dataOf(replica);
  // However quickly each fails.
  if (data !== 'ends') expectPacedTries(replica);
  return { data, tries: master.opened, wasLost: replica.output().includes('Connection with master lost.') };
}

describe('a bad master', () => {
  it.concurrent.each(badMasters.map((row) => [row.by, row] as const))('by %s', async (_, row) => {
    const { says, data, redis } = row;
    const [real, ours] = await Promise.all([
      meet(startRedis, row, redis?.says ?? says, redis?.data === 'ends' ? 1 : 2),
      meet(startSyncline, row, says, 2),
    ]);
    expect(real.data).toBe(redis?.data ?? data);
    expect(ours.data).toBe(data);
    expect(ours.wasLost).toBe(real.wasLost);
    expect(ours.tries).toBeGreaterThan(1);
  });
});

interface Place {
  readonly id: string;
  readonly offset: number;
}

interface BadQuestion {
  readonly what: string;
  /** What the plain socket says before it is a replica, of a master at this place. */
  readonly says: (at: Place) => readonly string[];
}

const psync = (idAsked: string, byte: number | string) => `PSYNC ${idAsked} ${byte}\r\n`;

const quickSync: ServerSettings = { 'repl-diskless-sync-delay': 0, 'repl-ping-replica-period': 1000 };

const badQuestions: readonly BadQuestion[] = [
  { what: 'the byte behind the end', says: ({ id: own, offset }) => [psync(own, offset + 1)] },
  { what: 'a byte past the end', says: ({ id: own, offset }) => [psync(own, offset + 2)] },
  { what: 'a byte far past the end', says: ({ id: own }) => [psync(own, 999_999_999)] },
  { what: 'byte 0', says: ({ id: own }) => [psync(own, 0)] },
  { what: 'a negative byte', says: ({ id: own }) => [psync(own, -7)] },
  { what: 'another history', says: ({ offset }) => [psync(id, offset + 1)] },
  { what: 'a history of one letter', says: ({ offset }) => [psync('a', offset + 1)] },
  { what: 'without a byte', says: ({ id: own }) => [`PSYNC ${own}\r\n`] },
  { what: 'with more than it takes', says: ({ id: own, offset }) => [`PSYNC ${own} ${offset + 1} A B\r\n`] },
  {
    what: 'after a capability that nobody knows',
    says: () => ['REPLCONF capa dance\r\n', psync('?', -1)],
  },
  {
    what: 'after an acknowledgement of what was never sent',
    says: ({ id: own, offset }) => ['REPLCONF ACK 99999\r\n', psync(own, offset + 1)],
  },
];

const about = /Partial|partial|psync|PSYNC|Full resync|Replica .* asks|offset/;

/** A master with a history that one replica has read and left. */
async function placeOf(master: ServerProcess): Promise<Place> {
  await using replica = await startRedis();
  await master.client().set('key', 'value');
  await attach(replica, master);
  return await waitFor(
    'the history to have begun',
    async () => {
      const fields = await info(master.client(), 'replication');
      return { id: fields.master_replid ?? '', offset: Number(fields.master_repl_offset), online: fields.slave0 };
    },
    (at) => /state=online/.test(at.online ?? ''),
  );
}

describe('a bad replica', () => {
  it.concurrent.each(badQuestions.map((row) => [row.what, row] as const))('that asks for %s', async (_, { says }) => {
    const seen = await tellBoth(async (start) => {
      await using master = await start({
        settings: { 'repl-diskless-sync-delay': 0, 'repl-ping-replica-period': 1000 },
      });
      const place = await placeOf(master);
      const before = await syncCounts(master);
      const logBefore = logged(master, about).length;
      using plain = await openPlain(master);
      for (const line of says(place)) {
        const { length } = plain.received();
        plain.say(line);
        await waitFor(
          `an answer to ${line}`,
          () => plain.received().length > length || line.startsWith('REPLCONF ACK'),
        );
      }
      await waitFor('the last answer', () => /^[+-].*\r\n/.test(plain.received().trimStart()));
      const after = await syncCounts(master);
      return {
        told: plain
          .received()
          .replaceAll(place.id, 'OWN')
          .replace(/(FULLRESYNC OWN \d+\r\n).*/s, '$1'),
        full: after.full - before.full,
        partialOk: after.partialOk - before.partialOk,
        partialErr: after.partialErr - before.partialErr,
        log: logged(master, about).slice(logBefore),
      };
    });
    expect(seen.told).not.toBe('');
  });
});

interface BadTalk {
  readonly what: string;
  /** What it says while it is a replica. */
  readonly says: string;
  /** It is let go for it; else it goes on getting the stream. */
  readonly ends: boolean;
}

const badTalks: readonly BadTalk[] = [
  { what: 'asks a question', says: 'GET key\r\n', ends: true },
  { what: 'writes', says: '*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$1\r\n1\r\n', ends: true },
  { what: 'says PING', says: 'PING\r\n', ends: true },
  { what: 'says HELLO', says: 'HELLO 3\r\n', ends: true },
  { what: 'says what nobody knows', says: 'dance\r\n', ends: true },
  { what: 'publishes', says: 'PUBLISH channel message\r\n', ends: true },
  { what: 'subscribes', says: 'SUBSCRIBE channel\r\n', ends: true },
  { what: 'says a length that is none', says: '*1\r\n$abc\r\n', ends: true },
  { what: 'gives itself another port', says: 'REPLCONF listening-port 1\r\n', ends: true },
  { what: 'leaves its role by RESET', says: 'RESET\r\n', ends: true },
  { what: 'acknowledges nothing', says: 'REPLCONF ACK\r\n', ends: true },
  { what: 'acknowledges a word', says: 'REPLCONF ACK abc\r\n', ends: false },
  { what: 'acknowledges what was never sent', says: 'REPLCONF ACK 99999999\r\n', ends: false },
  { what: 'says an empty line', says: '\r\n', ends: false },
  { what: 'asks once more', says: psync('?', -1), ends: false },
  { what: 'says SYNC as well', says: 'SYNC\r\n', ends: false },
];

const aboutIt = /CRITICAL|Replica generated|lost|replica|offset/;

describe('a replica that is served', () => {
  it.concurrent.each(badTalks.map((row) => [row.what, row] as const))('and %s', async (_, { says, ends }) => {
    await tellBoth(async (start) => {
      await using master = await start({ settings: quickSync });
      const client = master.client();
      await client.set('key', 'value');
      using plain = await openPlain(master);
      await becomeReplica(plain, master);
      const { length } = plain.received();
      const logBefore = logged(master, aboutIt).length;
      plain.say(says);
      if (ends) await waitFor('the end', () => plain.isClosed());
      await client.set('mark', '1');
      if (!ends) await waitFor('the mark', () => plain.received().includes('$4\r\nmark\r\n$1\r\n1\r\n'));
      return {
        told: ends ? 'the end' : plain.received().slice(length),
        replicas: await shown(client, 'connected_slaves'),
        key: await client.get('key'),
        log: logged(master, aboutIt)
          .slice(logBefore)
          .map((line) => line.replace(/disconnecting it: .*/, 'disconnecting it').replace("'-ERR ", "'")),
      };
    });
  });
});

/** Asks for everything, and acknowledges until the stream comes. */
async function becomeReplica(plain: PlainSocket, master: ServerProcess): Promise<void> {
  plain.say('REPLCONF listening-port 7777 capa eof capa psync2\r\n');
  await waitFor('the introduction', () => plain.received() !== '');
  plain.say(psync('?', -1));
  await waitFor('the snapshot', () => /REDIS\d{4}.*\xff.{8}/s.test(plain.received()));
  await master.client().set('first', '1');
  await waitFor('the stream', () => {
    plain.say('REPLCONF ACK 0\r\n');
    return plain.received().includes('$5\r\nfirst\r\n$1\r\n1\r\n');
  });
}
