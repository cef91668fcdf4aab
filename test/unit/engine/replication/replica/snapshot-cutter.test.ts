// Where a snapshot ends that nobody parses, whole and cut anywhere, with the stream right behind it.
import { describe, expect, it } from 'vitest';
import type { SnapshotEnd } from '#core/engine/replication/replica/link-state.ts';
import { SnapshotCutter } from '#core/engine/replication/replica/snapshot-cutter.ts';

const mark = `${'m'.repeat(39)}e`;
const snapshot = `a snapshot with ${mark.slice(0, 39)} in it`;

/** Feeds in pieces; answers the snapshot and what is left for the stream. */
function cut(end: SnapshotEnd, text: string, pieceBytes: number) {
  const cutter = new SnapshotCutter(end);
  const bytes = Buffer.from(text);
  let at = 0;
  let kept = '';
  while (at < bytes.length && !cutter.isWhole) {
    const piece = cutter.cut(bytes, at, Math.min(bytes.length, at + pieceBytes));
    kept += piece.bytes.toString('latin1');
    at += piece.taken;
  }
  return { kept, left: text.slice(at), isWhole: cutter.isWhole, readBytes: cutter.readBytes };
}

describe.each([1, 7, 40, 41, 1000])('in pieces of %i bytes', (pieceBytes) => {
  it('ends after its length', () => {
    const found = cut({ kind: 'length', bytes: snapshot.length }, `${snapshot}stream`, pieceBytes);
    expect(found).toEqual({ kept: snapshot, left: 'stream', isWhole: true, readBytes: snapshot.length });
  });

  it('ends before its mark, and takes no part of one for it', () => {
    const found = cut({ kind: 'mark', mark }, `${snapshot}${mark}stream`, pieceBytes);
    expect(found).toEqual({ kept: snapshot, left: 'stream', isWhole: true, readBytes: snapshot.length + mark.length });
  });

  it('waits while its end is not there', () => {
    const found = cut({ kind: 'mark', mark }, snapshot + mark.slice(1), pieceBytes);
    expect(found).toMatchObject({ left: '', isWhole: false });
    expect(snapshot.startsWith(found.kept)).toBe(true);
  });
});

it('is whole at once when it has no bytes', () => {
  expect(new SnapshotCutter({ kind: 'length', bytes: 0 }).isWhole).toBe(true);
});
