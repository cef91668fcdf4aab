// Draws commands that write: of every type, on few keys, so that they meet.
import type { SeededRandom } from '../support/random.ts';
import { familyWrites } from './family-writes.ts';

/** A request, word by word. */
export type Words = readonly string[];

const keysOfType = 4;
/** In these the drawn writes are done. */
const databases = 3;
/** No drawn write ever comes here: what is here stays until all is emptied. */
export const quietDatabase = databases;
export const databaseCount = databases + 1;
const ownPrefix = 'own:';

interface Draw {
  readonly random: SeededRandom;
  key(type: string): string;
  member(): string;
  number(): string;
  value(): string;
}

type Row = (draw: Draw) => Words;

/** Of each kind several, and some that meet a key of another type or none. */
const rows: readonly Row[] = [
  (d) => ['SET', d.key('s'), d.value()],
  (d) => ['SET', d.key('s'), d.value(), 'PX', String(20 + d.random.below(4000))],
  (d) => ['SET', d.key('s'), d.value(), 'NX'],
  (d) => ['SET', d.key('s'), d.value(), 'KEEPTTL', 'GET'],
  (d) => ['SETEX', d.key('s'), '1', d.value()],
  (d) => ['GETEX', d.key('s'), 'PX', String(10 + d.random.below(2000))],
  (d) => ['GETDEL', d.key('s')],
  (d) => ['APPEND', d.key('s'), d.value()],
  (d) => ['SETRANGE', d.key('s'), String(d.random.below(50)), d.value()],
  (d) => ['SETBIT', d.key('s'), String(d.random.below(400)), '1'],
  (d) => ['INCR', d.key('n')],
  (d) => ['INCRBYFLOAT', d.key('n'), '0.1'],
  (d) => ['MSET', d.key('s'), d.value(), d.key('n'), d.number()],
  (d) => ['LPUSH', d.key('l'), d.value(), d.member()],
  (d) => ['RPUSH', d.key('l'), d.member()],
  (d) => ['LPOP', d.key('l')],
  (d) => ['LMOVE', d.key('l'), d.key('l'), 'LEFT', 'RIGHT'],
  (d) => ['LTRIM', d.key('l'), '0', '20'],
  (d) => ['LINSERT', d.key('l'), 'BEFORE', d.member(), d.value()],
  (d) => ['LSET', d.key('l'), '0', d.value()],
  (d) => ['LREM', d.key('l'), '1', d.member()],
  (d) => ['LMPOP', '2', d.key('l'), d.key('l'), 'RIGHT'],
  (d) => ['HSET', d.key('h'), d.member(), d.value()],
  (d) => ['HINCRBY', d.key('h'), d.number(), '3'],
  (d) => ['HINCRBYFLOAT', d.key('h'), d.number(), '1.5'],
  (d) => ['HDEL', d.key('h'), d.member()],
  (d) => ['SADD', d.key('u'), d.number(), d.number()],
  (d) => ['SADD', d.key('u'), d.member()],
  (d) => ['SREM', d.key('u'), d.number()],
  (d) => ['SPOP', d.key('u')],
  (d) => ['SPOP', d.key('u'), '2'],
  (d) => ['SMOVE', d.key('u'), d.key('u'), d.number()],
  (d) => ['SUNIONSTORE', d.key('u'), d.key('u'), d.key('u')],
  (d) => ['SDIFFSTORE', d.key('u'), d.key('u'), d.key('u')],
  (d) => ['ZADD', d.key('z'), d.number(), d.member()],
  (d) => ['ZADD', d.key('z'), 'GT', 'CH', d.number(), d.member(), d.number(), d.number()],
  (d) => ['ZINCRBY', d.key('z'), '2.5', d.member()],
  (d) => ['ZPOPMIN', d.key('z')],
  (d) => ['ZREMRANGEBYSCORE', d.key('z'), '0', '10'],
  (d) => ['ZUNIONSTORE', d.key('z'), '2', d.key('z'), d.key('z')],
  (d) => ['ZRANGESTORE', d.key('z'), d.key('z'), '0', '3'],
  (d) => ['SORT', d.key('l'), 'ALPHA', 'STORE', d.key('l')],
  (d) => ['RPUSH', d.key('l'), ...Array.from({ length: 30 + d.random.below(300) }, () => d.member())],
  (d) => ['LTRIM', d.key('l'), '-5', '-1'],
  (d) => ['DEL', d.key('s'), d.key('l')],
  (d) => ['UNLINK', d.key('h')],
  (d) => ['PEXPIRE', d.key(d.random.pick(['s', 'l', 'h', 'u', 'z'])), String(d.random.below(3000))],
  (d) => ['EXPIRE', d.key('h'), '2', 'NX'],
  (d) => ['EXPIREAT', d.key('z'), '1'],
  (d) => ['PERSIST', d.key(d.random.pick(['s', 'l', 'h']))],
  (d) => ['RENAME', d.key('s'), d.key('s')],
  (d) => ['RENAMENX', d.key('l'), d.key('l')],
  (d) => ['COPY', d.key('z'), d.key('z'), 'REPLACE'],
  (d) => ['MOVE', d.key('h'), String(d.random.below(databases))],
  (d) => ['SWAPDB', '0', String(d.random.below(databases))],
  (d) => ['SELECT', String(d.random.below(databases))],
  (d) => ['SELECT', String(d.random.below(databases))],
  (d) => ['LPUSH', d.key('s'), 'of another type'],
  (d) => ['GET', d.key('s')],
  (d) => ['BLPOP', d.key('l'), d.key('l'), '0.5'],
  (d) => ['BLMOVE', d.key('l'), d.key('l'), 'LEFT', 'LEFT', '0.3'],
  (d) => ['BZPOPMIN', d.key('z'), '0.4'],
  (d) => ['PUBLISH', 'news', d.value()],
  ...familyWrites,
];

