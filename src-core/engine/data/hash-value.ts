// A hash: packed in one listpack while small, a table once it grew past the limits or has fields that expire.
import { DenseKeys, scanDense } from './dense-keys.ts';
import { FieldExpiries } from './field-expiries.ts';
import type { CollectionLimits } from './limits.ts';
import { Listpack } from './listpack.ts';

/** Fields and values are byte texts. The keyspace holds a packed hash as its bytes, a large one as this object. */
export class HashValue {
  #packed: Listpack | null;
  #table: HashTable | null;
  /** Null while no field expires by itself; there for a table only. */
  #expiries: FieldExpiries | null = null;

  private constructor(packed: Listpack | null, table: HashTable | null) {
    this.#packed = packed;
    this.#table = table;
  }

  /** An empty packed hash; `memory`, if given, is used until it is too small. */
  static empty(memory?: Buffer): HashValue {
    return new HashValue(Listpack.empty(memory), null);
  }

  /** The hash in `listpack` (field, value, field, value ...), which from now on is its. */
  static packed(listpack: Listpack): HashValue {
    return new HashValue(listpack, null);
  }

  /** A large hash. Later duplicates of a field win. */
  static large(entries: Iterable<readonly [string, string]>): HashValue {
    const table = new HashTable();
    for (const [field, value] of entries) table.set(field, value);
    return new HashValue(null, table);
  }

  /** The same in memory of its own. */
  clone(): HashValue {
    if (this.#packed !== null) return new HashValue(this.#packed.clone(), null);
    const copy = HashValue.large(this.entries());
    for (const [field, atMs] of this.expiries()) copy.expire(field, atMs);
    return copy;
  }

  /** The packed form, null if the hash is large. */
  get listpack(): Listpack | null {
    return this.#packed;
  }

  get size(): number {
    return this.#packed === null ? this.#table!.size : this.#packed.count / 2;
  }

  get(field: string): string | undefined {
    if (this.#packed === null) return this.#table!.get(field);
    const at = this.#packed.find(field, this.#packed.first, 2);
    return at === -1 ? undefined : this.#packed.textAt(this.#packed.next(at));
  }

  has(field: string): boolean {
    if (this.#packed === null) return this.#table!.has(field);
    return this.#packed.find(field, this.#packed.first, 2) !== -1;
  }

  /** True if the field is new. One that was there and expires no longer does. */
  set(field: string, value: string, limits: CollectionLimits): boolean {
    const longest = limits.hashMaxListpackValue;
    if (this.#packed !== null && (field.length > longest || value.length > longest)) this.#enlarge();
    if (this.#packed === null) {
      this.#expiries?.delete(field);
      return this.#table!.set(field, value);
    }
    const packed = this.#packed;
    const at = packed.find(field, packed.first, 2);
    if (at !== -1) {
      packed.replace(packed.next(at), value);
      return false;
    }
    packed.append(field);
    packed.append(value);
    if (packed.count / 2 > limits.hashMaxListpackEntries) this.#enlarge();
    return true;
  }

  /** False if it was not there. */
  delete(field: string): boolean {
    if (this.#packed === null) {
      this.#expiries?.delete(field);
      return this.#table!.delete(field);
    }
    const at = this.#packed.find(field, this.#packed.first, 2);
    if (at === -1) return false;
    this.#packed.delete(at, 2);
    return true;
  }

  /** How many fields expire by themselves. */
  get expiring(): number {
    return this.#expiries?.size ?? 0;
  }

  /** When the field expires, in milliseconds since 1970; -1: it stays. */
  expiryMs(field: string): number {
    return this.#expiries?.atMs(field) ?? -1;
  }

  /** The fields that expire, and when. */
  *expiries(): IterableIterator<readonly [string, number]> {
    if (this.#expiries !== null) yield* this.#expiries.entries();
  }

  /** Lets a field that is there expire. */
  expire(field: string, atMs: number): void {
    if (this.#packed !== null) this.#enlarge();
    this.#expiries ??= new FieldExpiries();
    this.#expiries.set(field, atMs);
  }

  /** Lets a field stay; false if it does not expire. */
  persist(field: string): boolean {
    return this.#expiries?.delete(field) ?? false;
  }

  /** A field as a client sees it: not there when it is past its time. */
  getVisible(field: string, nowMs: number): string | undefined {
    const atMs = this.expiryMs(field);
    return atMs !== -1 && atMs < nowMs ? undefined : this.get(field);
  }

  /** The fields past their time. */
  dueAt(nowMs: number): string[] {
    return this.#expiries?.dueAt(nowMs) ?? [];
  }

  /**
   * The hash as a client sees it: without the fields past their time. Itself while there are none, else a copy: who
   * wants single fields asks `getVisible`.
   */
  visibleAt(nowMs: number): HashValue {
    if (this.#expiries === null) return this;
    const due = this.dueAt(nowMs);
    if (due.length === 0) return this;
    const visible = this.clone();
    for (const field of due) visible.delete(field);
    return visible;
  }

  /** The entry number `index` in the order of the moment: what random picks and scans go by. */
  entryAt(index: number): readonly [string, string] {
    if (this.#packed === null) return this.#table!.entryAt(index);
    const at = this.#packed.seek(index * 2);
    return [this.#packed.textAt(at), this.#packed.textAt(this.#packed.next(at))];
  }

  *entries(): IterableIterator<readonly [string, string]> {
    if (this.#packed === null) {
      for (let index = 0; index < this.#table!.size; index++) yield this.#table!.entryAt(index);
      return;
    }
    const packed = this.#packed;
    for (let at = packed.first; at !== packed.end; ) {
      const value = packed.next(at);
      yield [packed.textAt(at), packed.textAt(value)];
      at = packed.next(value);
    }
  }

  /** One step of HSCAN; a packed hash comes whole. Answers the next cursor, 0 at the end. */
  scan(cursor: number, count: number, visit: (field: string, value: string) => void): number {
    if (this.#packed !== null) {
      for (const [field, value] of this.entries()) visit(field, value);
      return 0;
    }
    const table = this.#table!;
    return scanDense(table.size, cursor, count, (index) => visit(...table.entryAt(index)));
  }

  #enlarge(): void {
    const table = new HashTable();
    for (const [field, value] of this.entries()) table.set(field, value);
    this.#table = table;
    this.#packed = null;
  }
}

class HashTable {
  readonly #fields = new DenseKeys();
  /** By the number of the field. */
  readonly #values: string[] = [];

  get size(): number {
    return this.#fields.size;
  }

  has(field: string): boolean {
    return this.#fields.has(field);
  }

  get(field: string): string | undefined {
    const index = this.#fields.indexOf(field);
    return index === -1 ? undefined : this.#values[index];
  }

  set(field: string, value: string): boolean {
    const index = this.#fields.indexOf(field);
    if (index !== -1) {
      this.#values[index] = value;
      return false;
    }
    this.#fields.add(field);
    this.#values.push(value);
    return true;
  }

  delete(field: string): boolean {
    const index = this.#fields.delete(field);
    if (index === -1) return false;
    const last = this.#values.pop()!;
    if (index < this.#values.length) this.#values[index] = last;
    return true;
  }

  entryAt(index: number): readonly [string, string] {
    return [this.#fields.at(index), this.#values[index]!];
  }
}
