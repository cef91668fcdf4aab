// Ranges as LRANGE, LTRIM and ZRANGE name them: two indexes, both included, counted from the end if negative.

/** Elements from `from` up to, not with, `to`; nothing when they are equal. */
export interface IndexRange {
  readonly from: number;
  readonly to: number;
}

/** The part of `size` elements that two indexes cut out. */
export function indexRange(size: number, first: number, last: number): IndexRange {
  const from = Math.max(0, first < 0 ? size + first : first);
  const to = Math.min(size, (last < 0 ? size + last : last) + 1);
  return from < to ? { from, to } : { from: 0, to: 0 };
}
