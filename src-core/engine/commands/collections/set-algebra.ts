// Sets of several keys: what they have in common, what all of them hold together, what only the first one has.
import type { SetValue } from '../../data/set-value.ts';
import { parseKeyCount } from '../key-count.ts';
import { ReplyError, replyErrors } from '../reply-errors.ts';
import type { CommandContext, CommandRow } from '../spec.ts';
import { readCollection, setKind, storeResult } from './collection-keys.ts';
import { replyMembers } from './sets.ts';

/** The sets under arguments `from` up to, not with, `to`; null where there is none. */
function readSets(context: CommandContext, from: number, to: number): (SetValue | null)[] {
  const sets: (SetValue | null)[] = [];
  for (let i = from; i < to; i++) sets.push(readCollection(context.db, context.args, i, setKind));
  return sets;
}

type Combine = (sets: readonly (SetValue | null)[]) => string[];

/** The smallest set is walked, the others are asked; `limit` ends it early. */
function intersection(sets: readonly (SetValue | null)[], limit = Number.POSITIVE_INFINITY): string[] {
  const members: string[] = [];
  const present = sets.filter((set) => set !== null);
  if (present.length < sets.length) return members;
  const [smallest, ...others] = present.sort((a, b) => a.size - b.size);
  for (const member of smallest!.members()) {
    if (members.length >= limit) break;
    if (others.every((other) => other.has(member))) members.push(member);
  }
  return members;
}

function union(sets: readonly (SetValue | null)[]): string[] {
  const members = new Set<string>();
  for (const set of sets) for (const member of set?.members() ?? []) members.add(member);
  return [...members];
}

function difference(sets: readonly (SetValue | null)[]): string[] {
  const [first, ...others] = sets;
  const members: string[] = [];
  for (const member of first?.members() ?? []) {
    if (!others.some((other) => other?.has(member))) members.push(member);
  }
  return members;
}

function combineAndReply(context: CommandContext, combine: Combine): void {
  replyMembers(context, combine(readSets(context, 1, context.args.count)));
}

/** The target is replaced whatever it was; an empty result deletes it. */
function combineAndStore(context: CommandContext, combine: Combine): void {
  const members = combine(readSets(context, 2, context.args.count));
  const result = setKind.empty();
  for (const member of members) result.add(member, context.services.limits);
  storeResult(context, 1, setKind, result);
}

function sinter(context: CommandContext): void {
  combineAndReply(context, intersection);
}

function sunion(context: CommandContext): void {
  combineAndReply(context, union);
}

function sdiff(context: CommandContext): void {
  combineAndReply(context, difference);
}

function sinterstore(context: CommandContext): void {
  combineAndStore(context, intersection);
}

function sunionstore(context: CommandContext): void {
  combineAndStore(context, union);
}

function sdiffstore(context: CommandContext): void {
  combineAndStore(context, difference);
}

function sintercard(context: CommandContext): void {
  const { args, reply } = context;
  const keyCount = parseKeyCount(args, 1);
  const optionsAt = 2 + keyCount;
  if (optionsAt > args.count) throw new ReplyError(replyErrors.keyCountTooLarge);
  const limit = parseCardLimit(context, optionsAt);
  reply.integer(intersection(readSets(context, 2, optionsAt), limit).length);
}

/** The LIMIT of SINTERCARD and ZINTERCARD from argument `from`; 0 means none. @throws ReplyError */
export function parseCardLimit(context: CommandContext, from: number): number {
  const { args } = context;
  let limit = 0;
  for (let i = from; i < args.count; i += 2) {
    if (!args.is(i, 'LIMIT') || i + 1 >= args.count) throw new ReplyError(replyErrors.syntax);
    limit = args.integer(i + 1, replyErrors.negativeLimit);
    if (limit < 0) throw new ReplyError(replyErrors.negativeLimit);
  }
  return limit === 0 ? Number.POSITIVE_INFINITY : limit;
}

export const setAlgebraCommands: readonly CommandRow[] = [
  {
    name: 'sinter',
    arity: -2,
    flags: ['readonly'],
    keys: { first: 1, last: -1, step: 1 },
    categories: ['read', 'set', 'slow'],
    since: '1.0.0',
    summary: 'Intersect multiple sets',
    run: sinter,
  },
  {
    name: 'sintercard',
    arity: -3,
    flags: ['readonly', 'movablekeys'],
    categories: ['read', 'set', 'slow'],
    since: '7.0.0',
    summary: 'Intersect multiple sets and return the cardinality of the result',
    run: sintercard,
  },
  {
    name: 'sinterstore',
    arity: -3,
    flags: ['write', 'denyoom'],
    keys: { first: 1, last: -1, step: 1 },
    categories: ['write', 'set', 'slow'],
    since: '1.0.0',
    summary: 'Intersect multiple sets and store the resulting set in a key',
    run: sinterstore,
  },
  {
    name: 'sunion',
    arity: -2,
    flags: ['readonly'],
    keys: { first: 1, last: -1, step: 1 },
    categories: ['read', 'set', 'slow'],
    since: '1.0.0',
    summary: 'Add multiple sets',
    run: sunion,
  },
  {
    name: 'sunionstore',
    arity: -3,
    flags: ['write', 'denyoom'],
    keys: { first: 1, last: -1, step: 1 },
    categories: ['write', 'set', 'slow'],
    since: '1.0.0',
    summary: 'Add multiple sets and store the resulting set in a key',
    run: sunionstore,
  },
  {
    name: 'sdiff',
    arity: -2,
    flags: ['readonly'],
    keys: { first: 1, last: -1, step: 1 },
    categories: ['read', 'set', 'slow'],
    since: '1.0.0',
    summary: 'Subtract multiple sets',
    run: sdiff,
  },
  {
    name: 'sdiffstore',
    arity: -3,
    flags: ['write', 'denyoom'],
    keys: { first: 1, last: -1, step: 1 },
    categories: ['write', 'set', 'slow'],
    since: '1.0.0',
    summary: 'Subtract multiple sets and store the resulting set in a key',
    run: sdiffstore,
  },
];
