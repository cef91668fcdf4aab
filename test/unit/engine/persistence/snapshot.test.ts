// A snapshot is of one moment, whatever happens while it is written: counters, large values, databases, slow sinks.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HashValue } from '#core/engine/data/hash-value.ts';
import { defaultCollectionLimits } from '#core/engine/data/limits.ts';
import { ListValue } from '#core/engine/data/list-value.ts';
import { SetValue } from '#core/engine/data/set-value.ts';
import { SortedSetValue } from '#core/engine/data/sorted-set-value.ts';
import type { Database } from '#core/engine/keyspace/database.ts';
import type { Keyspace } from '#core/engine/keyspace/keyspace.ts';
import { encoding, valueType } from '#core/engine/keyspace/record.ts';
import { SingleKey } from '#core/engine/keyspace/single-key.ts';
import { rdbVersion } from '#core/engine/persistence/rdb/format.ts';
import {
  type SnapshotJob,
  type SnapshotOutcome,
  type SnapshotSink,
  startSnapshot,
} from '#core/engine/persistence/snapshot.ts';
import { readKeyspace } from '../../../support/keyspace-reading.ts';
import { type SeededRandom, seededRandom } from '../../../support/random.ts';
import { freshKeyspace, loadRdb, ManualTurns, MemorySink, steppingClock, writeRdb } from '../../../support/rdb.ts';

const limits = defaultCollectionLimits;
const counters = 3000;
const largeElements = 2000;
/** More than one piece of a long string. */
const longStringBytes = 300_000;

function put(database: Database, key: string, value: Buffer | string): void {
  const bytes = Buffer.from(value);
  database.storeInline(new SingleKey(key), 0, valueType.string, encoding.plain, bytes, 0, bytes.length, false);
}

function putObject(database: Database, key: string, type: 1 | 2 | 3 | 4, object: object): void {
  const how = { 1: encoding.quicklist, 2: encoding.hashtable, 3: encoding.skiplist, 4: encoding.hashtable }[type];
  database.storeObject(new SingleKey(key), 0, type, how, object, false);
}

/** INCR as the command does it: look up for writing, then store anew. */
function increment(database: Database, key: string): void {
  const ref = database.lookupWrite(new SingleKey(key), 0);
  put(database, key, String(ref === 0 ? 1 : Number(database.inlineBytes(ref).toString()) + 1));
}

function filled(): Keyspace {
  const keyspace = freshKeyspace();
  for (const database of [keyspace.databases[0], keyspace.databases[9]]) {
    for (let at = 0; at < counters; at++) put(database, `counter:${at}`, String(at));
    const texts = Array.from({ length: largeElements }, (_, at) => `element ${at}`);
    const list = new ListValue();
    for (const text of texts) list.pushTail(text, limits);
    putObject(database, 'list', 1, list);
    putObject(database, 'set', 2, SetValue.large(texts));
    putObject(database, 'zset', 3, SortedSetValue.large(texts.map((text, at) => [text, at / 7])));
    putObject(database, 'hash', 4, HashValue.large(texts.map((text) => [text, text])));
    put(database, 'long', Buffer.alloc(longStringBytes, 'long text'));
    database.setExpiry(database.peek(new SingleKey('counter:7'), 0), 4_000_000_000_000);
  }
  return keyspace;
}

