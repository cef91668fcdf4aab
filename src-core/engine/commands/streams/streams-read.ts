// XREAD and XREADGROUP: what is new in several streams, now or as soon as there is something.
import type { StreamConsumer, StreamGroup } from '../../data/stream-group.ts';
import { idText, MAX_ID, type StreamId, ZERO_ID } from '../../data/stream-id.ts';
import type { StreamValue } from '../../data/stream-value.ts';
import { NO_REF } from '../../keyspace/database.ts';
import { valueType } from '../../keyspace/record.ts';
import { ReplyError, replyErrors } from '../reply-errors.ts';
import type { CommandContext, CommandRow } from '../spec.ts';
import { parseId } from './streams-arguments.ts';
import { openStream, replyEntries, replyEntry } from './streams-keys.ts';
import { type GroupPlace, propagateClaim, propagateConsumer, propagateLastId } from './streams-propagation.ts';

/** A client that waited without COUNT is not given more at once. */
const COUNT_AFTER_WAIT = 1000;
/** Timers hold no more: 24 days. A longer wait is a wait for ever. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

interface ReadRequest {
  readonly count: number;
  /** Null: no BLOCK. 0: for ever. */
  readonly timeoutMs: number | null;
  readonly noAck: boolean;
  /** Argument of the group's name, the consumer's follows; 0 for XREAD. */
  readonly groupIndex: number;
  /** Argument of the first key. The ids follow the keys. */
  readonly firstKey: number;
  readonly streams: number;
}

/** @throws ReplyError */
function parseRead({ args }: CommandContext, isGroup: boolean): ReadRequest {
  const read = { count: 0, timeoutMs: null as number | null, noAck: false, groupIndex: 0 };
  const onlyGroup = (option: string): void => {
    if (!isGroup) {
      throw new ReplyError(`ERR The ${option} option is only supported by XREADGROUP. You called XREAD instead.`);
    }
  };
  for (let i = 1; i < args.count; i++) {
    const left = args.count - 1 - i;
    if (args.is(i, 'BLOCK') && left > 0) read.timeoutMs = parseTimeout(args.integer(++i, TIMEOUT_NOT_INTEGER));
    else if (args.is(i, 'COUNT') && left > 0) read.count = Math.max(0, args.integer(++i));
    else if (args.is(i, 'STREAMS') && left > 0) {
      if (isGroup && left % 2 === 0 && read.groupIndex === 0) {
        throw new ReplyError('ERR Missing GROUP option for XREADGROUP');
      }
      if (left % 2 === 0) return { ...read, firstKey: i + 1, streams: left / 2 };
      const [name, mark] = isGroup ? ['XREADGROUP', '>'] : ['XREAD', '$'];
      throw new ReplyError(
        `ERR Unbalanced ${name} list of streams: for each stream key an ID or '${mark}' must be specified.`,
      );
    } else if (args.is(i, 'GROUP') && left >= 2) {
      onlyGroup('GROUP');
      read.groupIndex = i + 1;
      i += 2;
    } else if (args.is(i, 'NOACK')) {
      onlyGroup('NOACK');
      read.noAck = true;
    } else throw new ReplyError(replyErrors.syntax);
  }
  throw new ReplyError(replyErrors.syntax);
}

const TIMEOUT_NOT_INTEGER = 'ERR timeout is not an integer or out of range';

function parseTimeout(milliseconds: number): number {
  if (milliseconds < 0) throw new ReplyError(replyErrors.timeoutNegative);
  return milliseconds > LONGEST_TIMER_MS ? 0 : milliseconds;
}

/** One stream of a request. Nothing is asked of a key that is not there. */
interface Asked {
  readonly keyIndex: number;
  readonly stream: StreamValue | null;
  /** XREADGROUP's. */
  readonly group: StreamGroup | null;
  /** Entries after this one are asked for; null: those that nobody of the group has got (`>`). */
  readonly after: StreamId | null;
}

