// The set commands.
import type { SetValue } from '../../data/set-value.ts';
import { NO_REF } from '../../keyspace/database.ts';
import { valueType } from '../../keyspace/record.ts';
import { ReplyError, replyErrors } from '../reply-errors.ts';
import { parseCursor, parseScanOptions, replyScanned, scanMatches } from '../scan-options.ts';
import type { CommandContext, CommandRow } from '../spec.ts';
import {
  openCollection,
  openOrCreate,
  readCollection,
  requireType,
  saveCollection,
  setKind,
} from './collection-keys.ts';
import { pickDistinct, randomPickCount } from './random-picks.ts';

/** An SREM that stands for SPOP names this many members at the most. */
const PROPAGATED_MEMBERS_MAX = 1024;

function read(context: CommandContext): SetValue | null {
  return readCollection(context.db, context.args, 1, setKind);
}

function sadd(context: CommandContext): void {
  const { args, db, reply } = context;
  const opened = openOrCreate(db, args, 1, setKind);
  let added = 0;
  for (let i = 2; i < args.count; i++) if (opened.value.add(args.text(i), context.services.limits)) added++;
  if (added > 0) {
    saveCollection(db, args, 1, setKind, opened);
    context.changed(added);
  }
  reply.integer(added);
}

function srem(context: CommandContext): void {
  const { args, db, reply } = context;
  const opened = openCollection(db, args, 1, setKind);
  let removed = 0;
  for (let i = 2; opened !== null && i < args.count; i++) if (opened.value.delete(args.text(i))) removed++;
  if (opened !== null && removed > 0) {
    saveCollection(db, args, 1, setKind, opened);
    context.changed(removed);
  }
  reply.integer(removed);
}

function sismember(context: CommandContext): void {
  context.reply.integer(read(context)?.has(context.args.text(2)) ? 1 : 0);
}

function smismember(context: CommandContext): void {
  const { args, reply } = context;
  const set = read(context);
  reply.array(args.count - 2);
  for (let i = 2; i < args.count; i++) reply.integer(set?.has(args.text(i)) ? 1 : 0);
}

function scard(context: CommandContext): void {
  context.reply.integer(read(context)?.size ?? 0);
}

/** Members as the set that RESP3 has, or the array that RESP2 has. */
export function replyMembers(context: CommandContext, members: readonly string[]): void {
  context.reply.set(members.length);
  for (const member of members) context.reply.bulkLatin1(member);
}

function smembers(context: CommandContext): void {
  replyMembers(context, [...(read(context)?.members() ?? [])]);
}

/** Propagated as SREM of what was picked, or as DEL when nothing is left. */
function spop(context: CommandContext): void {
  const { args, db, reply, keyspace } = context;
  if (args.count > 3) throw new ReplyError(replyErrors.syntax);
  const hasCount = args.count === 3;
  const wanted = hasCount ? args.integer(2, replyErrors.mustBePositive) : 1;
  if (wanted < 0) throw new ReplyError(replyErrors.mustBePositive);
  const opened = openCollection(db, args, 1, setKind);
  if (opened === null && !hasCount) {
    reply.nullBulk();
    return;
  }
  if (opened === null || wanted === 0) {
    replyMembers(context, []);
    return;
  }
  const set = opened.value;
  const count = Math.min(wanted, set.size);
  const picked = pickDistinct(set.size, count, keyspace.randomBelow).map((index) => set.memberAt(index));
  for (const member of picked) set.delete(member);
  saveCollection(db, args, 1, setKind, opened);
  context.changed(count);
  if (hasCount && set.size === 0) context.propagateInstead('DEL', args.slice(1));
  else propagateRemoval(context, picked);
  if (hasCount) replyMembers(context, picked);
  else reply.bulkLatin1(picked[0]!);
}

function propagateRemoval(context: CommandContext, members: readonly string[]): void {
  const key = context.args.slice(1);
  for (let from = 0; from < members.length; from += PROPAGATED_MEMBERS_MAX) {
    const part = members.slice(from, from + PROPAGATED_MEMBERS_MAX).map((member) => Buffer.from(member, 'latin1'));
    context.propagateInstead('SREM', key, ...part);
  }
}