/** One change of any kind to a random place. */
function changeSomething(keyspace: Keyspace, random: SeededRandom): void {
  const database = random.pick([keyspace.databases[0], keyspace.databases[9]]);
  const counter = `counter:${random.below(counters + 50)}`;
  const write = (key: string) => database.lookupWrite(new SingleKey(key), 0);
  const kind = random.below(40);
  if (kind < 30) increment(database, counter);
  else if (kind < 34) {
    const ref = write(counter);
    if (ref !== 0) database.remove(ref);
  } else if (kind === 34) {
    const ref = write(counter);
    if (ref !== 0) database.setExpiry(ref, 5_000_000_000_000);
  } else if (kind === 35) {
    const ref = write('list');
    if (ref !== 0) database.object<ListValue>(ref).popHead();
  } else if (kind === 36) {
    const ref = write('hash');
    if (ref !== 0) database.object<HashValue>(ref).set(`element ${random.below(3000)}`, 'changed', limits);
  } else if (kind === 37) {
    const ref = write('zset');
    if (ref !== 0) database.object<SortedSetValue>(ref).set(`element ${random.below(3000)}`, 5, limits);
  } else if (kind === 38) {
    const ref = write('set');
    if (ref !== 0) database.object<SetValue>(ref).delete(`element ${random.below(largeElements)}`);
  } else {
    const ref = write('long');
    if (ref !== 0) database.inlineBytes(ref).fill('changed', 0, 100);
  }
}

interface Run {
  readonly job: SnapshotJob;
  readonly turns: ManualTurns;
  readonly outcome: () => SnapshotOutcome | null;
}

function begin(keyspace: Keyspace, sink: SnapshotSink, stepMs: number): Run {
  const turns = new ManualTurns();
  let outcome: SnapshotOutcome | null = null;
  const job = startSnapshot({
    keyspace,
    aux: { usedMemoryBytes: 1, replication: { id: 'a'.repeat(40), offset: 12345, streamDatabase: 9 } },
    sink,
    timers: turns.timers,
    clock: steppingClock(stepMs),
    version: rdbVersion,
    compress: true,
    checksum: true,
    keyDelayMicroseconds: 0,
    onDone: (done) => {
      outcome = done;
    },
  });
  return { job, turns, outcome: () => outcome };
}

/** Takes a chunk and is full until the test says otherwise. */
class SlowSink extends MemorySink {
  isFull = false;

  override write(chunk: Buffer): boolean {
    super.write(chunk);
    this.isFull = true;
    return false;
  }

  drain(): void {
    this.isFull = false;
    this.onDrain();
  }
}

