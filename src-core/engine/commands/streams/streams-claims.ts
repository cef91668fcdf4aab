// XPENDING, XCLAIM and XAUTOCLAIM: entries that were delivered and not acknowledged, seen and given to others.
import type { PendingEntry, StreamConsumer, StreamGroup } from '../../data/stream-group.ts';
import { idText, parseStreamId, type StreamId, ZERO_ID } from '../../data/stream-id.ts';
import type { StreamValue } from '../../data/stream-value.ts';
import { ReplyError, replyErrors } from '../reply-errors.ts';
import type { CommandContext, CommandRow } from '../spec.ts';
import { parseId, parseIntervalEnd, parseIntervalStart } from './streams-arguments.ts';
import { noSuchGroup, openGroup, readStream, replyEntry } from './streams-keys.ts';
import { propagateClaim, propagateLastId } from './streams-propagation.ts';

/** Both commands name key and group in the same places, the consumer after them. */
const groupPlace = { keyIndex: 1, groupIndex: 2 } as const;
const CONSUMER_INDEX = 3;
const MIN_IDLE_INDEX = 4;

/** XPENDING key group [[IDLE ms] start end count [consumer]] */
function xpending(context: CommandContext): void {
  const { args } = context;
  if (args.count !== 3 && (args.count < 6 || args.count > 9)) throw new ReplyError(replyErrors.syntax);
  const range = args.count === 3 ? null : parsePendingRange(context);
  const group = readStream(context, 1)?.groups.get(args.text(2));
  if (group === undefined) throw noSuchGroup(context, 1, 2);
  if (range === null) replyPendingSummary(context, group);
  else replyPendingRange(context, group, range);
}

interface PendingRange {
  readonly minIdleMs: number;
  readonly from: StreamId;
  readonly to: StreamId;
  readonly count: number;
  /** Null: of all. */
  readonly consumer: string | null;
}

function parsePendingRange({ args }: CommandContext): PendingRange {
  const hasIdle = args.is(3, 'IDLE');
  const minIdleMs = hasIdle ? args.integer(4) : 0;
  if (hasIdle && args.count < 8) throw new ReplyError(replyErrors.syntax);
  const first = hasIdle ? 5 : 3;
  const count = Math.max(0, args.integer(first + 2));
  const from = parseIntervalStart(args, first);
  const to = parseIntervalEnd(args, first + 1);
  const consumer = first + 3 < args.count ? args.text(first + 3) : null;
  return { minIdleMs, from, to, count, consumer };
}

/** How many, the first, the last, and how many each consumer has. */
function replyPendingSummary({ reply }: CommandContext, { pending, consumers }: StreamGroup): void {
  reply.array(4);
  reply.integer(pending.size);
  const [first, last] = [pending.first, pending.last];
  if (first === undefined || last === undefined) {
    reply.nullBulk();
    reply.nullBulk();
    reply.nullArray();
    return;
  }
  reply.bulkLatin1(idText(first[0]));
  reply.bulkLatin1(idText(last[0]));
  const busy = [...consumers.values()].filter((consumer) => consumer.pending.size > 0);
  reply.array(busy.length);
  for (const consumer of busy) {
    reply.array(2);
    reply.bulkLatin1(consumer.name);
    reply.bulkInteger(consumer.pending.size);
  }
}

function replyPendingRange({ reply, nowMs }: CommandContext, group: StreamGroup, range: PendingRange): void {
  const { minIdleMs, from, to, count, consumer } = range;
  const pending = consumer === null ? group.pending : group.consumers.get(consumer)?.pending;
  const place = reply.defer();
  let written = 0;
  for (const [id, entry] of pending?.entries(from) ?? []) {
    if (id > to || written === count) break;
    if (minIdleMs !== 0 && nowMs - entry.deliveredMs < minIdleMs) continue;
    reply.array(4);
    reply.bulkLatin1(idText(id));
    reply.bulkLatin1(entry.consumer.name);
    reply.integer(Math.max(0, nowMs - entry.deliveredMs));
    reply.integer(entry.deliveries);
    written++;
  }
  reply.fillArray(place, written);
}

interface ClaimOptions {
  readonly minIdleMs: number;
  readonly ids: readonly StreamId[];
  readonly force: boolean;
  readonly onlyIds: boolean;
  readonly deliveredMs: number;
  /** Null: one more than before, or as before where only ids are asked for. */
  readonly deliveries: number | null;
  readonly lastId: StreamId;
}

