// A sorted set: packed in one listpack while small, a table of scores with a skip list once it grew past the limits.
import { doubleText } from '../../base/double-text.ts';
import { DenseKeys, scanDense } from './dense-keys.ts';
import type { CollectionLimits } from './limits.ts';
import { Listpack } from './listpack.ts';
import { type IsBefore, SkipList } from './skip-list.ts';

/** Redis stores a score as an integer only within this distance from zero. */
const LARGEST_INTEGER_SCORE = 2 ** 62;

export type VisitScore = (score: number, member: string) => void;

/**
 * Members are byte texts, ordered by score, then by bytes; ranks count from 0. Every range, by score or by bytes, is a
 * range of ranks: `countBefore` gives its two ends. The keyspace holds a packed sorted set as its bytes, a large one as
 * this object.
 */
export class SortedSetValue {
  /** member, score, member, score ... in order. */
  #packed: Listpack | null;
  #table: SortedSetTable | null;

  private constructor(packed: Listpack | null, table: SortedSetTable | null) {
    this.#packed = packed;
    this.#table = table;
  }

  /** An empty packed sorted set; `memory`, if given, is used until it is too small. */
  static empty(memory?: Buffer): SortedSetValue {
    return new SortedSetValue(Listpack.empty(memory), null);
  }

  /** The sorted set in `listpack`, which from now on is its. */
  static packed(listpack: Listpack): SortedSetValue {
    return new SortedSetValue(listpack, null);
  }

  /** A large sorted set. The last score of a member wins. */
  static large(entries: Iterable<readonly [member: string, score: number]>): SortedSetValue {
    const table = new SortedSetTable();
    for (const [member, score] of entries) table.set(member, score);
    return new SortedSetValue(null, table);
  }

