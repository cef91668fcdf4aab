// What our executor sends to replicas, played to a real Redis and to another executor of ours: all three end equal.
import type { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { BareExecutor } from '../support/bare-executor.ts';
import { seededRandom } from '../support/random.ts';
import { openRawConnection, type RawConnection } from '../support/raw-connection.ts';
import { startRedis } from '../support/redis-server.ts';
import { parseReply } from '../support/resp.ts';
import { randomCommand } from './support/collection-fuzzer.ts';

const commandsPerRun = 3000;
const seeds = [1, 2, 3, 4];
const databases = 6;

/** Commands whose effect is chance: the fuzzer that compares replies leaves them out. */
const chosenByChance: readonly string[][] = [
  ['SPOP', 's1'],
  ['SPOP', 's2', '3'],
  ['SPOP', 's3', '2'],
  ['SPOP', 's3', '1000'],
];

/** One key as text; what has no order is sorted. */
const readers: Readonly<Record<string, (key: string) => string[]>> = {
  '+string': (key) => ['GET', key],
  '+list': (key) => ['LRANGE', key, '0', '-1'],
  '+set': (key) => ['SMEMBERS', key],
  '+hash': (key) => ['HGETALL', key],
  '+zset': (key) => ['ZRANGE', key, '0', '-1', 'WITHSCORES'],
};
const unordered = new Set(['+set', '+hash']);

type Send = (requests: readonly (readonly string[])[]) => Promise<Buffer[]>;

async function readAll(send: Send): Promise<Map<string, string>> {
  const readings = new Map<string, string>();
  for (let database = 0; database < databases; database++) {
    await send([['SELECT', String(database)]]);
    const [listed] = await send([['KEYS', '*']]);
    const keys = parseReply(listed!);
    if (typeof keys === 'string') throw new Error(keys);
    for (const item of keys.items) {
      const key = String(item).slice(1);
      const [type, expiry] = (
        await send([
          ['TYPE', key],
          ['PEXPIRETIME', key],
        ])
      ).map((reply) => reply.latin1Slice());
      const kind = type!.trim();
      const [value] = await send([readers[kind]!(key)]);
      readings.set(`${database}:${key}`, `${kind} ${expiry} ${inOrder(kind, value!)}`);
    }
  }
  await send([['SELECT', '0']]);
  return readings;
}

function inOrder(kind: string, reply: Buffer): string {
  const parsed = parseReply(reply);
  if (typeof parsed === 'string' || !unordered.has(kind)) return reply.latin1Slice();
  const step = kind === '+hash' ? 2 : 1;
  const groups = parsed.items.flatMap((_, i) =>
    i % step === 0 ? [JSON.stringify(parsed.items.slice(i, i + step))] : [],
  );
  return groups.sort().join(' ');
}

/** Our executor has no SELECT, which belongs to the server: the session is told directly. */
function sendTo(executor: BareExecutor): Send {
  return async (requests) =>
    requests.map((words) => {
      if (words[0] !== 'SELECT') return executor.run(...words);
      executor.session.databaseIndex = Number(words[1]);
      return Buffer.from('+OK\r\n');
    });
}

async function playTo(redis: RawConnection, stream: BareExecutor['stream']): Promise<void> {
  const requests = stream.flatMap(({ databaseIndex, request }) => {
    const parsed = parseReply(request);
    if (typeof parsed === 'string') throw new Error(parsed);
    return [['SELECT', String(databaseIndex)], parsed.items.map((item) => String(item).slice(1))];
  });
  for (let from = 0; from < requests.length; from += 500) {
    for (const reply of await redis.send(requests.slice(from, from + 500))) {
      expect(reply.latin1Slice(), 'a propagated command is never refused').not.toMatch(/^-/);
    }
  }
}

it('makes the same data on a real Redis and on a replica of ours', async () => {
  await using server = await startRedis();
  using redis = await openRawConnection(server);
  const plain: Redis = server.client();
  for (const seed of seeds) {
    const random = seededRandom(seed);
    const master = new BareExecutor({ seed });
    for (let i = 0; i < commandsPerRun; i++) {
      master.run(...(random.below(40) === 0 ? random.pick(chosenByChance) : randomCommand(random)));
    }
    const replica = new BareExecutor({ seed: seed + 1000, kind: 'master' });
    for (const { databaseIndex, request } of master.stream) {
      replica.session.databaseIndex = databaseIndex;
      expect(replica.runRequest(request).length, 'a master is not answered').toBe(0);
    }
    await plain.flushall();
    await playTo(redis, master.stream);
    const reader = new BareExecutor();
    reader.keyspace.adopt(replica.keyspace);
    const expected = await readAll(sendTo(master));
    expect(expected.size).toBeGreaterThan(5);
    expect(await readAll((requests) => redis.send(requests)), `Redis, seed ${seed}`).toEqual(expected);
    expect(await readAll(sendTo(reader)), `a replica of ours, seed ${seed}`).toEqual(expected);
  }
});
