// The forecast of a plan: partial or full, why, what it moves and drops, drawn on the tape.
import type { Forecast, SyncCost } from '#core/contract/acts.ts';
import { formatBytes, formatCount, formatSeconds } from '../i18n/format.ts';
import { say } from '../i18n/i18n.ts';
import { statementText } from '../i18n/statement-text.ts';
import { OffsetTape } from '../tape/OffsetTape.tsx';
import type { TapeTick } from '../tape/tape-scale.ts';

interface ForecastBoxProps {
  /** Of the node that the forecast is about. */
  readonly name: string;
  readonly forecast: Forecast;
}

export function ForecastBox({ name, forecast }: ForecastBoxProps) {
  const { window } = forecast;
  return (
    <section className="forecast" data-sync={forecast.sync} data-testid="plan-forecast">
      <h3>{say(`plan.forecastSync.${forecast.sync}`)}</h3>
      <p>{statementText(forecast.reason)}</p>
      {window !== null && <OffsetTape size="large" window={window} ticks={forecastTicks(name, forecast)} />}
      <ForecastFigures forecast={forecast} />
      {forecast.advice !== null && (
        <p className="forecast-advice" data-testid="plan-advice">
          {statementText(forecast.advice)}
        </p>
      )}
      {forecast.cost !== null && forecast.cost.basis.length > 0 && (
        <ul className="forecast-basis faint" data-testid="plan-basis">
          {forecast.cost.basis.map((statement) => (
            <li key={statementText(statement)}>{statementText(statement)}</li>
          ))}
        </ul>
      )}
    </section>
  );
}

function ForecastFigures({ forecast }: { readonly forecast: Forecast }) {
  const { cost } = forecast;
  return (
    <dl className="forecast-figures">
      <Box label={say('plan.transfer')} value={transferText(forecast)} />
      {cost !== null && <Box label={say('plan.time')} value={timeText(cost)} />}
      <Box label={say('plan.dropped')} value={droppedText(forecast)} />
      <Box label={say('plan.below')} value={amountText(forecast.replicasBelow)} />
      {cost !== null && <Box label={say('plan.outputBuffer')} value={bufferText(cost)} />}
      {cost !== null && <Box label={say('plan.fork')} value={bytesText(cost.forkBytes)} />}
    </dl>
  );
}

/** A figure where the pace was measured, a range where it is assumed; below a second neither would be worth its digits. */
function timeText({ totalSeconds, range }: SyncCost): string {
  if (totalSeconds === null) return say('plan.unknownFigure');
  const mostSeconds = range?.mostSeconds ?? totalSeconds;
  if (mostSeconds < 1) return say('plan.underSecond');
  if (range === null) return say('plan.about', { amount: formatSeconds(totalSeconds) });
  const most = formatSeconds(mostSeconds);
  return range.leastSeconds < 1
    ? say('plan.upTo', { most })
    : say('plan.between', { least: formatSeconds(range.leastSeconds), most });
}

function bytesText(bytes: number | null): string {
  if (bytes === null) return say('plan.unknownFigure');
  return bytes === 0 ? say('plan.nothing') : formatBytes(bytes);
}

function bufferText({ outputBuffer: { peakBytes, limitBytes } }: SyncCost): string {
  if (peakBytes === null) return say('plan.unknownFigure');
  if (limitBytes === null || limitBytes === 0) return formatBytes(peakBytes);
  return say('plan.ofLimit', { amount: formatBytes(peakBytes), limit: formatBytes(limitBytes) });
}

function droppedText({ keysDestroyed, bytesDestroyed }: Forecast): string {
  const keys = amountText(keysDestroyed);
  return keysDestroyed && bytesDestroyed ? `${keys} · ${formatBytes(bytesDestroyed)}` : keys;
}

function forecastTicks(name: string, forecast: Forecast): readonly TapeTick[] {
  const offset = forecast.window?.replicaOffset ?? null;
  if (offset === null) return [];
  return [
    { name, acknowledgedOffset: null, appliedOffset: offset, tone: forecast.sync === 'full' ? 'warning' : 'healthy' },
  ];
}

function transferText(forecast: Forecast): string {
  return forecast.transferBytes === null ? say('plan.unknownFigure') : formatBytes(forecast.transferBytes);
}

function amountText(amount: number | null): string {
  if (amount === null) return say('plan.unknownFigure');
  return amount === 0 ? say('plan.nothing') : formatCount(amount);
}

function Box({ label, value }: { readonly label: string; readonly value: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd className="mono">{value}</dd>
    </div>
  );
}
