// The forecast of a plan: partial or full, why, what it moves and drops, drawn on the tape.
import type { Forecast, Plan } from '#core/contract/acts.ts';
import { formatBytes, formatCount } from '../i18n/format.ts';
import { say } from '../i18n/i18n.ts';
import { statementText } from '../i18n/statement-text.ts';
import { findNode } from '../store/fleet-store.ts';
import { OffsetTape } from '../tape/OffsetTape.tsx';
import type { TapeTick } from '../tape/tape-scale.ts';

interface ForecastBoxProps {
  readonly plan: Plan;
  readonly forecast: Forecast;
}

export function ForecastBox({ plan, forecast }: ForecastBoxProps) {
  const { window } = forecast;
  return (
    <section className="forecast" data-sync={forecast.sync} data-testid="plan-forecast">
      <h3>{say(`plan.forecastSync.${forecast.sync}`)}</h3>
      <p>{statementText(forecast.reason)}</p>
      {window !== null && <OffsetTape size="large" window={window} ticks={forecastTicks(plan, forecast)} />}
      <dl className="forecast-figures">
        <Box label={say('plan.transfer')} value={transferText(forecast)} />
        <Box label={say('plan.dropped')} value={amountText(forecast.keysDestroyed)} />
        <Box label={say('plan.below')} value={amountText(forecast.replicasBelow)} />
      </dl>
    </section>
  );
}

function forecastTicks(plan: Plan, forecast: Forecast): readonly TapeTick[] {
  const offset = forecast.window?.replicaOffset ?? null;
  if (offset === null) return [];
  const id = 'nodeId' in plan.act ? plan.act.nodeId : undefined;
  const name = id === undefined ? '' : (findNode(id)?.name ?? '');
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
