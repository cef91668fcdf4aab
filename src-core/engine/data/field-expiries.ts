// When fields of a hash end, as Redis has it from 7.4 on: moments by field, and the first of them.

export class FieldExpiries {
  /** Milliseconds since 1970. */
  readonly #moments = new Map<string, number>();
  /** No field ends before; after one was taken away perhaps none at that time either. */
  #firstMs = Number.POSITIVE_INFINITY;

  get size(): number {
    return this.#moments.size;
  }

  /** -1: it stays. */
  atMs(field: string): number {
    return this.#moments.get(field) ?? -1;
  }

  set(field: string, atMs: number): void {
    this.#moments.set(field, atMs);
    this.#firstMs = Math.min(this.#firstMs, atMs);
  }

  /** False if it had none. */
  delete(field: string): boolean {
    return this.#moments.delete(field);
  }

  entries(): IterableIterator<[string, number]> {
    return this.#moments.entries();
  }

  /** The fields past their time. While none is, that is one comparison. */
  dueAt(nowMs: number): string[] {
    if (this.#firstMs >= nowMs) return [];
    const due: string[] = [];
    this.#firstMs = Number.POSITIVE_INFINITY;
    for (const [field, atMs] of this.#moments) {
      this.#firstMs = Math.min(this.#firstMs, atMs);
      if (atMs < nowMs) due.push(field);
    }
    return due;
  }
}