/** One request in so many empties a database. */
const flushIn = 250;
const transactionIn = 4;
const longValueIn = 12;

/** The requests of a burst, to be sent one after the other on one connection. */
export function drawWrites(random: SeededRandom, count: number): Words[] {
  const draw = drawing(random);
  const one = () => (random.below(flushIn) === 0 ? ['FLUSHDB'] : random.pick(rows)(draw));
  const words = Array.from({ length: count }, one);
  return random.below(transactionIn) === 0
    ? [['MULTI'], ...words, [random.below(8) === 0 ? 'DISCARD' : 'EXEC']]
    : words;
}

/** Whether `database:key` was written by clients of a writable replica. */
export function isOwnKey(name: string): boolean {
  return name.includes(`:${ownPrefix}`);
}

/** A write that clients of a replica may do for themselves, where it lets them. */
export function drawOwnWrite(random: SeededRandom): Words {
  const key = `${ownPrefix}${random.below(4)}`;
  return random.pick<Words>([
    ['SET', key, `v${random.below(1000)}`],
    ['SET', key, 'short', 'PX', String(1 + random.below(2000))],
    ['DEL', key],
    ['RPUSH', `${ownPrefix}list`, `m${random.below(100)}`],
    ['PEXPIRE', key, String(1 + random.below(500))],
  ]);
}

/** So many bytes of writes, to push the backlog's window on. */
export function drawLoad(random: SeededRandom, bytes: number): Words[] {
  const length = 1500;
  return Array.from({ length: Math.ceil(bytes / length) }, (_, index) => [
    'SET',
    `load:${random.below(4)}`,
    String(index % 10).repeat(length),
  ]);
}

function drawing(random: SeededRandom): Draw {
  return {
    random,
    key: (type) => `${type}${random.below(keysOfType)}`,
    member: () => `m${random.below(12)}`,
    number: () => String(random.below(40) - 10),
    value: () => {
      if (random.below(longValueIn) === 0) return random.pick(['x', 'yz']).repeat(random.below(1500));
      return random.below(3) === 0 ? random.bytes(random.below(30)).toString('latin1') : `v${random.below(1000)}`;
    },
  };
}
