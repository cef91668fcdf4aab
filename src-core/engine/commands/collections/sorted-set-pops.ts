// The sorted set commands that pop from an end, and what their blocking kin share with them.

import { parseKeyCount } from '../key-count.ts';
import { ReplyError, replyErrors } from '../reply-errors.ts';
import type { CommandContext, CommandRow } from '../spec.ts';
import { openCollection, saveCollection, sortedSetKind } from './collection-keys.ts';
import { parsePopCount } from './pop-count.ts';

export type SortedSetEnd = 'min' | 'max';

type Entry = readonly [member: string, score: number];

/** Takes up to `count` elements from an end, and saves what is left. Null if there is no sorted set. */
export function takeEntries(
  context: CommandContext,
  keyIndex: number,
  end: SortedSetEnd,
  count: number,
): Entry[] | null {
  const { args, db } = context;
  const opened = openCollection(db, args, keyIndex, sortedSetKind);
  if (opened === null) return null;
  const set = opened.value;
  const taken = Math.min(count, set.size);
  const entries: Entry[] = [];
  if (taken === 0) return entries;
  const visit = (score: number, member: string) => void entries.push([member, score]);
  const from = end === 'min' ? 0 : set.size - taken;
  if (end === 'min') set.forEach(visit, from, from + taken);
  else set.forEachReversed(visit, from, from + taken);
  set.deleteRange(from, from + taken);
  saveCollection(db, args, keyIndex, sortedSetKind, opened);
  context.changed(taken);
  return entries;
}

function replyEntries(context: CommandContext, entries: readonly Entry[], nested: boolean): void {
  const { reply } = context;
  reply.array(nested ? entries.length : entries.length * 2);
  for (const [member, score] of entries) {
    if (nested) reply.array(2);
    reply.bulkLatin1(member);
    reply.double(score);
  }
}

function popCommand(end: SortedSetEnd): (context: CommandContext) => void {
  return (context) => {
    const { args, reply } = context;
    if (args.count > 3) throw new ReplyError(replyErrors.syntax);
    const count = args.count === 3 ? args.integer(2, replyErrors.mustBePositive) : 1;
    if (count < 0) throw new ReplyError(replyErrors.mustBePositive);
    replyEntries(context, takeEntries(context, 1, end, count) ?? [], reply.protocol === 3 && args.count === 3);
  };
}

const zpopmin = popCommand('min');
const zpopmax = popCommand('max');

/**
 * Pops up to `count` elements of the sorted set under argument `keyIndex` and answers its name with them, as ZMPOP
 * does. False, with no reply, if there is none. Propagated as ZPOPMIN or ZPOPMAX, so that no replica has to choose.
 */
export function popEntriesFrom(context: CommandContext, keyIndex: number, end: SortedSetEnd, count: number): boolean {
  const { args, reply } = context;
  const entries = takeEntries(context, keyIndex, end, count);
  if (entries === null) return false;
  reply.array(2);
  reply.bulk(args.slice(keyIndex));
  replyEntries(context, entries, true);
  context.propagateInstead(end === 'min' ? 'ZPOPMIN' : 'ZPOPMAX', args.slice(keyIndex), String(entries.length));
  return true;
}

/** The end named by argument `i`. @throws ReplyError */
export function parseSortedSetEnd(context: CommandContext, i: number): SortedSetEnd {
  if (context.args.is(i, 'MIN')) return 'min';
  if (context.args.is(i, 'MAX')) return 'max';
  throw new ReplyError(replyErrors.syntax);
}

function zmpop(context: CommandContext): void {
  const { args, reply } = context;
  const keyCount = parseKeyCount(args, 1);
  const endAt = 2 + keyCount;
  if (endAt >= args.count) throw new ReplyError(replyErrors.syntax);
  const end = parseSortedSetEnd(context, endAt);
  const count = parsePopCount(args, endAt + 1);
  for (let i = 2; i < endAt; i++) if (popEntriesFrom(context, i, end, count)) return;
  reply.nullArray();
}

export const sortedSetPopCommands: readonly CommandRow[] = [
  {
    name: 'zpopmin',
    arity: -2,
    flags: ['write', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['write', 'sortedset', 'fast'],
    since: '5.0.0',
    summary: 'Remove and return members with the lowest scores in a sorted set',
    run: zpopmin,
  },
  {
    name: 'zpopmax',
    arity: -2,
    flags: ['write', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['write', 'sortedset', 'fast'],
    since: '5.0.0',
    summary: 'Remove and return members with the highest scores in a sorted set',
    run: zpopmax,
  },
  {
    name: 'zmpop',
    arity: -4,
    flags: ['write', 'movablekeys'],
    categories: ['write', 'sortedset', 'slow'],
    since: '7.0.0',
    summary: 'Remove and return members with scores in a sorted set',
    run: zmpop,
  },
];
