// How the stream commands open a key, find a group, and answer entries.

import type { ReplyWriter } from '../../../resp/reply-writer.ts';
import type { StreamGroup } from '../../data/stream-group.ts';
import { idText } from '../../data/stream-id.ts';
import type { StreamEntry } from '../../data/stream-node.ts';
import { StreamValue } from '../../data/stream-value.ts';
import { NO_REF } from '../../keyspace/database.ts';
import { encoding, valueType } from '../../keyspace/record.ts';
import { requireType } from '../collections/collection-keys.ts';
import { ReplyError } from '../reply-errors.ts';
import type { CommandContext } from '../spec.ts';

/** The stream under key `i` for reading; null if there is none. @throws ReplyError when it is of another type. */
export function readStream({ db, args }: CommandContext, i: number): StreamValue | null {
  return streamAt(db, db.lookupRead(args, i));
}

/** The same for changing it in place; `db.modified` says so to those who watch the key. @throws ReplyError */
export function openStream({ db, args }: CommandContext, i: number): StreamValue | null {
  return streamAt(db, db.lookupWrite(args, i));
}

function streamAt(db: CommandContext['db'], ref: number): StreamValue | null {
  if (ref === NO_REF) return null;
  requireType(db, ref, valueType.stream);
  return db.object<StreamValue>(ref);
}

/** Puts an empty stream under key `i`, where none is. */
export function createStream({ db, args }: CommandContext, i: number): StreamValue {
  const stream = new StreamValue();
  db.storeObject(args, i, valueType.stream, encoding.stream, stream, false);
  return stream;
}

/** The group that argument `groupIndex` names, for changing it. @throws ReplyError `NOGROUP` when key or group is not there. */
export function openGroup(
  context: CommandContext,
  keyIndex: number,
  groupIndex: number,
): { readonly stream: StreamValue; readonly group: StreamGroup } {
  const stream = openStream(context, keyIndex);
  const group = stream?.groups.get(context.args.text(groupIndex));
  if (stream === null || group === undefined) throw noSuchGroup(context, keyIndex, groupIndex);
  return { stream, group };
}

export function noSuchGroup({ args }: CommandContext, keyIndex: number, groupIndex: number): ReplyError {
  return new ReplyError(`NOGROUP No such key '${args.text(keyIndex)}' or consumer group '${args.text(groupIndex)}'`);
}

/** An entry as two elements: its id, and its fields and values. */
export function replyEntry(reply: ReplyWriter, { id, fields }: StreamEntry): void {
  reply.array(2);
  reply.bulkLatin1(idText(id));
  reply.array(fields.length);
  for (const field of fields) reply.bulkLatin1(field);
}

/** At most `count` entries; 0: all. Answers how many. */
export function replyEntries(reply: ReplyWriter, entries: Iterable<StreamEntry>, count: number): number {
  const place = reply.defer();
  let written = 0;
  for (const entry of entries) {
    replyEntry(reply, entry);
    written++;
    if (written === count) break;
  }
  reply.fillArray(place, written);
  return written;
}
