// A client on a connection in memory: requests at any split, late readers, budgets, blocking, hand-over and the end.
import { beforeEach, describe, expect, test } from 'vitest';
import { Executor } from '#core/engine/commands/execute.ts';
import { Gates } from '#core/engine/commands/gates.ts';
import { transactionCommands } from '#core/engine/commands/server/transactions.ts';
import type { Services } from '#core/engine/commands/services.ts';
import type { CommandRow } from '#core/engine/commands/spec.ts';
import { stringCounterCommands } from '#core/engine/commands/strings/string-counters.ts';
import { stringCommands } from '#core/engine/commands/strings/strings.ts';
import { CommandTable } from '#core/engine/commands/table.ts';
import { Keyspace } from '#core/engine/keyspace/keyspace.ts';
import { ClientConnection, type OutputLimit } from '#core/engine/server/client-connection.ts';
import { Turn } from '#core/engine/server/turn.ts';
import { ReplyWriter } from '#core/resp/reply-writer.ts';
import { encodeRequest } from '#core/resp/request-decoder.ts';
import { MemoryConnection } from '../../../support/memory-wire.ts';
import { seededRandom } from '../../../support/random.ts';
import { SimulatedTime } from '../../../support/simulated-time.ts';

/** A peer that reads late: what it was given is looked at only when it reads, so memory that changed meanwhile shows. */
class LateReader extends MemoryConnection {
  readonly #queue: Uint8Array[] = [];
  #bytes = 0;

  override get pendingBytes(): number {
    return this.#bytes;
  }

  override write(bytes: Uint8Array, start: number, end: number): boolean {
    if (!this.isFull) return super.write(bytes, start, end);
    this.#queue.push(bytes.subarray(start, end));
    this.#bytes += end - start;
    return false;
  }

