// What opens returns a Disposable; events tell, calls command.

/** Something that was opened and can be closed once; closing again does nothing. */
export interface Disposable {
  dispose(): void;
}

/** Collects what was opened, and closes it in reverse order. */
export class DisposableStore implements Disposable {
  #items: Disposable[] = [];
  #disposed = false;

  get disposed(): boolean {
    return this.#disposed;
  }

  add<T extends Disposable>(item: T): T {
    if (this.#disposed) item.dispose();
    else this.#items.push(item);
    return item;
  }

  dispose(): void {
    this.#disposed = true;
    const items = this.#items;
    this.#items = [];
    for (const item of items.reverse()) item.dispose();
  }
}

export type Listener<T> = (event: T) => void;

/** A typed event with listeners; a listener may leave while it is being called. */
export class Emitter<T> implements Disposable {
  #listeners = new Set<Listener<T>>();

  get hasListeners(): boolean {
    return this.#listeners.size > 0;
  }

  on(listener: Listener<T>): Disposable {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  }

  emit(event: T): void {
    for (const listener of [...this.#listeners]) listener(event);
  }

  dispose(): void {
    this.#listeners.clear();
  }
}
