// A whole number with its bounds said below it, and in red where it is out of them.
import { NumberInput } from '@mantine/core';
import { formatCount } from '../i18n/format.ts';
import { say } from '../i18n/i18n.ts';

interface BoundedNumberProps {
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly value: number | string;
  readonly setValue: (value: number | string) => void;
  readonly testId: string;
  /** What an empty field means; null where a figure is needed. */
  readonly emptyText?: string | null;
}

export function BoundedNumber({ label, min, max, value, setValue, testId, emptyText = null }: BoundedNumberProps) {
  const bounds = say('plan.bounds', { min: formatCount(min), max: formatCount(max) });
  const isLeftOut = value === '' && emptyText !== null;
  const isOut = !isLeftOut && (typeof value !== 'number' || value < min || value > max);
  return (
    <NumberInput
      label={label}
      description={emptyText ?? bounds}
      error={isOut ? bounds : undefined}
      min={min}
      max={max}
      allowDecimal={false}
      allowNegative={false}
      clampBehavior="none"
      hideControls
      value={value}
      onChange={setValue}
      data-testid={testId}
    />
  );
}
