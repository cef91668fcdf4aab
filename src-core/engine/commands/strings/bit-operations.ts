// BITOP and BITPOS: strings combined bit by bit, and the first bit of a kind.
import { encoding, valueType } from '../../keyspace/record.ts';
import { removeKey } from '../keys/stored-values.ts';
import { ReplyError, replyErrors } from '../reply-errors.ts';
import type { CommandContext, CommandRow } from '../spec.ts';
import { stringBytes } from './string-bytes.ts';

type Combine = (left: number, right: number) => number;

const operations: Readonly<Record<string, Combine>> = {
  AND: (left, right) => left & right,
  OR: (left, right) => left | right,
  XOR: (left, right) => left ^ right,
};

/** As long as the longest; what a shorter one lacks counts as zeros. */
function combined(sources: readonly Buffer[], combine: Combine): Buffer {
  const length = sources.reduce((longest, source) => Math.max(longest, source.length), 0);
  const result = Buffer.alloc(length);
  const [first, ...others] = sources;
  result.set(first!);
  for (const other of others) for (let at = 0; at < length; at++) result[at] = combine(result[at]!, other[at] ?? 0);
  return result;
}

/** BITOP operation target source … */
function bitop(context: CommandContext): void {
  const { args, db, reply } = context;
  const name = args.text(1).toUpperCase();
  const isNot = name === 'NOT';
  const combine = operations[name];
  if (combine === undefined && !isNot) throw new ReplyError(replyErrors.syntax);
  if (isNot && args.count !== 4) throw new ReplyError('ERR BITOP NOT must be called with a single source key.');
  const sources: Buffer[] = [];
  for (let i = 3; i < args.count; i++) sources.push(stringBytes(db, db.lookupRead(args, i)));
  const bytes = isNot ? Buffer.from(sources[0]!.map((byte) => ~byte)) : combined(sources, combine!);
  if (bytes.length > 0) {
    db.storeInline(args, 2, valueType.string, encoding.raw, bytes, 0, bytes.length, false);
    context.changed();
  } else if (removeKey(db, args, 2)) context.changed();
  reply.integer(bytes.length);
}

/** BITPOS key bit [start [end [BYTE | BIT]]] */
function bitpos(context: CommandContext): void {
  const { args, db, reply } = context;
  const bit = args.integer(2);
  if (bit !== 0 && bit !== 1) throw new ReplyError('ERR The bit argument must be 1 or 0.');
  const ref = db.lookupRead(args, 1);
  const bytes = stringBytes(db, ref);
  if (ref === 0) {
    reply.integer(bit === 1 ? -1 : 0);
    return;
  }
  if (args.count > 6) throw new ReplyError(replyErrors.syntax);
  let first = args.count > 3 ? args.integer(3) : 0;
  const inBits = args.count === 6 && args.is(5, 'BIT');
  if (args.count === 6 && !inBits && !args.is(5, 'BYTE')) throw new ReplyError(replyErrors.syntax);
  let last = args.count > 4 ? args.integer(4) : -1;
  const units = bytes.length * (inBits ? 8 : 1);
  if (first < 0) first = Math.max(0, units + first);
  if (last < 0) last = Math.max(0, units + last);
  last = Math.min(last, units - 1);
  if (first > last) {
    reply.integer(-1);
    return;
  }
  const firstBit = inBits ? first : first * 8;
  const lastBit = inBits ? last : last * 8 + 7;
  const found = findBit(bytes, bit, firstBit, lastBit);
  // Without an end the string counts as followed by zeros without end.
  reply.integer(found === -1 && bit === 0 && args.count < 5 ? bytes.length * 8 : found);
}

/** The first bit of this kind from `first` to `last`, both included; -1 if there is none. */
function findBit(bytes: Buffer, bit: number, first: number, last: number): number {
  const skipped = bit === 1 ? 0x00 : 0xff;
  for (let at = first; at <= last; at++) {
    if (at % 8 === 0) while (at + 8 <= last && bytes[at / 8] === skipped) at += 8;
    if (((bytes[Math.floor(at / 8)]! >> (7 - (at % 8))) & 1) === bit) return at;
  }
  return -1;
}

export const bitOperationCommands: readonly CommandRow[] = [
  {
    name: 'bitop',
    arity: -4,
    flags: ['write', 'denyoom'],
    keys: { first: 2, last: -1, step: 1 },
    categories: ['write', 'bitmap', 'slow'],
    since: '2.6.0',
    summary: 'Perform bitwise operations between strings',
    run: bitop,
  },
  {
    name: 'bitpos',
    arity: -3,
    flags: ['readonly'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['read', 'bitmap', 'slow'],
    since: '2.8.7',
    summary: 'Find first bit set or clear in a string',
    run: bitpos,
  },
];
