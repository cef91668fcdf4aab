// A set: packed in an intset while it holds few members that are all integers, a table otherwise.
import { parseCanonicalInteger } from './canonical-integer.ts';
import { DenseKeys, scanDense } from './dense-keys.ts';
import { Intset } from './intset.ts';
import type { CollectionLimits } from './limits.ts';

/** Redis caps set-max-intset-entries here, so that an intset stays far below 4 GB. */
const LARGEST_INTSET_ENTRIES = 2 ** 30;

/** Members are byte texts. The keyspace holds an intset as its bytes, a large set as this object. */
export class SetValue {
  #integers: Intset | null;
  #members: DenseKeys | null;

  private constructor(integers: Intset | null, members: DenseKeys | null) {
    this.#integers = integers;
    this.#members = members;
  }

  /** An empty set of integers; `memory`, if given, is used until it is too small. */
  static empty(memory?: Buffer): SetValue {
    return new SetValue(Intset.empty(memory), null);
  }

  /** The set in `intset`, which from now on is its. */
  static packed(intset: Intset): SetValue {
    return new SetValue(intset, null);
  }

  /** A large set. */
  static large(members: Iterable<string>): SetValue {
    const table = new DenseKeys();
    for (const member of members) table.add(member);
    return new SetValue(null, table);
  }

  /** The same in memory of its own. */
  clone(): SetValue {
    return this.#integers === null ? SetValue.large(this.members()) : new SetValue(this.#integers.clone(), null);
  }

  /** The packed form, null if the set is large. */
  get intset(): Intset | null {
    return this.#integers;
  }

  get size(): number {
    return this.#integers === null ? this.#members!.size : this.#integers.size;
  }

  has(member: string): boolean {
    if (this.#integers === null) return this.#members!.has(member);
    const integer = parseCanonicalInteger(member);
    return integer !== null && this.#integers.has(integer);
  }

  /** True if it is new. */
  add(member: string, limits: CollectionLimits): boolean {
    if (this.#integers !== null) {
      const integer = parseCanonicalInteger(member);
      if (integer !== null) {
        if (!this.#integers.add(integer)) return false;
        if (this.#integers.size > Math.min(limits.setMaxIntsetEntries, LARGEST_INTSET_ENTRIES)) this.#enlarge();
        return true;
      }
      this.#enlarge();
    }
    return this.#members!.add(member);
  }

  /** False if it was not there. */
  delete(member: string): boolean {
    if (this.#integers === null) return this.#members!.delete(member) !== -1;
    const integer = parseCanonicalInteger(member);
    return integer !== null && this.#integers.delete(integer);
  }

  /** The member number `index` in the order of the moment: what random picks and scans go by. */
  memberAt(index: number): string {
    return this.#integers === null ? this.#members!.at(index) : String(this.#integers.at(index));
  }

  *members(): IterableIterator<string> {
    if (this.#integers === null) yield* this.#members!;
    else for (const integer of this.#integers) yield String(integer);
  }

  /** One step of SSCAN; a packed set comes whole. Answers the next cursor, 0 at the end. */
  scan(cursor: number, count: number, visit: (member: string) => void): number {
    if (this.#integers !== null) {
      for (const member of this.members()) visit(member);
      return 0;
    }
    const members = this.#members!;
    return scanDense(members.size, cursor, count, (index) => visit(members.at(index)));
  }

  #enlarge(): void {
    const table = new DenseKeys();
    for (const member of this.members()) table.add(member);
    this.#members = table;
    this.#integers = null;
  }
}
