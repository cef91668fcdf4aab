// Finds where a snapshot ends that is not parsed: after so many bytes, or where the master repeats its mark.
import type { SnapshotEnd } from './link-state.ts';

const nothing = Buffer.alloc(0);

/** What one piece of the master's bytes gave. */
interface Cut {
  /** How many bytes of the piece belong to the snapshot or its mark. */
  readonly taken: number;
  /** Bytes of the snapshot, copied; with a mark they come late by its length, since they may be its beginning. */
  readonly bytes: Buffer;
}

export class SnapshotCutter {
  readBytes = 0;
  readonly #end: SnapshotEnd;
  #isWhole = false;
  #held = nothing;

  constructor(end: SnapshotEnd) {
    this.#end = end;
    this.#isWhole = end.kind === 'length' && end.bytes === 0;
  }

  /** All of it came, with its mark if it has one. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  cut(buffer: Buffer, start: number, end: number): Cut {
    const cut =
      this.#end.kind === 'length'
        ? this.#cutAtLength(this.#end.bytes, buffer, start, end)
        : this.#cutAtMark(this.#end.mark, buffer, start, end);
    this.readBytes += cut.taken;
    if (this.#end.kind === 'length') this.#isWhole = this.readBytes === this.#end.bytes;
    return cut;
  }

  #cutAtLength(length: number, buffer: Buffer, start: number, end: number): Cut {
    const taken = Math.min(end - start, length - this.readBytes);
    return { taken, bytes: Buffer.from(buffer.subarray(start, start + taken)) };
  }

  /** With a mark of 40 bytes, 39 are held back: the piece `…abc` may be followed by the mark's other 37. */
  #cutAtMark(mark: string, buffer: Buffer, start: number, end: number): Cut {
    const heldBytes = this.#held.length;
    const bytes = Buffer.concat([this.#held, buffer.subarray(start, end)]);
    const markAt = bytes.indexOf(mark, 0, 'latin1');
    if (markAt >= 0) {
      this.#isWhole = true;
      this.#held = nothing;
      return { taken: markAt + mark.length - heldBytes, bytes: bytes.subarray(0, markAt) };
    }
    const keptFrom = Math.max(0, bytes.length - mark.length + 1);
    this.#held = Buffer.from(bytes.subarray(keptFrom));
    return { taken: end - start, bytes: bytes.subarray(0, keptFrom) };
  }
}
