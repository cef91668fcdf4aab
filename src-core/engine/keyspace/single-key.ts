// One key as a `KeySource`, for code that has no request: loaders, DUMP's friends, tests.
import type { KeySource } from './database.ts';

export class SingleKey implements KeySource {
  readonly buffer: Buffer;
  readonly view: DataView;
  readonly keyHash = 0;
  readonly hasKeyHash = false;

  constructor(key: Buffer | string) {
    this.buffer = typeof key === 'string' ? Buffer.from(key) : key;
    this.view = new DataView(this.buffer.buffer, this.buffer.byteOffset, this.buffer.length);
  }

  /** Every index is the same key. */
  start(_i: number): number {
    return 0;
  }

  end(_i: number): number {
    return this.buffer.length;
  }
}
