// The same commands to our executor and to a real Redis: the same bytes come back, and packed values are the same bytes.
import { describe, expect, it } from 'vitest';
import { valueType } from '#core/engine/keyspace/record.ts';
import { BareExecutor, type BareOptions } from '../support/bare-executor.ts';
import { seededRandom } from '../support/random.ts';
import { openRawConnection, type RawConnection } from '../support/raw-connection.ts';
import { startRedis } from '../support/redis-server.ts';
import { randomCommand } from './support/collection-fuzzer.ts';
import { meaningOf } from './support/compare-replies.ts';

const commandsPerRun = 4000;
const commandsPerBatch = 100;
const seedsPerSetting = 4;
const firstSeed = Number(process.env.FUZZ_SEED ?? 1);

/** Small limits, so that values grow out of their packed form and a list into many nodes. */
const settings: readonly { readonly limits: NonNullable<BareOptions['limits']>; readonly protocol: 2 | 3 }[] = [
  { limits: {}, protocol: 2 },
  { limits: {}, protocol: 3 },
  {
    limits: {
      hashMaxListpackEntries: 6,
      hashMaxListpackValue: 20,
      setMaxIntsetEntries: 6,
      zsetMaxListpackEntries: 6,
      zsetMaxListpackValue: 20,
      listMaxListpackSize: 3,
    },
    protocol: 2,
  },
];

function shown(words: readonly string[]): string {
  return words.map((word) => (/^[\x21-\x7e]+$/.test(word) ? word : JSON.stringify(word))).join(' ');
}

async function configure(redis: RawConnection, ours: BareExecutor, protocol: 2 | 3): Promise<void> {
  const { limits } = ours;
  await redis.send([
    ['CONFIG', 'SET', 'hash-max-listpack-entries', String(limits.hashMaxListpackEntries)],
    ['CONFIG', 'SET', 'hash-max-listpack-value', String(limits.hashMaxListpackValue)],
    ['CONFIG', 'SET', 'set-max-intset-entries', String(limits.setMaxIntsetEntries)],
    ['CONFIG', 'SET', 'zset-max-listpack-entries', String(limits.zsetMaxListpackEntries)],
    ['CONFIG', 'SET', 'zset-max-listpack-value', String(limits.zsetMaxListpackValue)],
    ['CONFIG', 'SET', 'list-max-listpack-size', String(limits.listMaxListpackSize)],
    ['FLUSHALL'],
    ['HELLO', String(protocol)],
  ]);
  ours.session.protocol = protocol;
}

/**
 * Values that we hold packed are the bytes that Redis holds. Its DUMP is a type, the bytes with their length before
 * them, and ten bytes of version and checksum.
 */
async function comparePackedBytes(redis: RawConnection, ours: BareExecutor): Promise<number> {
  const db = ours.keyspace.databases[0]!;
  const packed: { readonly key: string; readonly bytes: Buffer }[] = [];
  db.forEach((ref) => {
    if (db.type(ref) === valueType.string || db.type(ref) === valueType.list || !db.isInline(ref)) return;
    packed.push({ key: db.keyBytes(ref).latin1Slice(), bytes: Buffer.from(db.inlineBytes(ref)) });
  });
  if (packed.length === 0) return 0;
  const dumps = await redis.send(packed.map(({ key }) => ['DUMP', key]));
  for (const [i, { key, bytes }] of packed.entries()) {
    const payload = dumps[i]!.subarray(0, -2 - 10);
    expect(payload.subarray(-bytes.length).toString('hex'), `the bytes of ${key}`).toBe(bytes.toString('hex'));
  }
  return packed.length;
}

/** Sends the commands to both and fails at the first difference, with what led there on the same keys. */
async function compare(redis: RawConnection, ours: BareExecutor, commands: readonly string[][], seed: number) {
  const history: string[] = [];
  for (let from = 0; from < commands.length; from += commandsPerBatch) {
    const batch = commands.slice(from, from + commandsPerBatch);
    const theirs = await redis.send(batch);
    for (const [i, words] of batch.entries()) {
      const reply = ours.run(...words);
      const expected = meaningOf(words, theirs[i]!);
      const actual = meaningOf(words, reply);
      history.push(`${shown(words)}  ->  ${JSON.stringify(expected).slice(0, 100)}`);
      if (actual !== expected) {
        const keys = new Set(words.slice(1));
        const related = history.filter((line) => [...keys].some((key) => key.length > 1 && line.includes(key)));
        throw new Error(
          `seed ${seed}, command ${from + i}: ${shown(words)}\n  ours   ${JSON.stringify(actual)}\n  theirs ${JSON.stringify(expected)}\nbefore:\n${related.slice(-25).join('\n')}`,
        );
      }
    }
  }
}

describe('the commands on collections and keys', () => {
  it('answer what Redis answers to thousands of commands at random', async () => {
    await using server = await startRedis({ settings: { rdbcompression: 'no' } });
    using redis = await openRawConnection(server);
    let packedValues = 0;
    for (const { limits, protocol } of settings) {
      for (let seed = firstSeed; seed < firstSeed + seedsPerSetting; seed++) {
        const random = seededRandom(seed);
        const ours = new BareExecutor({ limits, seed });
        await configure(redis, ours, protocol);
        const commands = Array.from({ length: commandsPerRun }, () => randomCommand(random));
        await compare(redis, ours, commands, seed);
        packedValues += await comparePackedBytes(redis, ours);
      }
    }
    expect(packedValues).toBeGreaterThan(settings.length * seedsPerSetting);
  });
});
