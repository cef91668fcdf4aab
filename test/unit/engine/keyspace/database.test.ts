// The keyspace against a simple Map: any acts, any sizes, growth and shrinking, expiry, scan, snapshot, watches.
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { ActiveExpiry } from '#core/engine/keyspace/active-expiry.ts';
import type { Database } from '#core/engine/keyspace/database.ts';
import { Keyspace } from '#core/engine/keyspace/keyspace.ts';
import { encoding, MAX_INLINE_BYTES, valueType } from '#core/engine/keyspace/record.ts';
import { SingleKey } from '#core/engine/keyspace/single-key.ts';
import { seededRandom } from '../../../support/random.ts';

let keyspace: Keyspace;
let db: Database;

beforeEach(() => {
  keyspace = makeKeyspace();
  db = keyspace.databases[0]!;
});

function makeKeyspace(): Keyspace {
  const random = seededRandom(7);
  return new Keyspace({ databases: 16, randomBelow: random.below, hashSeed: 99 });
}

function setString(key: string, value: string | Buffer, keepExpiry = false, database = db): number {
  const bytes = Buffer.from(value as string);
  return database.storeInline(
    new SingleKey(key),
    1,
    valueType.string,
    encoding.plain,
    bytes,
    0,
    bytes.length,
    keepExpiry,
  );
}

function getString(key: string, database = db): string | null {
  const ref = database.peek(new SingleKey(key), 1);
  return ref === 0 ? null : database.inlineBytes(ref).toString();
}

function removeKey(key: string): void {
  const ref = db.lookupWrite(new SingleKey(key), 1);
  if (ref !== 0) db.remove(ref);
}

function allKeys(database = db): string[] {
  const keys: string[] = [];
  database.forEach((ref) => void keys.push(database.keyBytes(ref).toString()));
  return keys.sort();
}

