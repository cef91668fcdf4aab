// The sign at the head of a mark's line: an icon, its word where there is room, and on hover all that happened there.
import {
  type Icon,
  IconArrowsJoin,
  IconArrowUpCircle,
  IconBolt,
  IconBoltOff,
  IconDatabaseImport,
  IconPlayerPlay,
  IconPlayerStop,
  IconPlugConnected,
  IconPlugConnectedX,
  IconRefresh,
} from '@tabler/icons-react';
import type { NodeId } from '#core/contract/places.ts';
import type { MarkKind } from '#core/contract/views.ts';
import { formatClock } from '../i18n/format.ts';
import { say } from '../i18n/i18n.ts';
import type { ChartSpan, PlacedMark } from './chart-rows.ts';

const icons: Readonly<Record<MarkKind, Icon>> = {
  fullSync: IconDatabaseImport,
  partialSync: IconRefresh,
  linkUp: IconPlugConnected,
  linkDown: IconPlugConnectedX,
  promoted: IconArrowUpCircle,
  attached: IconArrowsJoin,
  started: IconPlayerPlay,
  stopped: IconPlayerStop,
  loadStarted: IconBolt,
  loadStopped: IconBoltOff,
};

const iconPx = 11;
const gapPx = 4;

interface MarkSignProps {
  readonly mark: PlacedMark;
  /** The line's place, in pixels. */
  readonly x: number;
  readonly nameOf: (nodeId: NodeId) => string;
}

export function MarkSign({ mark, x, nameOf }: MarkSignProps) {
  const MarkIcon = icons[mark.kind];
  const isLeft = mark.wordSide === 'left';
  return (
    <g className="chart-mark">
      <title>{texts(mark, nameOf).join('\n')}</title>
      <MarkIcon x={x - iconPx / 2} y={0} size={iconPx} stroke={2} />
      {mark.wordSide !== null && (
        <text
          x={isLeft ? x - iconPx / 2 - gapPx : x + iconPx / 2 + gapPx}
          y={iconPx - 2}
          textAnchor={isLeft ? 'end' : 'start'}
        >
          {say(`mark.${mark.kind}`)}
        </text>
      )}
    </g>
  );
}

/** What happened inside a span, a line each. */
export function markTexts(
  marks: readonly PlacedMark[],
  span: Pick<ChartSpan, 'fromMs' | 'toMs'>,
  nameOf: (nodeId: NodeId) => string,
): readonly string[] {
  return marks
    .filter((mark) => mark.atMs > span.fromMs && mark.atMs <= span.toMs)
    .flatMap((mark) => texts(mark, nameOf));
}

function texts(mark: PlacedMark, nameOf: (nodeId: NodeId) => string): readonly string[] {
  return mark.marks.map(({ atMs, kind, nodeId }) => {
    return say('mark.line', { time: formatClock(atMs, false), name: nameOf(nodeId), what: say(`mark.${kind}`) });
  });
}
