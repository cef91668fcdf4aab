// A bounded queue between a source that pushes and a subscriber that pulls: the subscriber's pace is its own.

/** Items are pushed at any time and taken by `for await`; the bound decides what happens when nobody takes them. */
export class EventQueue<T> {
  readonly #capacity: number;
  readonly #onOverflow: () => readonly T[];
  #items: T[] = [];
  #wake: (() => void) | null = null;

  /** @param onOverflow what stands in the queue instead, when it would grow past `capacity` */
  constructor(capacity: number, onOverflow: () => readonly T[]) {
    this.#capacity = capacity;
    this.#onOverflow = onOverflow;
  }

  push(item: T): void {
    this.#items.push(item);
    if (this.#items.length > this.#capacity) this.#items = [...this.#onOverflow()];
    this.#wake?.();
  }

  /** All that came, in order, until the signal ends it. */
  async *drain(signal: AbortSignal | undefined): AsyncGenerator<T, void> {
    const wake = () => this.#wake?.();
    signal?.addEventListener('abort', wake);
    try {
      while (!signal?.aborted) {
        const item = this.#items.shift();
        if (item !== undefined) yield item;
        else await this.#untilPushed();
      }
    } finally {
      signal?.removeEventListener('abort', wake);
    }
  }

  #untilPushed(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = null;
        resolve();
      };
    });
  }
}
