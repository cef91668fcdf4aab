// Makes commands at random, from a seed, over a few keys: mostly sound ones, some that are wrong.
import type { SeededRandom } from '../../support/random.ts';

type Words = string[];
type Maker = (random: SeededRandom) => Words;

const keysByType = {
  hash: ['h1', 'h2'],
  list: ['l1', 'l2', 'l3'],
  set: ['s1', 's2', 's3'],
  zset: ['z1', 'z2', 'z3'],
  other: ['str', 'num', 'none', 'spare'],
} as const;
type KeyType = keyof typeof keysByType;
const allKeys = Object.values(keysByType).flat();

const members = ['a', 'b', 'c', 'd', '1', '2', '3', '-1', '10', '007', '-0', '', '5000000000', '\x00\xff\r\n', 'ä'];
const longMembers = ['m'.repeat(64), 'n'.repeat(65), 'o'.repeat(300), '9223372036854775807', '-9223372036854775808'];
const scores = [
  '0',
  '1',
  '-1',
  '2',
  '2',
  '3.5',
  '0.1',
  '-0',
  '1e20',
  '1e-7',
  'inf',
  '-inf',
  '+inf',
  '9007199254740993',
];
const badNumbers = ['x', '', '1.5.', '1e', ' 1', '0x10', 'nan', '9223372036854775808', '--1'];
const farMoments = [4102444800, 4102444801, 5000000000];

const chance = (random: SeededRandom, oneIn: number): boolean => random.below(oneIn) === 0;

function key(random: SeededRandom, type: KeyType): string {
  return chance(random, 30) ? random.pick(allKeys) : random.pick(keysByType[type]);
}

function member(random: SeededRandom): string {
  if (chance(random, 15)) return random.pick(longMembers);
  return chance(random, 3) ? String(random.below(40)) : random.pick(members);
}

function several(random: SeededRandom, most: number, make: (random: SeededRandom) => Words): Words {
  return Array.from({ length: 1 + random.below(most) }, () => make(random)).flat();
}

const someMembers = (random: SeededRandom, most = 5): Words => several(random, most, (r) => [member(r)]);

function integer(random: SeededRandom): string {
  if (chance(random, 25)) return random.pick(badNumbers);
  return String(random.below(12) - 5);
}

function count(random: SeededRandom): string {
  return chance(random, 15) ? integer(random) : String(random.below(6));
}

function score(random: SeededRandom): string {
  if (chance(random, 30)) return random.pick(badNumbers);
  return chance(random, 2) ? String(random.below(9)) : random.pick(scores);
}

function scoreBound(random: SeededRandom): string {
  return (chance(random, 3) ? '(' : '') + (chance(random, 5) ? random.pick(['-inf', '+inf', 'inf']) : score(random));
}

function lexBound(random: SeededRandom): string {
  if (chance(random, 4)) return random.pick(['-', '+']);
  return (chance(random, 20) ? '' : random.pick(['[', '('])) + member(random);
}

/** Each word with the odds of one in the given number. */
function options(random: SeededRandom, ...choices: readonly (readonly [oneIn: number, words: Words])[]): Words {
  return choices.flatMap(([oneIn, words]) => (chance(random, oneIn) ? words : []));
}

