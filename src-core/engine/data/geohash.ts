// Places on the earth as one number: longitude and latitude cut into 2^26 steps each, bits in turn. Redis's arithmetic,
// operation by operation, so that the same score comes out.

export interface Place {
  readonly longitude: number;
  readonly latitude: number;
}

/** A part of the earth: cell number `x` from the west and `y` from the south, of 2^step each. */
export interface Cell {
  readonly x: number;
  readonly y: number;
  readonly step: number;
}

/** Degrees. */
interface Bounds {
  readonly west: number;
  readonly east: number;
  readonly south: number;
  readonly north: number;
}

/** What can be stored: beyond, a Mercator map ends. */
export const storable: Bounds = { west: -180, east: 180, south: -85.05112878, north: 85.05112878 };
/** What the texts of GEOHASH count in. */
const wholeEarth: Bounds = { west: -180, east: 180, south: -90, north: 90 };
const STEPS = 26;
const HALF = 2 ** STEPS;

/** Null: it lies where nothing can be stored. */
export function cellOf(place: Place, step: number = STEPS, bounds: Bounds = storable): Cell | null {
  const { longitude, latitude } = place;
  if (longitude > storable.east || longitude < storable.west) return null;
  if (latitude > storable.north || latitude < storable.south) return null;
  const cells = 2 ** step;
  const y = ((latitude - bounds.south) / (bounds.north - bounds.south)) * cells;
  const x = ((longitude - bounds.west) / (bounds.east - bounds.west)) * cells;
  return { x: Math.trunc(x), y: Math.trunc(y), step };
}

/** The number of the cell among all of its size. At the very east or north a cell has one bit more than the others. */
export function bitsOf({ x, y, step }: Cell): number {
  let bits = 0n;
  for (let at = step; at >= 0; at--) {
    bits = bits * 4n + BigInt((Math.floor(x / 2 ** at) % 2) * 2 + (Math.floor(y / 2 ** at) % 2));
  }
  return Number(bits);
}

/** The score of a place; null when it cannot be stored. */
export function scoreOf(place: Place): number | null {
  const cell = cellOf(place);
  return cell === null ? null : bitsOf(cell);
}

function cellOfScore(score: number): Cell {
  let x = 0;
  let y = 0;
  // The upper half may have two bits more: see `bitsOf`.
  for (const [half, bits] of [
    [Math.floor(score / HALF), STEPS + 2],
    [score % HALF, STEPS],
  ] as const) {
    for (let at = bits - 2; at >= 0; at -= 2) {
      x = x * 2 + ((half >>> (at + 1)) & 1);
      y = y * 2 + ((half >>> at) & 1);
    }
  }
  return { x, y, step: STEPS };
}

/** The edges of a cell. */
export function boundsOf({ x, y, step }: Cell): Bounds {
  const cells = 2 ** step;
  const width = storable.east - storable.west;
  const height = storable.north - storable.south;
  return {
    west: storable.west + (x / cells) * width,
    east: storable.west + ((x + 1) / cells) * width,
    south: storable.south + (y / cells) * height,
    north: storable.south + ((y + 1) / cells) * height,
  };
}

/** The middle of the cell that the score stands for. */
export function placeOf(score: number): Place {
  const { west, east, south, north } = boundsOf(cellOfScore(Math.trunc(score)));
  return {
    longitude: clamp((west + east) / 2, storable.west, storable.east),
    latitude: clamp((south + north) / 2, storable.south, storable.north),
  };
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}

/** The scores in a cell: from `min` up to, not with, `max`. */
export function scoresIn(cell: Cell): { readonly min: number; readonly max: number } {
  const size = 4 ** (STEPS - cell.step);
  const bits = bitsOf(cell);
  return { min: bits * size, max: (bits + 1) * size };
}

/** The cell so many to the east and to the north, round the earth if need be. */
export function neighbour({ x, y, step }: Cell, east: number, north: number): Cell {
  const cells = 2 ** step;
  const moved = (at: number, by: number) => (by === 0 ? at : (at + by + cells) % cells);
  return { x: moved(x, east), y: moved(y, north), step };
}

const ALPHABET = '0123456789bcdefghjkmnpqrstuvwxyz';
const TEXT_LENGTH = 11;
const BITS_PER_SIGN = 5;

/** The text by which others know the place; 52 bits are no 11 signs, so the last is always the same. */
export function geohashText(score: number): string {
  const cell = cellOf(placeOf(score), STEPS, wholeEarth)!;
  const bits = BigInt(bitsOf(cell));
  let text = '';
  for (let sign = 1; sign < TEXT_LENGTH; sign++) {
    text += ALPHABET[Number((bits >> BigInt(2 * STEPS - sign * BITS_PER_SIGN)) & 31n)];
  }
  return `${text}0`;
}
