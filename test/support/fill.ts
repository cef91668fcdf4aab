// Fills a server with every type in every form, and changes it at random from a seed: the data of the interop tests.
import type { Redis } from 'ioredis';
import { type ServerAddress, withClient } from './client.ts';
import { type SeededRandom, seededRandom } from './random.ts';
import type { ComparedAs } from './read-back.ts';

type Words = readonly (string | number | Buffer)[];

/** Far enough that nothing expires while a test runs. */
const expiryAheadMs = 3_600_000;
const largeItems = 1200; // past Redis's limits for packed forms: 128 entries, 512 integers
const longTextBytes = 9000; // past the 8 KB of a quicklist node
const pipelineCommandsMax = 500;

const numbered = (count: number, make: (index: number) => Words): Words[] =>
  Array.from({ length: count }, (_, index) => make(index));
const flat = (count: number, make: (index: number) => Words): Words => numbered(count, make).flat();

/** Strings by how an RDB writes them: integers of 8, 16 and 32 bits, compressible, incompressible, binary, empty. */
const strings = (random: SeededRandom): Words[] => [
  ['SET', 'string:empty', ''],
  ...[
    '7',
    '-7',
    '127',
    '-128',
    '30000',
    '-30000',
    '2000000000',
    '-2000000000',
    '9223372036854775807',
    '007',
    '1.5',
  ].map((value) => ['SET', `string:number:${value}`, value]),
  ['SET', 'string:compressible', 'abcabcabc'.repeat(500)],
  ['SET', 'string:incompressible', random.bytes(5000)],
  ['SET', Buffer.from([0, 13, 10, 255, 128]), Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))],
  ['SET', 'string:utf8 键 ключ', 'значение 值'],
  ['SET', 'string:large', Buffer.alloc(2_000_000, 'large ')],
  ['SETRANGE', 'string:range', 20, 'tail'],
  ['APPEND', 'string:appended', 'begin'],
  ['APPEND', 'string:appended', '-end'],
  ['INCRBY', 'string:counter', 41],
  ['INCRBYFLOAT', 'string:float', '3.25'],
];

const lists = (random: SeededRandom): Words[] => [
  ['RPUSH', 'list:small', 'a', 'b', '1', '-1', '127', '128', '-4097', '70000', '-9000000', '5000000000', ''],
  ['RPUSH', 'list:medium', ...flat(200, (index) => [`item ${index}`])],
  ['RPUSH', 'list:large', ...flat(largeItems * 4, (index) => [`item ${index} ${'x'.repeat(index % 90)}`])],
  ['RPUSH', 'list:long-items', 'short', 'y'.repeat(longTextBytes), random.bytes(longTextBytes), 'z'.repeat(100)],
  ['LPUSH', 'list:left', 'c', 'b', 'a'],
];

const hashes = (random: SeededRandom): Words[] => [
  ['HSET', 'hash:small', 'field', 'value', 'number', '12345', 'empty', '', 'negative', '-1'],
  ['HSET', 'hash:many', ...flat(largeItems, (index) => [`field ${index}`, `value ${index}`])],
  ['HSET', 'hash:long', 'field', 'v'.repeat(longTextBytes), random.bytes(20), random.bytes(300)],
  ['HINCRBY', 'hash:counted', 'hits', 3],
];

const sets = (random: SeededRandom): Words[] => [
  ['SADD', 'set:int16', 1, 2, 3, -4, 32000],
  ['SADD', 'set:int32', 1, 70000, -70000],
  ['SADD', 'set:int64', 1, '9007199254740993', '-9223372036854775808'],
  ['SADD', 'set:many-integers', ...flat(largeItems, (index) => [index * 7])],
  ['SADD', 'set:small', 'a', 'b', 'c', '1'],
  ['SADD', 'set:many', ...flat(largeItems, (index) => [`member ${index}`])],
  ['SADD', 'set:binary', random.bytes(16), random.bytes(100)],
];

