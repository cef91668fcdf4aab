// One chart over the last five minutes: a line for each node, marks where something happened, hover shared with the others.
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
import { formatClock } from '../i18n/format.ts';
import { say } from '../i18n/i18n.ts';
import type { ChartRow, ChartSpan, PlacedMark } from './chart-rows.ts';
import { seriesLook } from './series-looks.ts';

export interface ChartLine {
  readonly id: string;
  readonly name: string;
  /** Its place among all nodes: gives the same look in every chart. */
  readonly index: number;
  readonly isSelected: boolean;
}

export interface FleetChartProps {
  readonly rows: readonly ChartRow[];
  readonly lines: readonly ChartLine[];
  readonly span: ChartSpan;
  readonly marks: readonly PlacedMark[];
  readonly format: (value: number) => string;
  readonly startsAtZero: boolean;
  readonly isFilled: boolean;
  /** A line across: the backlog's edge. */
  readonly edge: number | null;
}

const margin = { top: 14, right: 10, bottom: 0, left: 0 } as const;
const tickStyle = { fill: 'var(--ink-faint)', fontSize: 10, fontFamily: 'var(--font-mono)' } as const;

export function FleetChart(props: FleetChartProps) {
  const { rows, lines, span, marks, format, startsAtZero, isFilled, edge } = props;
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
          ticks={timeTicks(span)}
          tickFormatter={(atMs: number) => formatClock(atMs, false).slice(0, 5)}
          tick={tickStyle}
          tickLine={false}
          axisLine={{ stroke: 'var(--line)' }}
          height={18}
        />
        <YAxis
          domain={startsAtZero ? [0, edgeOrMore(edge)] : ['auto', 'auto']}
          tickFormatter={format}
          tick={tickStyle}
          tickLine={false}
          axisLine={false}
          width={62}
          tickCount={4}
          allowDecimals={false}
        />
        <Tooltip
          isAnimationActive={false}
          cursor={{ stroke: 'var(--ink-faint)', strokeDasharray: '2 3' }}
          content={({ active, label, payload }) =>
            active === true && typeof label === 'number' ? (
              <ChartTip atMs={label} format={format} lines={lines} row={payload[0]?.payload as ChartRow | undefined} />
            ) : null
          }
        />
        {marks.map((mark) => (
          <ReferenceLine
            key={`${mark.atMs}${mark.kind}`}
            x={mark.atMs}
            stroke="var(--ink-faint)"
            strokeDasharray="2 4"
            label={{
              value: markLabel(mark),
              position: mark.wordSide === 'left' ? 'insideTopRight' : 'insideTopLeft',
              offset: 3,
              fill: 'var(--ink-soft)',
              fontSize: 9.5,
              dy: -14,
            }}
          />
        ))}
        {edge !== null && (
          <ReferenceLine
            y={edge}
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
}

function ChartTip({ atMs, row, lines, format }: ChartTipProps) {
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

function markLabel(mark: PlacedMark): string {
  if (mark.wordSide === null) return '';
  const word = say(`mark.${mark.kind}`);
  return mark.count > 1 ? `${word} +${mark.count - 1}` : word;
}

/** Whole minutes inside the span. */
function timeTicks(span: ChartSpan): number[] {
  const minuteMs = 60_000;
  const first = Math.ceil((span.fromMs + 1) / minuteMs) * minuteMs;
  const ticks: number[] = [];
  for (let at = first; at < span.toMs; at += minuteMs) ticks.push(at);
  return ticks;
}

function edgeOrMore(edge: number | null): (max: number) => number {
  return (max) => Math.max(max, edge === null ? 1 : edge * 1.15);
}
