// The last bytes of the stream, in chunks that the backlog and all replicas share: a replica is a position in them.
// Hot (`append`): guarded by the row "replica applying a backlog" of `npm run bench -- replication`.

export const chunkBytes = 256 * 1024;

/** Redis trims whole blocks, of 16 KB where commands are small; so do we, and `histlen` moves in the same steps. */
export const trimStepBytes = 16 * 1024;

/** What INFO replication says of a backlog. Byte numbers count from 1. */
export interface BacklogWindow {
  readonly sizeBytes: number;
  /** The oldest byte that is still held; with an empty backlog the next one to come. */
  readonly firstByte: number;
  readonly histlenBytes: number;
}

/** Someone who still needs the bytes after `offset`: nothing behind it is let go. */
export interface BacklogReader {
  readonly offset: number;
}

/** A run of bytes within one chunk. */
export interface BacklogSlice {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/**
 * Bytes are numbered as in `History`. Chunk 0 starts with the byte after `#base`, and all chunks but the last are full,
 * so the place of a byte is arithmetic: with base 1000 and chunks of 100, byte 1250 is offset 249 from the base,
 * chunk 2, place 49.
 */
export class Backlog {
  #sizeBytes: number;
  readonly #chunks: Buffer[] = [];
  #base: number;
  #firstByte: number;
  #offset: number;
  readonly #readers = new Set<BacklogReader>();

  /** Starts empty after `offset` bytes. */
  constructor(sizeBytes: number, offset: number) {
    this.#sizeBytes = sizeBytes;
    this.#base = offset;
    this.#firstByte = offset + 1;
    this.#offset = offset;
  }

  /** The number of the last byte held. */
  get offset(): number {
    return this.#offset;
  }

  get window(): BacklogWindow {
    return {
      sizeBytes: this.#sizeBytes,
      firstByte: this.#firstByte,
      histlenBytes: this.#offset - this.#firstByte + 1,
    };
  }

  /** Memory held, in bytes. */
  get memoryBytes(): number {
    return this.#chunks.length * chunkBytes;
  }

  append(source: Buffer, start: number, end: number): void {
    let at = start;
    while (at < end) {
      const place = this.#offset - this.#base;
      const used = place % chunkBytes;
      const index = (place - used) / chunkBytes;
      if (index === this.#chunks.length) this.#chunks.push(Buffer.allocUnsafeSlow(chunkBytes));
      const count = Math.min(end - at, chunkBytes - used);
      source.copy(this.#chunks[index]!, used, at, at + count);
      at += count;
      this.#offset += count;
    }
    if (this.#offset - this.#firstByte + 1 > this.#sizeBytes + trimStepBytes) this.#trim();
  }

  /**
   * The bytes after `offset`, as far as their chunk goes; null when there are none.
   * They do not change while a reader stands at or before them.
   * @throws RangeError when they are no longer, or not yet, held.
   */
  read(offset: number): BacklogSlice | null {
    if (offset < this.#firstByte - 1 || offset > this.#offset) {
      throw new RangeError(`byte ${offset + 1} is not in the backlog of ${this.#firstByte} to ${this.#offset}`);
    }
    if (offset === this.#offset) return null;
    const place = offset - this.#base;
    const start = place % chunkBytes;
    const index = (place - start) / chunkBytes;
    const end = Math.min(chunkBytes, this.#offset - this.#base - index * chunkBytes);
    return { bytes: this.#chunks[index]!, start, end };
  }

  /** Keeps what the reader has not read. Redis does the same: `histlen` then grows beyond the size. */
  addReader(reader: BacklogReader): void {
    this.#readers.add(reader);
  }

  removeReader(reader: BacklogReader): void {
    this.#readers.delete(reader);
    this.#trim();
  }

  /** `CONFIG SET repl-backlog-size`: what is held beyond the new size goes, what was let go does not come back. */
  resize(sizeBytes: number): void {
    this.#sizeBytes = sizeBytes;
    this.#trim();
  }

  #trim(): void {
    const free = this.#neededFrom() - this.#firstByte;
    const beyond = this.#offset - this.#firstByte + 1 - this.#sizeBytes;
    const steps = Math.floor(Math.min(free, beyond) / trimStepBytes);
    if (steps <= 0) return;
    this.#firstByte += steps * trimStepBytes;
    const dead = Math.floor((this.#firstByte - 1 - this.#base) / chunkBytes);
    this.#chunks.splice(0, dead);
    this.#base += dead * chunkBytes;
  }

  /** The first byte that a reader still needs. */
  #neededFrom(): number {
    let needed = this.#offset + 1;
    for (const reader of this.#readers) if (reader.offset + 1 < needed) needed = reader.offset + 1;
    return needed;
  }
}
