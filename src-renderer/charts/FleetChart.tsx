// One chart over the last minutes: a line for each node, marks where something happened, hover shared with the others.
import { useCallback, useMemo } from 'react';
import {
  Area,
  CartesianGrid,
  ComposedChart,
  Line,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import type { NodeId } from '#core/contract/places.ts';
import { formatClock } from '../i18n/format.ts';
import { say } from '../i18n/i18n.ts';
import { type ChartRow, type ChartSpan, type PlacedMark, timeTicks } from './chart-rows.ts';
import { MarkSign, markTexts } from './MarkSign.tsx';
import { seriesLook } from './series-looks.ts';

/** The longest label, `10 min 53 s`, at the size of its letters. */
const axisWidth = 76;

export interface ChartLine {
  readonly id: string;
  readonly name: string;
  /** Its place among the nodes of all three charts: gives the same look in each. */
  readonly index: number;
  readonly isSelected: boolean;
}

export interface FleetChartProps {
  readonly rows: readonly ChartRow[];
  readonly lines: readonly ChartLine[];
  readonly span: ChartSpan;
  readonly marks: readonly PlacedMark[];
  readonly nameOf: (nodeId: NodeId) => string;
  readonly format: (value: number) => string;
  readonly startsAtZero: boolean;
  readonly isFilled: boolean;
  /** A line across: the backlog's edge. */
  readonly edge: number | null;
}

/** The axis breaks its words at plain spaces. */
const unbreakable = '\u00a0';
const margin = { top: 14, right: 10, bottom: 0, left: 0 } as const;
const axisLine = { stroke: 'var(--line)' } as const;
const cursor = { stroke: 'var(--ink-faint)', strokeDasharray: '2 3' } as const;
const autoDomain = ['auto', 'auto'] as const;
/** Up to the next round value: the highest itself would be one more tick, on top of its neighbour. */
const zeroDomain = [0, 'auto'] as const;
const zeroAlone = [0];
const tickStyle = { fill: 'var(--ink-faint)', fontSize: 10, fontFamily: 'var(--font-mono)' } as const;

export function FleetChart(props: FleetChartProps) {
  const { rows, lines, span, marks, nameOf, format, startsAtZero, isFilled, edge } = props;
  const ticks = timeTicks(span);
  const isFlat = startsAtZero && highestOf(rows) === 0;
  // Each prop of an axis that is another one than before costs a round through all that the chart has drawn.
  const valueDomain = useMemo(
    () => (isFlat ? flatDomain(edge) : startsAtZero ? zeroDomain : autoDomain),
    [isFlat, startsAtZero, edge],
  );
  const formatValue = useCallback((value: number) => format(value).replaceAll(' ', unbreakable), [format]);
  return (
    <ResponsiveContainer width="100%" height="100%" debounce={120}>
      <ComposedChart
        data={rows as ChartRow[]}
        margin={margin}
        syncId="fleet"
        syncMethod="value"
        accessibilityLayer={false}
      >
        <CartesianGrid stroke="var(--line)" vertical={false} />
        <XAxis
          dataKey="atMs"
          type="number"
          domain={[span.fromMs, span.toMs]}
          ticks={ticks}
          tickFormatter={formatTick}
          tick={tickStyle}
          tickLine={false}
          axisLine={axisLine}
          height={18}
        />
        <YAxis
          domain={valueDomain}
          tickFormatter={formatValue}
          interval={0}
          tick={tickStyle}
          tickLine={false}
          axisLine={false}
          width={axisWidth}
          tickCount={4}
          {...(isFlat && { ticks: zeroAlone })}
          allowDecimals={false}
        />
        <Tooltip
          isAnimationActive={false}
          cursor={cursor}
          content={({ active, label, payload }) =>
            active === true && typeof label === 'number' ? (
              <ChartTip
                atMs={label}
                format={format}
                lines={lines}
                row={payload[0]?.payload as ChartRow | undefined}
                happened={markTexts(marks, { ...span, toMs: label, fromMs: label - 2 * span.slotMs }, nameOf)}
              />
            ) : null
          }
        />
        {marks.map((mark) => (
          <ReferenceLine
            key={`${mark.atMs}${mark.kind}`}
            x={mark.atMs}
            stroke="var(--line-strong)"
            strokeDasharray="2 4"
            label={({ viewBox }) => <MarkSign mark={mark} x={placeOf(viewBox)} nameOf={nameOf} />}
          />
        ))}
        {edge !== null && (
          <ReferenceLine
            y={edge}
            ifOverflow="extendDomain"
            stroke="var(--warning)"
            strokeDasharray="5 5"
            label={{ value: say('charts.edge'), position: 'insideTopRight', fill: 'var(--warning)', fontSize: 10 }}
          />
        )}
        {lines.map((line) => (
          <ChartLineDrawing key={line.id} line={line} isFilled={isFilled} />
        ))}
      </ComposedChart>
    </ResponsiveContainer>
  );
}

function ChartLineDrawing({ line, isFilled }: { readonly line: ChartLine; readonly isFilled: boolean }) {
  const look = seriesLook(line.index);
  const common = {
    dataKey: line.id,
    stroke: look.colour,
    strokeWidth: line.isSelected ? 2.4 : 1.5,
    strokeDasharray: look.dashes,
    dot: false,
    activeDot: { r: 3 },
    isAnimationActive: false,
    type: 'linear',
  } as const;
  if (!isFilled) return <Line {...common} />;
  return <Area {...common} fill={look.colour} fillOpacity={0.1} />;
}

interface ChartTipProps {
  readonly atMs: number;
  readonly row: ChartRow | undefined;
  readonly lines: readonly ChartLine[];
  readonly format: (value: number) => string;
  readonly happened: readonly string[];
}

function ChartTip({ atMs, row, lines, format, happened }: ChartTipProps) {
  return (
    <div className="chart-tip mono">
      <div className="faint">{formatClock(atMs, false)}</div>
      {lines.map((line) => (
        <div key={line.id} className="chart-tip-row">
          <LineSample index={line.index} />
          <span>{line.name}</span>
          <span>{row?.[line.id] === undefined ? say('card.noValue') : format(row[line.id] ?? 0)}</span>
        </div>
      ))}
      {happened.map((text) => (
        <div key={text} className="soft">
          {text}
        </div>
      ))}
    </div>
  );
}

export function LineSample({ index }: { readonly index: number }) {
  const look = seriesLook(index);
  return (
    <svg className="line-sample" viewBox="0 0 18 6" aria-hidden="true">
      <path d="M0 3h18" stroke={look.colour} strokeWidth="2.4" strokeDasharray={look.dashes} />
    </svg>
  );
}

/** Seconds only where the marks on the axis are closer than a minute. */
function formatTick(atMs: number): string {
  return formatClock(atMs, false).replace(/:00$/, '');
}

export function highestOf(rows: readonly ChartRow[]): number {
  return Math.max(0, ...rows.flatMap(({ atMs: _, ...values }) => Object.values(values)));
}

/** Where a line across the chart stands, by the box that it hands to its label. */
function placeOf(viewBox: unknown): number {
  return typeof viewBox === 'object' && viewBox !== null && 'x' in viewBox ? Number(viewBox.x) : 0;
}

function flatDomain(edge: number | null): readonly [number, number] {
  return [0, edge === null ? 1 : edge * 1.15];
}
