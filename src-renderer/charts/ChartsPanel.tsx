// The three charts of the last minutes: offsets, lag of the replicas, reach of the masters' backlogs.
import { useEffect, useState } from 'react';
import type { NodeId } from '#core/contract/places.ts';
import type { Mark, NodeView } from '#core/contract/views.ts';
import { formatBytes, formatCount, formatSeconds } from '../i18n/format.ts';
import { say, type TextKey } from '../i18n/i18n.ts';
import { useAttention } from '../store/attention-store.ts';
import type { FleetState } from '../store/fleet-state.ts';
import { useFleet } from '../store/fleet-store.ts';
import { useSelection } from '../store/selection-store.ts';
import { type ChartFigure, type ChartRow, type ChartSpan, chartRows, chartSpan, placeMarks } from './chart-rows.ts';
import { shownInCharts } from './chart-scope.ts';
import './charts.css';
import { type ChartLine, FleetChart, highestOf, LineSample } from './FleetChart.tsx';

/** Charts are drawn anew once a slot, not at each sample: three charts a second would be most of the window's cost. */
const redrawAtLeastMs = 2000;
const redrawUnattendedAtLeastMs = 8000;
const slotsUnattended = 4;

interface ChartRowSpec {
  readonly id: 'offset' | 'lag' | 'reach';
  readonly title: TextKey;
  readonly figure: ChartFigure;
  readonly belongs: (node: NodeView) => boolean;
  readonly format: (value: number) => string;
  readonly empty: TextKey;
}

const charts: readonly ChartRowSpec[] = [
  {
    id: 'offset',
    title: 'charts.offset',
    figure: 'offset',
    belongs: () => true,
    format: formatOffsetShort,
    empty: 'charts.empty',
  },
  {
    id: 'lag',
    title: 'charts.lag',
    figure: 'lagBytes',
    belongs: (node) => node.role === 'replica',
    format: formatBytes,
    empty: 'charts.noReplicas',
  },
  {
    id: 'reach',
    title: 'charts.reach',
    figure: 'reachSeconds',
    belongs: (node) => node.role === 'master' && node.backlog !== null,
    format: formatSeconds,
    empty: 'charts.noReach',
  },
];

export function ChartsPanel() {
  const { fleet, span } = useSampledFleet();
  const selectedId = useSelection((selection) => selection.nodeId);
  return (
    <section className="charts" aria-label={say('charts.title')}>
      {charts.map((chart) => (
        <OneChart key={chart.id} chart={chart} fleet={fleet} span={span} selectedId={selectedId} />
      ))}
    </section>
  );
}

interface Sampled {
  readonly fleet: FleetState;
  readonly span: ChartSpan;
}

/** The fleet as it was at the last redraw, in a frame that its figures need anyway; none while the window is hidden. */
function useSampledFleet(): Sampled {
  const [sampled, setSampled] = useState(() => sample(useFleet.getState()));
  const isAttended = useAttention((attention) => attention.isAttended);
  const { slotMs, toMs } = sampled.span;
  const { order } = sampled.fleet;
  const periodMs = isAttended
    ? Math.max(redrawAtLeastMs, slotMs)
    : Math.max(redrawUnattendedAtLeastMs, slotMs * slotsUnattended);
  useEffect(
    () =>
      useFleet.subscribe((fleet) => {
        const next = sample(fleet);
        // Nodes that came or went show at once: after the last one no sample follows that would redraw.
        const isDue = next.span.toMs - toMs >= periodMs || fleet.order !== order;
        if (document.visibilityState === 'visible' && isDue) setSampled(next);
      }),
    [toMs, periodMs, order],
  );
  return sampled;
}

function sample(fleet: FleetState): Sampled {
  const all = Object.values(fleet.series);
  const newestMs = Math.max(0, ...all.map((points) => points.at(-1)?.atMs ?? 0)) || Date.now();
  const oldestMs = Math.min(newestMs, ...all.map((points) => points[0]?.atMs ?? newestMs));
  return { fleet, span: chartSpan(oldestMs, newestMs) };
}

interface OneChartProps {
  readonly chart: ChartRowSpec;
  readonly fleet: FleetState;
  readonly span: ChartSpan;
  readonly selectedId: NodeId | null;
}

