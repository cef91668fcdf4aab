// One named figure of the inspector: its label on the left, its value on the right.
import { formatCount } from '../i18n/format.ts';

interface FigureProps {
  readonly label: string;
  readonly value: number | string;
  readonly id?: string;
  readonly isWarning?: boolean;
}

export function Figure({ label, value, id, isWarning = false }: FigureProps) {
  return (
    <div className="figure-row">
      <dt>{label}</dt>
      <dd data-testid={id} data-value={value} title={String(value)} className={isWarning ? 'tone-warning' : undefined}>
        {typeof value === 'number' ? formatCount(value) : value}
      </dd>
    </div>
  );
}