/** The stream under a key; while the client waits, another type is as good as none. @throws ReplyError */
function streamOf(context: CommandContext, keyIndex: number): StreamValue | null {
  const { args, db, isServed } = context;
  const ref = isServed ? db.lookupWrite(args, keyIndex) : NO_REF;
  if (ref !== NO_REF && db.type(ref) !== valueType.stream) return null;
  return openStream(context, keyIndex);
}

/** @throws ReplyError */
function parseAsked(context: CommandContext, request: ReadRequest, i: number): Asked {
  const { args } = context;
  const isGroup = request.groupIndex !== 0;
  const keyIndex = request.firstKey + i;
  const idIndex = keyIndex + request.streams;
  const stream = streamOf(context, keyIndex);
  const group = isGroup ? groupOf(context, request, keyIndex, stream) : null;
  const id = args.text(idIndex).split('\0', 1)[0];
  if (id === '$') {
    if (isGroup) throw new ReplyError(DOLLAR_IN_GROUP);
    return { keyIndex, stream, group, after: stream?.lastId ?? ZERO_ID };
  }
  if (id === '>') {
    if (!isGroup) {
      throw new ReplyError(
        'ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.',
      );
    }
    return { keyIndex, stream, group, after: null };
  }
  const after = parseId(args, idIndex);
  return { keyIndex, stream, group, after: isGroup && after === MAX_ID ? null : after };
}

const DOLLAR_IN_GROUP =
  'ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by specifying a proper ID, or use the > ID to get new messages. The $ ID would just return an empty result set.';

/** @throws ReplyError when there is no such key or group */
function groupOf(
  { args, isServed }: CommandContext,
  { groupIndex }: ReadRequest,
  keyIndex: number,
  stream: StreamValue | null,
): StreamGroup {
  const group = stream?.groups.get(args.text(groupIndex));
  if (group !== undefined) return group;
  if (isServed && stream === null) throw new ReplyError('UNBLOCKED the stream key no longer exists');
  if (isServed) throw new ReplyError('NOGROUP the consumer group this client was blocked on no longer exists');
  throw new ReplyError(
    `NOGROUP No such key '${args.text(keyIndex)}' or consumer group '${args.text(groupIndex)}' in XREADGROUP with GROUP option`,
  );
}

/** Whether there is something to answer of this stream. */
function hasNews({ stream, group, after }: Asked, isServed: boolean): boolean {
  if (stream === null) return false;
  if (group !== null && after !== null) return true;
  const last = isServed ? stream.lastId : stream.lastEntryId;
  return (isServed || stream.size > 0) && last > (after ?? group!.lastId);
}

/** The consumer that asks, made if it is new, which replicas hear of only where nothing else would tell them. */
function consumerOf(
  context: CommandContext,
  request: ReadRequest,
  keyIndex: number,
  group: StreamGroup,
): StreamConsumer {
  const { args, nowMs } = context;
  const name = args.text(request.groupIndex + 1);
  const known = group.consumers.get(name);
  if (known !== undefined) {
    known.seenMs = nowMs;
    return known;
  }
  context.changed();
  if (request.noAck) propagateConsumer(context, { keyIndex, groupIndex: request.groupIndex }, name);
  return group.addConsumer(name, nowMs)!;
}

function readCommand(isGroup: boolean): (context: CommandContext) => void {
  return (context) => {
    const { reply, isServed } = context;
    const request = parseRead(context, isGroup);
    const asked = Array.from({ length: request.streams }, (_, i) => parseAsked(context, request, i));
    // What a read comes to is told in other words; the request itself goes to nobody.
    context.doNotPropagate();
    const place = reply.defer();
    let answered = 0;
    for (const one of asked) {
      // Who waited is answered for one stream, as Redis does it.
      if (!hasNews(one, isServed) || (isServed && answered > 0)) continue;
      answered++;
      answerStream(context, request, one);
    }
    if (answered > 0) fillStreams(context, place, answered);
    else waitOrNothing(context, request, asked);
  };
}

/** In RESP3 a map from key to entries. */
function fillStreams({ reply }: CommandContext, place: number, streams: number): void {
  if (reply.protocol === 3) reply.fillMap(place, streams);
  else reply.fillArray(place, streams);
}

