// Hashes with fields that expire out of an RDB (grammar in format.ts): field by field, or as one listpack.
import { HashValue } from '../../data/hash-value.ts';
import type { CollectionLimits } from '../../data/limits.ts';
import { Listpack } from '../../data/listpack.ts';
import { type RdbCursor, StringPlace } from './cursor.ts';
import { checkListpack, PackedError } from './packed.ts';

const place = new StringPlace();
const momentBytes = 8;

export interface ExpiringHashReader {
  readonly hash: HashValue;
  /** Reads what stands before the elements: how many there are, or null when it is not all there. */
  begin(cursor: RdbCursor): number | null;
  /** Reads one element; false when its bytes are not all there, with the cursor anywhere. @throws PackedError */
  take(cursor: RdbCursor): boolean;
}

export class PlainExpiringHashReader implements ExpiringHashReader {
  readonly hash = HashValue.empty();
  readonly #limits: CollectionLimits;
  /** The least moment at which a field ends; the fields' own count from there. */
  #firstMs = 0;

  constructor(limits: CollectionLimits) {
    this.#limits = limits;
  }

  begin(cursor: RdbCursor): number | null {
    if (!cursor.has(momentBytes)) return null;
    this.#firstMs = Number(cursor.view.getBigInt64(cursor.at, true));
    cursor.at += momentBytes;
    return cursor.count();
  }

  take(cursor: RdbCursor): boolean {
    const after = cursor.count();
    if (after === null || !cursor.string(place)) return false;
    const field = place.text();
    if (!cursor.string(place)) return false;
    put(this.hash, field, place.text(), after === 0 ? 0 : this.#firstMs + after - 1, this.#limits);
    return true;
  }
}

/** One element: the listpack. What comes of it is a table, since our packed hashes have no moments. */
export class PackedExpiringHashReader implements ExpiringHashReader {
  readonly hash = HashValue.empty();
  readonly #limits: CollectionLimits;

  constructor(limits: CollectionLimits) {
    this.#limits = limits;
  }

  /** The least moment stands among the others again. */
  begin(cursor: RdbCursor): number | null {
    if (!cursor.has(momentBytes)) return null;
    cursor.at += momentBytes;
    return 1;
  }

  take(cursor: RdbCursor): boolean {
    if (!cursor.string(place)) return false;
    const { buffer, start, end } = place;
    checkListpack(buffer, start, end);
    const texts = [...Listpack.over(buffer, start, end).texts()];
    if (texts.length % 3 !== 0) throw new PackedError('a packed hash has a field without a value or a moment');
    for (let at = 0; at < texts.length; at += 3) {
      put(this.hash, texts[at]!, texts[at + 1]!, Number(texts[at + 2]), this.#limits);
    }
    return true;
  }
}

/** @param atMs 0: the field stays */
function put(hash: HashValue, field: string, value: string, atMs: number, limits: CollectionLimits): void {
  if (!Number.isSafeInteger(atMs) || atMs < 0) throw new PackedError('a field of a hash ends at no moment');
  if (!hash.set(field, value, limits)) throw new PackedError('a hash has a field twice');
  if (atMs > 0) hash.expire(field, atMs);
}
