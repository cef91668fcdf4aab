// A list of fixed capacity that forgets its oldest items.

export class Ring<T> {
  readonly #capacity: number;
  readonly #items: T[] = [];
  #next = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get length(): number {
    return this.#items.length;
  }

  push(item: T): void {
    this.#items[this.#next] = item;
    this.#next = (this.#next + 1) % this.#capacity;
  }

  /** The newest item, or null. */
  get last(): T | null {
    return this.at(this.#items.length - 1);
  }

  /** The item at `index` from the oldest, or null. */
  at(index: number): T | null {
    if (index < 0 || index >= this.#items.length) return null;
    const oldest = this.#items.length < this.#capacity ? 0 : this.#next;
    return this.#items[(oldest + index) % this.#capacity] ?? null;
  }

  /** From the oldest to the newest. */
  toArray(): T[] {
    return this.#items.length < this.#capacity
      ? [...this.#items]
      : [...this.#items.slice(this.#next), ...this.#items.slice(0, this.#next)];
  }

  clear(): void {
    this.#items.length = 0;
    this.#next = 0;
  }
}
