// A batch of requests: found in the bytes all at once, so that the memory of all their keys can be touched before the first
// of them runs. Hot: guarded by `npm run bench -- throughput`.
import { type PartialRequest, RequestDecoder } from '../../resp/request-decoder.ts';
import { hashBytes } from '../keyspace/hash.ts';
import type { KeyTable } from '../keyspace/key-table.ts';
import type { Args } from './args.ts';

/** So many requests are decoded before the first of them runs. */
const BATCH_REQUESTS = 32;
/** Of four bytes: a record with its value reaches into the second line of 64 of the processor's cache. */
const SECOND_LINE_WORDS = 16;

export class RequestBatch {
  readonly decoder = new RequestDecoder();
  /** Whole requests in RESP that were found. */
  count = 0;
  /** What `decode` said last: where the next request starts, INCOMPLETE or REFUSED. */
  next = 0;
  /** A typed line ends a batch: it is not counted, and its arguments lie in memory of its own. */
  lineBuffer: Buffer | null = null;
  #buffer: Buffer = NO_BYTES;
  #view: DataView = NO_VIEW;
  /** Where each request starts; one place more says where the first one starts that is not in the batch. */
  readonly #frames = new Int32Array(BATCH_REQUESTS + 1);
  /** Which slot of the decoder holds the first argument of each. */
  readonly #bases = new Int32Array(BATCH_REQUESTS + 1);
  readonly #hashes = new Uint32Array(BATCH_REQUESTS);
  readonly #heads = new Uint32Array(BATCH_REQUESTS);
  #warmed = false;
  #touched = 0;

  /** Keeps the reads of `warm` from being optimised away. */
  get touchedWords(): number {
    return this.#touched;
  }

  /**
   * Finds requests from `start` on. Who has not passed AUTH gets one at a time, since the next may be allowed more.
   * @param partial what is known of the request at `start`.
   */
  read(buffer: Buffer, view: DataView, start: number, end: number, partial: PartialRequest | null): void {
    const { decoder } = this;
    const frames = this.#frames;
    const bases = this.#bases;
    const most = decoder.limits.authenticated ? BATCH_REQUESTS : 1;
    let unfinished = partial;
    let count = 0;
    let slot = 0;
    let next = start;
    decoder.restart();
    this.lineBuffer = null;
    while (count < most && next < end) {
      frames[count] = next;
      bases[count] = slot;
      if (unfinished === null) next = decoder.decode(buffer, next, end, slot);
      else next = decoder.resume(unfinished, buffer, next, end);
      unfinished = null;
      if (next < 0) break;
      this.lineBuffer = decoder.lineBuffer;
      if (this.lineBuffer !== null) break;
      slot += decoder.count;
      count++;
    }
    if (next >= 0 && this.lineBuffer === null) frames[count] = next;
    bases[count] = slot;
    this.#buffer = buffer;
    this.#view = view;
    this.count = count;
    this.next = next;
    this.#warmed = false;
  }

  /** Where request `i` starts; `i` may be `count`. */
  start(i: number): number {
    return this.#frames[i]!;
  }

  /** How many words request `i` has: none, for an empty one. */
  words(i: number): number {
    return this.#bases[i + 1]! - this.#bases[i]!;
  }

  /** Points at request `i`. */
  point(args: Args, i: number): void {
    const { starts, ends } = this.decoder;
    args.point(this.#buffer, this.#view, starts, ends, this.#bases[i]!, this.words(i));
    args.frameStart = this.#frames[i]!;
    args.frameEnd = this.#frames[i + 1]!;
    if (!this.#warmed || args.count === 1) return;
    args.keyHash = this.#hashes[i]!;
    args.hasKeyHash = true;
  }

  /** Points at the typed line that ended the batch: it was encoded anew, so it can be propagated like any other. */
  pointAtLine(args: Args, line: Buffer): void {
    const { starts, ends, count } = this.decoder;
    args.point(
      line,
      new DataView(line.buffer, line.byteOffset, line.length),
      starts,
      ends,
      this.#bases[this.count]!,
      count,
    );
    args.frameStart = 0;
    args.frameEnd = line.length;
  }

  /** Hashes the keys and touches buckets and heads, so that the misses of the cache overlap instead of adding up. */
  warm(table: KeyTable, hashSeed: number): void {
    const { starts, ends } = this.decoder;
    const { count } = this;
    const bases = this.#bases;
    const hashes = this.#hashes;
    const heads = this.#heads;
    const view = this.#view;
    for (let i = 0; i < count; i++) {
      const key = bases[i]! + 1;
      if (key >= bases[i + 1]!) continue;
      hashes[i] = hashBytes(view, starts[key]!, ends[key]! - starts[key]!, hashSeed);
    }
    const { buckets, next } = table;
    const mask = buckets.length - 1;
    for (let i = 0; i < count; i++) heads[i] = buckets[hashes[i]! & mask]!;
    if (next !== null) {
      const nextMask = next.length - 1;
      for (let i = 0; i < count; i++) if (heads[i] === 0) heads[i] = next[hashes[i]! & nextMask]!;
    }
    const { u32 } = table.arena;
    const last = u32.length - 1;
    let sum = 0;
    // A third of the records are not the first of their bucket: the second is touched as well, and where each goes on.
    for (let i = 0; i < count; i++) {
      const word = heads[i]! << 1;
      if (u32[word + 1] !== hashes[i]) heads[i] = u32[word]!;
    }
    for (let i = 0; i < count; i++) {
      const word = heads[i]! << 1;
      sum ^= u32[word + 1]! ^ u32[Math.min(word + SECOND_LINE_WORDS, last)]!;
    }
    this.#touched = sum;
    this.#warmed = true;
  }
}

const NO_BYTES = Buffer.alloc(0);
const NO_VIEW = new DataView(new ArrayBuffer(0));
