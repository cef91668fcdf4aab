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

/** Reads every key of every database. Fails on a type that it does not know, rather than leave it out. */
export function readBack(server: ServerAddress): Promise<DataReading> {
  return withClient(server, async (client) => {
    const readings = new Map<string, KeyReading>();
    for (const database of await usedDatabases(client)) {
      await client.select(database);
      for (const key of await allKeys(client)) {
        const reading = await readKey(client, key);
        if (reading) readings.set(`${database}:${key.toString('latin1')}`, reading);
      }
    }
    return readings;
  });
}

/**
 * Throws with the first differences if `actual` is not key for key what `expected` is.
 * Two empty servers are refused: a comparison of nothing proves nothing.
 */
export function expectSameData(actual: DataReading, expected: DataReading): void {
  if (expected.size === 0) throw new Error('the expected data is empty: nothing would be compared');
  const differences = [...new Set([...expected.keys(), ...actual.keys()])].filter(
    (key) => JSON.stringify(actual.get(key)) !== JSON.stringify(expected.get(key)),
  );
  if (differences.length === 0) return;
  const lines = differences
    .slice(0, differencesShownMax)
    .map((key) => `${key}\n  actual   ${show(actual.get(key))}\n  expected ${show(expected.get(key))}`);
  throw new Error(
    `${differences.length} of ${expected.size} keys differ (${actual.size} keys are there):\n${lines.join('\n')}`,
  );
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

async function readKey(client: Redis, key: Buffer): Promise<KeyReading | null> {
  const type = await client.type(key);
  if (type === 'none') return null; // it expired since the scan
  const value = await readValue(client, type, key);
  return { type, value, expiresAtMs: await client.pexpiretime(key) };
}

async function readValue(client: Redis, type: string, key: Buffer): Promise<unknown> {
  switch (type) {
    case 'string':
      return text(await client.getBuffer(key));
    case 'list':
      return (await client.lrangeBuffer(key, 0, -1)).map(text);
    case 'set':
      return (await client.smembersBuffer(key)).map(text).sort();
    case 'hash':
      return pairs(await client.callBuffer('HGETALL', key)).sort();
    case 'zset':
      return pairs(await client.callBuffer('ZRANGE', key, '0', '-1', 'WITHSCORES'));
    case 'stream':
      return lasting(await client.callBuffer('XINFO', 'STREAM', key, 'FULL', 'COUNT', '0'));
    default:
      throw new Error(`read-back does not know the type ${type} of ${text(key)}`);
  }
}

/**
 * What a stream says of itself that no server finds out for itself: how its nodes are found, when a consumer was seen,
 * and how many entries a group has read, which Redis 7.0 does not tell its replicas.
 */
const passing = new Set(['radix-tree-keys', 'radix-tree-nodes', 'seen-time', 'entries-read', 'lag']);

/** All of a stream, groups and what is pending in them included, without what is passing. */
function lasting(reply: unknown): unknown {
  if (!Array.isArray(reply)) return Buffer.isBuffer(reply) ? text(reply) : reply;
  const kept: unknown[] = [];
  for (let at = 0; at < reply.length; at++) {
    if (Buffer.isBuffer(reply[at]) && passing.has(text(reply[at]))) at++;
    else kept.push(lasting(reply[at]));
  }
  return kept;
}

function text(bytes: unknown): string {
  if (!Buffer.isBuffer(bytes)) throw new Error(`the server answered ${String(bytes)} where bytes were expected`);
  return bytes.toString('latin1');
}

/** Each pair as one text, so that sorting needs no rule; the sign 0 cannot be mistaken in a JSON array. */
function pairs(flat: unknown): string[] {
  if (!Array.isArray(flat)) throw new Error('the server answered no array where pairs were expected');
  const result: string[] = [];
  for (let at = 0; at < flat.length; at += 2) result.push(JSON.stringify([text(flat[at]), text(flat[at + 1])]));
  return result;
}