describe('a snapshot', () => {
  it('is of the moment at which it began, whatever changes between its slices', () => {
    const cases = fc.record({ seed: fc.integer(), stepMs: fc.constantFrom(0.01, 0.3, 2), changesATurn: fc.nat(60) });
    fc.assert(
      fc.property(cases, ({ seed, stepMs, changesATurn }) => {
        const random = seededRandom(seed);
        const keyspace = filled();
        const expected = readKeyspace(keyspace);
        const sink = new MemorySink();
        const { turns, outcome } = begin(keyspace, sink, stepMs);
        while (outcome() === null) {
          for (let change = 0; change < changesATurn; change++) changeSomething(keyspace, random);
          let isNext = true;
          turns.run(() => {
            const wasNext = isNext;
            isNext = false;
            return !wasNext;
          });
        }
        const { keyspace: loaded, report } = loadRdb(sink.bytes());
        expect(readKeyspace(loaded)).toEqual(expected);
        expect(report.checksum).toBe('right');
        expect(Object.fromEntries(report.aux)).toMatchObject({
          'redis-ver': '7.0.15',
          'redis-bits': '64',
          'repl-id': 'a'.repeat(40),
          'repl-offset': '12345',
          'repl-stream-db': '9',
          'aof-base': '0',
        });
        const done = outcome();
        expect(done).toMatchObject({
          kind: 'finished',
          figures: { keys: expected.size, sizeBytes: sink.bytes().length },
        });
        expect(keyspace.snapshotRunning).toBe(false);
      }),
      { numRuns: 25 },
    );
  });

  it('waits for a sink that is full, goes on changing meanwhile, and is still of one moment', () => {
    const random = seededRandom(5);
    const keyspace = filled();
    const expected = readKeyspace(keyspace);
    const sink = new SlowSink();
    const { job, turns, outcome } = begin(keyspace, sink, 0.01);
    while (outcome() === null) {
      turns.run();
      const written = sink.pieces.length;
      for (let change = 0; change < 100; change++) changeSomething(keyspace, random);
      turns.run();
      expect(sink.pieces.length, 'pieces written to a full sink').toBe(written);
      expect(job.keysWritten).toBeLessThanOrEqual(job.keysTotal);
      if (sink.isFull) sink.drain();
    }
    expect(readKeyspace(loadRdb(sink.bytes()).keyspace)).toEqual(expected);
    expect(outcome()).toMatchObject({ kind: 'finished', figures: { keys: expected.size } });
  });

  it('ends a slice after one millisecond, also within a large value', () => {
    const keyspace = freshKeyspace();
    const texts = Array.from({ length: 50_000 }, (_, at) => `element ${at}`);
    putObject(keyspace.databases[0], 'set', 2, SetValue.large(texts));
    const { turns, outcome } = begin(keyspace, new MemorySink(), 0.4);
    turns.run();
    const done = outcome();
    if (done?.kind !== 'finished') throw new Error('the snapshot did not finish');
    expect(done.figures.slices).toBeGreaterThan(50);
    expect(done.figures.longestSliceMs).toBeLessThan(2.5);
  });

  it('holds keys that grow the table while it runs, and lets it grow afterwards', () => {
    const keyspace = filled();
    const expected = readKeyspace(keyspace);
    const sink = new MemorySink();
    const { turns, outcome } = begin(keyspace, sink, 2);
    for (let at = 0; at < counters * 10; at++) put(keyspace.databases[0], `later:${at}`, 'x');
    turns.run();
    expect(outcome()?.kind).toBe('finished');
    expect(readKeyspace(loadRdb(sink.bytes()).keyspace)).toEqual(expected);
    expect(keyspace.databases[0].size).toBe(counters * 11 + 5);
  });

  it('keeps the numbers of databases that are swapped while it runs', () => {
    const keyspace = filled();
    put(keyspace.databases[0], 'only in 0', 'x');
    const expected = readKeyspace(keyspace);
    const sink = new MemorySink();
    const { turns } = begin(keyspace, sink, 2);
    keyspace.swap(0, 9);
    increment(keyspace.databases[9], 'counter:1');
    turns.run();
    expect(readKeyspace(loadRdb(sink.bytes()).keyspace)).toEqual(expected);
  });

  it.each([
    ['flushed', (keyspace: Keyspace) => keyspace.flushAll()],
    ['replaced', (keyspace: Keyspace) => keyspace.adopt(freshKeyspace())],
    ['cancelled', (_: Keyspace, job: SnapshotJob) => job.abort()],
  ])('ends as %s and lets another begin', (reason, act) => {
    const keyspace = filled();
    const { job, turns, outcome } = begin(keyspace, new MemorySink(), 2);
    turns.run(() => job.keysWritten > 0);
    act(keyspace, job);
    expect(outcome()).toEqual({ kind: 'aborted', reason });
    turns.run();
    put(keyspace.databases[0], 'key', 'value');
    expect(readKeyspace(loadRdb(writeRdb(keyspace)).keyspace)).toEqual(readKeyspace(keyspace));
  });

  it('refuses to begin while another runs', () => {
    const keyspace = filled();
    begin(keyspace, new MemorySink(), 2);
    expect(() => begin(keyspace, new MemorySink(), 2)).toThrow('a snapshot is already running');
  });

  it('writes a file without a sum when asked to, which the loader takes as unchecked but looks for keys twice', () => {
    const keyspace = filled();
    const bytes = writeRdb(keyspace, { checksum: false, compress: false });
    const { keyspace: loaded, report } = loadRdb(bytes);
    expect(bytes.readBigUInt64LE(bytes.length - 8)).toBe(0n);
    expect(report.checksum).toBe('absent');
    expect(readKeyspace(loaded)).toEqual(readKeyspace(keyspace));
  });

  it('writes nothing but header, end and sum for an empty keyspace', () => {
    const { report } = loadRdb(writeRdb(freshKeyspace()));
    expect(report).toMatchObject({ version: 10, keysLoaded: 0, checksum: 'right' });
  });
});
