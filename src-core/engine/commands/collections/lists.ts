// Lists from within: reading, and changing elements that may lie in the middle; what happens at the ends is in list-ends.ts.
import type { ListValue } from '../../data/list-value.ts';
import { ReplyError, replyErrors } from '../reply-errors.ts';
import type { CommandContext, CommandRow } from '../spec.ts';
import { listKind, openCollection, readCollection, saveCollection } from './collection-keys.ts';
import { indexRange } from './index-range.ts';

function read(context: CommandContext): ListValue | null {
  return readCollection(context.db, context.args, 1, listKind);
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

export const listCommands: readonly CommandRow[] = [
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
];