describe('a database', () => {
  test('does what a Map does, whatever is stored, replaced, removed and given an expiry', () => {
    const act = fc.record({
      kind: fc.constantFrom('set', 'set', 'set', 'remove', 'expire', 'persist', 'object'),
      key: fc.integer({ min: 0, max: 60 }),
      length: fc.oneof(
        fc.integer({ min: 0, max: 80 }),
        fc.constantFrom(MAX_INLINE_BYTES - 1, MAX_INLINE_BYTES, MAX_INLINE_BYTES + 1),
      ),
      keep: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(act, { maxLength: 400 }), (acts) => {
        keyspace = makeKeyspace();
        db = keyspace.databases[0]!;
        keyspace.nowMs = 1000;
        const model = new Map<string, { value: string; expiryMs: number }>();
        acts.forEach(({ kind, key: number, length, keep }, step) => {
          const key = `key:${number}`;
          const known = model.get(key);
          const ref = db.lookupWrite(new SingleKey(key), 1);
          expect(ref !== 0).toBe(known !== undefined);
          if (kind === 'set') {
            const value = String(step).padEnd(length, '.');
            setString(key, value, keep);
            model.set(key, { value, expiryMs: keep && known !== undefined ? known.expiryMs : -1 });
          } else if (kind === 'object') {
            db.storeObject(
              new SingleKey(key),
              1,
              valueType.string,
              encoding.plain,
              Buffer.from(`object ${step}`),
              keep,
            );
            model.set(key, { value: `object ${step}`, expiryMs: keep && known !== undefined ? known.expiryMs : -1 });
          } else if (known !== undefined && kind === 'remove') {
            db.remove(ref);
            model.delete(key);
          } else if (known !== undefined && kind === 'expire') {
            db.setExpiry(ref, 2000 + step);
            known.expiryMs = 2000 + step;
          } else if (known !== undefined && kind === 'persist') {
            db.clearExpiry(ref);
            known.expiryMs = -1;
          }
        });
        const found = new Map<string, { value: string; expiryMs: number }>();
        db.forEach((ref) => {
          found.set(db.keyBytes(ref).toString(), { value: db.inlineBytes(ref).toString(), expiryMs: db.expiryMs(ref) });
        });
        expect(found).toEqual(model);
        expect(db.size).toBe(model.size);
        expect(db.expiring).toBe([...model.values()].filter(({ expiryMs }) => expiryMs >= 0).length);
        for (const key of [...model.keys()]) removeKey(key);
        expect({ used: keyspace.arena.usedBytes, slots: keyspace.slots.count }).toEqual({ used: 0, slots: 0 });
      }),
      { numRuns: 120 },
    );
  });

  test('grows to many keys, shrinks again, and uses released memory anew', () => {
    const count = 20_000;
    for (let i = 0; i < count; i++) setString(`key:${i}`, `value:${i}`);
    expect(db.size).toBe(count);
    for (let i = 0; i < count; i++) expect(getString(`key:${i}`)).toBe(`value:${i}`);
    const reserved = keyspace.arena.reservedBytes;
    for (let round = 0; round < 5; round++) {
      for (let i = 0; i < count; i++) removeKey(`key:${i}`);
      for (let i = 0; i < count; i++) setString(`key:${i}`, `value:${i}`);
    }
    expect(keyspace.arena.reservedBytes).toBe(reserved);
    for (let i = 10; i < count; i++) removeKey(`key:${i}`);
    for (let i = 0; i < 100; i++) keyspace.tidy(1000);
    expect(db.table.tableBytes).toBeLessThan(1024);
    expect(allKeys()).toEqual(Array.from({ length: 10 }, (_, i) => `key:${i}`));
  });

  test('a table made large for a load keeps its size until all has come', () => {
    db.table.reserve(10_000);
    setString('first', 'value');
    for (let i = 0; i < 100; i++) keyspace.tidy(1000);
    expect(db.table.tableBytes).toBe(16_384 * 4);
    db.table.endReserve();
    for (let i = 0; i < 100; i++) keyspace.tidy(1000);
    expect(db.table.tableBytes).toBeLessThan(1024);
  });

  test('memory of sizes that are no longer asked for is cut up for other sizes', () => {
    for (let i = 0; i < 3000; i++) setString(`key:${i}`, 'x'.repeat(4000));
    const reserved = keyspace.arena.reservedBytes;
    for (let i = 0; i < 3000; i++) removeKey(`key:${i}`);
    for (let i = 0; i < 50_000; i++) setString(`key:${i}`, 'x'.repeat(100));
    expect(keyspace.arena.reservedBytes).toBe(reserved);
  });

  test('bytes of the arena itself can be stored under another key while the arena grows', () => {
    const value = 'v'.repeat(15_000);
    setString('first', value);
    for (let i = 0; i < 400; i++) {
      const bytes = db.inlineBytes(db.peek(new SingleKey('first'), 1));
      db.storeInline(new SingleKey(`copy:${i}`), 1, valueType.string, encoding.plain, bytes, 0, bytes.length, false);
    }
    for (let i = 0; i < 400; i++) expect(getString(`copy:${i}`)).toBe(value);
  });

  test.each([2 ** 20 - 1, 2 ** 20, 2 ** 21 + 5])(
    'keeps a key of %i bytes through every change of its record',
    (length) => {
      const key = 'k'.repeat(length);
      // Of the same length up to what the meta counts.
      setString('k'.repeat(length % 2 ** 20), 'other');
      setString(key, 'v');
      expect(getString(key)).toBe('v');
      const at = (ref: number) => ({ key: db.keyBytes(ref).toString(), value: db.inlineBytes(ref).toString() });
      const single = new SingleKey(key);
      let ref = db.setExpiry(db.peek(single, 1), 2 ** 41);
      expect({ ...at(ref), expiryMs: db.expiryMs(ref) }).toEqual({ key, value: 'v', expiryMs: 2 ** 41 });
      const long = Buffer.alloc(100_000, 'long');
      ref = db.replaceInline(ref, encoding.plain, long, 0, long.length);
      expect({ ...at(ref), expiryMs: db.expiryMs(ref) }).toEqual({ key, value: long.toString(), expiryMs: 2 ** 41 });
      ref = db.clearExpiry(db.replaceInline(ref, encoding.plain, long, 0, 9));
      expect(at(db.peek(single, 1))).toEqual({ key, value: 'longlongl' });
      removeKey(key);
      removeKey('k'.repeat(length % 2 ** 20));
      expect({ size: db.size, used: keyspace.arena.usedBytes }).toEqual({ size: 0, used: 0 });
    },
  );

  test('a random key is one of them, and each comes', () => {
    for (let i = 0; i < 8; i++) setString(`key:${i}`, 'v');
    const seen = new Set<string>();
    for (let i = 0; i < 500; i++) seen.add(db.keyBytes(db.randomRef()).toString());
    expect([...seen].sort()).toEqual(allKeys());
  });
});

