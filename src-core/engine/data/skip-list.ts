// A sorted sequence of (score, member) in which position, rank and range are found in O(log n).
//
//   level 2   head ───────────────span 3──────────────▶ c ─▶ end
//   level 1   head ────span 2─────▶ b ─────span 1─────▶ c ─▶ end
//   level 0   head ──1──▶ a ───1──▶ b ────────1───────▶ c ─▶ end      span = elements stepped over by a pointer

const LARGEST_LEVEL = 32;
/** Of four elements on a level, one is on the next. */
const LEVEL_BITS = 2;

/** True for the elements of a leading part of the sequence, false for all after it. */
export type IsBefore = (score: number, member: string) => boolean;

interface SkipNode {
  readonly score: number;
  readonly member: string;
  /** The node before on level 0; null for the first. */
  previous: SkipNode | null;
  /** By level: the next node, and how many elements further it is. */
  readonly next: (SkipNode | null)[];
  readonly span: number[];
}

/** Ordered by score, then by the bytes of the member. No pair may be inserted twice. */
export class SkipList {
  readonly #head: SkipNode = { score: 0, member: '', previous: null, next: [null], span: [0] };
  #last: SkipNode | null = null;
  #size = 0;
  /** State of the generator for levels. Own and fixed, so that the same commands build the same list everywhere. */
  #seed = 0x9e3779b9;

  get size(): number {
    return this.#size;
  }

  insert(score: number, member: string): void {
    const level = this.#randomLevel();
    const head = this.#head;
    while (head.next.length < level) {
      head.next.push(null);
      head.span.push(this.#size);
    }
    const before: SkipNode[] = [];
    const ranks: number[] = [];
    this.#descend((s, m) => s < score || (s === score && m < member), before, ranks);
    const rank = ranks[0]!;
    const node: SkipNode = { score, member, previous: before[0] === head ? null : before[0]!, next: [], span: [] };
    for (let i = 0; i < level; i++) {
      const left = before[i]!;
      node.next.push(left.next[i]!);
      node.span.push(left.span[i]! - (rank - ranks[i]!));
      left.next[i] = node;
      left.span[i] = rank - ranks[i]! + 1;
    }
    for (let i = level; i < head.next.length; i++) before[i]!.span[i]!++;
    const after = node.next[0];
    if (after) after.previous = node;
    else this.#last = node;
    this.#size++;
  }

  /** The pair must be there. */
  delete(score: number, member: string): void {
    const before: SkipNode[] = [];
    this.#descend((s, m) => s < score || (s === score && m < member), before, []);
    const node = before[0]!.next[0]!;
    for (let i = 0; i < before.length; i++) {
      const left = before[i]!;
      if (left.next[i] === node) {
        left.span[i] = left.span[i]! + node.span[i]! - 1;
        left.next[i] = node.next[i]!;
      } else left.span[i]!--;
    }
    const after = node.next[0];
    if (after) after.previous = node.previous;
    else this.#last = node.previous;
    while (this.#head.next.length > 1 && this.#head.next.at(-1) === null) {
      this.#head.next.pop();
      this.#head.span.pop();
    }
    this.#size--;
  }

  /** How many elements, counted from the first, satisfy `isBefore`. */
  countBefore(isBefore: IsBefore): number {
    let node = this.#head;
    let rank = 0;
    for (let level = node.next.length - 1; level >= 0; level--) {
      for (let next = node.next[level]; next && isBefore(next.score, next.member); next = node.next[level]) {
        rank += node.span[level]!;
        node = next;
      }
    }
    return rank;
  }

  /** Calls `visit` for the ranks from `from` up to, not with, `to`. The list must not change meanwhile. */
  forEach(from: number, to: number, visit: (score: number, member: string) => void): void {
    if (from >= to) return;
    let node: SkipNode | null = this.#nodeAt(from);
    for (let rank = from; rank < to && node; rank++) {
      visit(node.score, node.member);
      node = node.next[0]!;
    }
  }

  /** The same ranks, the last first. */
  forEachReversed(from: number, to: number, visit: (score: number, member: string) => void): void {
    if (from >= to) return;
    let node: SkipNode | null = to === this.#size ? this.#last : this.#nodeAt(to - 1);
    for (let rank = to - 1; rank >= from && node; rank--) {
      visit(node.score, node.member);
      node = node.previous;
    }
  }

  /** Fills `before[level]` with the last node on each level that is before, and `ranks[level]` with its rank + 1. */
  #descend(isBefore: IsBefore, before: SkipNode[], ranks: number[]): void {
    let node = this.#head;
    let rank = 0;
    for (let level = node.next.length - 1; level >= 0; level--) {
      for (let next = node.next[level]; next && isBefore(next.score, next.member); next = node.next[level]) {
        rank += node.span[level]!;
        node = next;
      }
      before[level] = node;
      ranks[level] = rank;
    }
  }

  #nodeAt(rank: number): SkipNode {
    let node = this.#head;
    let passed = 0;
    for (let level = node.next.length - 1; level >= 0; level--) {
      for (let next = node.next[level]; next && passed + node.span[level]! <= rank + 1; next = node.next[level]) {
        passed += node.span[level]!;
        node = next;
      }
    }
    return node;
  }

  /** Xorshift: two zero bits for each further level. */
  #randomLevel(): number {
    let seed = this.#seed;
    seed ^= seed << 13;
    seed ^= seed >>> 17;
    seed ^= seed << 5;
    this.#seed = seed;
    let level = 1;
    for (let bits = seed >>> 0; level < LARGEST_LEVEL && (bits & 3) === 0 && bits !== 0; bits >>>= LEVEL_BITS) level++;
    return level;
  }
}
