// What a master says to its replicas: the same requests to our server and to a real Redis give the same stream.
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeRequest, RequestDecoder } from '#core/resp/request-decoder.ts';
import { startRedis } from '../support/redis-server.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { startSyncline } from '../support/syncline-server.ts';

const future = '99999999999999';
const past = '1000000000000';
const endMark = 'the end of the story';

/** Words divided by spaces. Expiry times are absolute, since the two servers' clocks are read at different moments. */
const stories: Readonly<Record<string, readonly string[]>> = {
  'SET and its options': [
    'SET a 1',
    'set a 2 get',
    `SET a 1 PXAT ${future}`,
    `SET a 1 EXAT 99999999999`,
    'SET a 2 KEEPTTL',
    'SET a 3 NX',
    'SET b 3 NX',
    'SET c 1 XX',
    'SETNX d 1',
    'SETNX d 2',
    'GETSET d 3',
    'MSET x 1 y 2',
    'MSETNX x 1 z 2',
    'GETDEL d',
    'GETDEL d',
  ],
  'GETEX says what it did': [
    'SET a 1',
    'GETEX a',
    `GETEX a PXAT ${future}`,
    'GETEX a PERSIST',
    'GETEX a PERSIST',
    `GETEX a PXAT ${past}`,
    'GETEX a',
  ],
  'counters and parts': [
    'INCR a',
    'INCRBY a 5',
    'DECRBY a 2',
    'INCRBYFLOAT a 0.5',
    'INCRBYFLOAT new 3.0e3',
    'APPEND a x',
    'SETRANGE a 5 y',
    'SETBIT a 100 1',
    'SETBIT a 100 1',
    'INCR a',
  ],
  'reading says nothing': ['GET a', 'MGET a b', 'STRLEN a', 'GETRANGE a 0 1', 'EXISTS a', 'PING', 'DBSIZE'],
  'a transaction is one, unless it holds a single change': [
    'MULTI',
    'SET a 1',
    'GET a',
    'INCR a',
    'EXEC',
    'MULTI',
    'SET a 2',
    'EXEC',
    'MULTI',
    'GET a',
    'EXEC',
    'MULTI',
    'SET a 1',
    'DISCARD',
  ],
  'databases are chosen before a change': [
    'SELECT 3',
    'SET a 1',
    'SET b 1',
    'SELECT 0',
    'GET a',
    'SET a 1',
    'SELECT 5',
  ],
  'a transaction over two databases': ['MULTI', 'SET a 1', 'SELECT 4', 'SET b 2', 'EXEC', 'SET c 3'],
  'keys and their expiry': [
    'SET a 1',
    `PEXPIREAT a ${future}`,
    'PERSIST a',
    'PERSIST a',
    'RENAME a b',
    'DEL a b',
    'DEL a b',
    'SET a 1',
    `PEXPIREAT a ${past}`,
    'SET a 1',
    'UNLINK a',
    'FLUSHDB',
  ],
  'a key past its time is deleted when it is met': [
    `SET a 1 PXAT ${past}`,
    'GET a',
    `SET b 1 PXAT ${past}`,
    'INCR b',
    `SET c 1 PXAT ${past}`,
    'SETNX c 2',
    `SET d 1 PXAT ${past}`,
    'SET d 2',
    `SET e 1 PXAT ${past}`,
    'SET e 2 KEEPTTL',
    `SET f 1 PXAT ${past}`,
    'MGET a f',
    `SET g 1 PXAT ${past}`,
    'MULTI',
    'GET g',
    'SET h 1',
    'EXEC',
  ],
  'collections that choose say what they chose': [
    'SADD s only',
    'SPOP s',
    'RPUSH l a b c',
    'LPOP l',
    'RPOPLPUSH l m',
    'LMOVE l m LEFT RIGHT',
    'ZADD z 1 a 2 b',
    'ZPOPMIN z',
    'ZINCRBY z 0.5 b',
    'HSET h f 1',
    'HINCRBYFLOAT h f 0.5',
    'HDEL h f',
    'HDEL h f',
  ],
};

