// The loader: cut anywhere it loads the same, and what is broken or not for us is refused with a sentence and a place.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { HashValue } from '#core/engine/data/hash-value.ts';
import { crc64 } from '#core/engine/persistence/rdb/crc64.ts';
import { RdbError } from '#core/engine/persistence/rdb/format.ts';
import { readKeyspace } from '../../../../support/keyspace-reading.ts';
import { type SeededRandom, seededRandom } from '../../../../support/random.ts';
import { loadRdb } from '../../../../support/rdb.ts';

const folder = 'test/fixtures/rdb';
const refused = ['redis_40_with_module.rdb', 'redis_60_with_module_aux.rdb'];
const fixture = (name: string) => readFileSync(join(folder, name));
const samples = readdirSync(folder).filter((name) => name.endsWith('.rdb') && !refused.includes(name));
const smallSamples = samples.filter((name) => fixture(name).length < 500);
const bitFlipsASample = 200;

/** A file of version 10 with a right checksum around these items. */
function rdb(...items: (number | string | Buffer)[]): Buffer {
  const bytes = items.map((item) => (typeof item === 'number' ? Buffer.from([item]) : Buffer.from(item as string)));
  return withChecksum(Buffer.concat([Buffer.from('REDIS0010'), ...bytes, Buffer.from([0xff])]));
}

function withChecksum(body: Buffer): Buffer {
  const checksum = Buffer.alloc(8);
  checksum.writeBigUInt64LE(crc64(body));
  return Buffer.concat([body, checksum]);
}

/** A string with its length. */
const text = (value: string) => Buffer.concat([Buffer.from([value.length]), Buffer.from(value)]);

/** It loads or it is refused with an RdbError; nothing else, and not for long. */
function expectLoadOrRefusal(bytes: Buffer, pieceBytes: number, what: string): 'loaded' | 'refused' {
  const startedMs = performance.now();
  try {
    readKeyspace(loadRdb(bytes, pieceBytes).keyspace);
    return 'loaded';
  } catch (error) {
    if (!(error instanceof RdbError)) throw new Error(`${what}: ${error instanceof Error ? error.stack : error}`);
    return 'refused';
  } finally {
    expect(performance.now() - startedMs, `${what}, milliseconds`).toBeLessThan(2000);
  }
}

function flipBits(bytes: Buffer, random: SeededRandom): Buffer {
  const broken = Buffer.from(bytes);
  for (let flips = 1 + random.below(3); flips > 0; flips--) {
    const at = random.below(broken.length);
    broken[at] ^= 1 << random.below(8);
  }
  return broken;
}

