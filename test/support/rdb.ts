// RDB files in memory: loads bytes into a fresh keyspace, cut as a test wants, and writes a keyspace out again.
import { defaultCollectionLimits } from '#core/engine/data/limits.ts';
import { Keyspace } from '#core/engine/keyspace/keyspace.ts';
import { rdbVersion } from '#core/engine/persistence/rdb/format.ts';
import { RdbLoader, type RdbLoadReport } from '#core/engine/persistence/rdb/reader.ts';
import { type SnapshotOutcome, type SnapshotSink, startSnapshot } from '#core/engine/persistence/snapshot.ts';

export interface LoadedRdb {
  readonly keyspace: Keyspace;
  readonly report: RdbLoadReport;
}

export function freshKeyspace(): Keyspace {
  const keyspace = new Keyspace({
    databases: 16,
    randomBelow: (below) => Math.floor(Math.random() * below),
    hashSeed: 7,
  });
  keyspace.expiryMode = 'ignore';
  return keyspace;
}

/** Loads the bytes in pieces of `pieceBytes`, and insists that all of them are taken. @throws RdbError */
export function loadRdb(bytes: Buffer, pieceBytes = bytes.length): LoadedRdb {
  const keyspace = freshKeyspace();
  const loader = new RdbLoader({
    keyspace,
    limits: defaultCollectionLimits,
    verifyChecksum: true,
    dropExpiredBeforeMs: null,
    sizeBytes: bytes.length,
  });
  for (let at = 0; at < bytes.length && !loader.finished; at += pieceBytes) {
    // Each piece in memory of its own: whoever looks behind its end, or keeps a part of it, is found out.
    const piece = Buffer.from(bytes.subarray(at, at + pieceBytes));
    const copied = Buffer.from(Uint8Array.from(piece).buffer);
    loader.feed(copied, new DataView(copied.buffer), 0, copied.length);
    copied.fill(0xee);
  }
  loader.end();
  return { keyspace, report: loader.report };
}

/** Turns that are run by hand: `run` does what was asked for `soon`, until nothing is left or `until` says so. */
export class ManualTurns {
  readonly #turns: (() => void)[] = [];
  readonly timers = {
    soon: (run: () => void) => {
      this.#turns.push(run);
      return { dispose: () => {} };
    },
    after: () => {
      throw new Error('a snapshot sets no timer');
    },
    every: () => {
      throw new Error('a snapshot sets no timer');
    },
  };

  run(until: () => boolean = () => false): void {
    while (this.#turns.length > 0 && !until()) this.#turns.shift()!();
  }

  get idle(): boolean {
    return this.#turns.length === 0;
  }
}

/** Time that passes by a fixed step each time it is read, so that a test decides how much a slice does. */
export function steppingClock(stepMs: number): { nowMs(): number; monotonicMs(): number } {
  let now = 1_700_000_000_000;
  return {
    nowMs: () => now,
    monotonicMs: () => {
      now += stepMs;
      return now;
    },
  };
}

/** Copies what it is given. */
export class MemorySink implements SnapshotSink {
  readonly pieces: Buffer[] = [];
  onDrain: () => void = () => {};

  write(chunk: Buffer): boolean {
    this.pieces.push(Buffer.from(chunk));
    return true;
  }

  bytes(): Buffer {
    return Buffer.concat(this.pieces);
  }
}

/** The whole RDB of a keyspace, written in one go. */
export function writeRdb(
  keyspace: Keyspace,
  options: { compress?: boolean; checksum?: boolean; version?: number } = {},
): Buffer {
  const turns = new ManualTurns();
  const sink = new MemorySink();
  let outcome: SnapshotOutcome | null = null;
  startSnapshot({
    keyspace,
    aux: { usedMemoryBytes: 1_000_000, replication: null },
    sink,
    timers: turns.timers,
    clock: steppingClock(0.01),
    version: options.version ?? rdbVersion,
    compress: options.compress ?? true,
    checksum: options.checksum ?? true,
    keyDelayMicroseconds: 0,
    onDone: (done) => {
      outcome = done;
    },
  });
  turns.run();
  const done = outcome as SnapshotOutcome | null;
  if (done?.kind !== 'finished') throw new Error(`the snapshot did not finish: ${JSON.stringify(done)}`);
  return sink.bytes();
}
