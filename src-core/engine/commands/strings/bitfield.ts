// BITFIELD: strings as rows of integers of any width from 1 to 64 bits, at any bit.
import type { Ref } from '../../data/arena.ts';
import { encoding, valueType } from '../../keyspace/record.ts';
import type { Args } from '../args.ts';
import { ReplyError, replyErrors } from '../reply-errors.ts';
import type { CommandContext, CommandRow } from '../spec.ts';
import { growString } from './string-bytes.ts';

type Overflow = 'wrap' | 'sat' | 'fail';

interface Field {
  readonly signed: boolean;
  readonly bits: number;
  /** Of its highest bit, counted from the highest bit of the string's first byte. */
  readonly offset: number;
}

type Operation =
  | { readonly kind: 'get'; readonly field: Field }
  | { readonly kind: 'set' | 'incrby'; readonly field: Field; readonly operand: bigint; readonly overflow: Overflow };

const INT64_MAX = (1n << 63n) - 1n;
const invalidType = 'ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.';
const invalidOverflow = 'ERR Invalid OVERFLOW type specified';

/** `u1` to `u63`, `i1` to `i64`. @throws ReplyError */
function parseType(text: string): { readonly signed: boolean; readonly bits: number } {
  const match = /^([iu])([1-9]\d?)$/.exec(text);
  const signed = match?.[1] === 'i';
  const bits = Number(match?.[2] ?? 0);
  if (bits < 1 || bits > (signed ? 64 : 63)) throw new ReplyError(invalidType);
  return { signed, bits };
}

/** `#n` counts in fields of this width. @throws ReplyError */
function parseOffset(args: Args, i: number, bits: number, maxBits: number): number {
  const text = args.text(i);
  const counted = text.startsWith('#');
  const digits = counted ? text.slice(1) : text;
  if (!/^(0|-?[1-9]\d*)$/.test(digits)) throw new ReplyError(replyErrors.bitOffset);
  const offset = Number(digits) * (counted ? bits : 1);
  if (offset < 0 || offset >= maxBits) throw new ReplyError(replyErrors.bitOffset);
  return offset;
}

function parseOverflow(args: Args, i: number): Overflow {
  for (const word of ['wrap', 'sat', 'fail'] as const) if (args.is(i, word.toUpperCase())) return word;
  throw new ReplyError(invalidOverflow);
}

/** @throws ReplyError */
function parseOperations({ args, services }: CommandContext, readOnly: boolean): Operation[] {
  const operations: Operation[] = [];
  const maxBits = services.limits.maxBulkBytes * 8;
  let overflow: Overflow = 'wrap';
  for (let i = 2; i < args.count; ) {
    const left = args.count - 1 - i;
    if (args.is(i, 'OVERFLOW') && left >= 1) {
      overflow = parseOverflow(args, i + 1);
      i += 2;
      continue;
    }
    const kind = args.is(i, 'GET') && left >= 2 ? 'get' : args.is(i, 'SET') ? 'set' : 'incrby';
    const isKnown = kind === 'get' || ((kind === 'set' || args.is(i, 'INCRBY')) && left >= 3);
    if (!isKnown) throw new ReplyError(replyErrors.syntax);
    const type = parseType(args.text(i + 1));
    const field = { ...type, offset: parseOffset(args, i + 2, type.bits, maxBits) };
    if (kind === 'get') operations.push({ kind, field });
    else {
      operations.push({ kind, field, operand: args.int64(i + 3), overflow });
    }
    i += kind === 'get' ? 3 : 4;
  }
  if (readOnly && operations.some(({ kind }) => kind !== 'get')) {
    throw new ReplyError('ERR BITFIELD_RO only supports the GET subcommand');
  }
  return operations;
}

/** What lies behind the string's end counts as zeros. */
function readField(bytes: Buffer, { signed, bits, offset }: Field): bigint {
  let value = 0n;
  for (let at = offset; at < offset + bits; at++) {
    const bit = ((bytes[Math.floor(at / 8)] ?? 0) >> (7 - (at % 8))) & 1;
    value = (value << 1n) | BigInt(bit);
  }
  return signed ? BigInt.asIntN(bits, value) : value;
}