describe('expiry', () => {
  test('a master deletes a key past its time when it meets it, and tells', () => {
    const told: string[] = [];
    keyspace.onExpired = (index, key) => void told.push(`${index}:${key}`);
    keyspace.nowMs = 1000;
    db.setExpiry(setString('a', '1'), 1500);
    keyspace.nowMs = 1500;
    expect(getString('a')).toBe('1');
    keyspace.nowMs = 1501;
    expect(getString('a')).toBeNull();
    expect({ told, size: db.size, expiring: db.expiring }).toEqual({ told: ['0:a'], size: 0, expiring: 0 });
  });

  test('a replica hides it, and its master still sees it', () => {
    keyspace.nowMs = 1000;
    db.setExpiry(setString('a', '1'), 1500);
    keyspace.nowMs = 2000;
    keyspace.expiryMode = 'hide';
    expect(getString('a')).toBeNull();
    expect(db.size).toBe(1);
    keyspace.expiryMode = 'ignore';
    expect(getString('a')).toBe('1');
  });

  test('a writable replica deletes a hidden key before it writes another in its place', () => {
    keyspace.nowMs = 1000;
    db.setExpiry(setString('a', '1'), 1500);
    keyspace.nowMs = 2000;
    keyspace.expiryMode = 'hide';
    keyspace.tracksOwnExpiries = true;
    setString('a', '2');
    expect({ value: getString('a'), size: db.size, expiring: db.expiring }).toEqual({
      value: '2',
      size: 1,
      expiring: 0,
    });
  });

  test('keys that nobody asks for are deleted by samples', () => {
    keyspace.nowMs = 1000;
    for (let i = 0; i < 2000; i++) {
      const ref = setString(`key:${i}`, 'v');
      if (i % 2 === 0) db.setExpiry(ref, 1500);
      else if (i % 3 === 0) db.setExpiry(ref, 9000);
    }
    keyspace.nowMs = 2000;
    const expiry = new ActiveExpiry(keyspace, () => 0);
    for (let runs = 0; runs < 300 && db.size > 1000; runs++) expiry.run(10);
    expect(db.size).toBe(1000);
    expect(keyspace.expiredKeys).toBe(1000);
  });
});

describe('scan', () => {
  test('visits each key that stays at least once while the table grows and shrinks', () => {
    for (const change of [4000, -700]) {
      keyspace = makeKeyspace();
      db = keyspace.databases[0]!;
      for (let i = 0; i < 1000; i++) setString(`key:${i}`, 'v');
      const staying = change > 0 ? 1000 : 1000 + change;
      const seen = new Set<string>();
      let cursor = 0;
      let steps = 0;
      do {
        cursor = db.scan(cursor, 10, (ref) => void seen.add(db.keyBytes(ref).toString()));
        steps++;
        for (let i = 0; i < 40; i++) {
          const number = steps * 40 + i;
          if (change > 0 && number < change) setString(`new:${number}`, 'v');
          if (change < 0 && number >= staying && number < 1000) removeKey(`key:${number}`);
        }
        keyspace.tidy(5);
      } while (cursor !== 0);
      for (let i = 0; i < Math.min(staying, 40); i++) expect(seen).toContain(`key:${i}`);
      expect([...seen].filter((key) => key.startsWith('key:')).length).toBeGreaterThanOrEqual(staying);
    }
  });
});

