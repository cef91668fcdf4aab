// Finds the arguments of requests in place: RESP arrays and typed lines, one pass, places in Int32Arrays, nothing copied.
// Hot: guarded by `npm run bench -- throughput`.
//
//   request = "*" count CRLF count × ( "$" length CRLF bytes CRLF )  |  a line of words, in quotes if need be, LF
import { splitLine } from './inline-line.ts';
import { expectedBulk, protocolErrors } from './protocol-errors.ts';

/** The request goes on past the bytes at hand; `wantedBytes` says how many more there must be to be worth a try. */
export const INCOMPLETE = -1;
/** The request breaks the protocol: `error` says how. The connection cannot go on. */
export const REFUSED = -2;

/** A typed line, or the line of a count, may be this long. */
const MAX_LINE_BYTES = 64 * 1024;
const MAX_ARGUMENTS = 2 ** 31 - 1;
/** Who has not passed AUTH may send this much and no more. */
const MAX_UNAUTHENTICATED_ARGUMENTS = 10;
const MAX_UNAUTHENTICATED_BULK_BYTES = 16384;

const INITIAL_SLOTS = 1024;
/** Longer tables are given back once they are not needed. */
const KEPT_SLOTS = 64 * 1024;
/** An unfinished request with at least so many arguments is remembered, so that it need not be read from its start again. */
const WORTH_RESUMING_ARGUMENTS = 64;

const ASTERISK = 0x2a;
const DOLLAR = 0x24;
const CR = 13;
const LF = 10;

/** What was found of an unfinished request; places count from its first byte. */
export interface PartialRequest {
  readonly total: number;
  readonly done: number;
  /** Where the first argument not yet read starts. */
  readonly position: number;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

export interface RequestLimits {
  maxBulkBytes: number;
  /** False: only short requests are taken. */
  authenticated: boolean;
}

export class RequestDecoder {
  /** Where the arguments start and end: slot by slot, one request after the other. */
  starts: Int32Array = new Int32Array(INITIAL_SLOTS);
  ends: Int32Array = new Int32Array(INITIAL_SLOTS);
  /** How many arguments the latest request has. 0: an empty request, to be passed over. */
  count = 0;
  /** After REFUSED: what to say. */
  error = '';
  /** After INCOMPLETE: trying again before this many bytes are there, from the request's start, is in vain. */
  wantedBytes = 0;
  /** The latest request was a typed line: its arguments lie in `lineBuffer`, as a request in RESP. */
  lineBuffer: Buffer | null = null;
  readonly limits: RequestLimits = { maxBulkBytes: 512 * 1024 * 1024, authenticated: true };
  #partial: PartialRequest | null = null;

  /** Call before slot 0 is used anew. */
  restart(): void {
    if (this.starts.length <= KEPT_SLOTS) return;
    this.starts = new Int32Array(INITIAL_SLOTS);
    this.ends = new Int32Array(INITIAL_SLOTS);
  }

  /**
   * Reads the request at `position` into the slots from `slot` on. Answers where the next one starts, or INCOMPLETE or
   * REFUSED. Bytes from `end` on are not looked at.
   */
  decode(buffer: Buffer, position: number, end: number, slot: number): number {
    if (buffer[position] !== ASTERISK) return this.#decodeLine(buffer, position, end, slot);
    this.lineBuffer = null;
    let at = position + 1;
    let count = 0;
    const digits = at;
    for (;;) {
      if (at >= end) return this.#unfinishedCount(position, end, protocolErrors.bigCount);
      const byte = buffer[at]!;
      if (byte === CR) break;
      if (byte < 48 || byte > 57 || count > MAX_ARGUMENTS) return this.#oddCount(buffer, position, end);
      count = count * 10 + byte - 48;
      at++;
    }
    if (at + 2 > end) return this.#incomplete(end - position + 1);
    if (!isCanonical(buffer, digits, at) || count > MAX_ARGUMENTS) return this.#refused(protocolErrors.multibulkLength);
    if (!this.limits.authenticated && count > MAX_UNAUTHENTICATED_ARGUMENTS) {
      return this.#refused(protocolErrors.unauthenticatedMultibulk);
    }
    return this.#decodeBulks(buffer, position, at + 2, end, slot, count, 0);
  }

