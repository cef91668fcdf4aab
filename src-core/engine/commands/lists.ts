// The list commands that never wait.

import type { ListValue } from '../data/list-value.ts';
import { NO_REF } from '../keyspace/database.ts';
import { valueType } from '../keyspace/record.ts';
import type { Opened } from './collection-keys.ts';
import {
  listKind,
  openCollection,
  openOrCreate,
  readCollection,
  requireType,
  saveCollection,
} from './collection-keys.ts';
import { indexRange } from './index-range.ts';
import { parseKeyCount } from './key-count.ts';
import { parsePopCount } from './pop-count.ts';
import { ReplyError, replyErrors, wrongArity } from './reply-errors.ts';
import type { CommandContext, CommandRow } from './spec.ts';

export type ListEnd = 'left' | 'right';

function read(context: CommandContext): ListValue | null {
  return readCollection(context.db, context.args, 1, listKind);
}

/** The end named by argument `i`. @throws ReplyError */
export function parseListEnd(context: CommandContext, i: number): ListEnd {
  if (context.args.is(i, 'LEFT')) return 'left';
  if (context.args.is(i, 'RIGHT')) return 'right';
  throw new ReplyError(replyErrors.syntax);
}

/** Takes one element from a list that is not empty. */
function popOne(list: ListValue, end: ListEnd): string {
  return (end === 'left' ? list.popHead() : list.popTail())!;
}

function pushAll(context: CommandContext, end: ListEnd, mustExist: boolean): void {
  const { args, db } = context;
  const { limits } = context.services;
  const opened = mustExist ? openCollection(db, args, 1, listKind) : openOrCreate(db, args, 1, listKind);
  if (opened === null) {
    context.reply.integer(0);
    return;
  }
  const list = opened.value;
  for (let i = 2; i < args.count; i++) {
    if (end === 'left') list.pushHead(args.text(i), limits);
    else list.pushTail(args.text(i), limits);
  }
  saveCollection(db, args, 1, listKind, opened);
  context.changed(args.count - 2);
  context.reply.integer(list.size);
}

function lpush(context: CommandContext): void {
  pushAll(context, 'left', false);
}

function rpush(context: CommandContext): void {
  pushAll(context, 'right', false);
}

function lpushx(context: CommandContext): void {
  pushAll(context, 'left', true);
}

function rpushx(context: CommandContext): void {
  pushAll(context, 'right', true);
}

function popCommand(context: CommandContext, commandName: string, end: ListEnd): void {
  const { args, reply } = context;
  if (args.count > 3) throw new ReplyError(wrongArity(commandName));
  const hasCount = args.count === 3;
  const wanted = hasCount ? args.integer(2, replyErrors.mustBePositive) : 1;
  if (wanted < 0) throw new ReplyError(replyErrors.mustBePositive);
  const elements = takeElements(context, 1, end, wanted);
  if (hasCount && elements !== null) replyElements(context, elements);
  else if (hasCount) reply.nullArray();
  else if (elements === null) reply.nullBulk();
  else reply.bulkLatin1(elements[0]!);
}

function lpop(context: CommandContext): void {
  popCommand(context, 'lpop', 'left');
}

function rpop(context: CommandContext): void {
  popCommand(context, 'rpop', 'right');
}

/** Takes up to `count` elements of the list under argument `keyIndex`, and saves what is left. Null if there is none. */
export function takeElements(context: CommandContext, keyIndex: number, end: ListEnd, count: number): string[] | null {
  const { args, db } = context;
  const opened = openCollection(db, args, keyIndex, listKind);
  if (opened === null) return null;
  const elements: string[] = [];
  for (let left = Math.min(count, opened.value.size); left > 0; left--) elements.push(popOne(opened.value, end));
  if (elements.length === 0) return elements;
  saveCollection(db, args, keyIndex, listKind, opened);
  context.changed(elements.length);
  return elements;
}

