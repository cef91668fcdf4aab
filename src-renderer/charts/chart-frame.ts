// Where a chart's times and values fall on its drawing, its round values, and its lines as SVG paths. Pure.
import type { NodeId } from '#core/contract/views.ts';
import type { ChartRow, ChartSpan } from './chart-rows.ts';

/** Room for the longest label at the left, `10 min 53 s`, for the marks' signs on top, and for the times below. */
const marginPx = { top: 14, right: 10, bottom: 18, left: 76 } as const;
/** Between round values there are at most so many steps, before the ends are rounded too. */
const stepsMax = 3;
const roundSteps = [1, 2, 5, 10] as const;

/** The plot inside a drawing, in pixels. */
export interface ChartFrame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** A stretch of values with the round ones in it that the axis names, lowest first. */
export interface ValueAxis {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
}

export interface ChartScale {
  readonly frame: ChartFrame;
  readonly x: (atMs: number) => number;
  readonly y: (value: number) => number;
}

export function frameOf(widthPx: number, heightPx: number): ChartFrame {
  return {
    left: marginPx.left,
    right: Math.max(marginPx.left + 1, widthPx - marginPx.right),
    top: marginPx.top,
    bottom: Math.max(marginPx.top + 1, heightPx - marginPx.bottom),
  };
}

/**
 * The axis for values from `least` to `most`, with whole round ticks that enclose both.
 *
 * Worked example: 1 203 to 1 377 are 174 apart, so a step is 58 at least, rounded up 100: ticks at 1 200, 1 300, 1 400.
 */
export function valueAxis(least: number, most: number): ValueAxis {
  if (least === 0 && most === 0) return { low: 0, high: 1, ticks: [0] };
  const step = roundStep((most - least) / stepsMax);
  const low = Math.floor(least / step) * step;
  const high = Math.max(low + step, Math.ceil(most / step) * step);
  const ticks = Array.from({ length: Math.round((high - low) / step) + 1 }, (_, index) => low + index * step);
  return { low, high, ticks };
}

/** The next of 1, 2, 5, 10, 20, 50, 100 … */
function roundStep(atLeast: number): number {
  if (atLeast <= 1) return 1;
  const ten = 10 ** Math.floor(Math.log10(atLeast));
  return ten * (roundSteps.find((step) => step * ten >= atLeast) ?? 10);
}

export function scaleOf(frame: ChartFrame, span: ChartSpan, axis: ValueAxis): ChartScale {
  const perMs = (frame.right - frame.left) / (span.toMs - span.fromMs);
  const perUnit = (frame.bottom - frame.top) / (axis.high - axis.low);
  return {
    frame,
    x: (atMs) => frame.left + (atMs - span.fromMs) * perMs,
    y: (value) => frame.bottom - (value - axis.low) * perUnit,
  };
}

/** A node's line: broken where a row has no sample of it. */
export function linePath(rows: readonly ChartRow[], nodeId: NodeId, scale: ChartScale): string {
  return runsOf(rows, nodeId, scale).map(throughPoints).join('');
}

/** What lies below the line, down to the plot's lower edge. */
export function areaPath(rows: readonly ChartRow[], nodeId: NodeId, scale: ChartScale): string {
  const floor = inPixels(scale.frame.bottom);
  return runsOf(rows, nodeId, scale)
    .map((run) => `${throughPoints(run)}V${floor}H${run[0]?.x ?? ''}Z`)
    .join('');
}

interface Point {
  readonly x: string;
  readonly y: string;
}

function throughPoints(run: readonly Point[]): string {
  return `M${run.map(({ x, y }) => `${x} ${y}`).join('L')}`;
}

/** Neighbouring rows that have a sample of the node. */
function runsOf(rows: readonly ChartRow[], nodeId: NodeId, scale: ChartScale): readonly (readonly Point[])[] {
  const runs: Point[][] = [];
  let current: Point[] | null = null;
  for (const row of rows) {
    const value = row[nodeId];
    if (value === undefined) {
      current = null;
      continue;
    }
    if (current === null) {
      current = [];
      runs.push(current);
    }
    current.push({ x: inPixels(scale.x(row.atMs)), y: inPixels(scale.y(value)) });
  }
  return runs;
}

/** A tenth of a pixel is finer than the eye. */
function inPixels(length: number): string {
  return String(Math.round(length * 10) / 10);
}

/** The row nearest to a place on the drawing; null without rows. */
export function rowAt(rows: readonly ChartRow[], xPx: number, scale: ChartScale): ChartRow | null {
  const distance = (row: ChartRow) => Math.abs(scale.x(row.atMs) - xPx);
  return rows.reduce<ChartRow | null>(
    (nearest, row) => (nearest === null || distance(row) < distance(nearest) ? row : nearest),
    null,
  );
}
