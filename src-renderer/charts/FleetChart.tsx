// One chart over the last minutes: a line for each node, marks where something happened, hover shared with the others.
// Drawn by itself: a library took thirty milliseconds for three charts, most of what the window cost at rest.
import { useElementSize } from '@mantine/hooks';
import type { NodeId } from '#core/contract/views.ts';
import { formatClock } from '../i18n/format.ts';
import { say } from '../i18n/i18n.ts';
import { ChartHover } from './ChartHover.tsx';
import {
  areaPath,
  type ChartScale,
  frameOf,
  linePath,
  rowAt,
  scaleOf,
  type ValueAxis,
  valueAxis,
} from './chart-frame.ts';
import { hoverCharts } from './chart-hover.ts';
import { type ChartRow, type ChartSpan, type PlacedMark, timeTicks } from './chart-rows.ts';
import { MarkSign } from './MarkSign.tsx';
import { type ChartLine, seriesLook } from './series-looks.ts';

/** Between an axis and its labels. */
const labelGapPx = 8;
const timeLabelDropPx = 14;
/** Room above the backlog's edge for its word. */
const edgeRoom = 1.15;

interface FleetChartProps {
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

export function FleetChart(props: FleetChartProps) {
  const { ref, width, height } = useElementSize();
  return (
    <div ref={ref} className="chart-drawing">
      {width > 0 && height > 0 && <Drawing {...props} width={width} height={height} />}
    </div>
  );
}

function Drawing(props: FleetChartProps & { readonly width: number; readonly height: number }) {
  const { rows, lines, span, marks, nameOf, isFilled, edge, width, height } = props;
  const axis = axisOf(props);
  const scale = scaleOf(frameOf(width, height), span, axis);
  return (
    <>
      <svg
        width={width}
        height={height}
        aria-hidden="true"
        onPointerMove={(event) => hoverCharts(rowAt(rows, event.nativeEvent.offsetX, scale)?.atMs ?? null)}
        onPointerLeave={() => hoverCharts(null)}
      >
        <rect className="chart-ground" width={width} height={height} />
        <Axes axis={axis} scale={scale} span={span} format={props.format} />
        {marks.map((mark) => (
          <g key={`${mark.atMs}${mark.kind}`}>
            <path className="chart-mark-line" d={downAt(scale, mark.atMs)} />
            <MarkSign mark={mark} x={scale.x(mark.atMs)} nameOf={nameOf} />
          </g>
        ))}
        {edge !== null && <Edge y={scale.y(edge)} scale={scale} />}
        {lines.map((line) => (
          <Line key={line.id} line={line} rows={rows} scale={scale} isFilled={isFilled} />
        ))}
      </svg>
      <ChartHover {...props} scale={scale} width={width} height={height} />
    </>
  );
}

function axisOf({ rows, startsAtZero, edge }: FleetChartProps): ValueAxis {
  const highest = highestOf(rows);
  if (startsAtZero) return valueAxis(0, edge === null ? highest : Math.max(highest, edge * edgeRoom));
  return valueAxis(Math.min(highest, ...rows.flatMap(valuesOf)), highest);
}

interface AxesProps {
  readonly axis: ValueAxis;
  readonly scale: ChartScale;
  readonly span: ChartSpan;
  readonly format: (value: number) => string;
}

function Axes({ axis, scale, span, format }: AxesProps) {
  const { left, right, bottom } = scale.frame;
  return (
    <>
      <path className="chart-grid" d={axis.ticks.map((value) => `M${left} ${scale.y(value)}H${right}`).join('')} />
      <path className="chart-grid" d={`M${left} ${bottom}H${right}`} />
      <g className="chart-values mono">
        {axis.ticks.map((value) => (
          <text key={value} x={left - labelGapPx} y={scale.y(value)}>
            {format(value)}
          </text>
        ))}
      </g>
      <g className="chart-times mono">
        {timeTicks(span).map((atMs) => (
          <text key={atMs} x={scale.x(atMs)} y={bottom + timeLabelDropPx}>
            {formatTick(atMs)}
          </text>
        ))}
      </g>
    </>
  );
}

interface LineProps {
  readonly line: ChartLine;
  readonly rows: readonly ChartRow[];
  readonly scale: ChartScale;
  readonly isFilled: boolean;
}

function Line({ line, rows, scale, isFilled }: LineProps) {
  const look = seriesLook(line.index);
  return (
    <>
      {isFilled && <path d={areaPath(rows, line.id, scale)} fill={look.colour} fillOpacity={0.1} />}
      <path
        d={linePath(rows, line.id, scale)}
        fill="none"
        stroke={look.colour}
        strokeWidth={line.isSelected ? 2.4 : 1.5}
        strokeDasharray={look.dashes}
      />
    </>
  );
}

function Edge({ y, scale }: { readonly y: number; readonly scale: ChartScale }) {
  const { left, right } = scale.frame;
  return (
    <g className="chart-edge">
      <path d={`M${left} ${y}H${right}`} />
      <text x={right - labelGapPx} y={y + timeLabelDropPx}>
        {say('charts.edge')}
      </text>
    </g>
  );
}

function downAt({ frame, x }: ChartScale, atMs: number): string {
  return `M${x(atMs)} ${frame.top}V${frame.bottom}`;
}

/** Seconds only where the marks on the axis are closer than a minute. */
function formatTick(atMs: number): string {
  return formatClock(atMs, false).replace(/:00$/, '');
}

function valuesOf({ atMs: _, ...values }: ChartRow): readonly number[] {
  return Object.values(values);
}

export function highestOf(rows: readonly ChartRow[]): number {
  return Math.max(0, ...rows.flatMap(valuesOf));
}
