// Estimates how long a server's snapshot will be, by the serialized length of some of its keys; of the data nothing is kept.
import type { SnapshotSize } from '../../insight/sync-cost.ts';
import type { Reply } from '../../remote/role.ts';
import type { NodeReading } from '../observing/reading.ts';

type Execute = (commands: readonly (readonly string[])[]) => Promise<readonly Reply[]>;

/** Up to so many keys all are looked at; of more, so many at random. */
const sampledKeysMax = 400;
/** A key that takes more memory than this is not asked for whole: it would keep the server and the wire busy. */
const dumpedKeyMaxBytes = 32_768;
/** Of those larger ones, so many are asked for, up to a size that still is no burden. */
const largeDumpsMax = 6;
const largeKeyMaxBytes = 2_097_152;

/** Magic, about ten AUX fields, end and checksum. */
const headerBytes = 190;
/** The opcode and eight bytes before a key that expires; and what an eviction policy notes before each key. */
const expiryBytes = 9;
const evictionBytes: readonly (readonly [policy: string, bytes: number])[] = [
  ['lru', 3],
  ['lfu', 2],
];
/** DUMP adds a version and a checksum that a snapshot has once for all. */
const dumpTrailerBytes = 10;

/** MEMORY USAGE counts an entry of the key table and the head of its object, which the memory of all data leaves out. */
const tableEntryBytes = 40;

/** How many elements a value of this type has, and of how many parts each is. A string is one part. */
const partsOf: Readonly<Record<string, { readonly command: string; readonly partsEach: number } | undefined>> = {
  hash: { command: 'HLEN', partsEach: 2 },
  list: { command: 'LLEN', partsEach: 1 },
  set: { command: 'SCARD', partsEach: 1 },
  zset: { command: 'ZCARD', partsEach: 2 },
  stream: { command: 'XLEN', partsEach: 2 },
};

interface SampledKey {
  readonly name: string;
  readonly memoryBytes: number;
  readonly expires: boolean;
  /** Empty where the server does not say. */
  readonly type: string;
}

/** Null where the server refuses one of the commands, or has other databases than the first in use. */
export async function sampleSnapshot(execute: Execute, reading: NodeReading): Promise<SnapshotSize | null> {
  if (reading.keys === 0) return { kind: 'empty', bytes: headerBytes };
  const names = await pickKeys(execute, reading.keys);
  if (names === null || names.length === 0) return null;
  const keys = await askSizes(execute, names);
  if (keys === null || keys.length === 0) return null;
  const serialized = await askSerialized(execute, keys);
  if (serialized === null) return null;
  const eviction = evictionBytes.find(([policy]) => reading.memory.policy?.includes(policy))?.[1] ?? 0;
  const ratio = ratioOf(serialized);
  const sizes = keys.map((key) => (serialized.get(key) ?? key.memoryBytes * ratio) + keyBytes(key) + eviction);
  const weight = weightOf(keys, reading);
  return {
    kind: 'sampled',
    bytes: Math.round(headerBytes + meanOf(sizes) * weight),
    parts: Math.round(meanOf(await askParts(execute, keys)) * weight),
    sampledKeys: keys.length,
    keys: reading.keys,
  };
}

/**
 * How many keys of the mean sampled size there are. Where few keys hold most of the data, chance decides how many of them
 * are in the sample: there the memory of all, which the server tells, is a better measure than their number.
 */
