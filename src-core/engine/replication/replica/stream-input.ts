// Bytes of a connection that end in the middle of something: what was not taken is kept in front of what comes next.

/** Takes whole things from the bytes; answers how many bytes it took. */
export type Take = (buffer: Buffer, view: DataView, start: number, end: number) => number;

const firstTailBytes = 64 * 1024;
/** A longer tail gives its memory back when it is used up. */
const keptTailBytes = 1024 * 1024;

/** Without a tail, bytes are taken where they arrived, without a copy. */
export class StreamInput {
  #tail: Buffer = Buffer.alloc(0);
  #view = new DataView(new ArrayBuffer(0));
  #start = 0;
  #end = 0;

  /** Bytes that arrived and were not taken. */
  get waitingBytes(): number {
    return this.#end - this.#start;
  }

  feed(bytes: Buffer, view: DataView, start: number, end: number, take: Take): void {
    if (this.#start === this.#end) {
      const taken = take(bytes, view, start, end);
      if (start + taken < end) this.#keep(bytes, start + taken, end);
      return;
    }
    this.#keep(bytes, start, end);
    this.#start += take(this.#tail, this.#view, this.#start, this.#end);
    if (this.#start === this.#end) this.clear();
  }

  clear(): void {
    this.#start = 0;
    this.#end = 0;
    if (this.#tail.length > keptTailBytes) this.#resize(0);
  }

  #keep(bytes: Buffer, start: number, end: number): void {
    const count = end - start;
    const waiting = this.#end - this.#start;
    if (this.#end + count > this.#tail.length) {
      if (waiting + count > this.#tail.length) this.#resize(Math.max(firstTailBytes, 2 * (waiting + count)));
      else this.#tail.copyWithin(0, this.#start, this.#end);
      this.#start = 0;
      this.#end = waiting;
    }
    bytes.copy(this.#tail, this.#end, start, end);
    this.#end += count;
  }

  #resize(sizeBytes: number): void {
    const grown = Buffer.allocUnsafeSlow(sizeBytes);
    this.#tail.copy(grown, 0, this.#start, this.#end);
    this.#tail = grown;
    this.#view = new DataView(grown.buffer, grown.byteOffset, grown.length);
  }
}
