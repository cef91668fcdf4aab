// Reads all data of a server back through a client, key by key, so that two servers can be compared.
import type { Redis } from 'ioredis';
import { type ServerAddress, withClient } from './client.ts';

/** One key as a client sees it. Bytes are latin1 text, so that every byte has one sign. */
export interface KeyReading {
  readonly type: string;
  /** A string; or items in order, with sets and hash fields sorted, since their order means nothing. */
  readonly value: unknown;
  /** Unix time, ms; -1 without expiry. Absolute, so that a replica's must be the master's to the millisecond. */
  readonly expiresAtMs: number;
}

/** From `database:key` to what is there. */
export type DataReading = ReadonlyMap<string, KeyReading>;

const scanCount = 1000;
const differencesShownMax = 10;
const shownValueChars = 160;

/** What is compared: every server has all of it from this release of Redis on, the oldest first. */
export const comparedAsNames = ['Redis 6.0', 'Redis 7.0', 'Redis 7.4'] as const;
export type ComparedAs = (typeof comparedAsNames)[number];

/** Reads every key of every database. Fails on a type that it does not know, rather than leave it out. */
export function readBack(server: ServerAddress, comparedAs: ComparedAs = 'Redis 7.0'): Promise<DataReading> {
  return withClient(server, async (client) => {
    const readings = new Map<string, KeyReading>();
    const reader: Reader = { client, comparedAs, tellsMoment: (await releaseOf(client)) !== 'Redis 6.0' };
    for (const database of await usedDatabases(client)) {
      await client.select(database);
      for (const key of await allKeys(client)) {
        const reading = await readKey(reader, key);
        if (reading) readings.set(`${database}:${key.toString('latin1')}`, reading);
      }
    }
    return readings;
  });
}

/**
 * Throws with the first differences if `actual` is not key for key what `expected` is.
 * Two empty servers are refused: a comparison of nothing proves nothing.
 * @param expirySlackMs how far the moments of expiry may be apart: more than 0 for replicas of Redis 6.0 and older only,
 *   which passes EXPIRE on as it came, to count from when it arrives
 */
export function expectSameData(actual: DataReading, expected: DataReading, expirySlackMs = 0): void {
  if (expected.size === 0) throw new Error('the expected data is empty: nothing would be compared');
  const differences = [...new Set([...expected.keys(), ...actual.keys()])].filter(
    (key) => !isSame(actual.get(key), expected.get(key), expirySlackMs),
  );
  if (differences.length === 0) return;
  const lines = differences
    .slice(0, differencesShownMax)
    .map((key) => `${key}\n  actual   ${show(actual.get(key))}\n  expected ${show(expected.get(key))}`);
  throw new Error(
    `${differences.length} of ${expected.size} keys differ (${actual.size} keys are there):\n${lines.join('\n')}`,
  );
}

function isSame(actual: KeyReading | undefined, expected: KeyReading | undefined, expirySlackMs: number): boolean {
  if (actual === undefined || expected === undefined) return false;
  const apartMs = Math.abs(actual.expiresAtMs - expected.expiresAtMs);
  const bothExpire = actual.expiresAtMs >= 0 && expected.expiresAtMs >= 0;
  if (apartMs > (bothExpire ? expirySlackMs : 0)) return false;
  return actual.type === expected.type && JSON.stringify(actual.value) === JSON.stringify(expected.value);
}

function show(reading: KeyReading | undefined): string {
  return reading === undefined ? 'missing' : JSON.stringify(reading).slice(0, shownValueChars);
}

async function usedDatabases(client: Redis): Promise<number[]> {
  const keyspace = await client.info('keyspace');
  return [...keyspace.matchAll(/^db(\d+):/gm)].map(([, number]) => Number(number));
}

async function allKeys(client: Redis): Promise<Buffer[]> {
  const keys = new Map<string, Buffer>();
  let cursor = '0';
  do {
    const [next, page] = await client.scanBuffer(cursor, 'COUNT', scanCount);
    for (const key of page) keys.set(key.toString('latin1'), key);
    cursor = next.toString();
  } while (cursor !== '0');
  return [...keys.values()];
}

interface Reader {
  readonly client: Redis;
  readonly comparedAs: ComparedAs;
  /** It knows PEXPIRETIME. */
  readonly tellsMoment: boolean;
}

/** What the server can be compared as. */
export async function releaseOf(client: Redis): Promise<ComparedAs> {
  const version = /^redis_version:(\d+)\./m.exec(await client.info('server'))?.[1];
  if (Number(version) < 7) return 'Redis 6.0';
  const [fieldsExpire] = (await client.call('COMMAND', 'INFO', 'hpexpiretime')) as unknown[];
  return fieldsExpire === null ? 'Redis 7.0' : 'Redis 7.4';
}

