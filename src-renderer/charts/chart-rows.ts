// Thins the series of all nodes to the few rows a chart draws: one row for each slot of time, the last sample of it. Pure.

import type { NodeId } from '#core/contract/places.ts';
import type { Mark, MarkKind, SeriesPoint } from '#core/contract/views.ts';

export type ChartFigure = 'offset' | 'lagBytes' | 'reachSeconds';

/** One slot of time; a node without a sample in it is absent, and its line has a gap there. */
export interface ChartRow {
  readonly atMs: number;
  readonly [nodeId: NodeId]: number;
}

export interface ChartSpan {
  readonly fromMs: number;
  readonly toMs: number;
  /** One row stands for this long. */
  readonly slotMs: number;
}

const shortestSpanMs = 30_000;
const longestSpanMs = 300_000;
/** Slots in a span: more would cost time to draw and not be seen at this width. */
export const chartSlots = 60;

/**
 * From the oldest sample to the newest: half a minute at least, five at most. It grows with the samples, so that the first
 * minutes are not a needle at the end of an empty axis. It ends on a slot's border, so that the picture does not shiver.
 */
export function chartSpan(oldestMs: number, newestMs: number): ChartSpan {
  const lengthMs = Math.min(longestSpanMs, Math.max(shortestSpanMs, newestMs - oldestMs));
  const slotMs = Math.ceil(lengthMs / chartSlots / 1000) * 1000;
  const toMs = Math.ceil(newestMs / slotMs) * slotMs;
  return { fromMs: toMs - Math.ceil(lengthMs / slotMs) * slotMs, toMs, slotMs };
}

/**
 * Rows for a chart, oldest first.
 *
 * Worked example with slots of 4 s: samples at 1000, 3000 and 5000 ms give a row at 4000 (the sample of 3000) and one at
 * 8000 (the sample of 5000).
 */
export function chartRows(
  series: Readonly<Record<NodeId, readonly SeriesPoint[]>>,
  nodeIds: readonly NodeId[],
  figure: ChartFigure,
  span: ChartSpan,
): readonly ChartRow[] {
  const { fromMs, toMs, slotMs } = span;
  const rows = new Map<number, Record<string, number> & { atMs: number }>();
  for (const id of nodeIds) {
    for (const point of series[id] ?? []) {
      const value = point[figure];
      if (value === null || point.atMs <= fromMs || point.atMs > toMs) continue;
      const atMs = Math.ceil(point.atMs / slotMs) * slotMs;
      const row = rows.get(atMs) ?? { atMs };
      row[id] = value;
      rows.set(atMs, row);
    }
  }
  return [...rows.values()].sort((a, b) => a.atMs - b.atMs);
}

/** Nearer to the right end than this share of the span, a time would be cut off. */
const endShare = 0.06;

/** Round times inside a span for its axis: every quarter of a minute, half or whole one, so that four or so have room. */
export function timeTicks(span: ChartSpan): readonly number[] {
  const lengthMs = span.toMs - span.fromMs;
  const stepMs = lengthMs <= 60_000 ? 15_000 : lengthMs <= 120_000 ? 30_000 : 60_000;
  const ticks: number[] = [];
  for (let at = Math.ceil((span.fromMs + 1) / stepMs) * stepMs; at < span.toMs - lengthMs * endShare; at += stepMs)
    ticks.push(at);
  return ticks;
}

export interface PlacedMark {
  readonly atMs: number;
  readonly kind: MarkKind;
  /** All that this line stands for, oldest first. */
  readonly marks: readonly Mark[];
  /** On which side of the line there is room for its word, if on any. */
  readonly wordSide: 'right' | 'left' | null;
}

/** What a person wants to see first, where several marks fall on one place. */
const markRank: Readonly<Record<MarkKind, number>> = {
  fullSync: 9,
  linkDown: 8,
  promoted: 7,
  partialSync: 6,
  attached: 5,
  linkUp: 4,
  stopped: 3,
  started: 2,
  loadStarted: 1,
  loadStopped: 0,
};

/** Marks nearer than this share of the span fall together: their icons would lie upon one another. */
const mergeShare = 0.07;
/** A word with its icon needs this share of the span to itself, in the narrowest chart that shows words. */
const wordShare = 0.28;

/** Marks as lines: those close together become one, and a word stands only where the next line is far enough. */
export function placeMarks(marks: readonly Mark[], span: ChartSpan): readonly PlacedMark[] {
  const spanMs = span.toMs - span.fromMs;
  const inside = marks
    .filter((mark) => mark.atMs > span.fromMs && mark.atMs <= span.toMs)
    .sort((a, b) => a.atMs - b.atMs);
  const groups: Mark[][] = [];
  for (const mark of inside) {
    const group = groups.at(-1);
    const first = group?.[0];
    if (group !== undefined && first !== undefined && mark.atMs - first.atMs < spanMs * mergeShare) group.push(mark);
    else groups.push([mark]);
  }
  const chiefs = groups.map((group) => ({
    ...group.reduce((best, mark) => (markRank[mark.kind] > markRank[best.kind] ? mark : best)),
    // At the first of them, so that two lines are never nearer than their icons are wide.
    atMs: group[0]?.atMs ?? span.fromMs,
    marks: group,
  }));
  const wordMs = spanMs * wordShare;
  let takenUntilMs = span.fromMs;
  return chiefs.map(({ atMs, kind, marks: all }, index) => {
    const nextMs = chiefs[index + 1]?.atMs ?? span.toMs;
    const wordSide = nextMs - atMs >= wordMs ? 'right' : atMs - takenUntilMs >= wordMs ? 'left' : null;
    takenUntilMs = wordSide === 'right' ? atMs + wordMs : atMs;
    return { atMs, kind, marks: all, wordSide };
  });
}
