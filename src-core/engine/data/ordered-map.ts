// A map in the order of its keys, made for keys that mostly arrive in that order: stream nodes, pending entries, names.

/** Keys and values side by side, in order; never empty. */
interface Chunk<K, V> {
  readonly keys: K[];
  readonly values: V[];
}

/** Where a key is, or would be inserted. */
interface Place {
  readonly chunk: number;
  readonly at: number;
  readonly found: boolean;
}

/** An insertion or removal moves no more than this. */
const CHUNK_KEYS = 256;

/** Keys are compared with `<`: bigints as numbers, byte texts as Redis compares names. */
export class OrderedMap<K extends bigint | string, V> {
  readonly #chunks: Chunk<K, V>[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: K): V | undefined {
    const { chunk, at, found } = this.#place(key);
    return found ? this.#chunks[chunk]!.values[at] : undefined;
  }

  has(key: K): boolean {
    return this.#place(key).found;
  }

  /** Adds or replaces. */
  set(key: K, value: V): void {
    const { chunk, at, found } = this.#place(key);
    if (found) {
      this.#chunks[chunk]!.values[at] = value;
      return;
    }
    this.#size++;
    if (chunk === this.#chunks.length) this.#append(key, value);
    else this.#insert(chunk, at, key, value);
  }

  /** False if it was not there. */
  delete(key: K): boolean {
    const { chunk, at, found } = this.#place(key);
    if (!found) return false;
    const { keys, values } = this.#chunks[chunk]!;
    keys.splice(at, 1);
    values.splice(at, 1);
    if (keys.length === 0) this.#chunks.splice(chunk, 1);
    this.#size--;
    return true;
  }

  /** The lowest key and its value. */
  get first(): readonly [K, V] | undefined {
    const chunk = this.#chunks[0];
    return chunk === undefined ? undefined : [chunk.keys[0]!, chunk.values[0]!];
  }

  /** The highest key and its value. */
  get last(): readonly [K, V] | undefined {
    const chunk = this.#chunks.at(-1);
    return chunk === undefined ? undefined : [chunk.keys.at(-1)!, chunk.values.at(-1)!];
  }

  /** The highest key that is no higher than `key`. */
  floor(key: K): readonly [K, V] | undefined {
    return this.reversed(key).next().value ?? undefined;
  }

  /** From the lowest key, or from the first that is no lower than `from`, upwards. The map must not change meanwhile. */
  *entries(from?: K): Generator<readonly [K, V], undefined> {
    const start = from === undefined ? { chunk: 0, at: 0 } : this.#place(from);
    let { at } = start;
    for (let chunk = start.chunk; chunk < this.#chunks.length; chunk++, at = 0) {
      const { keys, values } = this.#chunks[chunk]!;
      for (; at < keys.length; at++) yield [keys[at]!, values[at]!];
    }
  }

  /** From the highest key, or from the last that is no higher than `from`, downwards. The map must not change meanwhile. */
  *reversed(from?: K): Generator<readonly [K, V], undefined> {
    const start = from === undefined ? { chunk: this.#chunks.length, at: 0, found: false } : this.#place(from);
    let at = start.found ? start.at : start.at - 1;
    for (let { chunk } = start; chunk >= 0; chunk--, at = Number.POSITIVE_INFINITY) {
      const { keys, values } = this.#chunks[chunk] ?? { keys: [], values: [] };
      for (at = Math.min(at, keys.length - 1); at >= 0; at--) yield [keys[at]!, values[at]!];
    }
  }

  *values(): Generator<V, undefined> {
    for (const [, value] of this.entries()) yield value;
  }

  /** The chunk is the first whose last key is no lower; past the last chunk if all keys are lower. */
  #place(key: K): Place {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const { keys } = this.#chunks[middle]!;
      if (keys[keys.length - 1]! < key) low = middle + 1;
      else high = middle;
    }
    if (low === this.#chunks.length) return { chunk: low, at: 0, found: false };
    const at = lowerBound(this.#chunks[low]!.keys, key);
    return { chunk: low, at, found: this.#chunks[low]!.keys[at] === key };
  }

  /** A key above all others: chunks that fill in order become full ones. */
  #append(key: K, value: V): void {
    const last = this.#chunks.at(-1);
    if (last === undefined || last.keys.length >= CHUNK_KEYS) {
      this.#chunks.push({ keys: [key], values: [value] });
      return;
    }
    last.keys.push(key);
    last.values.push(value);
  }

  #insert(index: number, at: number, key: K, value: V): void {
    const chunk = this.#chunks[index]!;
    chunk.keys.splice(at, 0, key);
    chunk.values.splice(at, 0, value);
    if (chunk.keys.length <= CHUNK_KEYS) return;
    const half = CHUNK_KEYS >> 1;
    this.#chunks.splice(index + 1, 0, { keys: chunk.keys.splice(half), values: chunk.values.splice(half) });
  }
}

/** The first index whose key is no lower than `key`. */
function lowerBound<K>(keys: readonly K[], key: K): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keys[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
