// Snapshots of both kinds, whole and byte by byte, with the stream right behind them.
import { describe, expect, it } from 'vitest';
import { BulkReceiver } from '#core/engine/replication/replica/bulk-receiver.ts';
import type { SnapshotEnd } from '#core/engine/replication/replica/link-state.ts';
import type { SnapshotLoad } from '#core/engine/replication/replication-host.ts';

const snapshot = 'a-snapshot';
const mark = 'm'.repeat(40);

/** A loader that is done after ten bytes. */
function fakeLoad(): SnapshotLoad & { taken: string } {
  return {
    taken: '',
    keysLoaded: 0,
    keysExpired: 0,
    streamDatabase: 0,
    origin: { version: '', createdSeconds: 0, usedMemoryBytes: 0 },
    get finished() {
      return this.taken.length === snapshot.length;
    },
    feed(buffer, _view, start, end) {
      const count = Math.min(end - start, snapshot.length - this.taken.length);
      this.taken += buffer.latin1Slice(start, start + count);
      return count;
    },
    adopt() {},
    abandon() {},
  };
}

/** Feeds in pieces; answers what was left over for the stream. */
function feed(end: SnapshotEnd, text: string, pieceBytes: number) {
  const load = fakeLoad();
  const receiver = new BulkReceiver(end, load);
  const bytes = Buffer.from(text);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  while (at < bytes.length && !receiver.finished) {
    at += receiver.feed(bytes, view, at, Math.min(bytes.length, at + pieceBytes));
  }
  return { load, receiver, left: bytes.toString('latin1', at) };
}

describe('a snapshot from the master', () => {
  const counted: SnapshotEnd = { kind: 'length', bytes: 10 };
  const marked: SnapshotEnd = { kind: 'mark', mark };

  it.each([
    ['counted, whole', counted, snapshot, 1000],
    ['counted, byte by byte', counted, snapshot, 1],
    ['marked, whole', marked, snapshot + mark, 1000],
    ['marked, byte by byte', marked, snapshot + mark, 1],
    ['marked, in sevens', marked, snapshot + mark, 7],
  ])('%s, is taken to its end and no further', (_, end, text, pieceBytes) => {
    const { load, receiver, left } = feed(end, `${text}*1\r\n`, pieceBytes);
    expect(receiver.finished).toBe(true);
    expect(load.taken).toBe(snapshot);
    expect(left).toBe('*1\r\n');
    expect(receiver.readBytes).toBe(text.length);
  });

  it('is of known length only when it is counted', () => {
    expect(new BulkReceiver(counted, fakeLoad()).totalBytes).toBe(10);
    expect(new BulkReceiver(marked, fakeLoad()).totalBytes).toBeNull();
  });

  it('may carry bytes behind its end that its length covers', () => {
    expect(feed({ kind: 'length', bytes: 13 }, `${snapshot}xyzSTREAM`, 4).left).toBe('STREAM');
  });

  it('is broken when it is longer than the length that was said', () => {
    expect(() => feed({ kind: 'length', bytes: 9 }, snapshot, 4)).toThrow('no end within its length');
  });

  it('is broken when another mark ends it', () => {
    expect(() => feed(marked, `${snapshot + 'm'.repeat(39)}n`, 1000)).toThrow('EOF marker is broken');
  });
});