function replyElements(context: CommandContext, elements: readonly string[]): void {
  context.reply.array(elements.length);
  for (const element of elements) context.reply.bulkLatin1(element);
}

/**
 * Pops up to `count` elements of the list under argument `keyIndex` and answers its name with them, as LMPOP does.
 * False, with no reply, if there is no list. Propagated as LPOP or RPOP, so that no replica has to choose a key.
 */
export function popManyFrom(context: CommandContext, keyIndex: number, end: ListEnd, count: number): boolean {
  const { args, reply } = context;
  const elements = takeElements(context, keyIndex, end, count);
  if (elements === null) return false;
  reply.array(2);
  reply.bulk(args.slice(keyIndex));
  replyElements(context, elements);
  context.propagateInstead(end === 'left' ? 'LPOP' : 'RPOP', args.slice(keyIndex), String(elements.length));
  return true;
}

function lmpop(context: CommandContext): void {
  const { args, reply } = context;
  const keyCount = parseKeyCount(args, 1);
  const endAt = 2 + keyCount;
  if (endAt >= args.count) throw new ReplyError(replyErrors.syntax);
  const end = parseListEnd(context, endAt);
  const count = parsePopCount(args, endAt + 1);
  for (let i = 2; i < endAt; i++) if (popManyFrom(context, i, end, count)) return;
  reply.nullArray();
}

function llen(context: CommandContext): void {
  context.reply.integer(read(context)?.size ?? 0);
}

function lrange(context: CommandContext): void {
  const { args, reply } = context;
  const first = args.integer(2);
  const last = args.integer(3);
  const list = read(context);
  const { from, to } = indexRange(list?.size ?? 0, first, last);
  reply.array(to - from);
  list?.forEach(from, to, (text) => {
    reply.bulkLatin1(text);
    return true;
  });
}

function ltrim(context: CommandContext): void {
  const { args, db, reply } = context;
  const first = args.integer(2);
  const last = args.integer(3);
  const opened = openCollection(db, args, 1, listKind);
  if (opened !== null) {
    const { size } = opened.value;
    const { from, to } = indexRange(size, first, last);
    opened.value.deleteRange(to, size - to);
    opened.value.deleteRange(0, from);
    if (opened.value.size !== size) {
      saveCollection(db, args, 1, listKind, opened);
      context.changed(size - opened.value.size);
    }
  }
  reply.ok();
}

function lindex(context: CommandContext): void {
  const { args, reply } = context;
  const list = read(context);
  const element = list?.at(args.integer(2));
  if (element === undefined) reply.nullBulk();
  else reply.bulkLatin1(element);
}

function lset(context: CommandContext): void {
  const { args, db, reply } = context;
  const opened = openCollection(db, args, 1, listKind);
  if (opened === null) throw new ReplyError(replyErrors.noSuchKey);
  if (!opened.value.set(args.integer(2), args.text(3))) throw new ReplyError(replyErrors.indexOutOfRange);
  saveCollection(db, args, 1, listKind, opened);
  context.changed();
  reply.ok();
}

function linsert(context: CommandContext): void {
  const { args, db, reply } = context;
  const where = args.is(2, 'AFTER') ? 'after' : 'before';
  if (where === 'before' && !args.is(2, 'BEFORE')) throw new ReplyError(replyErrors.syntax);
  const opened = openCollection(db, args, 1, listKind);
  if (opened === null) {
    reply.integer(0);
    return;
  }
  if (!opened.value.insert(args.text(3), args.text(4), where, context.services.limits)) {
    reply.integer(-1);
    return;
  }
  saveCollection(db, args, 1, listKind, opened);
  context.changed();
  reply.integer(opened.value.size);
}

function lrem(context: CommandContext): void {
  const { args, db, reply } = context;
  const wanted = args.integer(2);
  const opened = openCollection(db, args, 1, listKind);
  if (opened === null) {
    reply.integer(0);
    return;
  }
  const limit = wanted === 0 ? Number.POSITIVE_INFINITY : Math.abs(wanted);
  const removed = opened.value.remove(args.text(3), limit, wanted < 0);
  if (removed > 0) {
    saveCollection(db, args, 1, listKind, opened);
    context.changed(removed);
  }
  reply.integer(removed);
}

