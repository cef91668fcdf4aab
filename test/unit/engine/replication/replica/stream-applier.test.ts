// What of the master's stream counts as applied: a transaction with its EXEC only.
import { describe, expect, it } from 'vitest';
import { StreamApplier } from '#core/engine/replication/replica/stream-applier.ts';
import { ReplicationStream } from '#core/engine/replication/stream.ts';
import { SimulatedTime } from '../../../../support/simulated-time.ts';

const multi = '*1\r\n$5\r\nMULTI\r\n';
const exec = '*1\r\n$4\r\nEXEC\r\n';
const incr = '*2\r\n$4\r\nINCR\r\n$1\r\nk\r\n';

/** Knows requests by their three shapes. */
class FakeTarget {
  openTransactionBytes = 0;
  databaseIndex = 0;
  applied = '';
  resets = 0;

  apply(buffer: Buffer, _view: DataView, start: number, end: number): number {
    let text = buffer.latin1Slice(start, end);
    const before = text.length;
    for (;;) {
      const request = [multi, exec, incr].find((one) => text.startsWith(one));
      if (request === undefined) return before - text.length;
      if (request === multi || this.openTransactionBytes > 0) this.openTransactionBytes += request.length;
      if (request === exec) this.openTransactionBytes = 0;
      this.applied += request;
      text = text.slice(request.length);
    }
  }

  reset(): void {
    this.resets++;
    this.openTransactionBytes = 0;
  }
}

function setUp() {
  const time = new SimulatedTime();
  const random = { bytes: (count: number) => new Uint8Array(count), integer: () => 0 };
  const stream = new ReplicationStream({ random, timers: time, backlogSizeBytes: 1 << 20 });
  stream.adopt('a'.repeat(40), 100);
  const target = new FakeTarget();
  const applier = new StreamApplier(target, stream);
  let waiting = '';
  const feed = (text: string) => {
    const bytes = Buffer.from(waiting + text);
    const used = applier.apply(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length);
    waiting = bytes.toString('latin1', used);
  };
  const written = () => {
    const slice = stream.read(100);
    return slice === null ? '' : slice.bytes.latin1Slice(slice.start, slice.end);
  };
  return { stream, target, applier, feed, written };
}

describe('applying the stream of a master', () => {
  it('hands on exactly what was applied, and not the beginning of a request', () => {
    const { stream, feed, written } = setUp();
    feed(incr + incr + incr.slice(0, 9));
    expect(written()).toBe(incr + incr);
    expect(stream.offset).toBe(100 + 2 * incr.length);
    feed(incr.slice(9));
    expect(written()).toBe(incr + incr + incr);
  });

  it('stands before a MULTI until its EXEC has come', () => {
    const { stream, applier, feed, written } = setUp();
    feed(incr + multi + incr);
    expect(stream.offset).toBe(100 + incr.length);
    expect(applier.heldBytes).toBe(multi.length + incr.length);
    feed(incr);
    expect(stream.offset).toBe(100 + incr.length);
    feed(exec + incr);
    expect(written()).toBe(incr + multi + incr + incr + exec + incr);
    expect(applier.heldBytes).toBe(0);
  });

  it('goes from one transaction into the next within a piece', () => {
    const { applier, feed, written } = setUp();
    feed(multi + incr);
    feed(exec + incr + multi + incr);
    expect(written()).toBe(multi + incr + exec + incr);
    expect(applier.heldBytes).toBe(multi.length + incr.length);
  });

  it('gives the same stream byte by byte as in one piece', () => {
    const text = incr + multi + incr + incr + exec + incr + multi + incr + exec;
    const { feed, written, stream } = setUp();
    for (const byte of text) feed(byte);
    expect(written()).toBe(text);
    expect(stream.offset).toBe(100 + text.length);
  });

  it('forgets an unfinished transaction when the link is lost', () => {
    const { stream, applier, target, feed, written } = setUp();
    feed(incr + multi + incr);
    applier.reset();
    expect(target.resets).toBe(1);
    expect(stream.offset).toBe(100 + incr.length);
    feed(multi + incr + exec);
    expect(written()).toBe(incr + multi + incr + exec);
  });
});
