// Data of an older master are written for servers as old: nothing in it that Redis 6 does not load, and nothing lost.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rdbTypeOf } from '#core/engine/persistence/rdb/value-writer.ts';
import { writtenVersion } from '#core/engine/persistence/rdb/written-version.ts';
import { readKeyspace } from '../../../../support/keyspace-reading.ts';
import { freshKeyspace, loadRdb, writeRdb } from '../../../../support/rdb.ts';

const folder = 'test/fixtures/rdb';
const refused = ['redis_40_with_module.rdb', 'redis_60_with_module_aux.rdb'];
const samples = readdirSync(folder).filter((name) => name.endsWith('.rdb') && !refused.includes(name));
/** The types of Redis 6.0: those behind 15 are of 7.0 and later. */
const lastTypeOfRedis6 = 15;

describe('the version that is written', () => {
  it('is that of Redis 7.0, but for a replica whose master is older', () => {
    const keyspace = freshKeyspace();
    expect([writtenVersion(keyspace, false), writtenVersion(keyspace, true)]).toEqual([10, 10]);
    keyspace.loadedVersion = 9;
    expect([writtenVersion(keyspace, false), writtenVersion(keyspace, true)]).toEqual([10, 9]);
    keyspace.loadedVersion = 12;
    expect(writtenVersion(keyspace, true)).toBe(10);
  });

  it('goes with the data into the keyspace that takes them over', () => {
    const { keyspace } = loadRdb(readFileSync(join(folder, 'redis_50_with_streams.rdb')));
    const serving = freshKeyspace();
    serving.adopt(keyspace);
    expect(serving.loadedVersion).toBe(9);
  });

  it('is that of Redis 7.0 where there are functions, which no older one loads', () => {
    const keyspace = freshKeyspace();
    keyspace.loadedVersion = 9;
    keyspace.libraries.set('lib', { name: 'lib', source: Buffer.from('#!lua name=lib\n'), functions: [] });
    expect(writtenVersion(keyspace, true)).toBe(10);
  });

  it.each(samples)('9 keeps all of %s in types of Redis 6.0', (name) => {
    const { keyspace } = loadRdb(readFileSync(join(folder, name)));
    const types = new Set<number>();
    for (const database of keyspace.databases) database.forEach((ref) => void types.add(rdbTypeOf(database, ref, 9)));
    expect(Math.max(0, ...types)).toBeLessThanOrEqual(lastTypeOfRedis6);
    const bytes = writeRdb(keyspace, { version: 9 });
    expect(bytes.toString('latin1', 0, 9)).toBe('REDIS0009');
    expect(readKeyspace(loadRdb(bytes).keyspace)).toEqual(readKeyspace(keyspace));
  });
});
