// Random stories of strings: few keys, values of every size around the bounds, all commands that change them.
import { type SeededRandom, seededRandom } from '../../support/random.ts';

const commandsPerStory = 1500;
const keys = 6;
/** Around the sizes where a value changes its place: a word, a class of blocks, the copy loops, the inline bound. */
const lengths = [0, 1, 3, 7, 8, 9, 44, 45, 63, 64, 65, 255, 256, 257, 4000, 16_383, 16_384, 16_385, 40_000];

function someValue(random: SeededRandom): string {
  const kind = random.below(4);
  if (kind === 0) return String(random.below(1000) - 500);
  if (kind === 1) return String(BigInt(random.below(2 ** 31)) * BigInt(random.below(2 ** 31)));
  return random.pick(['a', 'b', '\r\n', '\xff']).repeat(random.pick(lengths)).slice(0, 40_000);
}

/** One story; the same for the same seed. */
export function stringStory(seed: number): readonly (readonly string[])[] {
  const random = seededRandom(seed);
  const key = () => `key:${random.below(keys)}`;
  const offset = () => String(random.pick([0, 1, 5, 8, 64, 300, 16_380, 16_390, 20_000]));
  const makers: readonly (() => string[])[] = [
    () => ['SET', key(), someValue(random)],
    () => ['SET', key(), someValue(random), random.pick(['NX', 'XX', 'GET', 'KEEPTTL'])],
    () => ['SET', key(), someValue(random), 'PXAT', random.pick(['1000', '99999999999999'])],
    () => ['GET', key()],
    () => ['GET', key()],
    () => ['APPEND', key(), someValue(random)],
    () => ['SETRANGE', key(), offset(), someValue(random)],
    () => ['GETRANGE', key(), offset(), String(random.below(20_000) - 10_000)],
    () => ['SETBIT', key(), String(random.below(200_000)), String(random.below(2))],
    () => ['GETBIT', key(), String(random.below(200_000))],
    () => ['BITCOUNT', key()],
    () => ['INCR', key()],
    () => ['INCRBY', key(), String(random.below(2000) - 1000)],
    () => ['INCRBYFLOAT', key(), (random.below(2000) / 16).toString()],
    () => ['STRLEN', key()],
    () => ['GETDEL', key()],
    () => ['GETEX', key(), 'PERSIST'],
    () => ['PEXPIRETIME', key()],
    () => ['MSET', key(), someValue(random), key(), someValue(random)],
    () => ['MGET', key(), key(), key()],
    () => ['RENAME', key(), key()],
    () => ['COPY', key(), key(), 'REPLACE'],
    () => ['DEL', key()],
    // Not DBSIZE: each server removes keys past their time at a moment of its own.
    () => ['EXISTS', ...Array.from({ length: keys }, (_, n) => `key:${n}`)],
  ];
  return Array.from({ length: commandsPerStory }, () => random.pick(makers)());
}
