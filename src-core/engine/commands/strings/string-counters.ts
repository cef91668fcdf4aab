// Strings that are numbers: INCR and its like. INCR is hot: guarded by `npm run bench -- throughput`.
import { addLongDoubles, longDoubleText, parseLongDouble } from '../../../base/long-double.ts';
import type { Ref } from '../../data/arena.ts';
import type { Database } from '../../keyspace/database.ts';
import { encoding, valueType } from '../../keyspace/record.ts';
import { parseInt64, parseShortInteger } from '../args.ts';
import { ReplyError, replyErrors } from '../reply-errors.ts';
import type { CommandContext, CommandRow } from '../spec.ts';
import { stringForWrite } from './string-bytes.ts';

const INT64_MIN = -(1n << 63n);
const INT64_MAX = (1n << 63n) - 1n;

/** Digits are put together here before they are stored; never kept beyond a call. */
const digits = Buffer.alloc(24);

function increment(context: CommandContext, by: number): void {
  const { args, db, reply } = context;
  const ref = db.lookupWrite(args, 1);
  const known = ref === 0 ? 0 : shortIntegerOf(db, ref);
  const sum = known + by;
  if (!Number.isSafeInteger(sum)) {
    incrementExactly(context, ref, BigInt(by));
    return;
  }
  storeDigits(context, ref, String(sum));
  reply.integer(sum);
}

/** NaN when it is none, or a long one. */
function shortIntegerOf(db: Database, ref: Ref): number {
  if (db.type(ref) !== valueType.string || !db.inArena(ref)) return Number.NaN;
  const start = db.valueStart(ref);
  return parseShortInteger(db.memory, start, start + db.inlineLength(ref));
}

function incrementExactly(context: CommandContext, ref: Ref, by: bigint): void {
  const { db, reply } = context;
  if (ref !== 0 && db.type(ref) !== valueType.string) throw new ReplyError(replyErrors.wrongType);
  const bytes = ref === 0 ? ZERO : db.inlineBytes(ref);
  const sum = parseInt64(bytes, 0, bytes.length, replyErrors.notInteger) + by;
  if (sum < INT64_MIN || sum > INT64_MAX) throw new ReplyError(replyErrors.incrementOverflow);
  storeDigits(context, ref, String(sum));
  reply.integer(sum);
}

const ZERO = Buffer.from('0');

function storeDigits(context: CommandContext, ref: Ref, text: string): void {
  const { args, db } = context;
  for (let i = 0; i < text.length; i++) digits[i] = text.charCodeAt(i);
  if (ref === 0) db.storeInline(args, 1, valueType.string, encoding.plain, digits, 0, text.length, false);
  else db.replaceInline(ref, encoding.plain, digits, 0, text.length);
  context.changed();
}

function incrementBy(context: CommandContext, sign: 1 | -1): void {
  const { args, db } = context;
  const by = args.integer(2);
  if (Number.isSafeInteger(by)) {
    increment(context, sign * by);
    return;
  }
  const exact = args.int64(2);
  if (sign === -1 && exact === INT64_MIN) throw new ReplyError(replyErrors.decrementOverflow);
  incrementExactly(context, db.lookupWrite(args, 1), sign === 1 ? exact : -exact);
}

function incrbyfloat(context: CommandContext): void {
  const { args, db, reply } = context;
  const ref = stringForWrite(context, 1);
  const known = parseLongDouble(ref === 0 ? '0' : db.inlineBytes(ref).latin1Slice());
  if (known === null) throw new ReplyError(replyErrors.notFloat);
  const by = parseLongDouble(args.text(2));
  if (by === null) throw new ReplyError(replyErrors.notFloat);
  const sum = addLongDoubles(known, by);
  if (sum === null || typeof sum === 'number') throw new ReplyError(replyErrors.incrementNotFinite);
  const text = longDoubleText(sum);
  const bytes = Buffer.from(text, 'latin1');
  if (ref === 0) db.storeInline(args, 1, valueType.string, encoding.plain, bytes, 0, bytes.length, false);
  else db.replaceInline(ref, encoding.plain, bytes, 0, bytes.length);
  context.changed();
  context.propagateInstead('SET', args.slice(1), bytes, 'KEEPTTL');
  reply.bulk(bytes);
}

const counts = {
  flags: ['write', 'denyoom', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  categories: ['write', 'string', 'fast'],
} as const;

export const stringCounterCommands: readonly CommandRow[] = [
  { name: 'incr', arity: 2, ...counts, since: '1.0.0', run: (context) => increment(context, 1) },
  { name: 'decr', arity: 2, ...counts, since: '1.0.0', run: (context) => increment(context, -1) },
  { name: 'incrby', arity: 3, ...counts, since: '1.0.0', run: (context) => incrementBy(context, 1) },
  { name: 'decrby', arity: 3, ...counts, since: '1.0.0', run: (context) => incrementBy(context, -1) },
  { name: 'incrbyfloat', arity: 3, ...counts, since: '2.6.0', run: incrbyfloat },
];
