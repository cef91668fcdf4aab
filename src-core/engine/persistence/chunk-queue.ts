// The finished chunks of a snapshot on their way to the sink: in order, summed, and used again once they have left.
import { Crc64 } from './rdb/crc64.ts';
import { rdbChecksumBytes } from './rdb/format.ts';
import type { ChunkTarget } from './rdb/writer.ts';

/** Large enough that the system call for each costs nothing, small enough that filling one takes less than a slice. */
export const chunkBytes = 64 * 1024;
/** Memory kept for chunks to come. */
const spareChunksMax = 16;

export class ChunkQueue implements ChunkTarget {
  /** Chunks of the second writer; they wait until `appendAside`. */
  readonly aside: ChunkTarget = {
    take: () => this.take(),
    emit: (chunk, length) => {
      this.#aside.push(chunk.subarray(0, length));
      this.#asideBytes += length;
    },
  };
  /** Bytes that were emitted in order, with the checksum. */
  totalBytes = 0;
  readonly #isSummed: boolean;
  readonly #crc = new Crc64();
  #chunks: Buffer[] = [];
  #chunksBytes = 0;
  #aside: Buffer[] = [];
  #asideBytes = 0;
  #spare: Buffer[] = [];

  constructor(isSummed: boolean) {
    this.#isSummed = isSummed;
  }

  /** Bytes that wait for the sink. */
  get pendingBytes(): number {
    return this.#chunksBytes + this.#asideBytes;
  }

  take(): Buffer {
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(chunkBytes);
  }

  emit(chunk: Buffer, length: number): void {
    if (this.#isSummed) this.#crc.update(chunk, 0, length);
    this.#append(chunk.subarray(0, length));
  }

  /** Puts what the second writer emitted behind what the first did. */
  appendAside(): void {
    for (const chunk of this.#aside) this.emit(chunk, chunk.length);
    this.#aside = [];
    this.#asideBytes = 0;
  }

  /** Ends the file: eight bytes, 0 if no sum is wanted. */
  appendChecksum(): void {
    const checksum = Buffer.alloc(rdbChecksumBytes);
    if (this.#isSummed) checksum.writeBigUInt64LE(this.#crc.value);
    this.#append(checksum);
  }

  /** The next chunk for the sink, null if there is none. */
  shift(): Buffer | null {
    const chunk = this.#chunks.shift();
    if (chunk === undefined) return null;
    this.#chunksBytes -= chunk.length;
    return chunk;
  }

  /** The sink has taken the chunk's bytes. */
  recycle(chunk: Buffer): void {
    const isWhole = chunk.buffer.byteLength === chunkBytes;
    if (isWhole && this.#spare.length < spareChunksMax) this.#spare.push(Buffer.from(chunk.buffer));
  }

  clear(): void {
    this.#chunks = [];
    this.#chunksBytes = 0;
    this.#aside = [];
    this.#asideBytes = 0;
    this.#spare = [];
  }

  #append(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#chunksBytes += chunk.length;
    this.totalBytes += chunk.length;
  }
}
