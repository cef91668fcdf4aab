// Which records have an expiry, as a dense list, so that a random one of them is one step away.
import type { Ref } from '../data/arena.ts';

const INITIAL_PLACES = 16;

export class ExpiryIndex {
  count = 0;
  #refs = new Uint32Array(INITIAL_PLACES);

  get indexBytes(): number {
    return this.#refs.length * 4;
  }

  at(place: number): Ref {
    return this.#refs[place]!;
  }

  /** Adds a record and answers its place. */
  add(ref: Ref): number {
    if (this.count === this.#refs.length) this.#resize(this.count * 2);
    this.#refs[this.count] = ref;
    return this.count++;
  }

  /** The record at this place lies elsewhere now. */
  moved(place: number, ref: Ref): void {
    this.#refs[place] = ref;
  }

  /** Takes a place away; the last record fills it and is answered, so that it can be told its new place. 0: none does. */
  removeAt(place: number): Ref {
    this.count--;
    if (this.#refs.length > INITIAL_PLACES && this.count * 4 < this.#refs.length) this.#resize(this.#refs.length / 2);
    if (place === this.count) return 0;
    const filler = this.#refs[this.count]!;
    this.#refs[place] = filler;
    return filler;
  }

  #resize(places: number): void {
    const refs = new Uint32Array(places);
    refs.set(this.#refs.subarray(0, Math.min(this.#refs.length, places)));
    this.#refs = refs;
  }
}