const hashMakers: Maker[] = [
  (r) => ['HSET', key(r, 'hash'), ...several(r, 4, (s) => [member(s), member(s)]), ...options(r, [40, ['odd']])],
  (r) => ['HSET', key(r, 'hash'), member(r), String(r.below(100))],
  (r) => ['HMSET', key(r, 'hash'), member(r), member(r)],
  (r) => ['HSETNX', key(r, 'hash'), member(r), member(r)],
  (r) => ['HGET', key(r, 'hash'), member(r)],
  (r) => ['HMGET', key(r, 'hash'), ...someMembers(r)],
  (r) => ['HGETALL', key(r, 'hash')],
  (r) => ['HDEL', key(r, 'hash'), ...someMembers(r)],
  (r) => ['HEXISTS', key(r, 'hash'), member(r)],
  (r) => ['HLEN', key(r, 'hash')],
  (r) => [r.pick(['HKEYS', 'HVALS']), key(r, 'hash')],
  (r) => ['HINCRBY', key(r, 'hash'), member(r), chance(r, 6) ? '9223372036854775807' : integer(r)],
  (r) => ['HINCRBYFLOAT', key(r, 'hash'), member(r), score(r)],
  (r) => ['HSTRLEN', key(r, 'hash'), member(r)],
  (r) => ['HRANDFIELD', key(r, 'hash'), count(r), ...options(r, [2, ['WITHVALUES']])],
  (r) => ['HSCAN', key(r, 'hash'), '0', 'COUNT', '5000', ...options(r, [3, ['MATCH', '*1*']], [40, ['junk']])],
];

const listMakers: Maker[] = [
  (r) => [r.pick(['LPUSH', 'RPUSH']), key(r, 'list'), ...someMembers(r, 8)],
  (r) => [r.pick(['LPUSHX', 'RPUSHX']), key(r, 'list'), ...someMembers(r)],
  (r) => [r.pick(['LPOP', 'RPOP']), key(r, 'list'), ...options(r, [2, [count(r)]])],
  (r) => ['LLEN', key(r, 'list')],
  (r) => ['LRANGE', key(r, 'list'), integer(r), integer(r)],
  (r) => ['LRANGE', key(r, 'list'), '0', '-1'],
  (r) => ['LINDEX', key(r, 'list'), integer(r)],
  (r) => ['LSET', key(r, 'list'), integer(r), member(r)],
  (r) => ['LINSERT', key(r, 'list'), r.pick(['BEFORE', 'AFTER', 'before']), member(r), member(r)],
  (r) => ['LREM', key(r, 'list'), integer(r), member(r)],
  (r) => ['LTRIM', key(r, 'list'), String(r.below(3)), chance(r, 4) ? integer(r) : '-1'],
  (r) => [
    'LPOS',
    key(r, 'list'),
    member(r),
    ...options(r, [3, ['RANK', integer(r)]], [3, ['COUNT', count(r)]], [3, ['MAXLEN', count(r)]]),
  ],
  (r) => ['LMOVE', key(r, 'list'), key(r, 'list'), r.pick(['LEFT', 'RIGHT']), r.pick(['left', 'RIGHT'])],
  (r) => ['RPOPLPUSH', key(r, 'list'), key(r, 'list')],
  (r) => [
    'LMPOP',
    '2',
    key(r, 'list'),
    key(r, 'list'),
    r.pick(['LEFT', 'RIGHT']),
    ...options(r, [2, ['COUNT', count(r)]]),
  ],
];

const setMakers: Maker[] = [
  (r) => ['SADD', key(r, 'set'), ...someMembers(r, 8)],
  (r) => ['SADD', key(r, 'set'), ...several(r, 6, (s) => [String(s.below(30))])],
  (r) => ['SREM', key(r, 'set'), ...someMembers(r)],
  (r) => ['SISMEMBER', key(r, 'set'), member(r)],
  (r) => ['SMISMEMBER', key(r, 'set'), ...someMembers(r)],
  (r) => [r.pick(['SCARD', 'SMEMBERS']), key(r, 'set')],
  (r) => ['SPOP', key(r, 'set'), r.pick(['0', '100000', '-1'])],
  (r) => ['SRANDMEMBER', key(r, 'set'), count(r)],
  (r) => ['SMOVE', key(r, 'set'), key(r, 'set'), member(r)],
  (r) => [r.pick(['SINTER', 'SUNION', 'SDIFF']), ...several(r, 3, (s) => [key(s, 'set')])],
  (r) => [
    r.pick(['SINTERSTORE', 'SUNIONSTORE', 'SDIFFSTORE']),
    key(r, 'set'),
    ...several(r, 3, (s) => [key(s, 'set')]),
  ],
  (r) => [
    'SINTERCARD',
    r.pick(['1', '2', '2', '3', '0']),
    key(r, 'set'),
    key(r, 'set'),
    ...options(r, [3, ['LIMIT', count(r)]]),
  ],
  (r) => ['SSCAN', key(r, 'set'), '0', 'COUNT', '5000', ...options(r, [3, ['MATCH', '[a-d1]*']])],
];