interface PositionOptions {
  /** The first match to take; negative from the end. */
  readonly rank: number;
  /** Null: the reply is one position, not an array. 0: all. */
  readonly count: number | null;
  /** Elements compared at most; 0: all. */
  readonly compared: number;
}

function parsePositionOptions(context: CommandContext): PositionOptions {
  const { args } = context;
  let rank = 1;
  let count: number | null = null;
  let compared = 0;
  for (let i = 3; i < args.count; i += 2) {
    if (i + 1 >= args.count) throw new ReplyError(replyErrors.syntax);
    if (args.is(i, 'RANK')) {
      rank = args.integer(i + 1);
      if (rank === 0) throw new ReplyError(replyErrors.rankZero);
    } else if (args.is(i, 'COUNT')) {
      count = args.integer(i + 1, replyErrors.negativeCount);
      if (count < 0) throw new ReplyError(replyErrors.negativeCount);
    } else if (args.is(i, 'MAXLEN')) {
      compared = args.integer(i + 1, replyErrors.negativeMaxLength);
      if (compared < 0) throw new ReplyError(replyErrors.negativeMaxLength);
    } else throw new ReplyError(replyErrors.syntax);
  }
  return { rank, count, compared };
}

function lpos(context: CommandContext): void {
  const { args, reply } = context;
  const options = parsePositionOptions(context);
  const list = read(context);
  const wanted = args.text(2);
  const limit = options.count === null ? 1 : options.count === 0 ? Number.POSITIVE_INFINITY : options.count;
  const found: number[] = [];
  let toSkip = Math.abs(options.rank) - 1;
  let compared = 0;
  const visit = (text: string, index: number): boolean => {
    if (text === wanted && toSkip-- <= 0) found.push(index);
    compared++;
    return found.length < limit && compared !== options.compared;
  };
  if (options.rank < 0) list?.forEachReversed(visit);
  else list?.forEach(0, list.size, visit);
  if (options.count !== null) {
    reply.array(found.length);
    for (const index of found) reply.integer(index);
  } else if (found.length === 0) reply.nullBulk();
  else reply.integer(found[0]!);
}

/**
 * Moves one element from the list under argument 1 to the one under argument 2 and answers it.
 * False, with no reply, if there is no source.
 */
export function moveElement(context: CommandContext, from: ListEnd, to: ListEnd): boolean {
  const { args, db, reply } = context;
  const { limits } = context.services;
  const source = openCollection(db, args, 1, listKind);
  if (source === null) return false;
  const sameKey = args.same(1, 2);
  if (!sameKey) {
    const ref = db.lookupWrite(args, 2);
    if (ref !== NO_REF) requireType(db, ref, valueType.list);
  }
  const text = popOne(source.value, from);
  const push = ({ value }: Opened<ListValue>) =>
    to === 'left' ? value.pushHead(text, limits) : value.pushTail(text, limits);
  if (sameKey) push(source);
  saveCollection(db, args, 1, listKind, source);
  if (!sameKey) {
    const target = openOrCreate(db, args, 2, listKind);
    push(target);
    saveCollection(db, args, 2, listKind, target);
  }
  context.changed();
  reply.bulkLatin1(text);
  return true;
}

function lmove(context: CommandContext): void {
  const from = parseListEnd(context, 3);
  const to = parseListEnd(context, 4);
  if (!moveElement(context, from, to)) context.reply.nullBulk();
}

function rpoplpush(context: CommandContext): void {
  if (!moveElement(context, 'right', 'left')) context.reply.nullBulk();
}

