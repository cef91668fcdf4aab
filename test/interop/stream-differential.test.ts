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
  'bits and HyperLogLogs, where even counting may change the value': [
    'BITFIELD a SET u8 0 200 GET u8 0',
    'BITFIELD a GET u8 0',
    'BITFIELD a OVERFLOW FAIL INCRBY u8 0 100',
    'BITFIELD_RO a GET u8 0',
    'BITOP NOT b a',
    'BITOP AND b missing',
    'BITOP AND b missing',
    'PFADD p x y z',
    'PFADD p x',
    'PFCOUNT p',
    'PFCOUNT p',
    'PFCOUNT p q',
    'PFMERGE q p',
    'PFADD empty',
    'PFADD empty',
  ],
  'entries of streams go with their ids, and trims with what they came to': [
    'XADD a * f v',
    'XADD b 5-1 f v',
    'XADD b 5-* f v',
    'XADD b 7-* f v',
    'XADD b 7-0 f v',
    'XADD missing NOMKSTREAM 1-1 f v',
    'XADD b MAXLEN 2 8-0 f v',
    'XADD b MAXLEN ~ 2 9-0 f v',
    'XADD b MINID ~ 8 10-* f v',
    'XADD b MAXLEN = 2 11-0 f v',
    'XTRIM b MAXLEN ~ 0',
    'XTRIM b MAXLEN ~ 0 LIMIT 1000',
    'XTRIM b MINID 11',
    'XTRIM b MINID 11',
    'XDEL b 11-0 12-0',
    'XDEL b 11-0',
    'XSETID b 20-0 ENTRIESADDED 30 MAXDELETEDID 12-0',
    'XLEN b',
    'XRANGE b - +',
    'XREAD STREAMS b 0',
  ],
  'reads and claims of groups go as their outcome': [
    'XADD s 1-0 f 1',
    'XADD s 2-0 f 2',
    'XADD s 3-0 f 3',
    'XADD t 1-0 f 1',
    'XGROUP CREATE s g 0',
    'XGROUP CREATE t g $ MKSTREAM',
    'XGROUP CREATE new g $ MKSTREAM ENTRIESREAD 3',
    'XREADGROUP GROUP g alice COUNT 1 STREAMS s >',
    'XREADGROUP GROUP g alice STREAMS s t > >',
    'XREADGROUP GROUP g alice STREAMS s 0',
    'XREADGROUP GROUP g alice STREAMS s >',
    'XADD t 2-0 f 2',
    'XREADGROUP GROUP g bob NOACK STREAMS t >',
    'XREADGROUP GROUP g bob NOACK STREAMS t >',
    'XADD s 4-0 f 4',
    'XADD t 3-0 f 3',
    'XREADGROUP GROUP g carol STREAMS s t > >',
    'XCLAIM s g bob 0 1-0 2-0 9-0',
    'XCLAIM s g bob 1000000 1-0',
    'XCLAIM s g bob 0 1-0 JUSTID TIME 1000 RETRYCOUNT 7',
    'XCLAIM s g dave 0 4-0 FORCE LASTID 9-0',
    'XCLAIM s g dave 0 9-0 LASTID 10-0',
    'XDEL s 2-0',
    'XCLAIM s g alice 0 2-0',
    'XDEL s 3-0',
    'XAUTOCLAIM s g erin 0 - COUNT 10',
    'XAUTOCLAIM s g erin 0 - JUSTID',
    'XACK s g 1-0 2-0',
    'XACK s g 1-0',
    'XPENDING s g',
    'XGROUP CREATECONSUMER s g frank',
    'XGROUP CREATECONSUMER s g frank',
    'XGROUP DELCONSUMER s g erin',
    'XGROUP DELCONSUMER s g erin',
    'XGROUP SETID s g $',
    'XGROUP SETID s g 2 ENTRIESREAD 1',
    'XGROUP DESTROY s g',
    'XGROUP DESTROY s g',
  ],
  'reads of groups inside a transaction': [
    'XADD s 1-0 f 1',
    'XGROUP CREATE s g 0',
    'MULTI',
    'XREADGROUP GROUP g alice STREAMS s >',
    'XADD s 2-0 f 2',
    'XREADGROUP GROUP g alice STREAMS s >',
    'EXEC',
  ],
};

/** Moments of now, which the two servers read at different times. */
const moments = /\b1[789]\d{11}\b/g;

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
    const timeless = (requests: string[]) => requests.map((request) => request.replace(moments, 'NOW'));
    const theirs = timeless(await streamOf(redis, story));
    expect(timeless(await streamOf(ours, story))).toEqual(theirs);
  });
});