const sortedSets = (random: SeededRandom): Words[] => [
  ['ZADD', 'zset:small', 1, 'one', 2, 'two', 2, 'also two', -1.5, 'minus', '3.0000000001', 'close'],
  ['ZADD', 'zset:edges', 'inf', 'highest', '-inf', 'lowest', 0, 'zero', '1e300', 'huge', '5e-324', 'least'],
  ['ZADD', 'zset:precise', '0.1', 'a', '0.30000000000000004', 'b', '9007199254740993', 'c', '-17.125', 'd'],
  ['ZADD', 'zset:many', ...flat(largeItems, (index) => [index / 3, `member ${index}`])],
  ['ZADD', 'zset:edges-many', 'inf', 'top', '-inf', 'bottom', ...flat(200, (index) => [index * 1.1, `m${index}`])],
  ['ZADD', 'zset:long-member', 5, 'm'.repeat(200), 6, random.bytes(80)],
];

/** Nodes of both kinds of fields, deleted entries, groups with pending entries, and streams that became empty. */
const streams = (random: SeededRandom): Words[] => [
  ...numbered(largeItems, (index) => ['XADD', 'stream:many', `${index + 1}-1`, 'field', `value ${index}`, 'n', index]),
  ...numbered(200, (index) => [
    'XADD',
    'stream:mixed',
    `${index * 3}-${1 + index}`,
    ...flat(1 + (index % 3), (at) => [`f${at}`, index]),
  ]),
  ['XADD', 'stream:binary', '18446744073709551615-5', random.bytes(10), random.bytes(300), '', ''],
  ['XDEL', 'stream:many', '5-1', '6-1', '1200-1'],
  ['XTRIM', 'stream:many', 'MAXLEN', 1100],
  ['XGROUP', 'CREATE', 'stream:many', 'readers', '0'],
  ['XGROUP', 'CREATE', 'stream:many', 'late', '$'],
  ['XREADGROUP', 'GROUP', 'readers', 'alice', 'COUNT', 300, 'STREAMS', 'stream:many', '>'],
  ['XREADGROUP', 'GROUP', 'readers', 'bob', 'COUNT', 40, 'STREAMS', 'stream:many', '>'],
  ['XACK', 'stream:many', 'readers', '110-1', '111-1'],
  ['XCLAIM', 'stream:many', 'readers', 'carol', 0, '120-1', '121-1'],
  ['XGROUP', 'CREATE', 'stream:empty', 'waiting', '$', 'MKSTREAM'],
  ['XADD', 'stream:emptied', '1-1', 'a', 'b'],
  ['XDEL', 'stream:emptied', '1-1'],
];

const hyperloglogs = (): Words[] => [
  ['PFADD', 'hll:sparse', ...flat(50, (index) => [`element ${index}`])],
  ['PFADD', 'hll:dense', ...flat(largeItems * 3, (index) => [`element ${index}`])],
  ['PFCOUNT', 'hll:dense'],
];

const expiries = (release: ComparedAs): Words[] => [
  ['SET', 'expiry:seconds', 'v', 'EX', expiryAheadMs / 1000],
  ['SET', 'expiry:milliseconds', 'v', 'PX', expiryAheadMs + 123],
  ...(release === 'Redis 6.0' ? [] : [['SET', 'expiry:absolute', 'v', 'PXAT', Date.now() + expiryAheadMs]]),
  ['RPUSH', 'expiry:list', 'a'],
  ['PEXPIRE', 'expiry:list', expiryAheadMs],
  ['SET', 'expiry:removed', 'v', 'EX', 100],
  ['PERSIST', 'expiry:removed'],
];

/** Writes every type in small and large forms, into database 0 and parts of it into 3 and 15. */
export async function fill(server: ServerAddress, seed = 1, release: ComparedAs = 'Redis 7.0'): Promise<void> {
  const random = seededRandom(seed);
  const families = [strings, lists, hashes, sets, sortedSets, streams, hyperloglogs, () => expiries(release)];
  await withClient(server, async (client) => {
    await send(
      client,
      0,
      families.flatMap((family) => family(random)),
    );
    await send(client, 3, [...hashes(random), ...expiries(release)]);
    await send(client, 15, [...strings(random), ...sortedSets(random)]);
  });
}