function writeField(bytes: Buffer, { bits, offset }: Field, value: bigint): void {
  let rest = BigInt.asUintN(bits, value);
  for (let at = offset + bits - 1; at >= offset; at--, rest >>= 1n) {
    const mask = 0x80 >> (at % 8);
    const byte = Math.floor(at / 8);
    bytes[byte] = (rest & 1n) === 1n ? bytes[byte]! | mask : bytes[byte]! & ~mask;
  }
}

/** What is stored of a value that may not fit; null where FAIL forbids it. */
function fitted({ signed, bits }: Field, value: bigint, overflow: Overflow): bigint | null {
  const min = signed ? -(1n << BigInt(bits - 1)) : 0n;
  const max = signed ? (1n << BigInt(bits - 1)) - 1n : (1n << BigInt(bits)) - 1n;
  if (value >= min && value <= max) return value;
  if (overflow === 'fail') return null;
  if (overflow === 'sat') return value < min ? min : max;
  return signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
}

/**
 * An operand is 64 bits wide: as an unsigned field's value it is taken as such. Redis takes the distance to a signed
 * field's greatest value in 64 bits too, and a value so low that this overflows counts as too great.
 */
function wantedValue(operation: Exclude<Operation, { kind: 'get' }>, before: bigint): bigint {
  const { kind, field, operand, overflow } = operation;
  if (kind === 'incrby') return before + operand;
  if (!field.signed) return BigInt.asUintN(64, operand);
  const distance = (1n << BigInt(field.bits - 1)) - 1n - operand;
  return overflow === 'sat' && distance > INT64_MAX && field.bits < 64 ? INT64_MAX : operand;
}

/** The string of key 1, `length` bytes long or longer, to be written into. */
function writableBytes({ args, db }: CommandContext, ref: Ref, length: number): Buffer {
  if (ref !== 0) return growString(db, ref, Math.max(length, db.inlineLength(ref)));
  const stored = db.storeInline(args, 1, valueType.string, encoding.raw, Buffer.alloc(length), 0, length, false);
  return db.inlineBytes(stored);
}

function runOperations(context: CommandContext, readOnly: boolean): void {
  const { args, db, reply } = context;
  const operations = parseOperations(context, readOnly);
  const writes = operations.filter(({ kind }) => kind !== 'get');
  const ref = writes.length > 0 ? db.lookupWrite(args, 1) : db.lookupRead(args, 1);
  if (ref !== 0 && db.type(ref) !== valueType.string) throw new ReplyError(replyErrors.wrongType);
  let bytes = ref === 0 ? Buffer.alloc(0) : db.inlineBytes(ref);
  const lengthBefore = bytes.length;
  if (writes.length > 0) {
    const end = Math.max(...writes.map(({ field }) => field.offset + field.bits));
    bytes = writableBytes(context, ref, Math.ceil(end / 8));
  }
  let changes = 0;
  const hasGrown = bytes.length > lengthBefore;
  reply.array(operations.length);
  for (const operation of operations) {
    const before = readField(bytes, operation.field);
    if (operation.kind === 'get') {
      reply.integer(before);
      continue;
    }
    const stored = fitted(operation.field, wantedValue(operation, before), operation.overflow);
    if (stored === null) {
      reply.nullBulk();
      continue;
    }
    writeField(bytes, operation.field, stored);
    if (hasGrown || stored !== before) changes++;
    reply.integer(operation.kind === 'set' ? before : stored);
  }
  if (changes > 0) context.changed(changes);
}

const bitfield = (context: CommandContext): void => runOperations(context, false);
const bitfieldReadOnly = (context: CommandContext): void => runOperations(context, true);

const key = { first: 1, last: 1, step: 1 } as const;

export const bitfieldCommands: readonly CommandRow[] = [
  {
    name: 'bitfield',
    arity: -2,
    flags: ['write', 'denyoom'],
    keys: key,
    categories: ['write', 'bitmap', 'slow'],
    since: '3.2.0',
    summary: 'Perform arbitrary bitfield integer operations on strings',
    run: bitfield,
  },
  {
    name: 'bitfield_ro',
    arity: -2,
    flags: ['readonly', 'fast'],
    keys: key,
    categories: ['read', 'bitmap', 'fast'],
    since: '6.0.0',
    summary: 'Perform arbitrary bitfield integer operations on strings. Read-only variant of BITFIELD',
    run: bitfieldReadOnly,
  },
];
