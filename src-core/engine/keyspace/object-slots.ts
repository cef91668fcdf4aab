// The table through which records in the arena point at JavaScript objects.

/** What a large collection tells of itself; all objects in slots are one, or a Buffer. */
interface LargeValue {
  /** How many elements. */
  readonly size: number;
}

/** About what an element costs, its text and its place in the tables. */
const ELEMENT_BYTES = 96;
/** Estimates look at this many objects at most. */
const SAMPLED_OBJECTS = 1000;

export class ObjectSlots {
  #objects: (object | null)[] = [];
  #free: number[] = [];

  get count(): number {
    return this.#objects.length - this.#free.length;
  }

  take(object: object): number {
    const slot = this.#free.pop();
    if (slot === undefined) return this.#objects.push(object) - 1;
    this.#objects[slot] = object;
    return slot;
  }

  get(slot: number): object {
    return this.#objects[slot]!;
  }

  release(slot: number): void {
    this.#objects[slot] = null;
    this.#free.push(slot);
  }

  /** About how many bytes one object holds. */
  estimatedBytesOf(slot: number): number {
    return sizeOf(this.#objects[slot] ?? null);
  }

  /** About how many bytes all objects hold, from a sample of them. */
  estimatedBytes(): number {
    const step = Math.max(1, Math.floor(this.#objects.length / SAMPLED_OBJECTS));
    let sampled = 0;
    for (let slot = 0; slot < this.#objects.length; slot += step) sampled += sizeOf(this.#objects[slot] ?? null);
    return sampled * step;
  }
}

function sizeOf(object: object | null): number {
  if (object === null) return 0;
  if (Buffer.isBuffer(object)) return object.length;
  return (object as LargeValue).size * ELEMENT_BYTES;
}
