// The fingerprint of a data set that DEBUG DIGEST answers: Redis's own, so that two servers can be compared in one line.
//
//   mix(digest, bytes)   digest := SHA-1(digest xor SHA-1(bytes))      the order of what is mixed in counts
//   add(digest, bytes)   digest := digest xor SHA-1(bytes)             it does not
import { doubleText } from '../../../base/double-text.ts';
import { SHA1_BYTES, sha1 } from '../../../base/sha1.ts';
import { millisecondsOf, sequenceOf } from '../../data/stream-id.ts';
import type { StreamValue } from '../../data/stream-value.ts';
import type { Database } from '../../keyspace/database.ts';
import type { Keyspace } from '../../keyspace/keyspace.ts';
import { valueType } from '../../keyspace/record.ts';
import { hashKind, listKind, setKind, sortedSetKind, viewCollection } from '../collections/collection-keys.ts';

const EXPIRES = '!!expire!!';

/** Of all keys of all databases, those past their time and not yet deleted included. 40 zeros when there are none. */
export function datasetDigest(keyspace: Keyspace): string {
  const digest = new Uint8Array(SHA1_BYTES);
  for (const database of keyspace.databases) {
    if (database.size === 0) continue;
    mix(digest, bigEndian(database.index));
    database.forEach((ref) => {
      const ofKey = new Uint8Array(SHA1_BYTES);
      mix(ofKey, database.keyBytes(ref));
      mixValue(ofKey, database, ref);
      add(digest, ofKey);
    });
  }
  return hexText(digest);
}

/** Of one key's type, value and of whether it expires; 40 zeros for no key (`ref` 0). */
export function valueDigest(database: Database, ref: number): string {
  const digest = new Uint8Array(SHA1_BYTES);
  if (ref !== 0) mixValue(digest, database, ref);
  return hexText(digest);
}

function mixValue(digest: Uint8Array, database: Database, ref: number): void {
  const type = database.type(ref);
  mix(digest, bigEndian(type));
  switch (type) {
    case valueType.string:
      mix(digest, database.inlineBytes(ref));
      break;
    case valueType.list:
      viewCollection(database, ref, listKind).forEach(0, Number.MAX_SAFE_INTEGER, (text) => {
        mix(digest, bytesOf(text));
        return undefined;
      });
      break;
    case valueType.set:
      for (const member of viewCollection(database, ref, setKind).members()) add(digest, bytesOf(member));
      break;
    case valueType.hash:
      for (const [field, value] of viewCollection(database, ref, hashKind).entries()) addPair(digest, field, value);
      break;
    case valueType.zset:
      viewCollection(database, ref, sortedSetKind).forEach((score, member) => {
        addPair(digest, member, doubleText(score));
      });
      break;
    case valueType.stream:
      for (const { id, fields } of database.object<StreamValue>(ref).range()) {
        mix(digest, bytesOf(`${millisecondsOf(id)}.${sequenceOf(id)}`));
        for (const field of fields) mix(digest, bytesOf(field));
      }
      break;
  }
  if (database.expiryMs(ref) !== -1) add(digest, bytesOf(EXPIRES));
}

/** Which two belong together counts, the order of the pairs does not. */
function addPair(digest: Uint8Array, first: string, second: string): void {
  const ofPair = new Uint8Array(SHA1_BYTES);
  mix(ofPair, bytesOf(first));
  mix(ofPair, bytesOf(second));
  add(digest, ofPair);
}

function add(digest: Uint8Array, bytes: Uint8Array): void {
  const added = sha1(bytes);
  for (let i = 0; i < SHA1_BYTES; i++) digest[i]! ^= added[i]!;
}

function mix(digest: Uint8Array, bytes: Uint8Array): void {
  add(digest, bytes);
  digest.set(sha1(digest));
}

function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}

function bigEndian(number: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, number);
  return bytes;
}

function hexText(digest: Uint8Array): string {
  return Buffer.from(digest).toString('hex');
}