describe('the loader', () => {
  it.each(samples)('%s gives the same whole, byte by byte, and in pieces of odd sizes', (name) => {
    const bytes = fixture(name);
    const whole = loadRdb(bytes);
    for (const pieceBytes of [1, 7, 1000]) {
      const pieces = loadRdb(bytes, pieceBytes);
      expect(readKeyspace(pieces.keyspace)).toEqual(readKeyspace(whole.keyspace));
      expect(pieces.report).toEqual(whole.report);
    }
  });

  it('takes nothing behind the end, so that a stream may follow', () => {
    const bytes = rdb(0, text('key'), text('value'));
    const followed = Buffer.concat([bytes, Buffer.from('*1\r\n$4\r\nPING\r\n')]);
    expect(() => loadRdb(followed)).not.toThrow();
    for (const pieceBytes of [followed.length, bytes.length - 3]) {
      expect(loadRdb(followed, pieceBytes).report).toMatchObject({ keysLoaded: 1, checksum: 'right' });
    }
  });

  it.each(smallSamples)('%s is refused at every truncation, whole and byte by byte', (name) => {
    const bytes = fixture(name);
    for (let length = 0; length < bytes.length; length++) {
      for (const pieceBytes of [1, Math.max(1, length)]) {
        const cut = bytes.subarray(0, length);
        expect(expectLoadOrRefusal(cut, pieceBytes, `${name} cut at ${length}`), `cut at ${length}`).toBe('refused');
      }
    }
  });

  it.each(samples)('%s with flipped bits loads or is refused, and never harms', (name) => {
    const random = seededRandom(20_26);
    const bytes = fixture(name);
    const tries = bytes.length < 2000 ? bitFlipsASample : 40;
    for (let at = 0; at < tries; at++) {
      expectLoadOrRefusal(flipBits(bytes, random), bytes.length, `${name}, seed 2026, try ${at}`);
    }
  });

  it('refuses any flipped bit of a file with a checksum', () => {
    const bytes = fixture('rdb_version_5_with_checksum.rdb');
    for (let at = 9; at < bytes.length - 8; at++) {
      const broken = Buffer.from(bytes);
      broken[at] ^= 4;
      expect(expectLoadOrRefusal(broken, broken.length, `byte ${at}`), `byte ${at}`).toBe('refused');
    }
  });

  it.each([
    ['RedisNOT10', 'Wrong signature trying to load DB from file (at byte 0 of the RDB)'],
    ['REDIS0013', "Can't handle RDB format version 13 (at byte 0 of the RDB)"],
    ['REDIS0000', "Can't handle RDB format version 0 (at byte 0 of the RDB)"],
    ['VALKEY080', "Can't handle RDB format version 80 of Valkey (at byte 0 of the RDB)"],
  ])('refuses a file that begins with %s', (start, message) => {
    expect(() => loadRdb(Buffer.from(`${start}${'x'.repeat(20)}`))).toThrow(message);
  });

  it.each([
    ['redis_40_with_module.rdb', /^A value of a module, at the key "foo" of database 0, of module ReJSON-RL version 0/],
    [
      'redis_60_with_module_aux.rdb',
      /module data we cannot load: no module test__rdb version 1, written by Redis 999.999.999 \(at byte 99 of the RDB\)/,
    ],
  ])('refuses %s with what it is and where', (name, message) => {
    expect(() => loadRdb(fixture(name))).toThrow(message);
    expect(() => loadRdb(fixture(name), 1)).toThrow(message);
  });

  it('refuses a wrong checksum with both sums', () => {
    const bytes = rdb(0, text('key'), text('value'));
    bytes[bytes.length - 1] ^= 1;
    expect(() => loadRdb(bytes)).toThrow(/^Wrong RDB checksum expected: \([0-9a-f]{16}\) but got \([0-9a-f]{16}\)/);
  });

  it.each([
    [
      'an unknown type with who wrote it',
      rdb(0xfa, text('valkey-ver'), text('9.2.0'), 23, text('key')),
      'Unknown RDB type or opcode 23, in database 0 after 0 keys, written by Valkey 9.2.0',
    ],
    ['an unknown type', rdb(99, text('key')), 'Unknown RDB type or opcode 99'],
    ['an opcode of a later Redis', rdb(0xf3, 0, 0, 0), 'Unknown RDB type or opcode 243'],
    ['a database that we do not have', rdb(0xfe, 16), 'The RDB has a database 16, and we have 16'],
    [
      'a field twice',
      rdb(4, text('key'), 2, text('f'), text('1'), text('f'), text('2')),
      'a hash has a field twice, at the key "key" of database 0',
    ],
    ['a member twice', rdb(2, text('key'), 2, text('m'), text('m')), 'a set has a member twice'],
    ['a score that is no number', rdb(3, text('key'), 1, text('m'), text('abc')), 'a score that is no number'],
    ['a NaN', rdb(3, text('key'), 1, text('m'), 253), 'a score that is no number'],
    [
      'an encoding where a length must be',
      rdb(4, text('key'), 0xc0, 1),
      'a string encoding stands where a length must be',
    ],
    [
      'a string of a terabyte',
      rdb(0, text('key'), Buffer.from([0x81, 0, 0, 1, 0, 0, 0, 0, 0])),
      'longer than any string may be',
    ],
    [
      'a compressed string that promises too much',
      rdb(0, text('key'), Buffer.from([0xc3, 2, 0x80, 0x10, 0, 0, 0, 0, 65])),
      'promises more than its bytes can hold',
    ],
    ['functions of a release candidate', rdb(0xf6, text('x')), 'Pre-release function format not supported'],
    [
      'a packed value of another form',
      rdb(16, text('key'), text('nolistpack')),
      'a listpack does not have the size it says, in database 0',
    ],
    ['an unknown list container', rdb(18, text('key'), 1, 7, text('x')), 'a list node has the unknown container 7'],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => loadRdb(bytes)).toThrow(message);
    expect(() => loadRdb(bytes, 1)).toThrow(message);
  });

  it('refuses a key that is there twice in a file without a checksum', () => {
    const twice = Buffer.concat([
      Buffer.from('REDIS0003'),
      ...[1, 2].flatMap(() => [Buffer.from([0]), text('key'), text('v')]),
      Buffer.from([0xff]),
    ]);
    expect(() => loadRdb(twice)).toThrow('The RDB has the key "key" of database 0 twice');
  });

  it('keeps a library of functions, and leaves out what it may leave out: idle times, frequencies, empty collections', () => {
    const bytes = rdb(
      0xf5,
      text('#!lua name=lib\n--'),
      0xf8,
      10,
      0xf9,
      200,
      0,
      text('key'),
      text('value'),
      4,
      text('empty'),
      0,
    );
    const { keyspace, report } = loadRdb(bytes);
    expect([...readKeyspace(keyspace)]).toEqual([
      ['0:key', '0 -1 "value"'],
      ['library lib', '#!lua name=lib\n--'],
    ]);
    expect(report).toMatchObject({ keysLoaded: 1, librariesLoaded: 1, emptyKeysSkipped: 1 });
  });

  it('reads a packed hash with fields that expire, as Redis 8.0 wrote it, at any cut', () => {
    // HSET h5 a 1, HEXPIRE h5 100 FIELDS 1 a: type 25, the least moment, a listpack of field, value and moment.
    const value = Buffer.from('9b3fb302a2010000' + '1616000000030081610201' + '01f49b3fb302a201000009ff', 'hex');
    const bytes = rdb(25, text('h5'), value);
    for (const pieceBytes of [1, 5, bytes.length]) {
      const [database] = loadRdb(bytes, pieceBytes).keyspace.databases;
      const hashes: HashValue[] = [];
      database.forEach((ref) => void hashes.push(database.object<HashValue>(ref)));
      expect(hashes.map((hash) => [[...hash.entries()], [...hash.expiries()]])).toEqual([
        [[['a', '1']], [['a', 1795341631387]]],
      ]);
    }
  });

  it('does not reserve what a forged RESIZEDB promises of a small file', () => {
    const bytes = rdb(0xfb, Buffer.from([0x80, 0x7f, 0xff, 0xff, 0xff]), 0, 0, text('key'), text('value'));
    expect(loadRdb(bytes).keyspace.databases[0].table.tableBytes).toBeLessThan(1000);
  });

  it('reads expiries in seconds and milliseconds, and scores as texts, with both infinities', () => {
    const seconds = Buffer.from([0xfd, 0, 0x94, 0x35, 0x77]);
    const bytes = rdb(seconds, 3, text('z'), 3, text('a'), text('1.5'), text('b'), 254, text('c'), 255);
    expect([...readKeyspace(loadRdb(bytes).keyspace)]).toEqual([
      ['0:z', '3 2000000000000 ["c -Infinity","a 1.5","b Infinity"]'],
    ]);
  });
});
