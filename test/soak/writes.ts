// The load of the soak: random writes of every type within bounds, so that memory that grows is never the data's.
import type { Redis } from 'ioredis';
import type { SeededRandom } from '../support/random.ts';

type Words = readonly (string | number | Buffer)[];

const keysPerType = 20;
const membersMax = 250;
const listItemsMax = 200;
const streamEntriesMax = 150;
const stringBytesMax = 400;
const largeBytes = 200_000;
const largeKeys = 3;
/** One write in so many sets a large value. */
const largeEvery = 3000;
/** One group of writes in so many is a transaction, one goes to another database. */
const transactionEvery = 6;
const otherDatabaseEvery = 5;
const databases = 4;
/** Keys of this type live so long at most: they expire under the replicas' eyes. */
const shortLifeMs = 3000;

const collections = ['list', 'hash', 'set', 'zset', 'integers', 'stream', 'bits', 'counted'];

const key = (random: SeededRandom, type: string) => `${type}:${random.below(keysPerType)}`;
const member = (random: SeededRandom) => `member ${random.below(membersMax)}`;
const score = (random: SeededRandom) => random.below(1_000_000) / 7;

const writes: readonly ((random: SeededRandom) => readonly Words[])[] = [
  (random) => [['SET', key(random, 'string'), random.bytes(random.below(stringBytesMax))]],
  (random) => [['SET', key(random, 'number'), random.below(1_000_000), 'EX', 1000 + random.below(1000)]],
  (random) => [['SET', key(random, 'short'), 'soon gone', 'PX', 1 + random.below(shortLifeMs)]],
  (random) => [['SETRANGE', key(random, 'string'), random.below(stringBytesMax), 'in the middle']],
  (random) => [['INCRBY', key(random, 'counter'), random.below(1000)]],
  (random) => [['INCRBYFLOAT', key(random, 'float'), '0.1']],
  (random) => [['GETDEL', key(random, 'string')]],
  (random) => [['GETEX', key(random, 'number'), 'PERSIST']],
  (random) => [
    ['RPUSH', key(random, 'list'), ...Array.from({ length: 1 + random.below(10) }, () => random.below(1_000_000))],
    ['LTRIM', key(random, 'list'), -listItemsMax, -1],
  ],
  (random) => [
    ['LPUSH', 'list:0', random.bytes(random.below(100))],
    ['LTRIM', 'list:0', 0, listItemsMax],
  ],
  (random) => [['LPOP', key(random, 'list'), 2]],
  () => [['LMOVE', 'list:0', 'list:1', 'RIGHT', 'LEFT']],
  (random) => [['HSET', key(random, 'hash'), member(random), random.below(1e9), member(random), 'a value of text']],
  (random) => [['HINCRBY', key(random, 'hash-counts'), member(random), 5]],
  (random) => [['HDEL', key(random, 'hash'), member(random)]],
  (random) => [['SADD', key(random, 'set'), random.below(membersMax), member(random)]],
  (random) => [['SADD', key(random, 'integers'), random.below(membersMax), random.below(membersMax) * 70_000]],
  (random) => [['SPOP', key(random, 'set')]],
  (random) => [['SREM', key(random, 'set'), member(random)]],
  (random) => [['SUNIONSTORE', 'set:all', key(random, 'set'), key(random, 'set')]],
  (random) => [['ZADD', key(random, 'zset'), score(random), member(random), score(random), member(random)]],
  (random) => [['ZINCRBY', key(random, 'zset'), '0.5', member(random)]],
  (random) => [['ZPOPMIN', key(random, 'zset')]],
  (random) => [['ZREM', key(random, 'zset'), member(random)]],
  (random) => [['XADD', key(random, 'stream'), 'MAXLEN', streamEntriesMax, '*', member(random), random.below(1000)]],
  (random) => [['XTRIM', key(random, 'stream'), 'MAXLEN', random.below(streamEntriesMax)]],
  (random) => [['SETBIT', key(random, 'bits'), random.below(4000), random.below(2)]],
  (random) => [['PFADD', key(random, 'counted'), member(random), member(random)]],
  (random) => [['DEL', key(random, random.pick(collections))]],
  (random) => [['UNLINK', key(random, random.pick(collections))]],
  (random) => [['COPY', key(random, 'hash'), 'hash:copy', 'REPLACE']],
  (random) => [['PEXPIRE', key(random, 'counter'), 100 + random.below(shortLifeMs)]],
];

const large = (random: SeededRandom): readonly Words[] => [
  ['SET', `large:${random.below(largeKeys)}`, Buffer.alloc(largeBytes, random.bytes(1 + random.below(60)))],
];

/** Sends about `count` writes in one pipeline and answers how many. @throws Error if one was refused. */
export async function writeGroup(client: Redis, random: SeededRandom, count: number): Promise<number> {
  const commands: Words[] = [];
  while (commands.length < count) {
    commands.push(...(random.below(largeEvery) === 0 ? large(random) : random.pick(writes)(random)));
  }
  const isTransaction = random.below(transactionEvery) === 0;
  const pipeline = isTransaction ? client.multi() : client.pipeline();
  const otherDatabase = random.below(otherDatabaseEvery) === 0 ? 1 + random.below(databases - 1) : 0;
  pipeline.select(otherDatabase);
  for (const [name, ...words] of commands) pipeline.call(String(name), words as never);
  for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
  return commands.length;
}
