// What happens at the two ends of a list: pushing, popping, and moving from one list to another.
import type { ListValue } from '../../data/list-value.ts';
import { NO_REF } from '../../keyspace/database.ts';
import { valueType } from '../../keyspace/record.ts';
import { parseKeyCount } from '../key-count.ts';
import { ReplyError, replyErrors, wrongArity } from '../reply-errors.ts';
import type { CommandContext, CommandRow } from '../spec.ts';
import { listKind, type Opened, openCollection, openOrCreate, requireType, saveCollection } from './collection-keys.ts';
import { parsePopCount } from './pop-count.ts';

export type ListEnd = 'left' | 'right';

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

export const listEndCommands: readonly CommandRow[] = [
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
