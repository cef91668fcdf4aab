// A request's arguments as places in the bytes that arrived: no string and no object is made for an argument.
// Hot: guarded by `npm run bench -- throughput`.
import { ReplyError, replyErrors } from './reply-errors.ts';

/**
 * One reused object. Argument 0 is the command's name. All places count in `buffer`, which is valid only while the
 * command runs: what must live longer is taken with `copy` or `text`.
 */
export class Args {
  buffer: Buffer;
  /** Looks at the same memory as `buffer`, from the same start. */
  view: DataView;
  /** How many arguments, the name included. */
  count = 0;
  /** Where the whole request starts and ends in `buffer`: what is propagated. */
  frameStart = 0;
  frameEnd = 0;
  /** The hash of argument 1 by the keyspace's function, when `hasKeyHash`: batches know it before they run. */
  keyHash = 0;
  hasKeyHash = false;
  #starts: Int32Array;
  #ends: Int32Array;
  #base = 0;

  constructor() {
    this.buffer = EMPTY_BUFFER;
    this.view = EMPTY_VIEW;
    this.#starts = EMPTY_OFFSETS;
    this.#ends = EMPTY_OFFSETS;
  }

  /** Points at another request. `base` is the slot of argument 0 in `starts` and `ends`. */
  point(buffer: Buffer, view: DataView, starts: Int32Array, ends: Int32Array, base: number, count: number): void {
    this.buffer = buffer;
    this.view = view;
    this.#starts = starts;
    this.#ends = ends;
    this.#base = base;
    this.count = count;
    this.hasKeyHash = false;
  }

  /** The request that begins at argument `from`, as ACL DRYRUN holds one; valid as long as this one. */
  tail(from: number): Args {
    const rest = new Args();
    rest.point(this.buffer, this.view, this.#starts, this.#ends, this.#base + from, this.count - from);
    return rest;
  }

  /** Where argument `i` starts in `buffer`. */
  start(i: number): number {
    return this.#starts[this.#base + i]!;
  }

  /** Where argument `i` ends in `buffer`, the end not included. */
  end(i: number): number {
    return this.#ends[this.#base + i]!;
  }

  /** Bytes of argument `i`. */
  length(i: number): number {
    return this.#ends[this.#base + i]! - this.#starts[this.#base + i]!;
  }

  /** Whether argument `i` is this word, in any case. `word` is ASCII in capitals. */
  is(i: number, word: string): boolean {
    const start = this.start(i);
    const length = this.end(i) - start;
    if (length !== word.length) return false;
    const buffer = this.buffer;
    for (let at = 0; at < length; at++) {
      let byte = buffer[start + at]!;
      if (byte >= 97 && byte <= 122) byte -= 32;
      if (byte !== word.charCodeAt(at)) return false;
    }
    return true;
  }

  /** Whether arguments `i` and `j` are the same bytes. */
  same(i: number, j: number): boolean {
    return this.buffer.compare(this.buffer, this.start(i), this.end(i), this.start(j), this.end(j)) === 0;
  }

  /** Argument `i`, one character for each byte. */
  text(i: number): string {
    return this.buffer.latin1Slice(this.start(i), this.end(i));
  }

  /** Argument `i` read as UTF-8. */
  utf8(i: number): string {
    return this.buffer.utf8Slice(this.start(i), this.end(i));
  }

  /** Argument `i` in memory of its own. */
  copy(i: number): Buffer {
    const start = this.start(i);
    const copied = Buffer.allocUnsafeSlow(this.end(i) - start);
    this.buffer.copy(copied, 0, start, this.end(i));
    return copied;
  }

  /** Argument `i` in place: valid only while the command runs. */
  slice(i: number): Buffer {
    return this.buffer.subarray(this.start(i), this.end(i));
  }

  /**
   * Argument `i` as a strict 64-bit integer. Beyond 2^53 the nearest double is answered, which is right for counts and
   * indexes; for exact arithmetic use `int64`.
   * @throws ReplyError `error` when it is no integer.
   */
  integer(i: number, error: string = replyErrors.notInteger): number {
    const start = this.start(i);
    const end = this.end(i);
    const short = parseShortInteger(this.buffer, start, end);
    if (!Number.isNaN(short)) return short;
    return Number(parseInt64(this.buffer, start, end, error));
  }

  /** Argument `i` as a strict 64-bit integer, exact. @throws ReplyError `error` when it is none. */
  int64(i: number, error: string = replyErrors.notInteger): bigint {
    return parseInt64(this.buffer, this.start(i), this.end(i), error);
  }

  /** Argument `i` as a double: decimal, exponent, hexadecimal, `inf`; no NaN. @throws ReplyError `error` when it is none. */
  float(i: number, error: string = replyErrors.notFloat): number {
    const value = parseFloatStrictly(this.text(i));
    if (Number.isNaN(value)) throw new ReplyError(error);
    return value;
  }
}

const EMPTY_BUFFER = Buffer.alloc(0);
const EMPTY_VIEW = new DataView(new ArrayBuffer(0));
const EMPTY_OFFSETS = new Int32Array(0);

/** The longest text that is surely exact as a double: 15 digits, and a sign. */
const SHORT_INTEGER_DIGITS = 15;
const INT64_MIN = -(1n << 63n);
const INT64_MAX = (1n << 63n) - 1n;

/** A canonical integer (no plus, no leading zero, no minus zero) of up to 15 digits; NaN for all else. */
export function parseShortInteger(buffer: Uint8Array, start: number, end: number): number {
  let at = start;
  const negative = at < end && buffer[at] === 0x2d;
  if (negative) at++;
  const digits = end - at;
  if (digits < 1 || digits > SHORT_INTEGER_DIGITS) return Number.NaN;
  const first = buffer[at]!;
  if (first === 0x30) return digits === 1 && !negative ? 0 : Number.NaN;
  let value = 0;
  for (; at < end; at++) {
    const digit = buffer[at]! - 0x30;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return negative ? -value : value;
}

/** A canonical 64-bit integer, as Redis's `string2ll` takes it. @throws ReplyError `error` when it is none. */
export function parseInt64(buffer: Buffer, start: number, end: number, error: string): bigint {
  const length = end - start;
  if (length < 1 || length > 20) throw new ReplyError(error);
  const text = buffer.latin1Slice(start, end);
  if (!/^(?:0|-?[1-9][0-9]*)$/.test(text)) throw new ReplyError(error);
  const value = BigInt(text);
  if (value < INT64_MIN || value > INT64_MAX) throw new ReplyError(error);
  return value;
}

const DECIMAL = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const INFINITE = /^[+-]?inf(?:inity)?$/i;
const HEXADECIMAL = /^([+-]?)0x([0-9a-f]+)$/i;

/** What C's `strtod` makes of the whole text; NaN when it is no number. */
export function parseFloatStrictly(text: string): number {
  if (DECIMAL.test(text)) {
    const value = Number(text);
    return Number.isFinite(value) ? value : Number.NaN;
  }
  if (INFINITE.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  const hexadecimal = HEXADECIMAL.exec(text);
  if (hexadecimal === null) return Number.NaN;
  const magnitude = Number(`0x${hexadecimal[2]}`);
  return hexadecimal[1] === '-' ? -magnitude : magnitude;
}