describe('a snapshot', () => {
  test('shows every key as it was when it began, whatever is done meanwhile', () => {
    const random = seededRandom(3);
    for (let round = 0; round < 20; round++) {
      keyspace = makeKeyspace();
      db = keyspace.databases[0]!;
      // Some rounds begin in the middle of a rehash.
      const count = 500 + random.below(600);
      for (let i = 0; i < count; i++) setString(`key:${i}`, '0');
      const taken: string[] = [];
      const snapshot = keyspace.beginSnapshot({
        record: (database, index, ref) =>
          taken.push(`${index} ${database.keyBytes(ref)}=${database.inlineBytes(ref)}`) > 0,
        finish: () => {},
        aborted: () => {},
      });
      const expected = allKeys().map((key) => `0 ${key}=0`);
      while (!snapshot.advance(1 + random.below(8))) {
        for (let i = 0; i < 5; i++) {
          const key = `key:${random.below(count * 2)}`;
          const act = random.below(3);
          if (act === 0) setString(key, String(random.below(1e9)));
          else if (act === 1) removeKey(key);
          else {
            const ref = db.lookupWrite(new SingleKey(key), 1);
            if (ref !== 0) db.setExpiry(ref, 5);
          }
        }
      }
      snapshot.end();
      expect(taken.sort()).toEqual(expected.sort());
    }
  });

  test('ends by itself when the data is emptied, and the next one can begin', () => {
    setString('a', '1');
    const reasons: string[] = [];
    const snapshot = keyspace.beginSnapshot({
      record: () => true,
      finish: () => {},
      aborted: (reason) => void reasons.push(reason),
    });
    expect(() => keyspace.beginSnapshot({ record: () => true, finish: () => {}, aborted: () => {} })).toThrow(
      'already running',
    );
    keyspace.flushAll();
    expect({ reasons, running: keyspace.snapshotRunning, done: snapshot.advance(1) }).toEqual({
      reasons: ['flushed'],
      running: false,
      done: true,
    });
    keyspace.beginSnapshot({ record: () => true, finish: () => {}, aborted: () => {} }).end();
  });
});

describe('the keyspace', () => {
  test('empties one database and leaves the others', () => {
    const other = keyspace.databases[3]!;
    setString('a', '1');
    setString('b', '2', false, other);
    keyspace.flush(db);
    expect([allKeys(keyspace.databases[0]!), allKeys(keyspace.databases[3]!)]).toEqual([[], ['b']]);
    keyspace.flush(keyspace.databases[3]!);
    expect(keyspace.size).toBe(0);
  });

  test('swaps two databases, and tells who watches', () => {
    const watcher = { touched: false };
    setString('a', 'zero');
    keyspace.watch(1, Buffer.from('a'), watcher);
    keyspace.swap(0, 1);
    expect(getString('a', keyspace.databases[1]!)).toBe('zero');
    expect(keyspace.databases.slice(0, 2).map((database) => database.index)).toEqual([0, 1]);
    expect(watcher.touched).toBe(true);
  });

  test('takes over all that another one holds', () => {
    const loaded = makeKeyspace();
    const target = loaded.databases[2]!;
    setString('new', 'value', false, target);
    setString('old', 'gone');
    keyspace.adopt(loaded);
    expect(keyspace.size).toBe(1);
    expect(getString('new', keyspace.databases[2]!)).toBe('value');
    setString('later', 'x', false, keyspace.databases[0]!);
    expect(getString('later', keyspace.databases[0]!)).toBe('x');
  });

  test('a watcher hears of every change of its key, and of no other', () => {
    const watcher = { touched: false };
    const heard = (act: () => void): boolean => {
      watcher.touched = false;
      act();
      return watcher.touched;
    };
    keyspace.watch(0, Buffer.from('a'), watcher);
    expect(heard(() => setString('b', '1'))).toBe(false);
    expect(heard(() => setString('a', '1', false, keyspace.databases[1]!))).toBe(false);
    expect(heard(() => setString('a', '1'))).toBe(true);
    expect(heard(() => db.setExpiry(db.peek(new SingleKey('a'), 1), 9e12))).toBe(true);
    expect(heard(() => db.clearExpiry(db.peek(new SingleKey('a'), 1)))).toBe(true);
    expect(heard(() => removeKey('a'))).toBe(true);
    keyspace.unwatch(0, Buffer.from('a'), watcher);
    expect(heard(() => setString('a', '1'))).toBe(false);
    expect(keyspace.watches).toBeNull();
  });
});