function OneChart({ chart, fleet, span, selectedId }: OneChartProps) {
  const nodes = fleet.order.flatMap((id) => fleet.nodes[id] ?? []);
  const scope = shownInCharts(nodes, selectedId);
  const shown = scope.filter(chart.belongs);
  const rows = chartRows(
    fleet.series,
    shown.map((node) => node.id),
    chart.figure,
    span,
  );
  const lines = shown.map(
    (node): ChartLine => ({
      id: node.id,
      name: node.name,
      index: scope.indexOf(node),
      isSelected: node.id === selectedId,
    }),
  );
  const chief = shown.find((node) => node.id === selectedId) ?? worstOf(chart, fleet, shown);
  return (
    <figure className="chart" aria-label={say(chart.title)} data-testid={`chart-${chart.id}`} data-points={rows.length}>
      <figcaption className="chart-head">
        <span className="chart-title">{say(chart.title)}</span>
        <span className="chart-legend">
          {lines.map((line) => (
            <span key={line.id} className="chart-legend-item" data-selected={line.isSelected}>
              <LineSample index={line.index} />
              {line.name}
            </span>
          ))}
        </span>
        {chief !== undefined && <NowFigure chart={chart} nodeId={chief.id} />}
      </figcaption>
      <div className="chart-body">
        {rows.length === 0 ? (
          <div className="chart-empty">{say(shown.length === 0 ? chart.empty : emptyOf(chart))}</div>
        ) : (
          <FleetChart
            rows={rows}
            lines={lines}
            span={span}
            marks={placeMarks(marksOf(fleet, scope), span)}
            nameOf={(id) => fleet.nodes[id]?.name ?? say('card.noValue')}
            format={chart.format}
            startsAtZero={chart.id !== 'offset'}
            isFilled={chart.id === 'reach'}
            edge={chart.id === 'lag' ? backlogEdge(fleet, chief, rows) : null}
          />
        )}
      </div>
    </figure>
  );
}

/** What happened to the nodes that are shown. */
function marksOf(fleet: FleetState, scope: readonly NodeView[]): readonly Mark[] {
  const ids = new Set(scope.map(({ id }) => id));
  return fleet.marks.filter(({ nodeId }) => ids.has(nodeId));
}

function emptyOf(chart: ChartRowSpec): TextKey {
  return chart.id === 'reach' ? chart.empty : 'charts.empty';
}

function latest(chart: ChartRowSpec, fleet: FleetState, id: NodeId): number | null {
  return fleet.series[id]?.at(-1)?.[chart.figure] ?? null;
}

/** The newest figure; it moves with each sample, between the chart's redraws too. */
function NowFigure({ chart, nodeId }: { readonly chart: ChartRowSpec; readonly nodeId: NodeId }) {
  const value = useFleet((fleet) => latest(chart, fleet, nodeId));
  const format = chart.id === 'offset' ? formatCount : chart.format;
  return (
    <span className="mono nowrap" data-testid={`chart-${chart.id}-now`}>
      {value === null ? say('card.noValue') : format(value)}
    </span>
  );
}

/** The node whose figure the head shows when none of the chart's nodes is selected: first master, largest lag, least reach. */
function worstOf(chart: ChartRowSpec, fleet: FleetState, shown: readonly NodeView[]): NodeView | undefined {
  if (chart.id === 'offset') return shown.find((node) => node.role === 'master') ?? shown[0];
  const sign = chart.id === 'lag' ? -1 : 1;
  const rank = (node: NodeView) => sign * (latest(chart, fleet, node.id) ?? (sign < 0 ? 0 : Number.MAX_SAFE_INTEGER));
  return [...shown].sort((a, b) => rank(a) - rank(b))[0];
}

/** Half the edge's height: below it the line across would only press the lines flat. */
const edgeShownFrom = 0.5;

function backlogEdge(fleet: FleetState, replica: NodeView | undefined, rows: readonly ChartRow[]): number | null {
  const masterId = replica?.link?.masterId ?? null;
  const kept = masterId === null ? null : (fleet.nodes[masterId]?.backlog?.histlenBytes ?? null);
  if (kept === null || kept === 0) return null;
  return highestOf(rows) >= kept * edgeShownFrom ? kept : null;
}

function formatOffsetShort(offset: number): string {
  if (offset < 10_000_000) return formatCount(offset);
  return `${(offset / 1_000_000).toFixed(1)} M`;
}
