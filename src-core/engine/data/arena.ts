// Memory for records, outside the JavaScript heap: it grows in place, is never scanned by the collector, and what is
// released is used again. Hot: guarded by `npm run bench -- throughput` and `-- replication`.

/** A place in an arena, counted in units of 8 bytes so that 4 GB fit a small integer. 0 is no place. */
export type Ref = number;

const PAGE_BYTES = 65536;
/** 4 GB: what one WebAssembly memory may hold. */
const MAX_PAGES = 65536;
const INITIAL_PAGES = 16;
/**
 * Growth by a quarter, at least 4 MB and at most 256 MB. The system gives memory when it is first touched, so what is
 * asked for too early costs nothing; but each growth makes the collector look at everything.
 */
const MIN_GROWTH_PAGES = 64;
const MAX_GROWTH_PAGES = 4096;
const GROWTH_SHARE_SHIFT = 2;
const FIRST_UNIT = 8;

/** Sizes up to this have an exact free list for every 8 bytes; larger blocks are rounded to a power of two. */
export const EXACT_CLASS_BYTES = 32 * 1024;
const EXACT_CLASSES = EXACT_CLASS_BYTES / 8 + 1;
/** Free blocks are cut up for other sizes once they are this part of the arena: a sixteenth. */
const SCRAP_SHARE = 16;

/** Thrown when 4 GB of records are full. */
export class ArenaFullError extends Error {
  constructor() {
    super('the arena of 4 GB is full');
    this.name = 'ArenaFullError';
  }
}

export class Arena {
  /** The same memory, seen as bytes, words and doubles. All change when the arena grows: read them again after `allocate`. */
  buffer: Buffer;
  view: DataView;
  u32: Uint32Array;
  f64: Float64Array;
  /** Bytes in blocks that are in use. */
  usedBytes = 0;
  readonly #memory: WebAssembly.Memory;
  /** Heads of the lists of free blocks: the exact classes, then the powers of two. */
  readonly #free: Uint32Array;
  /** Units in free blocks. */
  #freeUnits = 0;
  /** The block that is being cut up, if any. */
  #scrapTop = 0;
  #scrapEnd = 0;
  /** Memory from here to the end was never used. */
  #top = FIRST_UNIT;
  #capacity: number;

  constructor() {
    this.#memory = new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum: MAX_PAGES });
    this.#free = new Uint32Array(EXACT_CLASSES + 32);
    const memory = this.#memory.buffer;
    this.buffer = Buffer.from(memory);
    this.view = new DataView(memory);
    this.u32 = new Uint32Array(memory);
    this.f64 = new Float64Array(memory);
    this.#capacity = memory.byteLength / 8;
  }

  /** Bytes taken from the system. */
  get reservedBytes(): number {
    return this.#capacity * 8;
  }

  /** Whether these bytes lie in the arena, and so go away when it grows. */
  holds(bytes: Uint8Array): boolean {
    return bytes.buffer === this.#memory.buffer;
  }

  /**
   * A block of at least `bytes` bytes, with what was in it before.
   * @throws ArenaFullError
   */
  allocate(bytes: number): Ref {
    const units = unitsFor(bytes);
    this.usedBytes += units * 8;
    const list = listFor(units);
    const head = this.#free[list]!;
    if (head !== 0) {
      this.#free[list] = this.u32[head << 1]!;
      this.#freeUnits -= units;
      return head;
    }
    if (this.#scrapEnd - this.#scrapTop >= units) {
      const ref = this.#scrapTop;
      this.#scrapTop = ref + units;
      return ref;
    }
    if (this.#top + units > this.#capacity) {
      if (this.#findScrap(units)) {
        const ref = this.#scrapTop;
        this.#scrapTop = ref + units;
        return ref;
      }
      this.#grow(this.#top + units - this.#capacity);
    }
    const ref = this.#top;
    this.#top = ref + units;
    return ref;
  }

  /** Makes room for so many bytes at once, if there is not: of a load it is known before that it will be large. */
  reserve(bytes: number): void {
    const missing = Math.min(this.#top + Math.ceil(bytes / 8), MAX_PAGES * (PAGE_BYTES / 8)) - this.#capacity;
    if (missing > 0) this.#grow(missing);
  }

  /** Before memory is asked of the system: takes the largest free block to be cut up, if there is much that is free. */
  #findScrap(units: number): boolean {
    if (this.#freeUnits * SCRAP_SHARE < this.#capacity) return false;
    for (let list = this.#free.length - 1; list > units; list--) {
      const head = this.#free[list]!;
      if (head === 0) continue;
      this.#free[list] = this.u32[head << 1]!;
      const size = unitsOfList(list);
      this.#freeUnits -= size;
      this.#giveScrapBack();
      this.#scrapTop = head;
      this.#scrapEnd = head + size;
      return true;
    }
    return false;
  }

  /** What is left of the last block that was cut up becomes a free block of its own, so far as it has a class. */
  #giveScrapBack(): void {
    const units = Math.min(this.#scrapEnd - this.#scrapTop, EXACT_CLASSES - 1);
    if (units > 0) this.#putFree(this.#scrapTop, units);
  }

  #putFree(ref: Ref, units: number): void {
    const list = listFor(units);
    this.u32[ref << 1] = this.#free[list]!;
    this.#free[list] = ref;
    this.#freeUnits += units;
  }

  /** Gives a block back; `bytes` as asked of `allocate`, or any size of the same class. */
  release(ref: Ref, bytes: number): void {
    const units = unitsFor(bytes);
    this.usedBytes -= units * 8;
    this.#putFree(ref, units);
  }

  #grow(units: number): void {
    const pages = this.#memory.buffer.byteLength / PAGE_BYTES;
    const wanted = Math.min(Math.max(pages >>> GROWTH_SHARE_SHIFT, MIN_GROWTH_PAGES), MAX_GROWTH_PAGES);
    const needed = Math.ceil((units * 8) / PAGE_BYTES);
    if (pages + needed > MAX_PAGES) throw new ArenaFullError();
    this.#memory.grow(Math.min(Math.max(wanted, needed), MAX_PAGES - pages));
    const memory = this.#memory.buffer;
    this.buffer = Buffer.from(memory);
    this.view = new DataView(memory);
    this.u32 = new Uint32Array(memory);
    this.f64 = new Float64Array(memory);
    this.#capacity = memory.byteLength / 8;
  }
}

/** Whether two sizes come from the same class, so that a block may change its size in place. */
export function sameClass(bytes: number, otherBytes: number): boolean {
  return unitsFor(bytes) === unitsFor(otherBytes);
}

function unitsFor(bytes: number): number {
  if (bytes <= EXACT_CLASS_BYTES) return (bytes + 7) >>> 3;
  return 1 << (32 - Math.clz32(((bytes + 7) >>> 3) - 1));
}

function unitsOfList(list: number): number {
  return list < EXACT_CLASSES ? list : 1 << (list - EXACT_CLASSES);
}

function listFor(units: number): number {
  return units < EXACT_CLASSES ? units : EXACT_CLASSES + 31 - Math.clz32(units);
}
