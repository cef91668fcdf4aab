// A node of a stream: up to a few thousand bytes of entries in one listpack, laid out as Redis lays it out.
//
//   node   = valid deleted field-count field* 0 entry*         the fields are those of the first entry
//   entry  = flags ms-difference sequence-difference value* length                     flag 2: the fields are the node's
//          | flags ms-difference sequence-difference field-count (field value)* length
//   flags  = 1: deleted | 2: same fields           length = how many elements the entry has before it
import type { Int64 } from './canonical-integer.ts';
import { Listpack } from './listpack.ts';
import { integerAt, isTextHead } from './listpack-entry.ts';
import { millisecondsOf, type StreamId, sequenceOf, streamId, ZERO_ID } from './stream-id.ts';

const DELETED = 1;
const SAME_FIELDS = 2;
/** Flags, and the two differences. */
const ENTRY_HEAD_ELEMENTS = 3;

export interface StreamEntry {
  readonly id: StreamId;
  /** Field and value in turn, as byte texts. */
  readonly fields: readonly string[];
}

/** An entry where it lies: `at` is the position of its flags. */
interface PlacedEntry {
  readonly at: number;
  readonly id: StreamId;
  readonly isDeleted: boolean;
}

export class StreamNode {
  /** The id of the entry that the node began with: the others say how far they are from it. */
  readonly masterId: StreamId;
  readonly listpack: Listpack;
  /** They never change. */
  #names: readonly string[] | null = null;

  constructor(masterId: StreamId, listpack: Listpack) {
    this.masterId = masterId;
    this.listpack = listpack;
  }

  /** A node whose fields are those of the first entry, which is yet to be appended. */
  static begin(id: StreamId, fields: readonly string[]): StreamNode {
    const listpack = Listpack.empty();
    const names = fields.filter((_, i) => i % 2 === 0);
    for (const element of ['0', '0', String(names.length), ...names, '0']) listpack.append(element);
    return new StreamNode(id, listpack);
  }

  clone(): StreamNode {
    return new StreamNode(this.masterId, this.listpack.clone());
  }

  /** Entries that are not deleted. */
  get valid(): number {
    return this.#number(this.listpack.first);
  }

  get deleted(): number {
    return this.#number(this.listpack.next(this.listpack.first));
  }

  /** Adds an entry at the end. */
  append(id: StreamId, fields: readonly string[]): void {
    const { listpack } = this;
    const { names } = this;
    const sameFields = names.length * 2 === fields.length && names.every((name, i) => name === fields[i * 2]);
    const elements = sameFields ? fields.filter((_, i) => i % 2 === 1) : [String(fields.length / 2), ...fields];
    listpack.append(String(sameFields ? SAME_FIELDS : 0));
    listpack.append(String(BigInt.asIntN(64, millisecondsOf(id) - millisecondsOf(this.masterId))));
    listpack.append(String(BigInt.asIntN(64, sequenceOf(id) - sequenceOf(this.masterId))));
    for (const element of elements) listpack.append(element);
    listpack.append(String(ENTRY_HEAD_ELEMENTS + elements.length));
    this.#count(1, 0);
  }