const storyTimeoutMs = 15_000;

let redis: ServerProcess;
let ours: ServerProcess;

beforeAll(async () => {
  const settings = { 'repl-diskless-sync-delay': 0 };
  [redis, ours] = await Promise.all([startRedis({ settings }), startSyncline({ settings })]);
});

afterAll(async () => {
  await redis?.[Symbol.asyncDispose]();
  await ours?.[Symbol.asyncDispose]();
});

/** Passes over the snapshot that follows PSYNC; null while it is not whole. */
function afterSnapshot(bytes: Buffer): Buffer | null {
  const head = /\+FULLRESYNC [^\r]*\r\n\n*\$(EOF:)?([^\r]*)\r\n/.exec(bytes.toString('latin1'));
  if (head === null) return null;
  const start = head.index + head[0].length;
  if (head[1] === undefined) {
    const end = start + Number(head[2]);
    return bytes.length < end ? null : bytes.subarray(end);
  }
  const mark = bytes.indexOf(head[2]!, start, 'latin1');
  return mark < 0 ? null : bytes.subarray(mark + head[2]!.length);
}

/** The requests of a stream, those left out that keep a link alive. */
function requestsIn(stream: Buffer): string[] {
  const decoder = new RequestDecoder();
  const requests: string[] = [];
  for (let at = 0; at < stream.length; ) {
    const next = decoder.decode(stream, at, stream.length, 0);
    if (next < 0) break;
    const words = Array.from({ length: decoder.count }, (_, i) =>
      stream.latin1Slice(decoder.starts[i], decoder.ends[i]),
    );
    if (words.length > 0 && !/^(PING|REPLCONF)$/i.test(words[0]!)) requests.push(words.join(' '));
    at = next;
  }
  return requests;
}

/** What a replica that has just joined hears of the story. */
async function streamOf(server: ServerProcess, story: readonly string[]): Promise<string[]> {
  const replica = connect(server.port, server.host);
  const client = connect(server.port, server.host);
  try {
    client.write(encodeRequest(['FLUSHALL']));
    // A FLUSHALL in the middle of a snapshot would end it.
    await readUntil(server, client, () => true);
    client.resume();
    replica.write('PSYNC ? -1\r\n');
    let heard: Buffer = Buffer.alloc(0);
    await readUntil(server, replica, (chunk) => {
      heard = Buffer.concat([heard, chunk]);
      return afterSnapshot(heard) !== null;
    });
    client.write(
      Buffer.concat(
        [...story, `SET end-mark ${endMark.replaceAll(' ', '-')}`].map((line) => encodeRequest(line.split(' '))),
      ),
    );
    const isEnd = () => requestsIn(afterSnapshot(heard)!).at(-1)?.startsWith('SET end-mark') ?? false;
    if (!isEnd()) {
      await readUntil(server, replica, (chunk) => {
        heard = Buffer.concat([heard, chunk]);
        return isEnd();
      });
    }
    return requestsIn(afterSnapshot(heard)!);
  } finally {
    replica.destroy();
    client.destroy();
  }
}

function readUntil(server: ServerProcess, socket: Socket, isEnough: (chunk: Buffer) => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (error?: Error) => {
      clearTimeout(timer);
      socket.off('data', onData);
      socket.off('close', onClose);
      if (error === undefined) resolve();
      else reject(error);
    };
    const onData = (chunk: Buffer) => {
      if (isEnough(chunk)) finish();
    };
    const onClose = () => finish(new Error(`${server.name} closed the connection`));
    const timer = setTimeout(
      () => finish(new Error(`${server.name} said too little in ${storyTimeoutMs} ms`)),
      storyTimeoutMs,
    );
    socket.on('data', onData);
    socket.on('close', onClose);
  });
}

describe('the stream to replicas', () => {
  test.each(Object.entries(stories))('%s', async (_, story) => {
    const theirs = await streamOf(redis, story);
    expect(await streamOf(ours, story)).toEqual(theirs);
  });
});
