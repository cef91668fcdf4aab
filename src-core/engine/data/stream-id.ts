// The ids of stream entries, `milliseconds-sequence`: two numbers of 64 bits, kept as one of 128.

/** The milliseconds in the upper 64 bits, the sequence in the lower: compared and counted as a whole. */
export type StreamId = bigint;

export const ZERO_ID: StreamId = 0n;
export const MAX_ID: StreamId = (1n << 128n) - 1n;
export const STREAM_ID_BYTES = 16;

const HALF_BITS = 64n;
const MAX_HALF = (1n << HALF_BITS) - 1n;
/** Redis gives up on a longer text. */
const MAX_TEXT = 127;

export function streamId(milliseconds: bigint, sequence: bigint): StreamId {
  return (milliseconds << HALF_BITS) | sequence;
}

export function millisecondsOf(id: StreamId): bigint {
  return id >> HALF_BITS;
}

export function sequenceOf(id: StreamId): bigint {
  return id & MAX_HALF;
}

export function idText(id: StreamId): string {
  return `${millisecondsOf(id)}-${sequenceOf(id)}`;
}

/** The first id of a later moment than `milliseconds`, or the one after `last` if that is no later. */
export function idAfter(last: StreamId, milliseconds: number): StreamId {
  const now = BigInt(milliseconds);
  return now > millisecondsOf(last) ? streamId(now, 0n) : last + 1n;
}

/** Sixteen bytes, the highest first: their order is the order of the ids. */
export function idBytes(id: StreamId): Buffer {
  const bytes = Buffer.allocUnsafe(STREAM_ID_BYTES);
  bytes.writeBigUInt64BE(millisecondsOf(id), 0);
  bytes.writeBigUInt64BE(sequenceOf(id), 8);
  return bytes;
}

export function idFromBytes(bytes: Buffer, at: number): StreamId {
  return streamId(bytes.readBigUInt64BE(at), bytes.readBigUInt64BE(at + 8));
}

/** An id as it is written: what is not said of it is for the reader to fill in. */
export interface WrittenId {
  readonly id: StreamId;
  /** False for `milliseconds-*`: the sequence is to be chosen. */
  readonly hasSequence: boolean;
}

/**
 * `milliseconds-sequence`, or `milliseconds` alone with `missingSequence`; null for anything else.
 * @param mayChoose `milliseconds-*` is an id too.
 */
export function parseStreamId(text: string, missingSequence: bigint, mayChoose = false): WrittenId | null {
  if (text.length > MAX_TEXT) return null;
  // C takes a text to end at its first zero byte.
  const written = text.split('\0', 1)[0]!;
  const dash = written.indexOf('-');
  const milliseconds = parseHalf(dash === -1 ? written : written.slice(0, dash));
  if (milliseconds === null) return null;
  if (dash === -1) return { id: streamId(milliseconds, missingSequence), hasSequence: true };
  const rest = written.slice(dash + 1);
  if (mayChoose && rest === '*') return { id: streamId(milliseconds, 0n), hasSequence: false };
  const sequence = parseHalf(rest);
  return sequence === null ? null : { id: streamId(milliseconds, sequence), hasSequence: true };
}

/** As `strtoull` reads a whole text: blanks and a sign may come first, and a minus counts down from 2^64. */
function parseHalf(text: string): bigint | null {
  const match = /^[ \t\n\v\f\r]*([+-]?)([0-9]+)$/.exec(text);
  if (match === null || /^-[1-9]/.test(text)) return null;
  const value = BigInt(match[2]!);
  if (value > MAX_HALF) return null;
  return match[1] === '-' ? BigInt.asUintN(64, -value) : value;
}
