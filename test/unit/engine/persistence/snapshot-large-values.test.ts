// A large value that is half written when it changes: the snapshot first completes it as it was at its moment.
import { describe, expect, it } from 'vitest';
import { HashValue } from '#core/engine/data/hash-value.ts';
import { defaultCollectionLimits } from '#core/engine/data/limits.ts';
import { ListValue } from '#core/engine/data/list-value.ts';
import { SetValue } from '#core/engine/data/set-value.ts';
import { SortedSetValue } from '#core/engine/data/sorted-set-value.ts';
import { streamId } from '#core/engine/data/stream-id.ts';
import { StreamValue } from '#core/engine/data/stream-value.ts';
import type { Database } from '#core/engine/keyspace/database.ts';
import type { Keyspace } from '#core/engine/keyspace/keyspace.ts';
import { type Encoding, encoding, type ValueType, valueType } from '#core/engine/keyspace/record.ts';
import { SingleKey } from '#core/engine/keyspace/single-key.ts';
import { rdbVersion } from '#core/engine/persistence/rdb/format.ts';
import { type SnapshotOutcome, startSnapshot } from '#core/engine/persistence/snapshot.ts';
import { readKeyspace } from '../../../support/keyspace-reading.ts';
import { freshKeyspace, loadRdb, ManualTurns, MemorySink, steppingClock } from '../../../support/rdb.ts';

const limits = defaultCollectionLimits;
const key = new SingleKey('large');
const elements = Array.from({ length: 25_000 }, (_, at) => `element ${at}`);
const [first, last] = [elements[0]!, elements.at(-1)!];
/** Two chunks, and about half of the smallest of the values. */
const begunBytes = 2 * 64 * 1024;
/** Longer than a slice, so that each slice writes one piece. */
const stepMs = 2;

/** A large value of one type, and how it is changed at its head and at its tail. */
interface Sample {
  readonly type: ValueType;
  readonly how: Encoding;
  readonly make: () => object;
  readonly change: (database: Database, ref: number) => void;
}

const samples: Readonly<Record<string, Sample>> = {
  string: {
    type: valueType.string,
    how: encoding.plain,
    make: () => Buffer.alloc(1_000_000, 'a long text '),
    change: (database, ref) => void database.inlineBytes(ref).fill('!', 0, 10).fill('?', 999_990),
  },
  list: {
    type: valueType.list,
    how: encoding.quicklist,
    make: () => {
      const list = new ListValue();
      for (const text of elements) list.pushTail(text, limits);
      return list;
    },
    change: (database, ref) => {
      const list = database.object<ListValue>(ref);
      list.popHead();
      list.pushTail('later', limits);
    },
  },
  set: {
    type: valueType.set,
    how: encoding.hashtable,
    make: () => SetValue.large(elements),
    change: (database, ref) => {
      const set = database.object<SetValue>(ref);
      set.delete(first);
      set.add('later', limits);
    },
  },
  hash: {
    type: valueType.hash,
    how: encoding.hashtable,
    make: () => HashValue.large(elements.map((text) => [text, text])),
    change: (database, ref) => {
      const hash = database.object<HashValue>(ref);
      hash.set(first, 'changed', limits);
      hash.set(last, 'changed', limits);
    },
  },
  'sorted set': {
    type: valueType.zset,
    how: encoding.skiplist,
    make: () => SortedSetValue.large(elements.map((text, at) => [text, at])),
    change: (database, ref) => {
      const sortedSet = database.object<SortedSetValue>(ref);
      sortedSet.set(first, 1e9, limits);
      sortedSet.set(last, -1, limits);
    },
  },
  stream: {
    type: valueType.stream,
    how: encoding.stream,
    make: () => {
      const stream = StreamValue.of([], 0);
      elements.forEach((text, at) => {
        stream.append(streamId(BigInt(at + 1), 0n), ['field', text], limits);
      });
      return stream;
    },
    change: (database, ref) => {
      const stream = database.object<StreamValue>(ref);
      stream.delete(streamId(1n, 0n));
      stream.append(streamId(100_000n, 0n), ['field', 'later'], limits);
    },
  },
};

/** What can be done to a key while its value is being written. */
const acts: Readonly<Record<string, (database: Database, sample: Sample) => void>> = {
  'changed at both ends': (database, { change }) => change(database, database.lookupWrite(key, 0)),
  removed: (database) => database.remove(database.lookupWrite(key, 0)),
  'written over': (database) => {
    database.storeInline(key, 0, valueType.string, encoding.plain, Buffer.from('short'), 0, 5, false);
  },
  'given an expiry': (database) => void database.setExpiry(database.lookupWrite(key, 0), 2 ** 41),
};

const cases = Object.keys(samples).flatMap((kind) => Object.keys(acts).map((act) => [kind, act] as const));

function filledWith({ type, how, make }: Sample): Keyspace {
  const keyspace = freshKeyspace();
  const database = keyspace.databases[0]!;
  database.storeObject(key, 0, type, how, make(), false);
  for (let at = 0; at < 100; at++) {
    database.storeInline(
      new SingleKey(`key:${at}`),
      0,
      valueType.string,
      encoding.plain,
      Buffer.from('v'),
      0,
      1,
      false,
    );
  }
  return keyspace;
}

describe('a large value, half of which is written', () => {
  it.each(cases)('a %s that is then %s is in the snapshot as it was', (kind, act) => {
    const sample = samples[kind]!;
    const keyspace = filledWith(sample);
    const expected = readKeyspace(keyspace);
    const sink = new MemorySink();
    const turns = new ManualTurns();
    let outcome: SnapshotOutcome | null = null;
    startSnapshot({
      keyspace,
      aux: { usedMemoryBytes: 1, replication: null },
      sink,
      timers: turns.timers,
      clock: steppingClock(stepMs),
      version: rdbVersion,
      compress: false,
      checksum: true,
      keyDelayMicroseconds: 0,
      onDone: (done) => {
        outcome = done;
      },
    });
    turns.run(() => sink.bytes().length >= begunBytes);
    expect(outcome).toBe(null);
    acts[act]!(keyspace.databases[0]!, sample);
    expect(readKeyspace(keyspace)).not.toEqual(expected);
    turns.run();
    expect(outcome).toMatchObject({ kind: 'finished' });
    expect(readKeyspace(loadRdb(sink.bytes()).keyspace)).toEqual(expected);
  });
});
