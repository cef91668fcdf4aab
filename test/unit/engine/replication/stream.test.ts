// The stream of commands: what stands in it, when it is sent, and what a change of role does to it.
import { describe, expect, it } from 'vitest';
import { ReplicationStream } from '#core/engine/replication/stream.ts';
import { SimulatedTime } from '../../../support/simulated-time.ts';

const select0 = '*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n';
const select12 = '*2\r\n$6\r\nSELECT\r\n$2\r\n12\r\n';

function setUp() {
  const time = new SimulatedTime();
  let seed = 0;
  const random = { bytes: (count: number) => new Uint8Array(count).fill(++seed), integer: () => 0 };
  const stream = new ReplicationStream({ random, timers: time, backlogSizeBytes: 1024 * 1024 });
  const written = (fromOffset = 0) => {
    let text = '';
    let at = fromOffset;
    for (let slice = stream.read(at); slice !== null; slice = stream.read(at)) {
      text += slice.bytes.latin1Slice(slice.start, slice.end);
      at += slice.end - slice.start;
    }
    return text;
  };
  const append = (database: number, text: string) => {
    const bytes = Buffer.from(text);
    stream.append(database, bytes, 0, bytes.length);
  };
  return { time, stream, written, append };
}

describe('the stream', () => {
  it('counts nothing while there is no backlog', () => {
    const { stream, append } = setUp();
    append(0, 'SET');
    stream.flush();
    expect(stream.active).toBe(false);
    expect(stream.offset).toBe(0);
    expect(stream.window).toBeNull();
  });

  it('names the database before the first command, and at each change', () => {
    const { stream, append, written } = setUp();
    stream.openBacklog();
    append(0, 'one ');
    append(0, 'two ');
    append(12, 'three ');
    append(0, 'four');
    stream.flush();
    expect(written()).toBe(`${select0}one two ${select12}three ${select0}four`);
    expect(stream.offset).toBe(written().length);
  });

  it('merges neighbours of one buffer and keeps their order among others', () => {
    const { stream, written } = setUp();
    stream.openBacklog();
    const buffer = Buffer.from('aabbcc');
    stream.append(0, buffer, 0, 2);
    stream.append(0, buffer, 2, 4);
    stream.append(0, Buffer.from('XX'), 0, 2);
    stream.append(0, buffer, 4, 6);
    stream.flush();
    buffer.fill('?');
    expect(written()).toBe(`${select0}aabbXXcc`);
  });

  it('sends once a turn, however often it is flushed', () => {
    const { stream, append, time } = setUp();
    stream.openBacklog();
    let pumps = 0;
    stream.addReader({ offset: 0, pump: () => void pumps++ });
    for (const text of ['a', 'b', 'c']) {
      append(0, text);
      stream.flush();
    }
    expect(pumps).toBe(0);
    time.settle();
    expect(pumps).toBe(1);
  });

  it('sends what was appended outside of a readable event, such as the expiry of a key', () => {
    const { stream, append, time, written } = setUp();
    stream.openBacklog();
    let seen = '';
    const pump = () => {
      seen = written();
    };
    stream.addReader({ offset: 0, pump });
    append(0, 'DEL');
    time.settle();
    expect(seen).toBe(`${select0}DEL`);
  });

  it('puts PING and GETACK into the stream without a SELECT', () => {
    const { stream, append, written } = setUp();
    stream.openBacklog();
    stream.ping();
    append(3, 'x');
    stream.askForAcks();
    expect(written().startsWith('*1\r\n$4\r\nPING\r\n*2\r\n$6\r\nSELECT')).toBe(true);
    expect(written().endsWith('x*3\r\n$8\r\nREPLCONF\r\n$6\r\nGETACK\r\n$1\r\n*\r\n')).toBe(true);
  });

  it('is, on a replica, the bytes of its master and nothing of its own', () => {
    const { stream, append, written } = setUp();
    stream.adopt('a'.repeat(40), 500);
    stream.setFollowing(true);
    append(0, 'own');
    stream.ping();
    const bytes = Buffer.from('--master--');
    stream.appendFromMaster(bytes, 2, 8);
    expect(written(500)).toBe('master');
    expect(stream.history).toEqual({ id: 'a'.repeat(40), offset: 506, previous: null });
  });

  it('branches at a promotion, and names the database again', () => {
    const { stream, append, written } = setUp();
    stream.adopt('a'.repeat(40), 500);
    stream.setFollowing(true);
    stream.branch();
    stream.setFollowing(false);
    append(0, 'x');
    stream.flush();
    expect(stream.history).toEqual({
      id: expect.not.stringContaining('aaaa'),
      offset: 500 + select0.length + 1,
      previous: { id: 'a'.repeat(40), endByte: 501 },
    });
    expect(written(500)).toBe(`${select0}x`);
  });

  it('follows its master to a new id without losing the former', () => {
    const { stream } = setUp();
    stream.adopt('a'.repeat(40), 500);
    stream.continueAs('b'.repeat(40));
    expect(stream.history).toEqual({
      id: 'b'.repeat(40),
      offset: 500,
      previous: { id: 'a'.repeat(40), endByte: 501 },
    });
  });

  it('keeps the offset when the backlog goes, and starts a new one behind it', () => {
    const { stream, append } = setUp();
    stream.openBacklog();
    append(0, 'abc');
    const offset = stream.offset;
    stream.closeBacklog();
    append(0, 'not counted');
    stream.openBacklog();
    expect(stream.offset).toBe(offset);
    expect(stream.window?.firstByte).toBe(offset + 1);
  });
});
