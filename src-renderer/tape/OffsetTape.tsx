// The offset tape, the sign of the product: the backlog lit at the right end, lost history hatched, replicas as ticks.
import { formatCount } from '../i18n/format.ts';
import { say } from '../i18n/i18n.ts';
import './tape.css';
import { isWithin, placeNames, type TapeScale, type TapeTick, type TapeWindow, tapeScale } from './tape-scale.ts';

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
      {isLarge && <Names ticks={ticks} scale={scale} />}
      <div className="tape-strip">
        {scale.hasLost && <div className="tape-lost" style={{ width: percent(scale.litFrom) }} />}
        <div className="tape-lit" style={{ left: percent(scale.litFrom) }} />
        {isLarge && <Words scale={scale} />}
        {ticks.map((tick) => (
          <Tick key={tick.name} tick={tick} scale={scale} />
        ))}
      </div>
      {isLarge && (
        <div className="tape-figures mono">
          <span style={{ left: percent(Math.min(scale.litFrom, latestFigureShare)) }}>
            {formatCount(window.firstByte)}
          </span>
          <span className="tape-end">{formatCount(window.endOffset)}</span>
        </div>
      )}
    </div>
  );
}

/** Further right the first byte's number would run into the offset's. */
const latestFigureShare = 0.62;
/** Below this share there is no room for the words of lost history. */
const lostWordShare = 0.2;

function Words({ scale }: { readonly scale: TapeScale }) {
  return (
    <>
      {scale.hasLost && scale.litFrom > lostWordShare && (
        <span className="tape-word tape-word-lost">{say('tape.lost')}</span>
      )}
      <span className="tape-word tape-word-kept" style={{ left: percent(scale.litFrom) }}>
        {say('tape.kept')}
      </span>
    </>
  );
}

function Tick({ tick, scale }: { readonly tick: TapeTick; readonly scale: TapeScale }) {
  return (
    <>
      {tick.acknowledgedOffset !== null && (
        <i
          className={`tape-tick tape-tick-hollow tone-${tick.tone}`}
          style={{ left: percent(scale.at(tick.acknowledgedOffset).share) }}
        />
      )}
      {tick.appliedOffset !== null && (
        <i
          className={`tape-tick tape-tick-filled tone-${tick.tone}`}
          style={{ left: percent(scale.at(tick.appliedOffset).share) }}
        />
      )}
    </>
  );
}

function Names({ ticks, scale }: { readonly ticks: readonly TapeTick[]; readonly scale: TapeScale }) {
  const places = ticks.map((tick) => {
    const place = scale.at(tick.appliedOffset ?? tick.acknowledgedOffset ?? 0);
    return { ...tick, share: place.share, label: place.isPinned ? `‹ ${tick.name}` : tick.name };
  });
  const placed = placeNames(places);
  const rows = 1 + Math.max(0, ...placed.map((name) => name.row));
  return (
    <div className="tape-names" style={{ height: `${rows * nameRowRem + 0.35}rem` }}>
      {placed.map(({ name, share, row }) => {
        const tick = places.find((place) => place.name === name);
        return (
          <span
            key={name}
            className={`tape-name tone-${tick?.tone ?? 'unknown'}`}
            style={{ left: percent(share), bottom: `${row * nameRowRem + 0.35}rem` }}
            data-end={share > 0.5}
          >
            {tick?.label ?? name}
          </span>
        );
      })}
    </div>
  );
}

const nameRowRem = 0.9;

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
