// The backlog closely: the large tape with its numbers, its reach in words, and where each replica stands in it.
import { IconRulerMeasure } from '@tabler/icons-react';
import type { BacklogView, NodeView } from '#core/contract/views.ts';
import { EmptyState } from '../design/EmptyState.tsx';
import { StateGlyph } from '../design/StateGlyph.tsx';
import { formatBytes, formatCount, formatPercent, formatRate, formatSeconds, formatSize } from '../i18n/format.ts';
import { say } from '../i18n/i18n.ts';
import { OffsetTape } from '../tape/OffsetTape.tsx';
import { fillOf, isWithin, type TapeTick, type TapeWindow } from '../tape/tape-scale.ts';
import { useTicks } from '../tape/use-ticks.ts';
import { Section } from './Section.tsx';

export function BacklogTab({ node }: { readonly node: NodeView }) {
  const backlog = node.backlog;
  if (backlog === null || !backlog.active) {
    return (
      <EmptyState
        icon={IconRulerMeasure}
        title={say('inspector.backlogNone')}
        text={say('inspector.backlogNoneHint')}
      />
    );
  }
  return <Backlog node={node} backlog={backlog} />;
}

function Backlog({ node, backlog }: { readonly node: NodeView; readonly backlog: BacklogView }) {
  const ticks = useTicks(node);
  const window = {
    firstByte: backlog.firstByte,
    endOffset: node.offset ?? backlog.firstByte + backlog.histlenBytes - 1,
  };
  const share = fillOf(backlog);
  return (
    <>
      <Section title={say('inspector.tabBacklog')}>
        <OffsetTape size="large" window={window} ticks={ticks} />
        <p className="backlog-reach">{reachText(backlog)}</p>
        <dl className="figures mono">
          <Row label={say('inspector.backlogSize')} value={formatSize(backlog.sizeBytes)} />
          <Row
            label={say('inspector.backlogLength')}
            value={`${formatCount(backlog.histlenBytes)} · ${formatPercent(share)}`}
          />
          <Row label={say('inspector.backlogFirst')} value={formatCount(backlog.firstByte)} />
          <Row label={say('inspector.backlogEnd')} value={formatCount(window.endOffset)} />
          <Row label={say('inspector.backlogRate')} value={formatRate(node.writeBytesPerSecond)} />
          <Row
            label={say('inspector.backlogReach')}
            value={backlog.reachSeconds === null ? say('tape.reachUnlimited') : formatSeconds(backlog.reachSeconds)}
          />
        </dl>
      </Section>
      <Section title={say('inspector.backlogReplicas')}>
        {ticks.length === 0 ? (
          <div className="faint">{say('inspector.noReplicas')}</div>
        ) : (
          <ul className="replicas mono">
            {ticks.map((tick) => (
              <TickRow key={tick.name} tick={tick} window={window} />
            ))}
          </ul>
        )}
      </Section>
      <Section title={say('help.reading')}>
        <p className="soft">{say('help.tapeText')}</p>
      </Section>
    </>
  );
}

function reachText(backlog: BacklogView): string {
  if (backlog.reachSeconds === null) return say('inspector.backlogReachQuiet');
  return say('inspector.backlogReachHint', { age: formatSeconds(backlog.reachSeconds) });
}

function Row({ label, value }: { readonly label: string; readonly value: string }) {
  return (
    <div className="figure-row">
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function TickRow({ tick, window }: { readonly tick: TapeTick; readonly window: TapeWindow }) {
  const offset = tick.appliedOffset ?? tick.acknowledgedOffset ?? 0;
  const isIn = isWithin(window, offset);
  const bytes = formatBytes(Math.abs(offset + 1 - window.firstByte));
  return (
    <li>
      <StateGlyph tone={tick.tone} />
      <span>{tick.name}</span>
      <span className="grow" />
      <span>{formatCount(offset)}</span>
      <span className={isIn ? 'tone-healthy' : 'tone-down'}>
        {say(isIn ? 'inspector.within' : 'inspector.past', { bytes })}
      </span>
    </li>
  );
}
