// What a chart shows of the moment under the pointer: a line, a dot on each node's line, and the figures in a tip.
import type { NodeId } from '#core/contract/views.ts';
import { formatClock } from '../i18n/format.ts';
import { say } from '../i18n/i18n.ts';
import type { ChartScale } from './chart-frame.ts';
import { useChartHover } from './chart-hover.ts';
import type { ChartRow, ChartSpan, PlacedMark } from './chart-rows.ts';
import { LineSample } from './LineSample.tsx';
import { markTexts } from './MarkSign.tsx';
import { type ChartLine, seriesLook } from './series-looks.ts';

const tipGapPx = 10;

interface ChartHoverProps {
  readonly rows: readonly ChartRow[];
  readonly lines: readonly ChartLine[];
  readonly span: ChartSpan;
  readonly marks: readonly PlacedMark[];
  readonly nameOf: (nodeId: NodeId) => string;
  readonly format: (value: number) => string;
  readonly scale: ChartScale;
  readonly width: number;
  readonly height: number;
}

export function ChartHover(props: ChartHoverProps) {
  const atMs = useChartHover((hover) => hover.atMs);
  const row = atMs === null ? undefined : props.rows.find((candidate) => candidate.atMs === atMs);
  if (row === undefined) return null;
  const { scale, lines, width, height } = props;
  const { left, right, top, bottom } = scale.frame;
  const x = scale.x(row.atMs);
  // To that side of the line where there is more room.
  const side = x > (left + right) / 2 ? { right: width - x + tipGapPx } : { left: x + tipGapPx };
  return (
    <>
      <svg className="chart-hover" width={width} height={height} aria-hidden="true">
        <path className="chart-cursor" d={`M${x} ${top}V${bottom}`} />
        {lines.map((line) => {
          const value = row[line.id];
          return (
            value !== undefined && (
              <circle key={line.id} cx={x} cy={scale.y(value)} r={3} fill={seriesLook(line.index).colour} />
            )
          );
        })}
      </svg>
      <ChartTip {...props} row={row} style={side} />
    </>
  );
}

type ChartTipProps = Omit<ChartHoverProps, 'rows' | 'scale' | 'width' | 'height'> & {
  readonly row: ChartRow;
  readonly style: React.CSSProperties;
};

function ChartTip({ row, lines, format, marks, span, nameOf, style }: ChartTipProps) {
  const happened = markTexts(marks, { toMs: row.atMs, fromMs: row.atMs - 2 * span.slotMs }, nameOf);
  const figure = ({ id }: ChartLine) => (row[id] === undefined ? say('card.noValue') : format(row[id]));
  return (
    <div className="chart-tip mono" style={style}>
      <div className="faint">{formatClock(row.atMs, false)}</div>
      {lines.map((line) => (
        <div key={line.id} className="chart-tip-row">
          <LineSample index={line.index} />
          <span>{line.name}</span>
          <span>{figure(line)}</span>
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
