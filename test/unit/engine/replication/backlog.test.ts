// The backlog against a simple model: all bytes ever written, and a window on them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Backlog, chunkBytes, trimStepBytes } from '#core/engine/replication/backlog.ts';

/** Byte number n is n modulo 251, so that every place can be told from its neighbours. */
function numbered(fromByte: number, count: number): Buffer {
  return Buffer.from(Array.from({ length: count }, (_, index) => (fromByte + index) % 251));
}

function append(backlog: Backlog, count: number): void {
  const bytes = numbered(backlog.offset + 1, count);
  backlog.append(bytes, 0, bytes.length);
}

function readAll(backlog: Backlog, offset: number): Buffer {
  const parts: Buffer[] = [];
  let at = offset;
  for (let slice = backlog.read(at); slice !== null; slice = backlog.read(at)) {
    parts.push(slice.bytes.subarray(slice.start, slice.end));
    at += slice.end - slice.start;
  }
  return Buffer.concat(parts);
}

describe('the backlog', () => {
  it('is empty at first, and its first byte is the next to come, as Redis says it', () => {
    expect(new Backlog(1000, 107).window).toEqual({ sizeBytes: 1000, firstByte: 108, histlenBytes: 0 });
  });

  it('gives back what was appended, across chunks', () => {
    const backlog = new Backlog(10 * chunkBytes, 41);
    append(backlog, chunkBytes - 10);
    append(backlog, 20);
    append(backlog, chunkBytes);
    expect(backlog.offset).toBe(41 + 2 * chunkBytes + 10);
    expect(readAll(backlog, 41).equals(numbered(42, 2 * chunkBytes + 10))).toBe(true);
    expect(readAll(backlog, 41 + chunkBytes).equals(numbered(42 + chunkBytes, chunkBytes + 10))).toBe(true);
  });

  it('lets whole steps go and never holds less than its size', () => {
    const backlog = new Backlog(3 * trimStepBytes, 0);
    for (let i = 0; i < 100; i++) append(backlog, 5000);
    const { firstByte, histlenBytes } = backlog.window;
    expect(histlenBytes).toBeGreaterThanOrEqual(3 * trimStepBytes);
    expect(histlenBytes).toBeLessThanOrEqual(4 * trimStepBytes + 5000);
    expect((firstByte - 1) % trimStepBytes).toBe(0);
    expect(firstByte + histlenBytes - 1).toBe(backlog.offset);
  });

  it('keeps for a reader what he has not read, and lets it go when he leaves', () => {
    const backlog = new Backlog(trimStepBytes, 0);
    const reader = { offset: 0 };
    backlog.addReader(reader);
    append(backlog, 2 * chunkBytes);
    expect(backlog.window.firstByte).toBe(1);
    reader.offset = chunkBytes;
    append(backlog, 1);
    expect(backlog.window.firstByte).toBe(chunkBytes + 1);
    backlog.removeReader(reader);
    expect(backlog.window.histlenBytes).toBeLessThan(2 * trimStepBytes);
  });

  it('gives memory back with the bytes', () => {
    const backlog = new Backlog(chunkBytes, 0);
    for (let i = 0; i < 20; i++) append(backlog, chunkBytes);
    expect(backlog.memoryBytes).toBeLessThanOrEqual(3 * chunkBytes);
  });

  it('shrinks at once when its size is changed, and cannot bring back what it let go', () => {
    const backlog = new Backlog(10 * trimStepBytes, 0);
    append(backlog, 10 * trimStepBytes);
    backlog.resize(trimStepBytes);
    expect(backlog.window).toMatchObject({ sizeBytes: trimStepBytes, histlenBytes: trimStepBytes });
    backlog.resize(10 * trimStepBytes);
    expect(backlog.window.histlenBytes).toBe(trimStepBytes);
  });

  it('refuses to read what it does not hold', () => {
    const backlog = new Backlog(trimStepBytes, 100);
    append(backlog, 10);
    expect(() => backlog.read(99)).toThrow('byte 100 is not in the backlog of 101 to 110');
    expect(() => backlog.read(111)).toThrow(RangeError);
    expect(backlog.read(110)).toBeNull();
  });

  it('is, for any appends, sizes and readers, the end of all that was written', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('append' as const), value: fc.integer({ min: 0, max: 60_000 }) }),
      fc.record({ kind: fc.constant('resize' as const), value: fc.integer({ min: 1, max: 300_000 }) }),
      fc.record({ kind: fc.constant('read' as const), value: fc.integer({ min: 0, max: 60_000 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const backlog = new Backlog(trimStepBytes, 0);
        const reader = { offset: 0 };
        backlog.addReader(reader);
        for (const { kind, value } of steps) {
          if (kind === 'append') append(backlog, value);
          else if (kind === 'resize') backlog.resize(value);
          else reader.offset = Math.min(backlog.offset, reader.offset + value);
        }
        const { firstByte, histlenBytes } = backlog.window;
        expect(firstByte).toBeLessThanOrEqual(reader.offset + 1);
        expect(firstByte + histlenBytes - 1).toBe(backlog.offset);
        expect(readAll(backlog, firstByte - 1).equals(numbered(firstByte, histlenBytes))).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});
