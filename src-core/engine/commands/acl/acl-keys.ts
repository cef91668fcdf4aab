// Which arguments of a request are keys, and what the command does with each: reads it, writes it, or only asks whether it is there.
import type { Args } from '../args.ts';

/** What a user must be allowed to do with a key. */
export type KeyAccess = 'read' | 'write';

/** A key in a request. Without any access it is enough that some pattern fits: EXISTS, TYPE. */
export interface KeyReference {
  readonly index: number;
  readonly access: readonly KeyAccess[];
}

/**
 * Places of keys, and the commands that have their keys there, as COMMAND INFO of Redis 7.0.15 tells them:
 * `<r, w, rw or ->` for what is done with it, then the first argument, `..` the last one (negative counts from the end),
 * `/` the step. `#` stands for a number of keys, which is followed by so many. SET, BITFIELD, SORT and those of streams
 * and places on earth that name keys by a word are below.
 */
const placesOfKeys: readonly (readonly [places: string, names: string])[] = [
  ['-1', 'hexists hlen hstrlen llen scard sismember strlen type xlen zcard'],
  ['-1..-1', 'exists touch watch'],
  ['-2', 'memory|usage object|encoding object|freq object|idletime object|refcount'],
  ['r1 w2', 'copy'],
  ['r1#', 'sintercard zdiff zinter zintercard zunion'],
  [
    'r1',
    'bitcount bitfield_ro bitpos dump expiretime geodist geohash geopos georadius georadius_ro georadiusbymember georadiusbymember_ro geosearch get getbit getrange hget hgetall hkeys hmget hrandfield hscan hvals lindex lpos lrange pexpiretime pttl smembers smismember sort sort_ro srandmember sscan substr ttl xpending xrange xrevrange zcount zlexcount zmscore zrandmember zrange zrangebylex zrangebyscore zrank zrevrange zrevrangebylex zrevrangebyscore zrevrank zscan zscore',
  ],
  ['r1..-1', 'mget pfcount sdiff sinter sunion'],
  ['r1..2', 'lcs'],
  ['r2#', 'eval_ro evalsha_ro fcall_ro'],
  ['r2', 'pfdebug xinfo|consumers xinfo|groups xinfo|stream'],
  ['rw1 r2..-1', 'pfmerge'],
  ['rw1 w2', 'blmove brpoplpush lmove rename renamenx rpoplpush smove'],
  ['rw1#', 'lmpop zmpop'],
  [
    'rw1',
    'decr decrby getdel getex getset hincrby hincrbyfloat incr incrby incrbyfloat lpop move rpop setbit spop zincrby zpopmax zpopmin',
  ],
  ['rw1..-2', 'blpop brpop bzpopmax bzpopmin'],
  ['rw2#', 'blmpop bzmpop eval evalsha fcall'],
  ['w1 r2#', 'zdiffstore zinterstore zunionstore'],
  ['w1 r2', 'geosearchstore zrangestore'],
  ['w1 r2..-1', 'sdiffstore sinterstore sunionstore'],
  [
    'w1',
    'append expire expireat geoadd hdel hmset hset hsetnx linsert lpush lpushx lrem lset ltrim persist pexpire pexpireat pfadd psetex restore restore-asking rpush rpushx sadd setex setnx setrange srem xack xadd xautoclaim xclaim xdel xsetid xtrim zadd zrem zremrangebylex zremrangebyrank zremrangebyscore',
  ],
  ['w1..-1', 'del unlink'],
  ['w1..-1/2', 'mset msetnx'],
  ['w2 r3..-1', 'bitop'],
  ['w2', 'xgroup|create xgroup|createconsumer xgroup|delconsumer xgroup|destroy xgroup|setid'],
];

/** Some keys of a command. */
interface KeyPlace {
  readonly access: readonly KeyAccess[];
  readonly first: number;
  readonly last: number;
  readonly step: number;
  /** `first` is the number of the keys that follow it. */
  readonly isCounted: boolean;
}

