// Strings as rows of bits: SETBIT, GETBIT and BITCOUNT.
import { encoding, valueType } from '../../keyspace/record.ts';
import { ReplyError, replyErrors } from '../reply-errors.ts';
import type { CommandContext, CommandRow } from '../spec.ts';
import { growString, stringBytes } from './string-bytes.ts';

/** Bits are counted from the highest of each byte. @throws ReplyError when the offset is none, or past the longest string. */
function bitOffset({ args, services }: CommandContext): number {
  const offset = args.integer(2, replyErrors.bitOffset);
  if (offset < 0 || offset >= services.limits.maxBulkBytes * 8) throw new ReplyError(replyErrors.bitOffset);
  return offset;
}

function setbit(context: CommandContext): void {
  const { args, db, reply } = context;
  const offset = bitOffset(context);
  const bit = args.is(3, '1') ? 1 : 0;
  if (bit === 0 && !args.is(3, '0')) throw new ReplyError(replyErrors.bitValue);
  const ref = db.lookupWrite(args, 1);
  if (ref !== 0 && db.type(ref) !== valueType.string) throw new ReplyError(replyErrors.wrongType);
  const at = Math.floor(offset / 8);
  const mask = 0x80 >>> (offset % 8);
  const lengthBefore = ref === 0 ? 0 : db.inlineLength(ref);
  const length = Math.max(at + 1, lengthBefore);
  const bytes = ref === 0 ? Buffer.alloc(length) : growString(db, ref, length);
  const before = (bytes[at]! & mask) === 0 ? 0 : 1;
  bytes[at] = bit === 1 ? bytes[at]! | mask : bytes[at]! & ~mask;
  if (ref === 0) db.storeInline(args, 1, valueType.string, encoding.raw, bytes, 0, length, false);
  if (before !== bit || length !== lengthBefore) context.changed();
  reply.integer(before);
}

function getbit(context: CommandContext): void {
  const { args, db } = context;
  const offset = bitOffset(context);
  const bytes = stringBytes(db, db.lookupRead(args, 1));
  const byte = bytes[Math.floor(offset / 8)] ?? 0;
  context.reply.integer((byte & (0x80 >>> (offset % 8))) === 0 ? 0 : 1);
}

function bitcount(context: CommandContext): void {
  const { args, db, reply } = context;
  const ref = db.lookupRead(args, 1);
  const bytes = stringBytes(db, ref);
  // As Redis has it: without a key, the rest of the request is not looked at.
  if (ref === 0) {
    reply.integer(0);
    return;
  }
  if (args.count === 3 || args.count > 5) throw new ReplyError(replyErrors.syntax);
  let first = args.count > 3 ? args.integer(2) : 0;
  let last = args.count > 3 ? args.integer(3) : -1;
  const inBits = args.count === 5 && args.is(4, 'BIT');
  if (args.count === 5 && !inBits && !args.is(4, 'BYTE')) throw new ReplyError(replyErrors.syntax);
  const units = bytes.length * (inBits ? 8 : 1);
  const backwards = first < 0 && last < 0 && first > last;
  if (first < 0) first = Math.max(0, units + first);
  if (last < 0) last = Math.max(0, units + last);
  last = Math.min(last, units - 1);
  if (backwards || first > last) reply.integer(0);
  else if (inBits) reply.integer(countBits(bytes, first, last));
  else reply.integer(countBits(bytes, first * 8, last * 8 + 7));
}

/** Bits that are set from `first` to `last`, both included. */
function countBits(bytes: Buffer, first: number, last: number): number {
  const firstByte = Math.floor(first / 8);
  const lastByte = Math.floor(last / 8);
  let count = 0;
  for (let at = firstByte; at <= lastByte; at++) {
    let byte = bytes[at]!;
    if (at === firstByte) byte &= 0xff >>> (first % 8);
    if (at === lastByte) byte &= 0xff << (7 - (last % 8));
    count += BITS_IN_BYTE[byte & 0xff]!;
  }
  return count;
}

const BITS_IN_BYTE = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(2).replaceAll('0', '').length);

const key = { first: 1, last: 1, step: 1 } as const;

export const bitmapCommands: readonly CommandRow[] = [
  {
    name: 'setbit',
    arity: 4,
    flags: ['write', 'denyoom'],
    keys: key,
    categories: ['write', 'bitmap', 'slow'],
    since: '2.2.0',
    run: setbit,
  },
  {
    name: 'getbit',
    arity: 3,
    flags: ['readonly', 'fast'],
    keys: key,
    categories: ['read', 'bitmap', 'fast'],
    since: '2.2.0',
    run: getbit,
  },
  {
    name: 'bitcount',
    arity: -2,
    flags: ['readonly'],
    keys: key,
    categories: ['read', 'bitmap', 'slow'],
    since: '2.6.0',
    run: bitcount,
  },
];
