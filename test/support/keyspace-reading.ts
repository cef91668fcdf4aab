// Reads a whole keyspace as plain texts, so that two moments of it, or two keyspaces, can be compared.
import { HashValue } from '#core/engine/data/hash-value.ts';
import { Intset } from '#core/engine/data/intset.ts';
import type { ListValue } from '#core/engine/data/list-value.ts';
import { Listpack } from '#core/engine/data/listpack.ts';
import type { SetValue } from '#core/engine/data/set-value.ts';
import { SortedSetValue } from '#core/engine/data/sorted-set-value.ts';
import { idText } from '#core/engine/data/stream-id.ts';
import type { StreamValue } from '#core/engine/data/stream-value.ts';
import type { Database } from '#core/engine/keyspace/database.ts';
import type { Keyspace } from '#core/engine/keyspace/keyspace.ts';
import { valueType } from '#core/engine/keyspace/record.ts';

/**
 * From `database:key` to type, expiry and value, sets and hashes sorted; and from `library name` to its source. A key
 * that is there twice is an error.
 */
export function readKeyspace(keyspace: Keyspace): Map<string, string> {
  const reading = new Map<string, string>();
  for (const database of keyspace.databases) {
    database.forEach((ref) => {
      const name = `${database.index}:${database.keyBytes(ref).toString('latin1')}`;
      if (reading.has(name)) throw new Error(`${name} is there twice`);
      reading.set(name, `${database.type(ref)} ${database.expiryMs(ref)} ${JSON.stringify(readValue(database, ref))}`);
    });
  }
  for (const { name, source } of keyspace.libraries.values()) reading.set(`library ${name}`, source.toString('latin1'));
  return reading;
}

function readValue(database: Database, ref: number): unknown {
  const isInline = database.isInline(ref);
  const bytes = isInline ? Buffer.from(database.inlineBytes(ref)) : Buffer.alloc(0);
  switch (database.type(ref)) {
    case valueType.list:
      return isInline
        ? [...Listpack.over(bytes, 0, bytes.length).texts()]
        : [...database.object<ListValue>(ref).nodes()].flatMap((node) => [...node.texts()]);
    case valueType.set:
      return isInline
        ? [...Intset.over(bytes, 0)].map(String).sort()
        : [...database.object<SetValue>(ref).members()].sort();
    case valueType.hash: {
      const packed = () => HashValue.packed(Listpack.over(bytes, 0, bytes.length));
      return [...(isInline ? packed() : database.object<HashValue>(ref)).entries()].map(String).sort();
    }
    case valueType.zset: {
      const packed = () => SortedSetValue.packed(Listpack.over(bytes, 0, bytes.length));
      const entries: string[] = [];
      const sortedSet = isInline ? packed() : database.object<SortedSetValue>(ref);
      sortedSet.forEach((score, member) => void entries.push(`${member} ${score}`));
      return entries;
    }
    case valueType.stream:
      return readStream(database.object<StreamValue>(ref));
    default:
      return bytes.toString('latin1');
  }
}

/** Entries, figures and groups; not when a consumer was seen and what a group counts, which replicas are not told. */
function readStream(stream: StreamValue): unknown {
  const ids = [stream.lastId, stream.firstId, stream.maxDeletedId].map(idText);
  const groups = Array.from(stream.groups.entries(), ([name, group]) => ({
    name,
    lastId: idText(group.lastId),
    consumers: Array.from(group.consumers.values(), (consumer) => `${consumer.name} ${consumer.pending.size}`),
    pending: Array.from(group.pending.entries(), ([id, entry]) =>
      [idText(id), entry.consumer.name, entry.deliveredMs, entry.deliveries].join(' '),
    ),
  }));
  const entries = Array.from(stream.range(), ({ id, fields }) => [idText(id), ...fields].join(' '));
  return { size: stream.size, added: String(stream.entriesAdded), ids, entries, groups };
}