const placesByName: ReadonlyMap<string, readonly KeyPlace[]> = new Map(
  placesOfKeys.flatMap(([places, names]) => names.split(' ').map((name) => [name, places.split(' ').map(parsePlace)])),
);

function parsePlace(text: string): KeyPlace {
  const [, letters, first, last, step, count] = /^(-|r?w?)(\d+)(?:\.\.(-?\d+))?(?:\/(\d+))?(#)?$/.exec(text)!;
  return {
    access: accessOf(letters!),
    first: Number(first),
    last: Number(last ?? first),
    step: Number(step ?? 1),
    isCounted: count !== undefined,
  };
}

function accessOf(letters: string): readonly KeyAccess[] {
  return [
    ...(letters.includes('r') ? (['read'] as const) : []),
    ...(letters.includes('w') ? (['write'] as const) : []),
  ];
}

const READS = accessOf('r');
const WRITES = accessOf('w');
const BOTH = accessOf('rw');

/** Commands whose keys, or what is done with them, depend on other words of the request. */
const special: Readonly<Record<string, (args: Args) => readonly KeyReference[]>> = {
  set: (args) => [{ index: 1, access: indexOfWord(args, 'GET', 3) === -1 ? WRITES : BOTH }],
  bitfield: (args) => [{ index: 1, access: onlyGets(args) ? READS : BOTH }],
  sort: (args) => [...fixed('sort', args), ...namedBy(args, ['STORE'], 2)],
  georadius: (args) => [...fixed('georadius', args), ...namedBy(args, ['STORE', 'STOREDIST'], 6)],
  georadiusbymember: (args) => [...fixed('georadiusbymember', args), ...namedBy(args, ['STORE', 'STOREDIST'], 5)],
  xread: streamKeys,
  xreadgroup: streamKeys,
};

/** Whether there is a place for keys in the command's requests. */
export function hasKeys(name: string): boolean {
  return placesByName.has(name) || name in special;
}

/** `name` is that of the row, `container|sub` for a subcommand. */
export function keyReferences(name: string, args: Args): readonly KeyReference[] {
  return special[name]?.(args) ?? fixed(name, args);
}

/** A count that is no number is the command's own error, so no key is answered for it. */
function fixed(name: string, args: Args): KeyReference[] {
  const found: KeyReference[] = [];
  for (const { access, first, last, step, isCounted } of placesByName.get(name) ?? []) {
    const from = isCounted ? first + 1 : first;
    const to = isCounted ? first + Number(args.text(first)) : last < 0 ? args.count + last : last;
    for (let index = from; index <= to && index < args.count; index += step) found.push({ index, access });
  }
  return found;
}

/** Of a word that comes several times the last one counts. */
function namedBy(args: Args, words: readonly string[], from: number): KeyReference[] {
  let index = 0;
  for (let i = from; i + 1 < args.count; i++) if (words.some((word) => args.is(i, word))) index = i + 1;
  return index === 0 ? [] : [{ index, access: WRITES }];
}

function indexOfWord(args: Args, word: string, from: number): number {
  for (let i = from; i < args.count; i++) if (args.is(i, word)) return i;
  return -1;
}

/** BITFIELD key [GET type offset | OVERFLOW how | SET … | INCRBY …] */
function onlyGets(args: Args): boolean {
  for (let i = 2; i < args.count; ) {
    if (args.is(i, 'GET')) i += 3;
    else if (args.is(i, 'OVERFLOW')) i += 2;
    else return false;
  }
  return true;
}

/** … STREAMS key … id …: after the word as many keys as ids. */
function streamKeys(args: Args): KeyReference[] {
  const at = indexOfWord(args, 'STREAMS', 1);
  if (at === -1) return [];
  const count = Math.floor((args.count - at - 1) / 2);
  return Array.from({ length: count }, (_, i) => ({ index: at + 1 + i, access: READS }));
}