  override drain(): void {
    this.isFull = false;
    for (const bytes of this.#queue.splice(0)) super.write(bytes, 0, bytes.length);
    this.#bytes = 0;
    super.drain();
  }
}

const hello: CommandRow = {
  name: 'wait-for-it',
  arity: 1,
  flags: [],
  categories: [],
  since: '7.0.0',
  run: ({ session, reply }) => {
    reply.simple('WAITING');
    session.block();
  },
};
const bye: CommandRow = {
  name: 'bye',
  arity: 1,
  flags: [],
  categories: [],
  since: '7.0.0',
  run: ({ session, reply }) => {
    reply.simple('BYE');
    session.closeAfterReply = true;
  },
};
const tellMe: CommandRow = {
  name: 'tell-me',
  arity: 1,
  flags: [],
  categories: [],
  since: '7.0.0',
  run: ({ session, reply }) => {
    session.push(Buffer.from('+told\r\n'));
    reply.simple('DONE');
  },
};

let time: SimulatedTime;
let connection: LateReader;
let client: ClientConnection;
let events: string[];
let normal: OutputLimit;
let appended: string[];
let executor: Executor;

beforeEach(() => {
  time = new SimulatedTime();
  events = [];
  appended = [];
  normal = { hardBytes: 0, softBytes: 0, softSeconds: 0 };
  const keyspace = new Keyspace({ databases: 16, randomBelow: seededRandom(1).below, hashSeed: 5 });
  const services = {
    ports: { timers: time },
    gates: new Gates(),
    observation: { seesAll: false, seesLong: false },
    stats: {
      errorsByPrefix: new Map(),
      netInputBytes: 0,
      netOutputBytes: 0,
      commandsProcessed: 0,
      errorReplies: 0,
      dirty: 0,
    },
    limits: { maxBulkBytes: 512 * 1024 * 1024 },
    propagation: {
      active: true,
      append: (_: number, buffer: Buffer, start: number, end: number) =>
        void appended.push(buffer.latin1Slice(start, end)),
      flush: () => {},
    },
  } as unknown as Services;
  const table = new CommandTable([
    ...stringCommands,
    ...stringCounterCommands,
    ...transactionCommands,
    hello,
    bye,
    tellMe,
  ]);
  executor = new Executor(table, keyspace, services, new ReplyWriter());
  const turn = new Turn(time, time, keyspace);
  connection = new LateReader();
  client = new ClientConnection(
    { id: 1, nowMs: time.nowMs(), authenticated: true, remoteAddress: '10.0.0.2:50000', localAddress: '10.0.0.1:6379' },
    connection,
    {
      executor,
      turn,
      timers: time,
      outputLimits: { normal, pubsub: { hardBytes: 100, softBytes: 0, softSeconds: 0 } },
      queryLimit: { bytes: 4 * 1024 * 1024 },
      closed: () => void events.push('closed'),
      closing: (_, why) => void events.push(why),
    },
  );
  connection.handlers = client;
});

function request(...words: string[]): Buffer {
  return encodeRequest(words.map((word) => Buffer.from(word, 'latin1')));
}

/** As the transport reads: into shared memory with room in front, which the next read writes over. */
function sayShared(bytes: Buffer, headroom: number): void {
  const shared = Buffer.alloc(headroom + bytes.length, '#');
  bytes.copy(shared, headroom);
  client.onData(shared, new DataView(shared.buffer, shared.byteOffset, shared.length), headroom, shared.length);
  shared.fill('#');
}

describe('requests', () => {
  test.each([0, 3, 64])('at every split, with %i bytes of room in front, are answered the same', (headroom) => {
    const bytes = Buffer.concat([
      request('SET', 'a', 'x'.repeat(100)),
      request('GET', 'a'),
      Buffer.from('SET b 1\r\n'),
      request('INCR', 'b'),
      request('MSET', ...Array.from({ length: 300 }, (_, i) => `word${i}`)),
      request('GET', 'word298'),
    ]);
    const answer = `+OK\r\n$100\r\n${'x'.repeat(100)}\r\n+OK\r\n:2\r\n+OK\r\n$7\r\nword299\r\n`;
    for (const step of [bytes.length, 1, 2, 7, 100]) {
      for (let at = 0; at < bytes.length; at += step) sayShared(bytes.subarray(at, at + step), headroom);
      expect(connection.taken()).toBe(answer);
      expect(client.queryBytes).toBe(0);
    }
    expect(appended.slice(0, 3)).toEqual([
      request('SET', 'a', 'x'.repeat(100)).toString(),
      request('SET', 'b', '1').toString(),
      request('INCR', 'b').toString(),
    ]);
  });

  test('a large value in many pieces is put together with few copies, and stored', () => {
    const value = 'v'.repeat(3_000_000);
    const bytes = request('SET', 'a', value);
    for (let at = 0; at < bytes.length; at += 65_536) sayShared(bytes.subarray(at, at + 65_536), 65_536);
    expect(connection.taken()).toBe('+OK\r\n');
    connection.say(request('STRLEN', 'a'));
    expect(connection.taken()).toBe(':3000000\r\n');
  });

  test('a mistake is answered after what came before it, and the connection closes', () => {
    connection.say(Buffer.concat([request('SET', 'a', '1'), Buffer.from('*1\r\n!x\r\n'), request('GET', 'a')]));
    expect(connection.taken()).toBe("+OK\r\n-ERR Protocol error: expected '$', got '!'\r\n");
    expect(events).toEqual(['closed']);
  });

  test('nothing runs after a command that closes', () => {
    connection.say(Buffer.concat([request('BYE'), request('SET', 'a', '1')]));
    expect(connection.taken()).toBe('+BYE\r\n');
    expect(executor.keyspace.size).toBe(0);
  });

  test('one that sends without end is read in portions, the others come in between', () => {
    const bytes = Buffer.concat(Array.from({ length: 3000 }, (_, i) => request('SET', `key:${i}`, 'x'.repeat(200))));
    connection.say(bytes);
    expect(connection.paused).toBe(true);
    time.settle();
    expect(connection.paused).toBe(false);
    expect(executor.keyspace.size).toBe(3000);
  });
});

describe('replies', () => {
  test('that must wait keep their bytes while others are written', () => {
    connection.isFull = true;
    connection.say(request('SET', 'a', 'x'.repeat(30_000)));
    connection.say(request('GET', 'a'));
    connection.say(request('SET', 'a', 'y'.repeat(30_000)));
    connection.say(request('GET', 'a'));
    connection.say(request('GET', 'nothing'));
    connection.drain();
    const bulk = (letter: string) => `$30000\r\n${letter.repeat(30_000)}\r\n`;
    expect(connection.taken()).toBe(`+OK\r\n${bulk('x')}+OK\r\n${bulk('y')}$-1\r\n`);
  });

  test('messages keep their place among the answers', () => {
    connection.say(Buffer.concat([request('GET', 'a'), request('TELL-ME'), request('GET', 'a')]));
    client.push(Buffer.from('+later\r\n'));
    expect(connection.taken()).toBe('$-1\r\n+told\r\n+DONE\r\n$-1\r\n+later\r\n');
  });

  test('of one who never reads end the connection at the hard limit', () => {
    normal.hardBytes = 100_000;
    connection.say(request('SET', 'a', 'x'.repeat(30_000)));
    connection.isFull = true;
    for (let i = 0; i < 10; i++) connection.say(request('GET', 'a'));
    expect(events).toEqual(['its output buffer reached the limit', 'closed']);
  });

  test('a request that is longer than the limit ends the connection before it is whole', () => {
    const piece = Buffer.alloc(1024 * 1024, 'x');
    connection.say(Buffer.from('*3\r\n$3\r\nSET\r\n$1\r\na\r\n$9000000\r\n'));
    for (let i = 0; i < 6 && !events.includes('closed'); i++) connection.say(piece);
    expect(events).toEqual(['its query buffer reached the limit', 'closed']);
  });

  test('above the soft limit end it only if they stay there', () => {
    normal.softBytes = 50_000;
    normal.softSeconds = 10;
    connection.say(request('SET', 'a', 'x'.repeat(30_000)));
    connection.isFull = true;
    for (let i = 0; i < 3; i++) connection.say(request('GET', 'a'));
    time.advance(9_000);
    connection.say(request('GET', 'a'));
    expect(events).toEqual([]);
    time.advance(2_000);
    connection.say(request('GET', 'a'));
    expect(events).toEqual(['its output buffer reached the limit', 'closed']);
  });

  test('of one with a limit are made until they reach it, however many wait', () => {
    normal.hardBytes = 80_000_000;
    connection.say(request('SET', 'a', 'x'.repeat(8_000_000)));
    time.settle();
    connection.isFull = true;
    for (let i = 0; i < 9; i++) connection.say(request('GET', 'a'));
    time.settle();
    expect({ paused: connection.paused, events }).toEqual({ paused: false, events: [] });
    connection.say(request('GET', 'a'));
    expect(events).toEqual(['its output buffer reached the limit', 'closed']);
  });

  test('untaken beyond a bound stop the reading until they are taken', () => {
    connection.say(request('SET', 'a', 'x'.repeat(8_000_000)));
    time.settle();
    connection.isFull = true;
    for (let i = 0; i < 9; i++) connection.say(request('GET', 'a'));
    time.settle();
    expect(connection.paused).toBe(true);
    connection.drain();
    expect(connection.paused).toBe(false);
  });
});

describe('a blocked client', () => {
  test('runs nothing until it is let go, then goes on where it stopped', () => {
    connection.say(Buffer.concat([request('SET', 'a', '1'), request('WAIT-FOR-IT'), request('INCR', 'a')]));
    connection.say(request('INCR', 'a'));
    expect(connection.taken()).toBe('+OK\r\n+WAITING\r\n');
    expect(connection.paused).toBe(true);
    client.unblock();
    expect(connection.taken()).toBe('');
    time.settle();
    expect(connection.taken()).toBe(':2\r\n:3\r\n');
    expect(connection.paused).toBe(false);
  });

  test('that goes away is let go without harm', () => {
    connection.say(Buffer.concat([request('WAIT-FOR-IT'), request('INCR', 'a')]));
    client.unblock();
    connection.cut('ECONNRESET');
    time.settle();
    expect({ events, keys: executor.keyspace.size }).toEqual({ events: ['closed'], keys: 0 });
  });
});

describe('the end', () => {
  test('output that was handed over is written by its new owner alone', () => {
    const heard: string[] = [];
    connection.say(request('SET', 'a', '1'));
    const taken = client.takeOutput({
      onDrain: () => void heard.push('drain'),
      onAnswer: (answer, command) => void heard.push(`${command}: ${answer.toString().trim()}`),
      onClose: (reason) => void heard.push(`close ${reason}`),
    });
    expect(taken).toBe(connection);
    connection.say(request('INCR', 'a'));
    client.push(Buffer.from('+no\r\n'));
    expect(connection.taken()).toBe('+OK\r\n');
    expect(appended).toHaveLength(2);
    connection.drain();
    connection.cut('EPIPE');
    expect({ heard, events }).toEqual({ heard: ['incr: :2', 'drain', 'close EPIPE'], events: ['closed'] });
  });

  test('a client that sent its end gets its answers', () => {
    connection.say(request('GET', 'a'));
    client.onEnd();
    expect(connection.taken()).toBe('$-1\r\n');
    expect(events).toEqual(['closed']);
  });
});
