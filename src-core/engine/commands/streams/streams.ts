// The stream commands that add, read and take away entries.
import { idAfter, idText, MAX_ID, millisecondsOf, type StreamId, ZERO_ID } from '../../data/stream-id.ts';
import { STREAM_NODE_BYTES_MAX, type StreamValue, type TrimRule } from '../../data/stream-value.ts';
import { ReplyError, replyErrors, wrongArity } from '../reply-errors.ts';
import type { CommandContext, CommandRow } from '../spec.ts';
import {
  type AddTrimOptions,
  parseAddTrim,
  parseId,
  parseIntervalEnd,
  parseIntervalStart,
} from './streams-arguments.ts';
import { createStream, openStream, readStream, replyEntries } from './streams-keys.ts';

/** The id of a new entry. @throws ReplyError when there is none above the last one. */
function newId(stream: StreamValue, { id, hasSequence }: AddTrimOptions, nowMs: number): StreamId {
  let chosen = id ?? idAfter(stream.lastId, nowMs);
  if (id !== null && !hasSequence && millisecondsOf(stream.lastId) === millisecondsOf(id)) chosen = stream.lastId + 1n;
  const isInMoment = hasSequence || id === null || millisecondsOf(chosen) === millisecondsOf(id);
  if (chosen <= stream.lastId || !isInMoment) throw new ReplyError(replyErrors.streamIdTooSmall);
  return chosen;
}

/** XADD key [NOMKSTREAM] [MAXLEN | MINID [= | ~] threshold [LIMIT count]] * | id field value … */
function xadd(context: CommandContext): void {
  const { args, db, reply, services, nowMs } = context;
  const options = parseAddTrim(context, true);
  const firstField = options.idIndex + 1;
  const fieldCount = args.count - firstField;
  if (fieldCount < 2 || fieldCount % 2 === 1) throw new ReplyError(wrongArity('xadd'));
  if (options.id === ZERO_ID && options.hasSequence) throw new ReplyError(replyErrors.streamIdZero);
  const fields = Array.from({ length: fieldCount }, (_, i) => args.text(firstField + i));
  const found = openStream(context, 1);
  if (found === null && !options.mayCreate) {
    reply.nullBulk();
    return;
  }
  if (found?.lastId === MAX_ID) throw new ReplyError(replyErrors.streamIdExhausted);
  const id = newId(found ?? NO_STREAM, options, nowMs);
  const bytes = fields.reduce((sum, field) => sum + field.length, 0);
  if (bytes > STREAM_NODE_BYTES_MAX) throw new ReplyError(replyErrors.streamEntryTooLarge);
  const stream = found ?? createStream(context, 1);
  stream.append(id, fields, services.limits);
  db.modified(args, 1);
  if (options.trim !== null) stream.trim(options.trim);
  const said: Replacements = new Map();
  if (options.trim?.approximate) sayTrim(said, stream, options.trim, options.trimIndex);
  if (options.id === null || !options.hasSequence) said.set(options.idIndex, idText(id));
  context.changed();
  propagateWith(context, said);
  reply.bulkLatin1(idText(id));
}

const NO_STREAM = { lastId: ZERO_ID } as StreamValue;

/** Arguments that go to replicas in other words than the client's. */
type Replacements = Map<number, string>;

/** What an approximate trim came to, as an exact one. */
function sayTrim(said: Replacements, stream: StreamValue, { keep }: TrimRule, trimIndex: number): void {
  said.set(trimIndex - 1, '=');
  said.set(trimIndex, keep.kind === 'length' ? String(stream.size) : idText(stream.firstIdInNodes));
}

function propagateWith(context: CommandContext, said: Replacements): void {
  if (said.size === 0 || !context.services.propagation.active) return;
  const { args } = context;
  context.propagateInstead(...Array.from({ length: args.count }, (_, i) => said.get(i) ?? args.slice(i)));
}

/** XTRIM key MAXLEN | MINID [= | ~] threshold [LIMIT count] */
function xtrim(context: CommandContext): void {
  const { args, db, reply } = context;
  const { trim, trimIndex } = parseAddTrim(context, false);
  const stream = openStream(context, 1);
  const removed = stream === null ? 0 : stream.trim(trim!);
  if (stream !== null && removed > 0) {
    const said: Replacements = new Map();
    if (trim!.approximate) sayTrim(said, stream, trim!, trimIndex);
    propagateWith(context, said);
    db.modified(args, 1);
    context.changed(removed);
  }
  reply.integer(removed);
}

function xlen(context: CommandContext): void {
  context.reply.integer(readStream(context, 1)?.size ?? 0);
}

