// A list: a chain of listpacks, so that both ends are cheap and an edit in the middle moves one node's bytes only.
import type { CollectionLimits } from './limits.ts';
import { Listpack } from './listpack.ts';
import { listpackEntryBytes } from './listpack-entry.ts';

/** A list of one node of at most so many bytes lives in the arena as that node's bytes. */
export const LIST_PACKED_BYTES = 1024;
/** What list-max-listpack-size -1 to -5 mean, in bytes a node. */
const NODE_BYTES = [4096, 8192, 16384, 32768, 65536] as const;
/** A node bounded by a count of elements is bounded by bytes too. */
const COUNTED_NODE_BYTES = 8192;

interface Node {
  listpack: Listpack;
  count: number;
  previous: Node | null;
  next: Node | null;
}

/** Where an element is: its node, and its position there. */
interface Place {
  readonly node: Node;
  readonly at: number;
}

/** Elements are byte texts; indexes may be negative only where it says so. */
export class ListValue {
  #head: Node | null = null;
  #tail: Node | null = null;
  #size = 0;
  #nodeCount = 0;

  /** The list whose nodes are `listpacks`, which from now on are its; empty ones are left out. */
  static of(listpacks: Iterable<Listpack>): ListValue {
    const made = new ListValue();
    for (const listpack of listpacks) if (listpack.first !== listpack.end) made.#link(made.#tail, listpack);
    return made;
  }

  /** The same in memory of its own. */
  clone(): ListValue {
    return ListValue.of(Array.from(this.nodes(), (listpack) => listpack.clone()));
  }

  get size(): number {
    return this.#size;
  }

  /** The only node when the list is small enough for the arena, else null. */
  get listpack(): Listpack | null {
    if (this.#nodeCount !== 1) return null;
    const { listpack } = this.#head!;
    return listpack.sizeBytes <= LIST_PACKED_BYTES ? listpack : null;
  }

  /** The nodes in order: what an RDB's quicklist consists of. None is empty. */
  *nodes(): IterableIterator<Listpack> {
    for (let node = this.#head; node; node = node.next) yield node.listpack;
  }

  pushHead(text: string, limits: CollectionLimits): void {
    const node = fits(this.#head, text, limits) ? this.#head! : this.#link(null, Listpack.empty());
    node.listpack.prepend(text);
    this.#counted(node, 1);
  }

  pushTail(text: string, limits: CollectionLimits): void {
    const node = fits(this.#tail, text, limits) ? this.#tail! : this.#link(this.#tail, Listpack.empty());
    node.listpack.append(text);
    this.#counted(node, 1);
  }

  /** Takes the first element; undefined from an empty list. */
  popHead(): string | undefined {
    return this.#head === null ? undefined : this.#take({ node: this.#head, at: this.#head.listpack.first });
  }

  /** Takes the last element; undefined from an empty list. */
  popTail(): string | undefined {
    return this.#tail === null ? undefined : this.#take({ node: this.#tail, at: this.#tail.listpack.last });
  }

  /** The element at `index`, counted from the end if negative. */
  at(index: number): string | undefined {
    const place = this.#place(index);
    return place?.node.listpack.textAt(place.at);
  }

  /** Replaces the element at `index`, counted from the end if negative. False if there is none. */
  set(index: number, text: string): boolean {
    const place = this.#place(index);
    if (place === null) return false;
    place.node.listpack.replace(place.at, text);
    return true;
  }

  /** Puts `text` before or after the first element that equals `pivot`. False if there is none. */
  insert(pivot: string, text: string, where: 'before' | 'after', limits: CollectionLimits): boolean {
    for (let node = this.#head; node; node = node.next) {
      const { listpack } = node;
      const found = listpack.find(pivot, listpack.first);
      if (found === -1) continue;
      this.#insertAt(node, where === 'before' ? found : listpack.next(found), text, limits);
      return true;
    }
    return false;
  }

  /** Removes up to `limit` elements that equal `text`, from the end when `fromTail`; how many were removed. */
  remove(text: string, limit: number, fromTail: boolean): number {
    return fromTail ? this.#removeFromTail(text, limit) : this.#removeFromHead(text, limit);
  }

  /** Removes `count` elements from `index` on. */
  deleteRange(index: number, count: number): void {
    let place = count > 0 ? this.#place(index) : null;
    let left = count;
    while (place !== null && left > 0) {
      const { node, at }: Place = place;
      const { next } = node;
      const before = node.count;
      const here = at === node.listpack.first && left >= before ? before : Math.min(left, countFrom(node.listpack, at));
      node.listpack.delete(at, here);
      this.#counted(node, -here);
      left -= here;
      place = next === null ? null : { node: next, at: next.listpack.first };
    }
  }

  /** Calls `visit` for the elements from `from` up to, not with, `to`; stops early when it answers false. */
  forEach(from: number, to: number, visit: (text: string, index: number) => boolean | undefined): void {
    const place = from < to ? this.#place(from) : null;
    if (place === null) return;
    let index = from;
    let at = place.at;
    for (let node: Node | null = place.node; node; node = node.next, at = node?.listpack.first ?? 0) {
      const { listpack } = node;
      for (; at !== listpack.end; at = listpack.next(at)) {
        if (index >= to || visit(listpack.textAt(at), index++) === false) return;
      }
    }
  }

  /** All elements from the last to the first; stops early when `visit` answers false. */
  forEachReversed(visit: (text: string, index: number) => boolean | undefined): void {
    let index = this.#size - 1;
    for (let node = this.#tail; node; node = node.previous) {
      const { listpack } = node;
      for (let at = listpack.last; at !== -1; at = listpack.previous(at)) {
        if (visit(listpack.textAt(at), index--) === false) return;
      }
    }
  }

  #removeFromHead(text: string, limit: number): number {
    let removed = 0;
    for (let node = this.#head; node && removed < limit; ) {
      const { listpack, next } = node;
      let found = listpack.find(text, listpack.first);
      while (found !== -1 && removed < limit) {
        listpack.delete(found);
        this.#counted(node, -1);
        removed++;
        found = listpack.find(text, found);
      }
      node = next;
    }
    return removed;
  }

  #removeFromTail(text: string, limit: number): number {
    let removed = 0;
    for (let node = this.#tail; node && removed < limit; ) {
      const { listpack, previous } = node;
      let at = listpack.last;
      while (at !== -1 && removed < limit) {
        const before = listpack.previous(at);
        if (listpack.equals(at, text)) {
          listpack.delete(at);
          this.#counted(node, -1);
          removed++;
        }
        at = before;
      }
      node = previous;
    }
    return removed;
  }

  #insertAt(node: Node, at: number, text: string, limits: CollectionLimits): void {
    const { listpack } = node;
    if (fits(node, text, limits)) {
      listpack.insert(at, text);
      this.#counted(node, 1);
      return;
    }
    // The node is full: what follows `at` moves to a node of its own, and the text goes between the two.
    if (at !== listpack.end) {
      const rest = Listpack.copyOf(listpack.buffer, listpack.start, listpack.end + 1);
      const kept = node.count - countFrom(listpack, at);
      rest.delete(rest.first, kept);
      listpack.delete(at, node.count - kept);
      this.#counted(node, kept - node.count, true);
      this.#link(node, rest);
    }
    const between = Listpack.empty();
    between.append(text);
    this.#link(node, between);
    if (node.count === 0) this.#unlink(node);
  }

  #place(index: number): Place | null {
    const wanted = index < 0 ? this.#size + index : index;
    if (wanted < 0 || wanted >= this.#size) return null;
    if (wanted < this.#size / 2) {
      let passed = 0;
      let node = this.#head!;
      for (; passed + node.count <= wanted; node = node.next!) passed += node.count;
      return { node, at: node.listpack.seek(wanted - passed) };
    }
    let from = this.#size - this.#tail!.count;
    let node = this.#tail!;
    while (from > wanted) {
      node = node.previous!;
      from -= node.count;
    }
    return { node, at: node.listpack.seek(wanted - from) };
  }

  #take(place: Place): string {
    const text = place.node.listpack.textAt(place.at);
    place.node.listpack.delete(place.at);
    this.#counted(place.node, -1);
    return text;
  }

