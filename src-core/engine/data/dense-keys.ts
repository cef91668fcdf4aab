// A set of byte texts that also knows its members by number, for random picks and for scans that survive changes.

/** Members are numbered 0 to size - 1 without holes; a removal moves the last member into the hole. */
export class DenseKeys {
  readonly #indexes = new Map<string, number>();
  readonly #keys: string[] = [];

  get size(): number {
    return this.#keys.length;
  }

  has(key: string): boolean {
    return this.#indexes.has(key);
  }

  /** The member's number, -1 if it is not there. */
  indexOf(key: string): number {
    return this.#indexes.get(key) ?? -1;
  }

  at(index: number): string {
    return this.#keys[index]!;
  }

  /** True if it was not there before; then its number is the last one. */
  add(key: string): boolean {
    if (this.#indexes.has(key)) return false;
    this.#indexes.set(key, this.#keys.length);
    this.#keys.push(key);
    return true;
  }

  /** The number that `key` had and that the last member has now; -1 if it was not there. */
  delete(key: string): number {
    const index = this.#indexes.get(key);
    if (index === undefined) return -1;
    this.#indexes.delete(key);
    const last = this.#keys.pop()!;
    if (index < this.#keys.length) {
      this.#keys[index] = last;
      this.#indexes.set(last, index);
    }
    return index;
  }

  [Symbol.iterator](): IterableIterator<string> {
    return this.#keys.values();
  }
}

/**
 * One step of a scan over the numbers 0 to `size - 1`: calls `visit` for about `count` of them and answers the next
 * cursor, 0 at the end. It goes downwards: since removals only ever move a member to a smaller number, what is there
 * during the whole scan is visited at least once.
 */
export function scanDense(size: number, cursor: number, count: number, visit: (index: number) => void): number {
  const from = cursor === 0 || cursor > size ? size : cursor;
  const until = Math.max(0, from - count);
  for (let index = from - 1; index >= until; index--) visit(index);
  return until;
}