  /** The same in memory of its own. */
  clone(): SortedSetValue {
    if (this.#packed !== null) return new SortedSetValue(this.#packed.clone(), null);
    const table = new SortedSetTable();
    this.forEach((score, member) => void table.set(member, score));
    return new SortedSetValue(null, table);
  }

  /** The packed form, null if the sorted set is large. */
  get listpack(): Listpack | null {
    return this.#packed;
  }

  get size(): number {
    return this.#packed === null ? this.#table!.size : this.#packed.count / 2;
  }

  score(member: string): number | undefined {
    if (this.#packed === null) return this.#table!.score(member);
    const at = this.#packed.find(member, this.#packed.first, 2);
    return at === -1 ? undefined : this.#packed.floatAt(this.#packed.next(at));
  }

  /** Adds the member or moves it. True if it is new. */
  set(member: string, score: number, limits: CollectionLimits): boolean {
    if (this.#packed === null) return this.#table!.set(member, score);
    const packed = this.#packed;
    const at = packed.find(member, packed.first, 2);
    if (at !== -1) {
      packed.delete(at, 2);
    } else if (packed.count / 2 >= limits.zsetMaxListpackEntries || member.length > limits.zsetMaxListpackValue) {
      this.#enlarge();
      return this.#table!.set(member, score);
    }
    this.#insertPacked(packed, member, score);
    return at === -1;
  }

  /** False if it was not there. */
  delete(member: string): boolean {
    if (this.#packed === null) return this.#table!.delete(member);
    const at = this.#packed.find(member, this.#packed.first, 2);
    if (at === -1) return false;
    this.#packed.delete(at, 2);
    return true;
  }

  /** Takes out the ranks from `from` up to, not with, `to`. */
  deleteRange(from: number, to: number): void {
    if (from >= to) return;
    if (this.#packed !== null) {
      this.#packed.delete(this.#packed.seek(from * 2), (to - from) * 2);
      return;
    }
    const table = this.#table!;
    const doomed: string[] = [];
    table.order.forEach(from, to, (_, member) => doomed.push(member));
    for (const member of doomed) table.delete(member);
  }

  /** How many elements, counted from the lowest, satisfy `isBefore`, which must hold for a leading part only. */
  countBefore(isBefore: IsBefore): number {
    if (this.#packed === null) return this.#table!.order.countBefore(isBefore);
    const packed = this.#packed;
    let count = 0;
    for (let at = packed.first; at !== packed.end; count++) {
      const score = packed.next(at);
      if (!isBefore(packed.floatAt(score), packed.textAt(at))) break;
      at = packed.next(score);
    }
    return count;
  }

  /** The member's rank, -1 if it is not there. */
  rank(member: string): number {
    const wanted = this.score(member);
    if (wanted === undefined) return -1;
    return this.countBefore((score, other) => score < wanted || (score === wanted && other < member));
  }

  /** Calls `visit` for the ranks from `from` up to, not with, `to`; the sorted set must not change meanwhile. */
  forEach(visit: VisitScore, from = 0, to = this.size): void {
    if (this.#packed === null) this.#table!.order.forEach(from, to, visit);
    else if (from < to) {
      const packed = this.#packed;
      let at = packed.seek(from * 2);
      for (let rank = from; rank < to; rank++) {
        const score = packed.next(at);
        visit(packed.floatAt(score), packed.textAt(at));
        at = packed.next(score);
      }
    }
  }

  /** The same ranks, the highest first. */
  forEachReversed(visit: VisitScore, from = 0, to = this.size): void {
    if (this.#packed === null) this.#table!.order.forEachReversed(from, to, visit);
    else if (from < to) {
      const packed = this.#packed;
      let score = packed.seek(to * 2 - 1);
      for (let rank = to - 1; rank >= from; rank--) {
        const at = packed.previous(score);
        visit(packed.floatAt(score), packed.textAt(at));
        score = packed.previous(at);
      }
    }
  }

  /** The member number `index` in the order of the moment: what random picks go by. */
  memberAt(index: number): string {
    return this.#packed === null ? this.#table!.memberAt(index) : this.#packed.textAt(this.#packed.seek(index * 2));
  }

  /** One step of ZSCAN; a packed sorted set comes whole, in order. Answers the next cursor, 0 at the end. */
  scan(cursor: number, count: number, visit: VisitScore): number {
    if (this.#packed !== null) {
      this.forEach(visit);
      return 0;
    }
    const table = this.#table!;
    return scanDense(table.size, cursor, count, (index) => visit(table.scoreAt(index), table.memberAt(index)));
  }

  #insertPacked(packed: Listpack, member: string, score: number): void {
    let at = packed.first;
    while (at !== packed.end) {
      const scoreAt = packed.next(at);
      const other = packed.floatAt(scoreAt);
      if (other > score || (other === score && packed.textAt(at) > member)) break;
      at = packed.next(scoreAt);
    }
    packed.insert(at, packedScore(score));
    packed.insert(at, member);
  }

  #enlarge(): void {
    const table = new SortedSetTable();
    this.forEach((score, member) => {
      table.set(member, score);
    });
    this.#table = table;
    this.#packed = null;
  }
}

/** How a packed sorted set holds a score: whole numbers as integers, which makes -0 a plain 0. */
function packedScore(score: number): string {
  const isInteger = Number.isInteger(score) && Math.abs(score) <= LARGEST_INTEGER_SCORE;
  return isInteger ? String(BigInt(score)) : doubleText(score);
}

class SortedSetTable {
  readonly order = new SkipList();
  readonly #members = new DenseKeys();
  /** By the number of the member. */
  readonly #scores: number[] = [];

  get size(): number {
    return this.#members.size;
  }

  memberAt(index: number): string {
    return this.#members.at(index);
  }

  scoreAt(index: number): number {
    return this.#scores[index]!;
  }

  score(member: string): number | undefined {
    const index = this.#members.indexOf(member);
    return index === -1 ? undefined : this.#scores[index];
  }

  set(member: string, score: number): boolean {
    const index = this.#members.indexOf(member);
    if (index === -1) {
      this.#members.add(member);
      this.#scores.push(score);
      this.order.insert(score, member);
      return true;
    }
    const old = this.#scores[index]!;
    if (old !== score) {
      this.order.delete(old, member);
      this.order.insert(score, member);
      this.#scores[index] = score;
    }
    return false;
  }

  delete(member: string): boolean {
    const index = this.#members.delete(member);
    if (index === -1) return false;
    this.order.delete(this.#scores[index]!, member);
    const last = this.#scores.pop()!;
    if (index < this.#scores.length) this.#scores[index] = last;
    return true;
  }
}
