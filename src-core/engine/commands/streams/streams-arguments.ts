// What the arguments of the stream commands mean: ids, ends of intervals, and how a stream is to be trimmed.
import { MAX_ID, parseStreamId, type StreamId, ZERO_ID } from '../../data/stream-id.ts';
import type { TrimRule } from '../../data/stream-value.ts';
import type { Args } from '../args.ts';
import { ReplyError, replyErrors } from '../reply-errors.ts';
import type { CommandContext } from '../spec.ts';

const MAX_SEQUENCE = (1n << 64n) - 1n;
/** An approximate trim without LIMIT takes no more than so many nodes away. */
const NODES_PER_TRIM = 100;
const TRIM_LIMIT_UNBOUNDED_NODES = 10_000;
const TRIM_LIMIT_MAX = 1_000_000;

/** The id in argument `i`. @throws ReplyError */
export function parseId(args: Args, i: number): StreamId {
  return parseIdText(args.text(i), 0n);
}

function parseIdText(text: string, missingSequence: bigint): StreamId {
  const parsed = parseStreamId(text, missingSequence);
  if (parsed === null) throw new ReplyError(replyErrors.streamIdInvalid);
  return parsed.id;
}

/** As `parseId`, and `-` and `+` are the least and the greatest id. @throws ReplyError */
export function parseIdOrEnd(args: Args, i: number): StreamId {
  return endOf(args.text(i)) ?? parseId(args, i);
}

function endOf(text: string): StreamId | null {
  if (text === '-') return ZERO_ID;
  return text === '+' ? MAX_ID : null;
}

/** The first id of an interval that begins with argument `i`; `(` leaves the id itself out. @throws ReplyError */
export function parseIntervalStart(args: Args, i: number): StreamId {
  const text = args.text(i);
  if (text.length === 1 || !text.startsWith('(')) return endOf(text) ?? parseIdText(text, 0n);
  const id = parseIdText(text.slice(1), 0n);
  if (id === MAX_ID) throw new ReplyError(replyErrors.intervalStartInvalid);
  return id + 1n;
}

/** The last id of an interval that ends with argument `i`; `(` leaves the id itself out. @throws ReplyError */
export function parseIntervalEnd(args: Args, i: number): StreamId {
  const text = args.text(i);
  if (text.length === 1 || !text.startsWith('(')) return endOf(text) ?? parseIdText(text, MAX_SEQUENCE);
  const id = parseIdText(text.slice(1), MAX_SEQUENCE);
  if (id === ZERO_ID) throw new ReplyError(replyErrors.intervalEndInvalid);
  return id - 1n;
}

/** What XADD and XTRIM say before the id, or instead of it. */
export interface AddTrimOptions {
  readonly mayCreate: boolean;
  readonly trim: TrimRule | null;
  /** The argument with the length or id of the trim; 0 without one. */
  readonly trimIndex: number;
  /** XADD: the argument with the id. XTRIM: past the last argument. */
  readonly idIndex: number;
  /** XADD: null for `*`. */
  readonly id: StreamId | null;
  readonly hasSequence: boolean;
}

/** @throws ReplyError */
export function parseAddTrim(context: CommandContext, isAdd: boolean): AddTrimOptions {
  const { args } = context;
  const read = { mayCreate: true, trimIndex: 0, approximate: false, limit: -1, id: null as StreamId | null };
  let keep: TrimRule['keep'] | null = null;
  let hasSequence = true;
  let i = 2;
  for (; i < args.count; i++) {
    const left = args.count - 1 - i;
    const isLength = args.is(i, 'MAXLEN') && left > 0;
    if (isAdd && args.text(i) === '*') break;
    if (isLength || (args.is(i, 'MINID') && left > 0)) {
      if (keep !== null) {
        throw new ReplyError('ERR syntax error, MAXLEN and MINID options at the same time are not compatible');
      }
      const how = left >= 2 ? args.text(i + 1) : '';
      read.approximate = how === '~';
      if (how === '~' || how === '=') i++;
      read.trimIndex = ++i;
      keep = isLength ? parseKeptLength(args, i) : { kind: 'from', id: parseId(args, i) };
    } else if (args.is(i, 'LIMIT') && left > 0) {
      read.limit = args.integer(++i);
      if (read.limit < 0) throw new ReplyError('ERR The LIMIT argument must be >= 0.');
    } else if (isAdd && args.is(i, 'NOMKSTREAM')) read.mayCreate = false;
    else if (isAdd) {
      const parsed = parseStreamId(args.text(i), 0n, true);
      if (parsed === null) throw new ReplyError(replyErrors.streamIdInvalid);
      read.id = parsed.id;
      hasSequence = parsed.hasSequence;
      break;
    } else throw new ReplyError(replyErrors.syntax);
  }
  if (read.limit > 0 && keep === null) {
    throw new ReplyError('ERR syntax error, LIMIT cannot be used without specifying a trimming strategy');
  }
  if (!isAdd && keep === null) {
    throw new ReplyError('ERR syntax error, XTRIM must be called with a trimming strategy');
  }
  const limit = trimLimit(context, read);
  const trim = keep === null ? null : { keep, approximate: read.approximate, limit };
  return { mayCreate: read.mayCreate, trim, trimIndex: read.trimIndex, idIndex: i, id: read.id, hasSequence };
}

function parseKeptLength(args: Args, i: number): TrimRule['keep'] {
  const length = args.integer(i);
  if (length < 0) throw new ReplyError('ERR The MAXLEN argument must be >= 0.');
  return { kind: 'length', length };
}

/** The master has written down what its trim came to, so that a replica need not be told when to stop. */
function trimLimit(
  { session, services }: CommandContext,
  { approximate, limit }: { readonly approximate: boolean; readonly limit: number },
): number {
  if (session.kind === 'master') return 0;
  if (limit >= 0 && !approximate) {
    throw new ReplyError('ERR syntax error, LIMIT cannot be used without the special ~ option');
  }
  if (limit >= 0) return limit;
  if (!approximate) return 0;
  const entries = NODES_PER_TRIM * services.limits.streamNodeMaxEntries;
  return entries <= 0 ? TRIM_LIMIT_UNBOUNDED_NODES : Math.min(entries, TRIM_LIMIT_MAX);
}