function srandmember(context: CommandContext): void {
  const { args, reply, keyspace } = context;
  if (args.count === 2) {
    const set = read(context);
    if (set === null) reply.nullBulk();
    else reply.bulkLatin1(set.memberAt(keyspace.randomBelow(set.size)));
    return;
  }
  if (args.count > 3) throw new ReplyError(replyErrors.syntax);
  const wanted = randomPickCount(args, 2, false);
  const set = read(context);
  if (set === null || wanted === 0) {
    reply.array(0);
  } else if (wanted < 0) {
    reply.array(-wanted);
    for (let i = 0; i < -wanted; i++) reply.bulkLatin1(set.memberAt(keyspace.randomBelow(set.size)));
  } else {
    const indexes = pickDistinct(set.size, Math.min(wanted, set.size), keyspace.randomBelow);
    reply.array(indexes.length);
    for (const index of indexes) reply.bulkLatin1(set.memberAt(index));
  }
}

function smove(context: CommandContext): void {
  const { args, db, reply } = context;
  const source = openCollection(db, args, 1, setKind);
  if (source === null) {
    reply.integer(0);
    return;
  }
  const targetRef = db.lookupWrite(args, 2);
  if (targetRef !== NO_REF) requireType(db, targetRef, valueType.set);
  const member = args.text(3);
  if (args.same(1, 2)) {
    reply.integer(source.value.has(member) ? 1 : 0);
    return;
  }
  if (!source.value.delete(member)) {
    reply.integer(0);
    return;
  }
  saveCollection(db, args, 1, setKind, source);
  const target = openOrCreate(db, args, 2, setKind);
  target.value.add(member, context.services.limits);
  saveCollection(db, args, 2, setKind, target);
  context.changed();
  reply.integer(1);
}

function sscan(context: CommandContext): void {
  const { args, reply } = context;
  const cursor = parseCursor(args, 2);
  const set = read(context);
  const options = set === null ? null : parseScanOptions(args, 3, false);
  const found: string[] = [];
  const next =
    set?.scan(cursor, options!.count, (member) => {
      if (scanMatches(options!, member)) found.push(member);
    }) ?? 0;
  replyScanned(reply, next, found);
}

export const setCommands: readonly CommandRow[] = [
  {
    name: 'sadd',
    arity: -3,
    flags: ['write', 'denyoom', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['write', 'set', 'fast'],
    since: '1.0.0',
    summary: 'Add one or more members to a set',
    run: sadd,
  },
  {
    name: 'srem',
    arity: -3,
    flags: ['write', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['write', 'set', 'fast'],
    since: '1.0.0',
    summary: 'Remove one or more members from a set',
    run: srem,
  },
  {
    name: 'sismember',
    arity: 3,
    flags: ['readonly', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['read', 'set', 'fast'],
    since: '1.0.0',
    summary: 'Determine if a given value is a member of a set',
    run: sismember,
  },
  {
    name: 'smismember',
    arity: -3,
    flags: ['readonly', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['read', 'set', 'fast'],
    since: '6.2.0',
    summary: 'Returns the membership associated with the given elements for a set',
    run: smismember,
  },
  {
    name: 'scard',
    arity: 2,
    flags: ['readonly', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['read', 'set', 'fast'],
    since: '1.0.0',
    summary: 'Get the number of members in a set',
    run: scard,
  },
  {
    name: 'smembers',
    arity: 2,
    flags: ['readonly'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['read', 'set', 'slow'],
    since: '1.0.0',
    summary: 'Get all the members in a set',
    run: smembers,
  },
  {
    name: 'spop',
    arity: -2,
    flags: ['write', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['write', 'set', 'fast'],
    since: '1.0.0',
    summary: 'Remove and return one or multiple random members from a set',
    run: spop,
  },
  {
    name: 'srandmember',
    arity: -2,
    flags: ['readonly'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['read', 'set', 'slow'],
    since: '1.0.0',
    summary: 'Get one or multiple random members from a set',
    run: srandmember,
  },
  {
    name: 'smove',
    arity: 4,
    flags: ['write', 'fast'],
    keys: { first: 1, last: 2, step: 1 },
    categories: ['write', 'set', 'fast'],
    since: '1.0.0',
    summary: 'Move a member from one set to another',
    run: smove,
  },
  {
    name: 'sscan',
    arity: -3,
    flags: ['readonly'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['read', 'set', 'slow'],
    since: '2.8.0',
    summary: 'Incrementally iterate Set elements',
    run: sscan,
  },
];