const withScores = (r: SeededRandom): Words => options(r, [2, ['WITHSCORES']]);
const limit = (r: SeededRandom, oneIn: number): Words => options(r, [oneIn, ['LIMIT', integer(r), integer(r)]]);
const weights = (r: SeededRandom): Words =>
  options(r, [3, ['WEIGHTS', score(r), score(r)]], [3, ['AGGREGATE', r.pick(['SUM', 'MIN', 'max', 'AVG'])]]);
const inputs = (r: SeededRandom): Words => ['2', key(r, chance(r, 4) ? 'set' : 'zset'), key(r, 'zset')];

const sortedSetMakers: Maker[] = [
  (r) => ['ZADD', key(r, 'zset'), ...several(r, 6, (s) => [score(s), member(s)])],
  (r) => [
    'ZADD',
    key(r, 'zset'),
    ...options(r, [3, ['NX']], [3, ['XX']], [3, ['GT']], [3, ['LT']], [2, ['CH']], [4, ['INCR']]),
    ...several(r, 2, (s) => [score(s), member(s)]),
  ],
  (r) => ['ZREM', key(r, 'zset'), ...someMembers(r)],
  (r) => [r.pick(['ZSCORE', 'ZRANK', 'ZREVRANK']), key(r, 'zset'), member(r)],
  (r) => ['ZMSCORE', key(r, 'zset'), ...someMembers(r)],
  (r) => ['ZINCRBY', key(r, 'zset'), score(r), member(r)],
  (r) => ['ZCARD', key(r, 'zset')],
  (r) => [r.pick(['ZCOUNT', 'ZREMRANGEBYSCORE']), key(r, 'zset'), scoreBound(r), scoreBound(r)],
  (r) => [r.pick(['ZRANGE', 'ZREVRANGE']), key(r, 'zset'), integer(r), integer(r), ...withScores(r)],
  (r) => ['ZRANGE', key(r, 'zset'), '0', '-1', 'WITHSCORES'],
  (r) => [
    'ZRANGE',
    key(r, 'zset'),
    scoreBound(r),
    scoreBound(r),
    ...options(r, [12, []], [1, ['BYSCORE']], [2, ['REV']]),
    ...withScores(r),
    ...limit(r, 3),
  ],
  (r) => [
    r.pick(['ZRANGEBYSCORE', 'ZREVRANGEBYSCORE']),
    key(r, 'zset'),
    scoreBound(r),
    scoreBound(r),
    ...withScores(r),
    ...limit(r, 3),
  ],
  (r) => ['ZRANGESTORE', key(r, 'zset'), key(r, 'zset'), scoreBound(r), scoreBound(r), 'BYSCORE', ...limit(r, 3)],
  (r) => ['ZRANGESTORE', key(r, 'zset'), key(r, 'zset'), integer(r), integer(r), ...options(r, [2, ['REV']])],
  (r) => ['ZREMRANGEBYRANK', key(r, 'zset'), integer(r), integer(r)],
  (r) => [r.pick(['ZPOPMIN', 'ZPOPMAX']), key(r, 'zset'), ...options(r, [2, [count(r)]])],
  (r) => [
    'ZMPOP',
    '2',
    key(r, 'zset'),
    key(r, 'zset'),
    r.pick(['MIN', 'MAX']),
    ...options(r, [2, ['COUNT', count(r)]]),
  ],
  (r) => ['ZRANDMEMBER', key(r, 'zset'), count(r), ...withScores(r)],
  (r) => [r.pick(['ZUNION', 'ZINTER']), ...inputs(r), ...weights(r), ...withScores(r)],
  (r) => ['ZDIFF', ...inputs(r), ...withScores(r)],
  (r) => [r.pick(['ZUNIONSTORE', 'ZINTERSTORE']), key(r, 'zset'), ...inputs(r), ...weights(r)],
  (r) => ['ZDIFFSTORE', key(r, 'zset'), ...inputs(r)],
  (r) => ['ZINTERCARD', ...inputs(r), ...options(r, [3, ['LIMIT', count(r)]])],
  (r) => ['ZSCAN', key(r, 'zset'), '0', 'COUNT', '5000'],
];