/** @throws ReplyError */
function parseClaim({ args, nowMs, session }: CommandContext): ClaimOptions {
  const minIdleMs = Math.max(0, args.integer(MIN_IDLE_INDEX, invalid('min-idle-time')));
  const ids: StreamId[] = [];
  let i = MIN_IDLE_INDEX + 1;
  for (; i < args.count; i++) {
    const parsed = parseStreamId(args.text(i), 0n);
    if (parsed === null) break;
    ids.push(parsed.id);
  }
  const read = { force: false, onlyIds: false, deliveredMs: -1, deliveries: -1, lastId: ZERO_ID };
  for (; i < args.count; i++) {
    const hasValue = i + 1 < args.count;
    if (args.is(i, 'FORCE')) read.force = true;
    else if (args.is(i, 'JUSTID')) read.onlyIds = true;
    else if (args.is(i, 'IDLE') && hasValue) read.deliveredMs = nowMs - args.integer(++i, invalid('IDLE option'));
    else if (args.is(i, 'TIME') && hasValue) read.deliveredMs = args.integer(++i, invalid('TIME option'));
    else if (args.is(i, 'RETRYCOUNT') && hasValue) {
      read.deliveries = args.integer(++i, invalid('RETRYCOUNT option'));
    } else if (args.is(i, 'LASTID') && hasValue) read.lastId = parseId(args, ++i);
    else throw new ReplyError(`ERR Unrecognized XCLAIM option '${args.text(i)}'`);
  }
  // A moment to come is taken for now; but the master's clock may be ahead, and a replica holds what its master holds.
  const isMoment = read.deliveredMs >= 0 && (read.deliveredMs <= nowMs || session.kind === 'master');
  return {
    ...read,
    ids,
    minIdleMs,
    deliveredMs: isMoment ? read.deliveredMs : nowMs,
    deliveries: read.deliveries < 0 ? null : read.deliveries,
  };
}

function invalid(what: string): string {
  return `ERR Invalid ${what} argument for XCLAIM`;
}

/** The consumer who claims, made if it is new; it is not looked for before there is something for it. */
function claimant(context: CommandContext, group: StreamGroup): StreamConsumer {
  const { args, nowMs } = context;
  const name = args.text(CONSUMER_INDEX);
  const made = group.addConsumer(name, nowMs);
  if (made !== null) {
    context.changed();
    return made;
  }
  const known = group.consumers.get(name)!;
  known.seenMs = nowMs;
  return known;
}

/** An entry that is in the stream no more is pending for nobody; replicas find that out by the same words. */
function dropLost(context: CommandContext, group: StreamGroup, id: StreamId, entry: PendingEntry): void {
  propagateClaim(context, groupPlace, group, id, entry);
  group.acknowledge(id);
  context.changed();
}

/** XCLAIM key group consumer min-idle-time id … [IDLE ms] [TIME ms] [RETRYCOUNT n] [FORCE] [JUSTID] [LASTID id] */
function xclaim(context: CommandContext): void {
  const { reply } = context;
  const { stream, group } = openGroup(context, 1, 2);
  const options = parseClaim(context);
  context.doNotPropagate();
  let saysLastId = options.lastId > group.lastId;
  if (saysLastId) group.lastId = options.lastId;
  const claimed: StreamId[] = [];
  for (const id of options.ids) {
    const outcome = claimOne(context, stream, group, id, options);
    if (outcome === 'claimed') claimed.push(id);
    // A claim that is told tells the group's last id too.
    if (outcome !== 'left') saysLastId = false;
  }
  if (saysLastId) {
    propagateLastId(context, groupPlace, group);
    context.changed();
  }
  reply.array(claimed.length);
  for (const id of claimed) replyClaimed(context, stream, id, options.onlyIds);
}

function claimOne(
  context: CommandContext,
  stream: StreamValue,
  group: StreamGroup,
  id: StreamId,
  options: ClaimOptions,
): 'claimed' | 'lost' | 'left' {
  const known = group.pending.get(id);
  if (stream.get(id) === undefined) {
    if (known === undefined) return 'left';
    dropLost(context, group, id, known);
    return 'lost';
  }
  if (known === undefined && !options.force) return 'left';
  if (known !== undefined && isTooFresh(context, known, options.minIdleMs)) return 'left';
  const before = known?.deliveries ?? 1;
  const deliveries = options.deliveries ?? (options.onlyIds ? before : before + 1);
  const entry = group.deliver(id, claimant(context, group), options.deliveredMs, deliveries);
  propagateClaim(context, groupPlace, group, id, entry);
  context.changed();
  return 'claimed';
}

function isTooFresh({ nowMs }: CommandContext, { deliveredMs }: PendingEntry, minIdleMs: number): boolean {
  return minIdleMs > 0 && nowMs - deliveredMs < minIdleMs;
}

