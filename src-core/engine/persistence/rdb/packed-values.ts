// From the packed bytes of an RDB to the values of the keyspace: checked, and kept as they are where we pack alike.
import { HashValue } from '../../data/hash-value.ts';
import { Intset } from '../../data/intset.ts';
import type { CollectionLimits } from '../../data/limits.ts';
import { Listpack } from '../../data/listpack.ts';
import { SetValue } from '../../data/set-value.ts';
import { SortedSetValue } from '../../data/sorted-set-value.ts';
import { encoding, valueType } from '../../keyspace/record.ts';
import { rdbType } from './format.ts';
import {
  addScore,
  fromHash,
  fromSet,
  fromSortedSet,
  type LoadedValue,
  listOf,
  listpackOf,
  parseScore,
} from './loaded-value.ts';
import {
  checkIntsetHeader,
  checkIntsetOrder,
  checkListpack,
  decodeZiplist,
  decodeZipmap,
  PackedError,
} from './packed.ts';

/** Whether the type is one string of packed bytes. */
export function isPackedType(type: number): boolean {
  return (
    (type >= rdbType.hashZipmap && type <= rdbType.hashZiplist) ||
    type === rdbType.hashListpack ||
    type === rdbType.zsetListpack ||
    type === rdbType.setListpack
  );
}

/**
 * The value in the packed `bytes`, which may be foreign memory: what is kept is copied when it is stored.
 * Null if it is empty. @throws PackedError
 */
export function unpack(type: number, bytes: Buffer, limits: CollectionLimits): LoadedValue | null {
  switch (type) {
    case rdbType.hashZipmap:
      return hashOf(decodeZipmap(bytes), limits);
    case rdbType.hashZiplist:
      return hashOf(decodeZiplist(bytes), limits);
    case rdbType.hashListpack:
      return hashInListpack(bytes, limits);
    case rdbType.listZiplist:
      return listOf([listpackOf(decodeZiplist(bytes))]);
    case rdbType.setIntset:
      return setInIntset(bytes, limits);
    case rdbType.setListpack:
      return setOf(checkedTexts(bytes), limits);
    case rdbType.zsetZiplist:
      return sortedSetOf(decodeZiplist(bytes), limits);
    case rdbType.zsetListpack:
      return sortedSetInListpack(bytes, limits);
    default:
      throw new PackedError(`type ${type} is not packed`);
  }
}

function hashInListpack(bytes: Buffer, limits: CollectionLimits): LoadedValue | null {
  const texts = checkedTexts(bytes);
  if (texts.length / 2 > limits.hashMaxListpackEntries) return hashOf(texts, limits);
  checkPairs(texts);
  return texts.length === 0 ? null : { kind: 'bytes', type: valueType.hash, encoding: encoding.listpack, bytes };
}

function sortedSetInListpack(bytes: Buffer, limits: CollectionLimits): LoadedValue | null {
  const texts = checkedTexts(bytes);
  if (texts.length / 2 > limits.zsetMaxListpackEntries) return sortedSetOf(texts, limits);
  checkPairs(texts);
  for (let at = 1; at < texts.length; at += 2) {
    if (Number.isNaN(parseScore(texts[at]))) throw new PackedError('a sorted set has a score that is no number');
  }
  return texts.length === 0 ? null : { kind: 'bytes', type: valueType.zset, encoding: encoding.listpack, bytes };
}

function checkedTexts(bytes: Buffer): string[] {
  checkListpack(bytes, 0, bytes.length);
  return [...Listpack.over(bytes, 0, bytes.length).texts()];
}

/** Every second text is a field or member: there must be a partner for each, and none twice. */
function checkPairs(texts: readonly string[]): void {
  if (texts.length % 2 === 1) throw new PackedError('a packed collection has a field without a value');
  const fields = new Set<string>();
  for (let at = 0; at < texts.length; at += 2) fields.add(texts[at]);
  if (fields.size !== texts.length / 2) throw new PackedError('a packed collection has a field twice');
}

function hashOf(texts: readonly string[], limits: CollectionLimits): LoadedValue | null {
  checkPairs(texts);
  const hash = HashValue.empty();
  for (let at = 0; at < texts.length; at += 2) hash.set(texts[at], texts[at + 1], limits);
  return fromHash(hash);
}

function sortedSetOf(texts: readonly string[], limits: CollectionLimits): LoadedValue | null {
  checkPairs(texts);
  const sortedSet = SortedSetValue.empty();
  for (let at = 0; at < texts.length; at += 2) addScore(sortedSet, texts[at], parseScore(texts[at + 1]), limits);
  return fromSortedSet(sortedSet);
}

function setInIntset(bytes: Buffer, limits: CollectionLimits): LoadedValue | null {
  checkIntsetHeader(bytes, 0, bytes.length);
  const intset = Intset.over(bytes, 0);
  checkIntsetOrder(intset);
  if (intset.size <= limits.setMaxIntsetEntries) {
    return { kind: 'bytes', type: valueType.set, encoding: encoding.intset, bytes };
  }
  return fromSet(SetValue.large(SetValue.packed(intset).members()));
}

function setOf(members: readonly string[], limits: CollectionLimits): LoadedValue | null {
  const set = SetValue.empty();
  for (const member of members) {
    if (!set.add(member, limits)) throw new PackedError('a packed collection has a member twice');
  }
  return fromSet(set);
}