export const listCommands: readonly CommandRow[] = [
  {
    name: 'lpush',
    arity: -3,
    flags: ['write', 'denyoom', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['write', 'list', 'fast'],
    since: '1.0.0',
    summary: 'Prepend one or multiple elements to a list',
    run: lpush,
  },
  {
    name: 'rpush',
    arity: -3,
    flags: ['write', 'denyoom', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['write', 'list', 'fast'],
    since: '1.0.0',
    summary: 'Append one or multiple elements to a list',
    run: rpush,
  },
  {
    name: 'lpushx',
    arity: -3,
    flags: ['write', 'denyoom', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['write', 'list', 'fast'],
    since: '2.2.0',
    summary: 'Prepend an element to a list, only if the list exists',
    run: lpushx,
  },
  {
    name: 'rpushx',
    arity: -3,
    flags: ['write', 'denyoom', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['write', 'list', 'fast'],
    since: '2.2.0',
    summary: 'Append an element to a list, only if the list exists',
    run: rpushx,
  },
  {
    name: 'lpop',
    arity: -2,
    flags: ['write', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['write', 'list', 'fast'],
    since: '1.0.0',
    summary: 'Remove and get the first elements in a list',
    run: lpop,
  },
  {
    name: 'rpop',
    arity: -2,
    flags: ['write', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['write', 'list', 'fast'],
    since: '1.0.0',
    summary: 'Remove and get the last elements in a list',
    run: rpop,
  },
  {
    name: 'llen',
    arity: 2,
    flags: ['readonly', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['read', 'list', 'fast'],
    since: '1.0.0',
    summary: 'Get the length of a list',
    run: llen,
  },
  {
    name: 'lrange',
    arity: 4,
    flags: ['readonly'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['read', 'list', 'slow'],
    since: '1.0.0',
    summary: 'Get a range of elements from a list',
    run: lrange,
  },
  {
    name: 'lindex',
    arity: 3,
    flags: ['readonly'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['read', 'list', 'slow'],
    since: '1.0.0',
    summary: 'Get an element from a list by its index',
    run: lindex,
  },
  {
    name: 'lset',
    arity: 4,
    flags: ['write', 'denyoom'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['write', 'list', 'slow'],
    since: '1.0.0',
    summary: 'Set the value of an element in a list by its index',
    run: lset,
  },
  {
    name: 'linsert',
    arity: 5,
    flags: ['write', 'denyoom'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['write', 'list', 'slow'],
    since: '2.2.0',
    summary: 'Insert an element before or after another element in a list',
    run: linsert,
  },
  {
    name: 'lrem',
    arity: 4,
    flags: ['write'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['write', 'list', 'slow'],
    since: '1.0.0',
    summary: 'Remove elements from a list',
    run: lrem,
  },
  {
    name: 'ltrim',
    arity: 4,
    flags: ['write'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['write', 'list', 'slow'],
    since: '1.0.0',
    summary: 'Trim a list to the specified range',
    run: ltrim,
  },
  {
    name: 'lpos',
    arity: -3,
    flags: ['readonly'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['read', 'list', 'slow'],
    since: '6.0.6',
    summary: 'Return the index of matching elements on a list',
    run: lpos,
  },
  {
    name: 'lmove',
    arity: 5,
    flags: ['write', 'denyoom'],
    keys: { first: 1, last: 2, step: 1 },
    categories: ['write', 'list', 'slow'],
    since: '6.2.0',
    summary: 'Pop an element from a list, push it to another list and return it',
    run: lmove,
  },
  {
    name: 'rpoplpush',
    arity: 3,
    flags: ['write', 'denyoom'],
    keys: { first: 1, last: 2, step: 1 },
    categories: ['write', 'list', 'slow'],
    since: '1.2.0',
    summary: 'Remove the last element in a list, prepend it to another list and return it',
    run: rpoplpush,
  },
  {
    name: 'lmpop',
    arity: -4,
    flags: ['write', 'movablekeys'],
    categories: ['write', 'list', 'slow'],
    since: '7.0.0',
    summary: 'Pop elements from a list',
    run: lmpop,
  },
];