function weightOf(keys: readonly SampledKey[], { keys: count, memory }: NodeReading): number {
  const sizes = keys.map(({ memoryBytes }) => memoryBytes);
  const mean = meanOf(sizes);
  const deviation = Math.sqrt(meanOf(sizes.map((size) => (size - mean) ** 2)));
  if (keys.length >= count || memory.datasetBytes === null || deviation < mean) return count;
  return (memory.datasetBytes + count * tableEntryBytes) / mean;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The name with its length before it, and the expiry. */
function keyBytes({ name, expires }: SampledKey): number {
  const bytes = Buffer.byteLength(name);
  return (bytes < 64 ? 1 : 2) + bytes + (expires ? expiryBytes : 0);
}

async function pickKeys(execute: Execute, keys: number): Promise<string[] | null> {
  if (keys > sampledKeysMax) {
    const replies = await execute(Array.from({ length: sampledKeysMax }, () => ['RANDOMKEY']));
    return replies.some(isError) ? null : replies.filter((reply) => typeof reply === 'string');
  }
  const [reply] = await execute([['SCAN', '0', 'COUNT', String(sampledKeysMax * 4)]]);
  const found = Array.isArray(reply) ? reply[1] : null;
  return Array.isArray(found) ? found.filter((name): name is string => typeof name === 'string') : null;
}

async function askSizes(execute: Execute, names: readonly string[]): Promise<SampledKey[] | null> {
  const replies = await execute(
    names.flatMap((name) => [
      ['MEMORY', 'USAGE', name],
      ['PTTL', name],
      ['TYPE', name],
    ]),
  );
  const asked = names.map((name, index) => ({ name, answers: replies.slice(index * 3, index * 3 + 3) }));
  if (asked.some(({ answers: [memoryBytes = null, ttlMs = null] }) => isError(memoryBytes) || isError(ttlMs)))
    return null;
  return asked.flatMap(({ name, answers: [memoryBytes, ttlMs, told] }) => {
    const type = typeof told === 'string' ? told : '';
    return typeof memoryBytes === 'number' ? [{ name, memoryBytes, expires: Number(ttlMs) >= 0, type }] : [];
  });
}

/** Of each key; one where the server does not say. */
async function askParts(execute: Execute, keys: readonly SampledKey[]): Promise<number[]> {
  const ofParts = keys.flatMap((key) => {
    const parts = partsOf[key.type];
    return parts ? [{ key, ...parts }] : [];
  });
  const replies = await execute(ofParts.map(({ key, command }) => [command, key.name]));
  const parts = new Map(ofParts.map(({ key, partsEach }, index) => [key, Number(replies[index]) * partsEach]));
  return keys.map((key) => parts.get(key) || 1);
}

/** The length of each key's value in a snapshot, type byte and all; of large ones only of some. */
async function askSerialized(
  execute: Execute,
  keys: readonly SampledKey[],
): Promise<ReadonlyMap<SampledKey, number> | null> {
  const isLarge = ({ memoryBytes }: SampledKey) => memoryBytes > dumpedKeyMaxBytes;
  const large = keys.filter((key) => isLarge(key) && key.memoryBytes <= largeKeyMaxBytes).slice(0, largeDumpsMax);
  const asked = [...keys.filter((key) => !isLarge(key)), ...large];
  const replies = await execute(asked.map(({ name }) => ['DUMP', name]));
  if (replies.some(isError)) return null;
  return new Map(
    asked.flatMap((key, index) => {
      const reply = replies[index];
      return typeof reply === 'string' ? [[key, bytesOfText(reply) - dumpTrailerBytes] as const] : [];
    }),
  );
}

/** Serialized bytes for a byte of memory, of the largest that were asked for: large values are of one kind. */
function ratioOf(serialized: ReadonlyMap<SampledKey, number>): number {
  const largest = [...serialized].sort(([one], [other]) => other.memoryBytes - one.memoryBytes).slice(0, largeDumpsMax);
  const memory = largest.reduce((sum, [key]) => sum + key.memoryBytes, 0);
  return memory === 0 ? 1 : largest.reduce((sum, [, bytes]) => sum + bytes, 0) / memory;
}

/** Replies come as text: a byte that is no UTF-8 stands as one replacement character, three bytes long. */
function bytesOfText(text: string): number {
  let replaced = 0;
  for (const sign of text) if (sign === '\ufffd') replaced++;
  return Buffer.byteLength(text) - 2 * replaced;
}

function isError(reply: Reply): boolean {
  return typeof reply === 'object' && reply !== null && 'error' in reply;
}