  /** Goes on with a request that was INCOMPLETE. Its first byte is at `position` now; it takes the slots from 0 on. */
  resume(partial: PartialRequest, buffer: Buffer, position: number, end: number): number {
    this.starts = partial.starts;
    this.ends = partial.ends;
    this.lineBuffer = null;
    if (position !== 0) {
      for (let i = 0; i < partial.done; i++) {
        this.starts[i] = this.starts[i]! + position;
        this.ends[i] = this.ends[i]! + position;
      }
    }
    return this.#decodeBulks(buffer, position, position + partial.position, end, 0, partial.total, partial.done);
  }

  /** After INCOMPLETE: what is worth remembering, or null. The tables of places go with it. */
  takePartial(): PartialRequest | null {
    const partial = this.#partial;
    this.#partial = null;
    if (partial === null) return null;
    this.starts = new Int32Array(INITIAL_SLOTS);
    this.ends = new Int32Array(INITIAL_SLOTS);
    return partial;
  }

  #decodeBulks(
    buffer: Buffer,
    frame: number,
    from: number,
    end: number,
    slot: number,
    count: number,
    done: number,
  ): number {
    let at = from;
    let into = slot + done;
    const last = slot + count;
    while (into < last) {
      if (into >= this.starts.length) this.#growSlots();
      const bulk = at;
      if (at < end && buffer[at] !== DOLLAR) return this.#notABulk(buffer, at, end);
      at++;
      let length = 0;
      for (;;) {
        if (at >= end) return this.#unfinishedBulk(frame, bulk, end, slot, into, count);
        const byte = buffer[at]!;
        if (byte === CR) break;
        if (byte < 48 || byte > 57 || length > this.limits.maxBulkBytes)
          return this.#refusedLength(buffer, at, end, frame);
        length = length * 10 + byte - 48;
        at++;
      }
      if (at + 2 > end) return this.#unfinishedBulk(frame, bulk, end, slot, into, count);
      if (length > this.limits.maxBulkBytes || !isCanonical(buffer, bulk + 1, at)) {
        return this.#refused(protocolErrors.bulkLength);
      }
      if (length > MAX_UNAUTHENTICATED_BULK_BYTES && !this.limits.authenticated) {
        return this.#refused(protocolErrors.unauthenticatedBulk);
      }
      at += 2;
      this.starts[into] = at;
      at += length;
      this.ends[into] = at;
      at += 2;
      if (at > end) {
        this.#remember(frame, bulk, slot, into, count);
        return this.#incomplete(at - frame);
      }
      into++;
    }
    this.count = count;
    return at;
  }