/** Ranges by bytes mean something only while all scores are equal. */
const lexMakers: Maker[] = [
  (r) => ['ZADD', 'lex', ...several(r, 6, (s) => ['0', member(s)])],
  (r) => ['ZRANGE', 'lex', lexBound(r), lexBound(r), 'BYLEX', ...options(r, [2, ['REV']]), ...limit(r, 3)],
  (r) => [r.pick(['ZRANGEBYLEX', 'ZREVRANGEBYLEX']), 'lex', lexBound(r), lexBound(r), ...limit(r, 3)],
  (r) => [r.pick(['ZLEXCOUNT', 'ZREMRANGEBYLEX']), 'lex', lexBound(r), lexBound(r)],
  (r) => ['ZREM', 'lex', ...someMembers(r)],
];

const anyKey = (r: SeededRandom): string => r.pick(allKeys);

const keyMakers: Maker[] = [
  (r) => ['SET', r.pick(['str', 'num', 'spare']), member(r)],
  (r) => [r.pick(['DEL', 'UNLINK', 'EXISTS', 'TOUCH']), anyKey(r), anyKey(r)],
  (r) => ['TYPE', anyKey(r)],
  (r) => ['DEL', anyKey(r)],
  (r) => ['OBJECT', r.pick(['ENCODING', 'encoding', 'FREQ']), anyKey(r)],
  (r) => [
    r.pick(['EXPIREAT', 'PEXPIREAT']),
    anyKey(r),
    chance(r, 12) ? random0(r) : String(r.pick(farMoments) * 1000),
    ...options(r, [5, ['NX']], [5, ['XX']], [5, ['GT']], [5, ['LT']]),
  ],
  (r) => [r.pick(['EXPIRETIME', 'PEXPIRETIME', 'PERSIST']), anyKey(r)],
  (r) => [r.pick(['RENAME', 'RENAMENX']), anyKey(r), chance(r, 8) ? anyKey(r) : 'spare'],
  (r) => [
    'COPY',
    anyKey(r),
    chance(r, 8) ? anyKey(r) : 'spare',
    ...options(r, [2, ['REPLACE']], [5, ['DB', count(r)]]),
  ],
  (r) => ['MOVE', anyKey(r), count(r)],
  (r) => [
    'SCAN',
    '0',
    'COUNT',
    '5000',
    ...options(r, [3, ['MATCH', '[hl]*']], [3, ['TYPE', r.pick(['hash', 'Zset', 'x'])]]),
  ],
  (r) => ['KEYS', r.pick(['*', '?1', 'z[12]', 's*'])],
  (r) => [r.pick(['DBSIZE', 'RANDOMKEY'])],
];

function random0(r: SeededRandom): string {
  return r.pick(['1', '0', '-5', 'x', '9223372036854775808', '9007199254740']);
}

const families: readonly (readonly Maker[])[] = [
  hashMakers,
  listMakers,
  setMakers,
  sortedSetMakers,
  lexMakers,
  keyMakers,
];

/** One command at random. Very seldom a word is left out or put in. */
export function randomCommand(random: SeededRandom): Words {
  const words = random.pick(random.pick(families))(random);
  // SPOP without its count would choose by chance, and the two servers would go different ways.
  if (words.length > 1 && words[0] !== 'SPOP' && chance(random, 150)) words.pop();
  if (chance(random, 150)) words.push(member(random));
  return words;
}