  /** Notes a change of a node's count; a node that became empty leaves, unless it is still needed. */
  #counted(node: Node, difference: number, keepEmpty = false): void {
    node.count += difference;
    this.#size += difference;
    if (node.count === 0 && !keepEmpty) this.#unlink(node);
  }

  /** Puts a node after `previous`, at the head if that is null. */
  #link(previous: Node | null, listpack: Listpack): Node {
    const next = previous === null ? this.#head : previous.next;
    const node: Node = { listpack, count: listpack.count, previous, next };
    if (previous === null) this.#head = node;
    else previous.next = node;
    if (next === null) this.#tail = node;
    else next.previous = node;
    this.#size += node.count;
    this.#nodeCount++;
    return node;
  }

  #unlink(node: Node): void {
    if (node.previous === null) this.#head = node.next;
    else node.previous.next = node.next;
    if (node.next === null) this.#tail = node.previous;
    else node.next.previous = node.previous;
    this.#nodeCount--;
  }
}

/** Whether the node has room for one more element. */
function fits(node: Node | null, text: string, limits: CollectionLimits): boolean {
  if (node === null) return false;
  const size = limits.listMaxListpackSize;
  const bytes = node.listpack.sizeBytes + listpackEntryBytes(text);
  if (size > 0) return node.count < size && bytes <= COUNTED_NODE_BYTES;
  return bytes <= NODE_BYTES[Math.min(NODE_BYTES.length, Math.max(1, -size)) - 1]!;
}

/** Elements from position `at` to the end. */
function countFrom(listpack: Listpack, at: number): number {
  let count = 0;
  for (let position = at; position !== listpack.end; position = listpack.next(position)) count++;
  return count;
}