/** Changes that a stream must carry, those among them whose outcome is not in the command (SPOP, EX, INCRBYFLOAT). */
const changes: readonly ((random: SeededRandom) => Words)[] = [
  (random) => ['SET', `changed:string:${random.below(50)}`, random.bytes(random.below(200))],
  (random) => ['SET', `changed:expiry:${random.below(50)}`, 'v', 'EX', 1000 + random.below(1000)],
  (random) => ['INCRBY', `changed:counter:${random.below(10)}`, random.below(1000)],
  (random) => ['INCRBYFLOAT', `changed:float:${random.below(10)}`, '0.1'],
  (random) => ['APPEND', `changed:appended:${random.below(10)}`, 'more'],
  (random) => ['RPUSH', `changed:list:${random.below(10)}`, ...flat(1 + random.below(20), () => [random.below(1e6)])],
  (random) => ['LPOP', `changed:list:${random.below(10)}`],
  (random) => ['LTRIM', `changed:list:${random.below(10)}`, 1, -1],
  (random) => ['HSET', `changed:hash:${random.below(10)}`, `field ${random.below(300)}`, random.below(1e9)],
  (random) => ['HINCRBY', `changed:hash-counts:${random.below(10)}`, `field ${random.below(30)}`, 5],
  (random) => ['HDEL', `changed:hash:${random.below(10)}`, `field ${random.below(300)}`],
  (random) => ['SADD', `changed:set:${random.below(10)}`, random.below(100_000), `member ${random.below(500)}`],
  (random) => ['SPOP', `changed:set:${random.below(10)}`],
  (random) => ['SREM', `changed:set:${random.below(10)}`, `member ${random.below(500)}`],
  (random) => ['ZADD', `changed:zset:${random.below(10)}`, random.below(1e6) / 7, `member ${random.below(400)}`],
  (random) => ['ZINCRBY', `changed:zset:${random.below(10)}`, '0.5', `member ${random.below(400)}`],
  (random) => ['ZREM', `changed:zset:${random.below(10)}`, `member ${random.below(400)}`],
  (random) => ['XADD', `changed:stream:${random.below(5)}`, '*', `field ${random.below(3)}`, random.below(1000)],
  (random) => ['XADD', `changed:stream:${random.below(5)}`, 'MAXLEN', '~', 150, '*', 'f', random.bytes(20)],
  (random) => ['XTRIM', `changed:stream:${random.below(5)}`, 'MAXLEN', 50 + random.below(100)],
  (random) => ['PFADD', `changed:hll:${random.below(3)}`, random.below(100_000)],
  (random) => ['PFCOUNT', `changed:hll:${random.below(3)}`],
  (random) => ['BITFIELD', `changed:bits:${random.below(3)}`, 'INCRBY', 'u16', random.below(200), random.below(500)],
  () => ['BITOP', 'XOR', 'changed:bits:all', 'changed:bits:0', 'changed:bits:1', 'changed:bits:2'],
  (random) => ['DEL', `changed:string:${random.below(50)}`],
  (random) => ['PEXPIRE', `changed:counter:${random.below(10)}`, expiryAheadMs + random.below(1000)],
  (random) => ['PERSIST', `changed:counter:${random.below(10)}`],
];

/** Runs `count` random changes from a seed, in pipelines. The same seed gives the same commands. */
export async function change(server: ServerAddress, count: number, seed = 1): Promise<void> {
  const random = seededRandom(seed);
  await withClient(server, (client) =>
    send(
      client,
      0,
      numbered(count, () => random.pick(changes)(random)),
    ),
  );
}

async function send(client: Redis, database: number, commands: readonly Words[]): Promise<void> {
  await client.select(database);
  for (let at = 0; at < commands.length; at += pipelineCommandsMax) {
    const pipeline = client.pipeline();
    for (const [name, ...words] of commands.slice(at, at + pipelineCommandsMax))
      pipeline.call(String(name), words as never);
    for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
  }
}