function answerStream(context: CommandContext, request: ReadRequest, asked: Asked): void {
  const { args, reply, isServed } = context;
  const consumer = asked.group === null ? null : consumerOf(context, request, asked.keyIndex, asked.group);
  const stream = asked.stream!;
  const count = request.count === 0 && isServed ? COUNT_AFTER_WAIT : request.count;
  if (reply.protocol === 2) reply.array(2);
  reply.bulk(args.slice(asked.keyIndex));
  if (consumer === null) replyEntries(reply, stream.range(asked.after! + 1n), count);
  else if (asked.after !== null) replyHistory(context, stream, consumer, asked.after + 1n, count);
  else replyNews(context, request, asked, consumer, count);
  if (consumer !== null) context.changed();
}

/** Entries that the group has not yet got: they become pending for this consumer, unless it wants no account of them. */
function replyNews(
  context: CommandContext,
  { groupIndex, noAck }: ReadRequest,
  { stream, group, keyIndex }: Asked,
  consumer: StreamConsumer,
  count: number,
): void {
  const { reply, nowMs } = context;
  const groupPlace: GroupPlace = { keyIndex, groupIndex };
  const place = reply.defer();
  let written = 0;
  for (const entry of stream!.range(group!.lastId + 1n)) {
    stream!.advance(group!, entry.id);
    replyEntry(reply, entry);
    if (!noAck) propagateClaim(context, groupPlace, group!, entry.id, group!.deliver(entry.id, consumer, nowMs, 1));
    written++;
    if (written === count) break;
  }
  // Where entries become pending, each says the group's last id itself.
  if (noAck && written > 0) propagateLastId(context, groupPlace, group!);
  reply.fillArray(place, written);
}

/** What is pending for this consumer, once more; an entry that is gone since has no fields. */
function replyHistory(
  { reply, nowMs }: CommandContext,
  stream: StreamValue,
  { pending }: StreamConsumer,
  from: StreamId,
  count: number,
): void {
  const place = reply.defer();
  let written = 0;
  for (const [id, delivery] of pending.entries(from)) {
    const entry = stream.get(id);
    if (entry === undefined) {
      reply.array(2);
      reply.bulkLatin1(idText(id));
      reply.nullArray();
    } else {
      replyEntry(reply, entry);
      delivery.deliveredMs = nowMs;
      delivery.deliveries++;
    }
    written++;
    if (written === count) break;
  }
  reply.fillArray(place, written);
}

function waitOrNothing(context: CommandContext, request: ReadRequest, asked: readonly Asked[]): void {
  const { reply, canWait, isServed } = context;
  if (request.timeoutMs === null || (!canWait && !isServed)) reply.nullArray();
  else
    context.wait(
      asked.map(({ keyIndex }) => keyIndex),
      request.timeoutMs,
      requestAfterWait(context, request, asked),
    );
}

/** `$` means the last entry of now, not of when it is looked at again. */
function requestAfterWait(
  { args }: CommandContext,
  request: ReadRequest,
  asked: readonly Asked[],
): (Buffer | string)[] {
  const firstId = request.firstKey + request.streams;
  const words: (Buffer | string)[] = Array.from({ length: args.count }, (_, i) => args.copy(i));
  for (const [i, { after }] of asked.entries()) if (after !== null) words[firstId + i] = idText(after);
  return words;
}

const xread = readCommand(false);
const xreadgroup = readCommand(true);

export const streamReadCommands: readonly CommandRow[] = [
  {
    name: 'xread',
    arity: -4,
    flags: ['readonly', 'blocking', 'movablekeys'],
    categories: ['read', 'stream', 'slow', 'blocking'],
    since: '5.0.0',
    summary:
      'Return never seen elements in multiple streams, with IDs greater than the ones reported by the caller for each stream. Can block.',
    run: xread,
  },
  {
    name: 'xreadgroup',
    arity: -7,
    flags: ['write', 'blocking', 'movablekeys'],
    categories: ['write', 'stream', 'slow', 'blocking'],
    since: '5.0.0',
    summary:
      'Return new entries from a stream using a consumer group, or access the history of the pending entries for a given consumer. Can block.',
    run: xreadgroup,
  },
];
