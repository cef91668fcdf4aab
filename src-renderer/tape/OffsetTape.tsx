// The offset tape, the sign of the product: the backlog lit at the right end, lost history hatched, replicas as ticks.
import { formatCount } from '../i18n/format.ts';
import { say } from '../i18n/i18n.ts';
import './tape.css';
import { isWithin, type TapeTick, type TapeWindow, tapeScale } from './tape-scale.ts';

interface OffsetTapeProps {
  readonly window: TapeWindow;
  readonly ticks: readonly TapeTick[];
  /** `large` carries words and numbers, for the inspector and forecasts. */
  readonly size: 'card' | 'large';
}

export function OffsetTape({ window, ticks, size }: OffsetTapeProps) {
  const offsets = ticks.flatMap((tick) => [tick.acknowledgedOffset, tick.appliedOffset]).filter((at) => at !== null);
  const scale = tapeScale(window, offsets);
  const isLarge = size === 'large';
  return (
    <div className={`tape tape-${size}`} role="img" aria-label={describe(window, ticks)}>
      <div className="tape-strip">
        {scale.hasLost && <div className="tape-lost" style={{ width: percent(scale.litFrom) }} />}
        {isLarge && scale.hasLost && <span className="tape-word tape-word-lost">{say('tape.lost')}</span>}
        <div className="tape-lit" style={{ left: percent(scale.litFrom) }} />
        {isLarge && <span className="tape-word tape-word-kept">{say('tape.kept')}</span>}
        {ticks.map((tick) => (
          <Tick key={tick.name} tick={tick} scale={scale} hasName={isLarge} />
        ))}
      </div>
      {isLarge && (
        <div className="tape-figures mono">
          <span style={{ left: percent(Math.min(scale.litFrom, 0.62)) }}>{formatCount(window.firstByte)}</span>
          <span className="tape-end">{formatCount(window.endOffset)}</span>
        </div>
      )}
    </div>
  );
}

function Tick(props: { tick: TapeTick; scale: ReturnType<typeof tapeScale>; hasName: boolean }) {
  const { tick, scale, hasName } = props;
  const applied = tick.appliedOffset === null ? null : scale.at(tick.appliedOffset);
  const acknowledged = tick.acknowledgedOffset === null ? null : scale.at(tick.acknowledgedOffset);
  const named = applied ?? acknowledged;
  return (
    <>
      {acknowledged !== null && (
        <i className={`tape-tick tape-tick-hollow tone-${tick.tone}`} style={{ left: percent(acknowledged.share) }} />
      )}
      {applied !== null && (
        <i className={`tape-tick tape-tick-filled tone-${tick.tone}`} style={{ left: percent(applied.share) }} />
      )}
      {hasName && named !== null && (
        <span
          className={`tape-name tone-${tick.tone}`}
          style={{ left: percent(named.share) }}
          data-end={named.share > 0.5}
        >
          {named.isPinned ? `‹ ${tick.name}` : tick.name}
        </span>
      )}
    </>
  );
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)}%`;
}

function describe(window: TapeWindow, ticks: readonly TapeTick[]): string {
  const replicas = ticks.map((tick) => {
    const offset = tick.appliedOffset ?? tick.acknowledgedOffset ?? 0;
    const key = isWithin(window, offset) ? 'tape.tickWithin' : 'tape.tickLost';
    return say(key, { name: tick.name, offset: formatCount(offset) });
  });
  const figures = { first: formatCount(window.firstByte), end: formatCount(window.endOffset) };
  return say('tape.label', { ...figures, replicas: replicas.join(' ') });
}
