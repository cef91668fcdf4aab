// Hashes with fields that expire: found again wherever their key goes, ended on a master, kept and hidden on a replica.
import { beforeEach, describe, expect, it } from 'vitest';
import { HashValue } from '#core/engine/data/hash-value.ts';
import { defaultCollectionLimits } from '#core/engine/data/limits.ts';
import { ActiveExpiry } from '#core/engine/keyspace/active-expiry.ts';
import type { Keyspace } from '#core/engine/keyspace/keyspace.ts';
import { encoding, valueType } from '#core/engine/keyspace/record.ts';
import { SingleKey } from '#core/engine/keyspace/single-key.ts';
import { writtenVersion } from '#core/engine/persistence/rdb/written-version.ts';
import { readKeyspace } from '../../../support/keyspace-reading.ts';
import { freshKeyspace, loadRdb, writeRdb } from '../../../support/rdb.ts';

let keyspace: Keyspace;
let told: string[];

function put(key: string, fields: Readonly<Record<string, number>>, databaseIndex = 0): void {
  const hash = HashValue.empty();
  for (const [field, atMs] of Object.entries(fields)) {
    hash.set(field, `value of ${field}`, defaultCollectionLimits);
    if (atMs > 0) hash.expire(field, atMs);
  }
  keyspace.databases[databaseIndex]!.storeObject(
    new SingleKey(key),
    0,
    valueType.hash,
    encoding.hashtable,
    hash,
    false,
  );
}

function runAt(nowMs: number): void {
  keyspace.nowMs = nowMs;
  new ActiveExpiry(keyspace, () => 0).run(10);
}

beforeEach(() => {
  keyspace = freshKeyspace();
  keyspace.expiryMode = 'delete';
  told = [];
  keyspace.onFieldsExpired = (index, key, fields) => void told.push(`${index} ${key} ${fields}`);
});

describe('fields past their time', () => {
  it('go on a master, which says so, and the key goes with the last one', () => {
    put('h', { a: 100, b: 0, c: 200 });
    put('all', { x: 100 });
    runAt(100);
    expect(told).toEqual([]);
    runAt(101);
    expect(told.sort()).toEqual(['0 all x', '0 h a']);
    expect([...readKeyspace(keyspace).keys()]).toEqual(['0:h']);
    runAt(201);
    expect(told).toContain('0 h c');
    expect(readKeyspace(keyspace).get('0:h')).toBe('4 -1 ["b,value of b"]');
  });

  it('end in the next round where many others come before', () => {
    for (let index = 0; index < 100; index++) put(`stays ${index}`, { a: 1000 });
    put('last', { x: 100, y: 1000 });
    runAt(101);
    expect(told).toEqual([]);
    runAt(101);
    expect(told).toEqual(['0 last x']);
    for (let round = 0; round < 3; round++) runAt(1001);
    expect(told).toHaveLength(102);
    expect(keyspace.size).toBe(0);
  });

  it('stay on a replica until its master says that they are gone', () => {
    put('h', { a: 100 });
    keyspace.expiryMode = 'hide';
    runAt(1000);
    expect(told).toEqual([]);
    expect(keyspace.size).toBe(1);
  });

  it('are found after SWAPDB, and in data that were taken over', () => {
    put('h', { a: 100, b: 0 }, 3);
    keyspace.swap(3, 5);
    const { keyspace: loaded } = loadRdb(writeRdb(keyspace, { version: writtenVersion(keyspace, false) }));
    keyspace.adopt(loaded);
    runAt(101);
    expect(told).toEqual(['5 h a']);
  });

  it('are looked after until the last of many', () => {
    for (let key = 0; key < 500; key++) put(`h${key}`, { a: 100, b: 0 });
    for (let round = 0; round < 10; round++) runAt(101);
    expect(told).toHaveLength(500);
  });
});

describe('the version that is written', () => {
  it('is 12 as long as any field expires', () => {
    put('h', { a: 100 });
    expect(writtenVersion(keyspace, false)).toBe(12);
    runAt(101);
    expect(writtenVersion(keyspace, false)).toBe(10);
  });

  it('carries every field and moment', () => {
    put('h', { a: 1_800_000_000_123, b: 0, c: 1_800_000_000_124, d: 1_900_000_000_000 });
    const { keyspace: loaded } = loadRdb(writeRdb(keyspace, { version: 12 }), 1);
    let hash: HashValue | null = null;
    loaded.databases[0].forEach((ref) => {
      hash = loaded.databases[0].object<HashValue>(ref);
    });
    expect([...hash!.expiries()]).toEqual([
      ['a', 1_800_000_000_123],
      ['c', 1_800_000_000_124],
      ['d', 1_900_000_000_000],
    ]);
    expect(readKeyspace(loaded)).toEqual(readKeyspace(keyspace));
  });
});
