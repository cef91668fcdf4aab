// What an RDB's value becomes: bytes that are checked and kept, or an object that was built anew.
import type { HashValue } from '../../data/hash-value.ts';
import type { CollectionLimits } from '../../data/limits.ts';
import { ListValue } from '../../data/list-value.ts';
import { Listpack } from '../../data/listpack.ts';
import type { SetValue } from '../../data/set-value.ts';
import type { SortedSetValue } from '../../data/sorted-set-value.ts';
import { type Encoding, encoding, type ValueType, valueType } from '../../keyspace/record.ts';
import { PackedError } from './packed.ts';

/** What goes into a record: bytes for the packed forms, an object for the large ones. */
export type LoadedValue =
  | { readonly kind: 'bytes'; readonly type: ValueType; readonly encoding: Encoding; readonly bytes: Buffer }
  | { readonly kind: 'object'; readonly type: ValueType; readonly encoding: Encoding; readonly object: object };

export function fromList(list: ListValue): LoadedValue | null {
  if (list.size === 0) return null;
  const bytes = list.listpack?.bytes();
  if (bytes !== undefined) {
    return { kind: 'bytes', type: valueType.list, encoding: encoding.listpack, bytes };
  }
  return { kind: 'object', type: valueType.list, encoding: encoding.quicklist, object: list };
}

export function fromSet(set: SetValue): LoadedValue | null {
  if (set.size === 0) return null;
  return set.intset === null
    ? { kind: 'object', type: valueType.set, encoding: encoding.hashtable, object: set }
    : { kind: 'bytes', type: valueType.set, encoding: encoding.intset, bytes: set.intset.bytes() };
}

export function fromHash(hash: HashValue): LoadedValue | null {
  if (hash.size === 0) return null;
  return hash.listpack === null
    ? { kind: 'object', type: valueType.hash, encoding: encoding.hashtable, object: hash }
    : { kind: 'bytes', type: valueType.hash, encoding: encoding.listpack, bytes: hash.listpack.bytes() };
}

export function fromSortedSet(sortedSet: SortedSetValue): LoadedValue | null {
  if (sortedSet.size === 0) return null;
  return sortedSet.listpack === null
    ? { kind: 'object', type: valueType.zset, encoding: encoding.skiplist, object: sortedSet }
    : { kind: 'bytes', type: valueType.zset, encoding: encoding.listpack, bytes: sortedSet.listpack.bytes() };
}

export function listOf(nodes: readonly Listpack[]): LoadedValue | null {
  return fromList(ListValue.of(nodes));
}

export function listpackOf(texts: readonly string[]): Listpack {
  const listpack = Listpack.empty();
  for (const text of texts) listpack.append(text);
  return listpack;
}

/** The double that the text spells, NaN for anything else. */
export function parseScore(text: string): number {
  if (/^[+-]?inf$/i.test(text)) return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
}

export function addScore(sortedSet: SortedSetValue, member: string, score: number, limits: CollectionLimits): void {
  if (Number.isNaN(score)) throw new PackedError('a sorted set has a score that is no number');
  if (!sortedSet.set(member, score, limits)) throw new PackedError('a sorted set has a member twice');
}