async function readKey(reader: Reader, key: Buffer): Promise<KeyReading | null> {
  const type = await reader.client.type(key);
  if (type === 'none') return null; // it expired since the scan
  const value = await readValue(reader, type, key);
  return { type, value, expiresAtMs: await expiryOf(reader, key) };
}

/** Where the server tells no moment, it tells what is left, at a time that it says too. */
async function expiryOf({ client, tellsMoment }: Reader, key: Buffer): Promise<number> {
  if (tellsMoment) return client.pexpiretime(key);
  for (;;) {
    const replies = await client.multi().time().pttl(key).time().exec();
    const [before, leftMs, after] = (replies ?? []).map(([, reply]) => reply) as [string[], number, string[]];
    if (leftMs < 0) return leftMs;
    const [beforeMs, afterMs] = [before, after].map(([seconds, micros]) => momentMs(seconds, micros));
    if (beforeMs === afterMs) return beforeMs! + leftMs;
  }
}

function momentMs(seconds = '', microseconds = ''): number {
  return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
}

async function readValue({ client, comparedAs }: Reader, type: string, key: Buffer): Promise<unknown> {
  switch (type) {
    case 'string':
      return text(await client.getBuffer(key));
    case 'list':
      return (await client.lrangeBuffer(key, 0, -1)).map(text);
    case 'set':
      return (await client.smembersBuffer(key)).map(text).sort();
    case 'hash':
      return readHash(client, key, comparedAs === 'Redis 7.4');
    case 'zset':
      return pairs(await client.callBuffer('ZRANGE', key, '0', '-1', 'WITHSCORES'), scoreText);
    case 'stream':
      return lasting(await client.callBuffer('XINFO', 'STREAM', key, 'FULL', 'COUNT', '0'), passing[comparedAs]);
    default:
      throw new Error(`read-back does not know the type ${type} of ${text(key)}`);
  }
}

/** Fields and values, with the moments at which fields end where servers know such: after those that have one. */
async function readHash(client: Redis, key: Buffer, withExpiries: boolean): Promise<string[]> {
  const reply = (await client.callBuffer('HGETALL', key)) as Buffer[];
  const fields = reply.filter((_, at) => at % 2 === 0);
  if (!withExpiries || fields.length === 0) return pairs(reply).sort();
  const moments = (await client.call('HPEXPIRETIME', key, 'FIELDS', fields.length, ...fields)) as number[];
  const ends = fields.flatMap((field, at) => (moments[at]! < 0 ? [] : [`${text(field)} ends at ${moments[at]}`]));
  return [...pairs(reply), ...ends].sort();
}

/**
 * What a stream says of itself that no server finds out for itself: how its nodes are found, when a consumer was seen,
 * and how many entries a group has read, which Redis 7.0 does not tell its replicas.
 */
const passingNow = ['radix-tree-keys', 'radix-tree-nodes', 'seen-time', 'active-time', 'entries-read', 'lag'];
/** What Redis 6.0 does not keep. */
const keptSinceRedis7 = ['max-deleted-entry-id', 'entries-added', 'recorded-first-entry-id'];
const passing: Readonly<Record<ComparedAs, ReadonlySet<string>>> = {
  'Redis 6.0': new Set([...passingNow, ...keptSinceRedis7]),
  'Redis 7.0': new Set(passingNow),
  'Redis 7.4': new Set(passingNow),
};

/** All of a stream, groups and what is pending in them included, without what is passing. */
function lasting(reply: unknown, without: ReadonlySet<string>): unknown {
  if (!Array.isArray(reply)) return Buffer.isBuffer(reply) ? text(reply) : reply;
  const kept: unknown[] = [];
  for (let at = 0; at < reply.length; at++) {
    if (Buffer.isBuffer(reply[at]) && without.has(text(reply[at]))) at++;
    else kept.push(lasting(reply[at], without));
  }
  return kept;
}

function text(bytes: unknown): string {
  if (!Buffer.isBuffer(bytes)) throw new Error(`the server answered ${String(bytes)} where bytes were expected`);
  return bytes.toString('latin1');
}

/** Each pair as one text, so that sorting needs no rule; the sign 0 cannot be mistaken in a JSON array. */
function pairs(flat: unknown, seconds = text): string[] {
  if (!Array.isArray(flat)) throw new Error('the server answered no array where pairs were expected');
  const result: string[] = [];
  for (let at = 0; at < flat.length; at += 2) result.push(JSON.stringify([text(flat[at]), seconds(flat[at + 1])]));
  return result;
}

/** A score as JavaScript spells it: releases spell a double in several ways, all of which say which one it is. */
function scoreText(bytes: unknown): string {
  const score = text(bytes);
  const number = Number(score);
  if (score === '' || Number.isNaN(number)) return score; // inf and -inf
  return Object.is(number, -0) ? '-0' : String(number);
}
