// Bits, HyperLogLogs, places on the earth and streams: the same commands at random to our executor and to a real Redis
// give the same bytes back, and leave the same data by DEBUG DIGEST and by DUMP.
import { describe, expect, it } from 'vitest';
import { datasetDigest } from '#core/engine/commands/keys/digest.ts';
import { dumpValue } from '#core/engine/persistence/rdb/dump.ts';
import { BareExecutor, type BareOptions } from '../support/bare-executor.ts';
import { type SeededRandom, seededRandom } from '../support/random.ts';
import { openRawConnection, type RawConnection } from '../support/raw-connection.ts';
import { startRedis } from '../support/redis-server.ts';
import { bitMakers, hyperloglogMakers } from './support/bit-fuzzer.ts';
import { meaningOf } from './support/compare-replies.ts';
import { geoMakers, lastGeoCommand } from './support/geo-fuzzer.ts';
import { streamMakers } from './support/stream-fuzzer.ts';

const firstSeed = Number(process.env.FUZZ_SEED ?? 1);
const commandsPerBatch = 50;

type Limits = NonNullable<BareOptions['limits']>;

/** A family: what is drawn, how often, and under which limits. */
interface Family {
  readonly makers: () => readonly ((random: SeededRandom) => string[])[];
  readonly seeds: number;
  readonly commands: number;
  readonly limits?: Limits;
  readonly protocol?: 2 | 3;
  /** After all others. */
  readonly last?: string[];
}

const families: Readonly<Record<string, Family>> = {
  'bits of strings': { makers: () => bitMakers, seeds: 3, commands: 3000 },
  HyperLogLogs: { makers: () => hyperloglogMakers, seeds: 2, commands: 1200 },
  'HyperLogLogs that are dense early': {
    makers: () => hyperloglogMakers,
    seeds: 2,
    commands: 1000,
    limits: { hllSparseMaxBytes: 200 },
  },
  'places on the earth': { makers: () => geoMakers, seeds: 2, commands: 1500, last: lastGeoCommand },
  'places on the earth in RESP3': {
    makers: () => geoMakers,
    seeds: 1,
    commands: 1500,
    protocol: 3,
    last: lastGeoCommand,
  },
  streams: { makers: streamMakers, seeds: 4, commands: 3000 },
  'streams of many nodes': {
    makers: streamMakers,
    seeds: 3,
    commands: 3000,
    limits: { streamNodeMaxEntries: 4 },
    protocol: 3,
  },
  'streams of nodes with few bytes': {
    makers: streamMakers,
    seeds: 2,
    commands: 2000,
    limits: { streamNodeMaxBytes: 90 },
  },
};

const directives: Readonly<Partial<Record<keyof Limits, string>>> = {
  streamNodeMaxBytes: 'stream-node-max-bytes',
  streamNodeMaxEntries: 'stream-node-max-entries',
  hllSparseMaxBytes: 'hll-sparse-max-bytes',
};

async function configure(redis: RawConnection, ours: BareExecutor, protocol: 2 | 3): Promise<void> {
  const settings = Object.entries(directives).map(([field, directive]) => [
    'CONFIG',
    'SET',
    directive,
    String(ours.limits[field as keyof Limits]),
  ]);
  await redis.send([...settings, ['FLUSHALL'], ['HELLO', String(protocol)]]);
  ours.session.protocol = protocol;
}

function shown(words: readonly string[]): string {
  return words.map((word) => (/^[\x21-\x7e]+$/.test(word) ? word : JSON.stringify(word))).join(' ');
}

async function compareReplies(redis: RawConnection, ours: BareExecutor, commands: readonly string[][], name: string) {
  const history: string[] = [];
  for (let from = 0; from < commands.length; from += commandsPerBatch) {
    const batch = commands.slice(from, from + commandsPerBatch);
    const theirs = await redis.send(batch);
    for (const [i, words] of batch.entries()) {
      const expected = timelessMeaning(words, theirs[i]!);
      const actual = timelessMeaning(words, ours.run(...words));
      history.push(`${shown(words).slice(0, 300)}  ->  ${JSON.stringify(expected).slice(0, 200)}`);
      if (actual === expected) continue;
      const keys = new Set(words.slice(1).filter((word) => word.length > 1));
      const related = history.filter((line) => [...keys].some((key) => line.includes(key)));
      throw new Error(
        `${name}, command ${from + i}: ${shown(words)}\n  ours   ${JSON.stringify(actual)}\n  theirs ${JSON.stringify(expected)}\nbefore:\n${related.slice(-25).join('\n')}`,
      );
    }
  }
}

/** Every value is the same bytes to the snapshot, and the whole has the same digest. */
async function compareData(redis: RawConnection, ours: BareExecutor, name: string): Promise<number> {
  const db = ours.keyspace.databases[0]!;
  const keys: string[] = [];
  const dumps: Buffer[] = [];
  db.forEach((ref) => {
    keys.push(db.keyBytes(ref).latin1Slice());
    dumps.push(dumpValue(db, ref, false));
  });
  const theirs = await redis.send(keys.map((key) => ['DUMP', key]));
  for (const [i, key] of keys.entries()) {
    const payload = theirs[i]!.subarray(theirs[i]!.indexOf('\r\n') + 2, -2);
    expect(withoutTimes(dumps[i]!), `${name}: the bytes of ${key}`).toBe(withoutTimes(payload));
  }
  const [digest] = await redis.send([['DEBUG', 'DIGEST']]);
  expect(datasetDigest(ours.keyspace), `${name}: DEBUG DIGEST`).toBe(digest!.toString('latin1').slice(1, -2));
  return keys.length;
}

/** The higher half of a moment of now, in milliseconds, as an RDB has it. */
const nowHigh = Buffer.from(new Uint32Array([Date.now() / 2 ** 32]).buffer).toString('hex');
const momentInPayload = new RegExp(`[0-9a-f]{8}${nowHigh}`, 'g');

/** Without the checksum, and with a mark for each moment of now, which the two servers read at different times. */
function withoutTimes(payload: Buffer): string {
  return payload.subarray(0, -8).toString('hex').replace(momentInPayload, '(now)');
}

/** What a reply says, with marks for moments of now and for times since then. */
function timelessMeaning(words: readonly string[], reply: Buffer): string {
  const meaning = meaningOf(words, reply).replace(/:1[789]\d{11}\r/g, ':now\r');
  if (words[0] === 'XPENDING') return meaning.replace(/:\d+\r\n:/g, ':idle\r\n:');
  return words[0] === 'XINFO' ? meaning.replace(/idle\r\n:\d+/g, 'idle') : meaning;
}

describe('commands at random', () => {
  it.each(Object.entries(families))('on %s: the same answers, bytes and digest as Redis', async (name, family) => {
    await using server = await startRedis({ settings: { rdbcompression: 'no', 'enable-debug-command': 'local' } });
    using redis = await openRawConnection(server);
    let keys = 0;
    for (let seed = firstSeed; seed < firstSeed + family.seeds; seed++) {
      const random = seededRandom(seed);
      const ours = new BareExecutor({ limits: family.limits ?? {}, seed });
      await configure(redis, ours, family.protocol ?? 2);
      const makers = family.makers();
      const commands = Array.from({ length: family.commands }, () => random.pick(makers)(random));
      if (family.last !== undefined) commands.push(family.last);
      await compareReplies(redis, ours, commands, `${name}, seed ${seed}`);
      keys += await compareData(redis, ours, `${name}, seed ${seed}`);
    }
    expect(keys).toBeGreaterThan(family.seeds);
  });
});
