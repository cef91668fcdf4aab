// Puts blocks of cards one below the other and in as many columns as show them largest in a room of some shape. Pure.

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Place {
  readonly x: number;
  readonly y: number;
}

export interface Gaps {
  readonly betweenColumns: number;
  readonly betweenRows: number;
}

/** A column more must make everything larger by this much: else fewer are easier to read. */
const worthAColumn = 1.05;

/**
 * A place for each block, in their order: down the first column, then down the next one.
 *
 * Worked example without gaps: four blocks of 100×100 in a room of 200×200 would be drawn at half their size in one
 * column, and at their full size in two; two it is.
 */
export function placeInColumns(blocks: readonly Size[], room: Size, gaps: Gaps): readonly Place[] {
  let best = fill(blocks, Number.POSITIVE_INFINITY, gaps);
  for (let columns = 2; columns <= blocks.length && best.scaleIn(room) < 1; columns++) {
    const next = fill(blocks, leastHeight(blocks, columns, gaps), gaps);
    if (next.scaleIn(room) > best.scaleIn(room) * worthAColumn) best = next;
  }
  return best.places;
}

interface Filled {
  readonly places: readonly Place[];
  readonly columns: number;
  /** How large the whole is drawn in a room; 1 is the full size, and never more. */
  scaleIn(room: Size): number;
}

/** Fills columns up to a height; a block that is higher has one to itself. */
function fill(blocks: readonly Size[], height: number, { betweenColumns, betweenRows }: Gaps): Filled {
  const places: Place[] = [];
  let [x, y, columnWidth, highest, columns] = [0, 0, 0, 0, 1];
  for (const block of blocks) {
    if (y > 0 && y + block.height > height) {
      x += columnWidth + betweenColumns;
      columns++;
      y = 0;
      columnWidth = 0;
    }
    places.push({ x, y });
    columnWidth = Math.max(columnWidth, block.width);
    highest = Math.max(highest, y + block.height);
    y += block.height + betweenRows;
  }
  const width = x + columnWidth;
  return { places, columns, scaleIn: (room) => Math.min(1, room.width / width, room.height / highest) };
}

/** The least height at which so many columns are enough; found by halving, since more height never takes more columns. */
function leastHeight(blocks: readonly Size[], columns: number, gaps: Gaps): number {
  let low = Math.max(...blocks.map((block) => block.height));
  let high = blocks.reduce((sum, block) => sum + block.height + gaps.betweenRows, 0);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (fill(blocks, middle, gaps).columns <= columns) high = middle;
    else low = middle;
  }
  return fill(blocks, low, gaps).columns <= columns ? low : high;
}