/** XRANGE key start end [COUNT n], and XREVRANGE key end start [COUNT n]. */
function rangeCommand(reversed: boolean): (context: CommandContext) => void {
  return (context) => {
    const { args, reply } = context;
    const from = parseIntervalStart(args, reversed ? 3 : 2);
    const to = parseIntervalEnd(args, reversed ? 2 : 3);
    let count = -1;
    for (let i = 4; i < args.count; i += 2) {
      if (!args.is(i, 'COUNT') || i + 1 === args.count) throw new ReplyError(replyErrors.syntax);
      count = Math.max(0, args.integer(i + 1));
    }
    const stream = readStream(context, 1);
    if (stream === null) reply.array(0);
    else if (count === 0) reply.nullArray();
    else replyEntries(reply, reversed ? stream.reversedRange(from, to) : stream.range(from, to), Math.max(0, count));
  };
}

const xrange = rangeCommand(false);
const xrevrange = rangeCommand(true);

/** XDEL key id … */
function xdel(context: CommandContext): void {
  const { args, db, reply } = context;
  const stream = openStream(context, 1);
  if (stream === null) {
    reply.integer(0);
    return;
  }
  const ids = Array.from({ length: args.count - 2 }, (_, i) => parseId(args, i + 2));
  const deleted = ids.filter((id) => stream.delete(id)).length;
  if (deleted > 0) {
    stream.settle();
    db.modified(args, 1);
    context.changed(deleted);
  }
  reply.integer(deleted);
}

/** XSETID key id [ENTRIESADDED n] [MAXDELETEDID id] */
function xsetid(context: CommandContext): void {
  const { args, db, reply } = context;
  const id = parseId(args, 2);
  let entriesAdded: bigint | null = null;
  let maxDeletedId: StreamId = ZERO_ID;
  for (let i = 3; i < args.count; i += 2) {
    const hasValue = i + 1 < args.count;
    if (args.is(i, 'ENTRIESADDED') && hasValue) {
      entriesAdded = args.int64(i + 1);
      if (entriesAdded < 0n) throw new ReplyError('ERR entries_added must be positive');
    } else if (args.is(i, 'MAXDELETEDID') && hasValue) {
      maxDeletedId = parseId(args, i + 1);
      if (id < maxDeletedId) {
        throw new ReplyError('ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id');
      }
    } else throw new ReplyError(replyErrors.syntax);
  }
  const stream = openStream(context, 1);
  if (stream === null) throw new ReplyError(replyErrors.noSuchKey);
  checkNewLastId(stream, id, entriesAdded);
  stream.lastId = id;
  if (entriesAdded !== null) stream.entriesAdded = entriesAdded;
  if (maxDeletedId !== ZERO_ID) stream.maxDeletedId = maxDeletedId;
  db.modified(args, 1);
  context.changed();
  reply.ok();
}

/** @throws ReplyError */
function checkNewLastId(stream: StreamValue, id: StreamId, entriesAdded: bigint | null): void {
  if (stream.size === 0) return;
  if (id < stream.lastEntryId) {
    throw new ReplyError('ERR The ID specified in XSETID is smaller than the target stream top item');
  }
  if (entriesAdded !== null && entriesAdded < stream.size) {
    throw new ReplyError('ERR The entries_added specified in XSETID is smaller than the target stream length');
  }
}

const key = { first: 1, last: 1, step: 1 } as const;

export const streamCommands: readonly CommandRow[] = [
  {
    name: 'xadd',
    arity: -5,
    flags: ['write', 'denyoom', 'fast'],
    keys: key,
    categories: ['write', 'stream', 'fast'],
    since: '5.0.0',
    summary: 'Appends a new entry to a stream',
    run: xadd,
  },
  {
    name: 'xtrim',
    arity: -4,
    flags: ['write'],
    keys: key,
    categories: ['write', 'stream', 'slow'],
    since: '5.0.0',
    summary: "Trims the stream to (approximately if '~' is passed) a certain size",
    run: xtrim,
  },
  {
    name: 'xlen',
    arity: 2,
    flags: ['readonly', 'fast'],
    keys: key,
    categories: ['read', 'stream', 'fast'],
    since: '5.0.0',
    summary: 'Return the number of entries in a stream',
    run: xlen,
  },
  {
    name: 'xrange',
    arity: -4,
    flags: ['readonly'],
    keys: key,
    categories: ['read', 'stream', 'slow'],
    since: '5.0.0',
    summary: 'Return a range of elements in a stream, with IDs matching the specified IDs interval',
    run: xrange,
  },
  {
    name: 'xrevrange',
    arity: -4,
    flags: ['readonly'],
    keys: key,
    categories: ['read', 'stream', 'slow'],
    since: '5.0.0',
    summary: 'Return a range of elements in a stream, with IDs matching the specified IDs interval, in reverse order',
    run: xrevrange,
  },
  {
    name: 'xdel',
    arity: -3,
    flags: ['write', 'fast'],
    keys: key,
    categories: ['write', 'stream', 'fast'],
    since: '5.0.0',
    summary: 'Removes the specified entries from the stream. Returns the number of items actually deleted.',
    run: xdel,
  },
  {
    name: 'xsetid',
    arity: -3,
    flags: ['write', 'denyoom', 'fast'],
    keys: key,
    categories: ['write', 'stream', 'fast'],
    since: '5.0.0',
    summary: 'An internal command for replicating stream values',
    run: xsetid,
  },
];