  #remember(frame: number, bulk: number, slot: number, into: number, count: number): void {
    const done = into - slot;
    if (done < WORTH_RESUMING_ARGUMENTS) return;
    if (slot === 0 && frame === 0) {
      this.#partial = { total: count, done, position: bulk, starts: this.starts, ends: this.ends };
      return;
    }
    const starts = this.starts.slice(slot, slot + Math.max(done * 2, INITIAL_SLOTS));
    const ends = this.ends.slice(slot, slot + Math.max(done * 2, INITIAL_SLOTS));
    for (let i = 0; i < done; i++) {
      starts[i] = starts[i]! - frame;
      ends[i] = ends[i]! - frame;
    }
    this.#partial = { total: count, done, position: bulk - frame, starts, ends };
  }

  #unfinishedBulk(frame: number, bulk: number, end: number, slot: number, into: number, count: number): number {
    if (end - bulk > MAX_LINE_BYTES) return this.#refused(protocolErrors.bigBulkCount);
    this.#remember(frame, bulk, slot, into, count);
    return this.#incomplete(end - frame + 1);
  }

  /** Redis looks for the end of the line before it looks at what is in it. */
  #notABulk(buffer: Buffer, at: number, end: number): number {
    if (lineEnd(buffer, at, end) < 0) {
      if (end - at > MAX_LINE_BYTES) return this.#refused(protocolErrors.bigBulkCount);
      return this.#incomplete(0);
    }
    return this.#refused(expectedBulk(buffer[at]!));
  }

  #refusedLength(buffer: Buffer, at: number, end: number, frame: number): number {
    if (lineEnd(buffer, at, end) < 0) {
      if (end - at > MAX_LINE_BYTES) return this.#refused(protocolErrors.bigBulkCount);
      return this.#incomplete(end - frame + 1);
    }
    return this.#refused(protocolErrors.bulkLength);
  }

  #unfinishedCount(position: number, end: number, tooBig: string): number {
    if (end - position > MAX_LINE_BYTES) return this.#refused(tooBig);
    return this.#incomplete(end - position + 1);
  }

  /** A count that is no plain number: a negative one is an empty request, all else is refused. */
  #oddCount(buffer: Buffer, position: number, end: number): number {
    const line = lineEnd(buffer, position, end);
    if (line < 0) return this.#unfinishedCount(position, end, protocolErrors.bigCount);
    if (!/^-[1-9][0-9]{0,17}$/.test(buffer.latin1Slice(position + 1, line)))
      return this.#refused(protocolErrors.multibulkLength);
    this.count = 0;
    return line + 2;
  }

  #decodeLine(buffer: Buffer, position: number, end: number, slot: number): number {
    const found = buffer.subarray(position, end).indexOf(LF);
    if (found < 0) return this.#unfinishedCount(position, end, protocolErrors.bigInline);
    const lineFeed = position + found;
    const stop = lineFeed > position && buffer[lineFeed - 1] === CR ? lineFeed - 1 : lineFeed;
    const words = splitLine(buffer.subarray(position, stop));
    if (words === null) return this.#refused(protocolErrors.unbalancedQuotes);
    this.lineBuffer = null;
    this.count = 0;
    if (words.length === 0) return lineFeed + 1;
    const request = encodeRequest(words);
    this.decode(request, 0, request.length, slot);
    this.lineBuffer = request;
    return lineFeed + 1;
  }

  #growSlots(): void {
    const starts = new Int32Array(this.starts.length * 2);
    starts.set(this.starts);
    this.starts = starts;
    const ends = new Int32Array(this.ends.length * 2);
    ends.set(this.ends);
    this.ends = ends;
  }

  #incomplete(wantedBytes: number): number {
    this.wantedBytes = wantedBytes;
    return INCOMPLETE;
  }

  #refused(error: string): number {
    this.error = error;
    return REFUSED;
  }
}

/** Redis takes no leading zero and no empty number. */
function isCanonical(buffer: Buffer, start: number, end: number): boolean {
  return end > start && (buffer[start] !== 48 || end - start === 1);
}

/** Where the CR of a whole line is, at or after `from`; -1 if the line goes on past `end`. */
function lineEnd(buffer: Buffer, from: number, end: number): number {
  const at = buffer.subarray(from, end).indexOf(CR);
  return at < 0 || from + at + 2 > end ? -1 : from + at;
}

/** A request as a RESP array of bulk strings. */
export function encodeRequest(words: readonly (Buffer | string)[]): Buffer {
  const parts: Buffer[] = [Buffer.from(`*${words.length}\r\n`)];
  for (const word of words) {
    const bytes = typeof word === 'string' ? Buffer.from(word) : word;
    parts.push(Buffer.from(`$${bytes.length}\r\n`), bytes, LINE_END);
  }
  return Buffer.concat(parts);
}

const LINE_END = Buffer.from('\r\n');