  /** The entries that are not deleted, in order, from the first whose id is no lower than `from`. */
  *entries(from: StreamId = ZERO_ID): Generator<StreamEntry, undefined> {
    for (const { at, id, isDeleted } of this.#placed()) {
      if (!isDeleted && id >= from) yield { id, fields: this.#fieldsAt(at) };
    }
  }

  /** The entries that are not deleted, the last first. */
  *reversedEntries(): Generator<StreamEntry, undefined> {
    for (const { at, id, isDeleted } of this.#placedReversed()) {
      if (!isDeleted) yield { id, fields: this.#fieldsAt(at) };
    }
  }

  /** The first entry, the deleted ones among them. */
  get firstId(): StreamId | null {
    return this.#placed().next().value?.id ?? null;
  }

  /** The last entry, the deleted ones among them. */
  get lastId(): StreamId {
    return this.#placedReversed().next().value?.id ?? this.masterId;
  }

  /** Marks the entry with this id as deleted; false if it is not here, or is already. */
  delete(id: StreamId): boolean {
    for (const entry of this.#placed()) {
      if (entry.id !== id) continue;
      if (entry.isDeleted) return false;
      this.#mark(entry.at);
      this.#count(-1, 1);
      return true;
    }
    return false;
  }

  /** Marks entries from the first on as long as `isDoomed` says so; how many were marked. */
  deleteWhile(isDoomed: (id: StreamId, marked: number) => boolean): number {
    let marked = 0;
    for (const entry of this.#placed()) {
      if (!isDoomed(entry.id, marked)) break;
      if (entry.isDeleted) continue;
      this.#mark(entry.at);
      marked++;
    }
    if (marked > 0) this.#count(-marked, marked);
    return marked;
  }

  /** The flags stay one byte, so that no position moves. */
  #mark(at: number): void {
    this.listpack.replace(at, String(this.#number(at) | DELETED));
  }

  #count(valid: number, deleted: number): void {
    const { listpack } = this;
    listpack.replace(listpack.first, String(this.valid + valid));
    if (deleted !== 0) listpack.replace(listpack.next(listpack.first), String(this.deleted + deleted));
  }

  /** The fields of the first entry: those of others that have the same need not be said again. */
  get names(): readonly string[] {
    if (this.#names !== null) return this.#names;
    const { listpack } = this;
    let at = listpack.skip(listpack.first, 2);
    const names: string[] = [];
    for (let left = this.#number(at); left > 0; left--) {
      at = listpack.next(at);
      names.push(listpack.textAt(at));
    }
    this.#names = names;
    return names;
  }

  *#placed(): Generator<PlacedEntry, undefined> {
    const { listpack } = this;
    // Valid, deleted, the number of names, the names, and the zero that ends them.
    let at = listpack.skip(listpack.first, this.names.length + 4);
    while (at !== listpack.end) {
      yield this.#placedAt(at);
      at = listpack.skip(at, this.#elementsAt(at));
    }
  }

  /** Each entry ends in its length, and before the first there is a zero in its place. */
  *#placedReversed(): Generator<PlacedEntry, undefined> {
    const { listpack } = this;
    let last = listpack.last;
    for (let left = this.#number(last); left > 0; left = this.#number(last)) {
      let at = last;
      for (; left > 0; left--) at = listpack.previous(at);
      yield this.#placedAt(at);
      last = listpack.previous(at);
    }
  }

  #placedAt(at: number): PlacedEntry {
    return { at, id: this.#idAt(this.listpack.next(at)), isDeleted: (this.#number(at) & DELETED) !== 0 };
  }

  /** How many elements the entry at `at` has, its length included. */
  #elementsAt(at: number): number {
    const hasOwnFields = (this.#number(at) & SAME_FIELDS) === 0;
    if (!hasOwnFields) return ENTRY_HEAD_ELEMENTS + this.names.length + 1;
    return ENTRY_HEAD_ELEMENTS + 1 + this.#number(this.listpack.skip(at, ENTRY_HEAD_ELEMENTS)) * 2 + 1;
  }

  #fieldsAt(at: number): string[] {
    const { listpack, names } = this;
    const fields: string[] = [];
    let position = listpack.skip(at, ENTRY_HEAD_ELEMENTS);
    if ((this.#number(at) & SAME_FIELDS) !== 0) {
      for (const name of names) {
        fields.push(name, listpack.textAt(position));
        position = listpack.next(position);
      }
      return fields;
    }
    for (let left = this.#number(position) * 2; left > 0; left--) {
      position = listpack.next(position);
      fields.push(listpack.textAt(position));
    }
    return fields;
  }

  /** The id whose differences stand at `at` and after it. */
  #idAt(at: number): StreamId {
    const { listpack, masterId } = this;
    const milliseconds = BigInt(integerAt(listpack.buffer, at));
    const sequence = BigInt(integerAt(listpack.buffer, listpack.next(at)));
    return streamId(
      BigInt.asUintN(64, millisecondsOf(masterId) + milliseconds),
      BigInt.asUintN(64, sequenceOf(masterId) + sequence),
    );
  }

  #number(at: number): number {
    return Number(integerAt(this.listpack.buffer, at));
  }
}

/**
 * Whether a listpack that is sound as such is a node of a stream: its counts are true, and each entry is as long as it
 * says. Foreign bytes are looked at before they are followed.
 */
export function isStreamNode(listpack: Listpack): boolean {
  const reader = new ElementReader(listpack);
  const [valid, deleted, names] = [reader.count(), reader.count(), reader.count()];
  if (valid === null || deleted === null || names === null || !reader.pass(names)) return false;
  if (reader.integer() !== 0) return false;
  let entries = 0;
  let marked = 0;
  for (; !reader.atEnd; entries++) {
    const before = reader.passed;
    const flags = reader.integer();
    const isWhole = flags !== null && reader.integer() !== null && reader.integer() !== null;
    if (!isWhole) return false;
    const isSame = (Number(flags) & SAME_FIELDS) !== 0;
    const fields = isSame ? names : reader.count();
    if (fields === null || !reader.pass(isSame ? fields : fields * 2)) return false;
    const length = reader.passed - before;
    if (reader.integer() !== length) return false;
    if ((Number(flags) & DELETED) !== 0) marked++;
  }
  return entries === valid + deleted && marked === deleted;
}

/** Goes over the elements of a listpack and never past its end. */
class ElementReader {
  passed = 0;
  readonly #listpack: Listpack;
  #at: number;

  constructor(listpack: Listpack) {
    this.#listpack = listpack;
    this.#at = listpack.first;
  }

  get atEnd(): boolean {
    return this.#at === this.#listpack.end;
  }

  /** Passes over an integer; null if there is none. */
  integer(): Int64 | null {
    if (this.atEnd) return null;
    const { buffer } = this.#listpack;
    const value = isTextHead(buffer[this.#at]!) ? null : integerAt(buffer, this.#at);
    this.pass(1);
    return value;
  }

  /** An integer that is no less than zero. */
  count(): number | null {
    const value = this.integer();
    return typeof value === 'number' && value >= 0 ? value : null;
  }

  pass(count: number): boolean {
    for (let left = count; left > 0; left--) {
      if (this.atEnd) return false;
      this.#at = this.#listpack.next(this.#at);
      this.passed++;
    }
    return true;
  }
}