function replyClaimed({ reply }: CommandContext, stream: StreamValue, id: StreamId, onlyId: boolean): void {
  if (onlyId) reply.bulkLatin1(idText(id));
  else replyEntry(reply, stream.get(id)!);
}

/** So many pending entries are looked at for each that may be claimed. */
const LOOKS_PER_CLAIM = 10;
const AUTOCLAIM_COUNT = 100;
/** Redis's bound for COUNT: memory for as many ids is asked for at once. */
const AUTOCLAIM_COUNT_MAX = Math.floor(2 ** 63 / 16) - 1;

interface AutoclaimOptions {
  readonly minIdleMs: number;
  readonly from: StreamId;
  readonly count: number;
  readonly onlyIds: boolean;
}

/** @throws ReplyError */
function parseAutoclaim({ args }: CommandContext): AutoclaimOptions {
  const minIdleMs = Math.max(0, args.integer(MIN_IDLE_INDEX, 'ERR Invalid min-idle-time argument for XAUTOCLAIM'));
  const from = parseIntervalStart(args, 5);
  let count = AUTOCLAIM_COUNT;
  let onlyIds = false;
  for (let i = 6; i < args.count; i++) {
    if (args.is(i, 'COUNT') && i + 1 < args.count) {
      count = args.integer(++i, 'ERR COUNT must be > 0');
      if (count < 1 || count > AUTOCLAIM_COUNT_MAX) throw new ReplyError('ERR COUNT must be > 0');
    } else if (args.is(i, 'JUSTID')) onlyIds = true;
    else throw new ReplyError(replyErrors.syntax);
  }
  return { minIdleMs, from, count, onlyIds };
}

/** XAUTOCLAIM key group consumer min-idle-time start [COUNT n] [JUSTID] */
function xautoclaim(context: CommandContext): void {
  const { reply, nowMs } = context;
  const options = parseAutoclaim(context);
  const { stream, group } = openGroup(context, 1, 2);
  context.doNotPropagate();
  const { looked, next } = pendingToLookAt(context, stream, group, options);
  const claimed: StreamId[] = [];
  const lost: StreamId[] = [];
  for (const [id, entry] of looked) {
    if (stream.get(id) === undefined) {
      dropLost(context, group, id, entry);
      lost.push(id);
      continue;
    }
    const deliveries = options.onlyIds ? entry.deliveries : entry.deliveries + 1;
    const given = group.deliver(id, claimant(context, group), nowMs, deliveries);
    propagateClaim(context, groupPlace, group, id, given);
    context.changed();
    claimed.push(id);
  }
  reply.array(3);
  reply.bulkLatin1(idText(next));
  reply.array(claimed.length);
  for (const id of claimed) replyClaimed(context, stream, id, options.onlyIds);
  reply.array(lost.length);
  for (const id of lost) reply.bulkLatin1(idText(id));
}

/** The pending entries that are to be claimed or dropped, and where the next call goes on; zero at the end. */
function pendingToLookAt(
  context: CommandContext,
  stream: StreamValue,
  group: StreamGroup,
  { minIdleMs, from, count }: AutoclaimOptions,
): { readonly looked: (readonly [StreamId, PendingEntry])[]; readonly next: StreamId } {
  const looked: (readonly [StreamId, PendingEntry])[] = [];
  let looksLeft = count * LOOKS_PER_CLAIM;
  for (const [id, entry] of group.pending.entries(from)) {
    if (looksLeft === 0 || looked.length === count) return { looked, next: id };
    looksLeft--;
    if (stream.get(id) === undefined || !isTooFresh(context, entry, minIdleMs)) looked.push([id, entry]);
  }
  return { looked, next: ZERO_ID };
}

const key = { first: 1, last: 1, step: 1 } as const;

export const streamClaimCommands: readonly CommandRow[] = [
  {
    name: 'xpending',
    arity: -3,
    flags: ['readonly'],
    keys: key,
    categories: ['read', 'stream', 'slow'],
    since: '5.0.0',
    summary:
      'Return information and entries from a stream consumer group pending entries list, that are messages fetched but never acknowledged.',
    run: xpending,
  },
  {
    name: 'xclaim',
    arity: -6,
    flags: ['write', 'fast'],
    keys: key,
    categories: ['write', 'stream', 'fast'],
    since: '5.0.0',
    summary:
      'Changes (or acquires) ownership of a message in a consumer group, as if the message was delivered to the specified consumer.',
    run: xclaim,
  },
  {
    name: 'xautoclaim',
    arity: -6,
    flags: ['write', 'fast'],
    keys: key,
    categories: ['write', 'stream', 'fast'],
    since: '6.2.0',
    summary:
      'Changes (or acquires) ownership of messages in a consumer group, as if the messages were delivered to the specified consumer.',
    run: xautoclaim,
  },
];
