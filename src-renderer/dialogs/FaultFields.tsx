// The fields of the faults dialog: the kinds as a choice, and the figures of the chosen one with their bounds.
import { SegmentedControl } from '@mantine/core';
import { type Direction, faultBounds } from '#core/contract/faults.ts';
import { say } from '../i18n/i18n.ts';
import { BoundedNumber } from './BoundedNumber.tsx';
import { type FaultForm, type OfferedKind, offeredKinds } from './fault-form.ts';

interface FieldsProps {
  readonly form: FaultForm;
  readonly change: (part: Partial<FaultForm>) => void;
}

export function FaultFields({ form, change }: FieldsProps) {
  return (
    <>
      <fieldset className="fault-kinds" aria-label={say('faults.kindLabel')}>
        {offeredKinds.map((kind) => (
          <label key={kind} className="fault-kind" data-chosen={form.kind === kind}>
            <input
              type="radio"
              name="fault-kind"
              checked={form.kind === kind}
              onChange={() => change({ kind })}
              data-testid={`fault-kind-${kind}`}
            />
            {say(`faults.kind.${kind}`)}
          </label>
        ))}
      </fieldset>
      <p className="fault-hint">{say(`faults.hint.${form.kind}`)}</p>
      <Figures form={form} change={change} />
    </>
  );
}

function Figures({ form, change }: FieldsProps) {
  const figures = figuresOf[form.kind];
  const hasDirection = form.kind === 'drop' || form.kind === 'corrupt';
  if (figures.length === 0 && !hasDirection) return null;
  return (
    <div className="plan-form fault-figures">
      {hasDirection && (
        <Choice<Direction>
          label={say('faults.direction')}
          data={(['toReplica', 'toMaster'] as const).map((value) => ({
            value,
            label: say(`faults.directions.${value}`),
          }))}
          value={form.direction}
          onChange={(direction) => change({ direction })}
        />
      )}
      {form.kind === 'corrupt' && (
        <Choice<FaultForm['where']>
          label={say('faults.where')}
          data={(['rate', 'atByte'] as const).map((value) => ({ value, label: say(`faults.whereKinds.${value}`) }))}
          value={form.where}
          onChange={(where) => change({ where })}
        />
      )}
      {figures
        .filter(({ field }) => form.kind !== 'corrupt' || field === (form.where === 'atByte' ? 'byte' : 'everyBytes'))
        .map(({ field, label, min, max, isOptional }) => (
          <BoundedNumber
            key={field}
            label={say(label)}
            min={min}
            max={max}
            value={form[field]}
            setValue={(value) => change({ [field]: value })}
            testId={`fault-${field}`}
            emptyText={isOptional ? say('faults.everyHint') : null}
          />
        ))}
    </div>
  );
}

type FigureField =
  | 'seconds'
  | 'everySeconds'
  | 'toReplicaMs'
  | 'toMasterMs'
  | 'jitterMs'
  | 'bytesPerSecond'
  | 'byte'
  | 'everyBytes';

interface Figure {
  readonly field: FigureField;
  readonly label: Parameters<typeof say>[0];
  readonly min: number;
  readonly max: number;
  readonly isOptional?: true;
}

const b = faultBounds;
const figuresOf: Readonly<Record<OfferedKind, readonly Figure[]>> = {
  cut: [
    { field: 'seconds', label: 'faults.seconds', min: 0, max: b.cutSecondsMax },
    {
      field: 'everySeconds',
      label: 'faults.every',
      min: b.cutEverySecondsMin,
      max: b.cutEverySecondsMax,
      isOptional: true,
    },
  ],
  holdOff: [],
  stall: [],
  delay: [
    { field: 'toReplicaMs', label: 'faults.toReplica', min: 0, max: b.delayMsMax },
    { field: 'toMasterMs', label: 'faults.toMaster', min: 0, max: b.delayMsMax },
    { field: 'jitterMs', label: 'faults.jitter', min: 0, max: b.delayMsMax },
  ],
  throttle: [
    {
      field: 'bytesPerSecond',
      label: 'faults.rate',
      min: b.throttleBytesPerSecondMin,
      max: b.throttleBytesPerSecondMax,
    },
  ],
  drop: [],
  corrupt: [
    { field: 'byte', label: 'faults.byte', min: 0, max: b.byteMax },
    { field: 'everyBytes', label: 'faults.everyBytes', min: b.corruptEveryBytesMin, max: b.corruptEveryBytesMax },
  ],
};

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly data: readonly { readonly value: T; readonly label: string }[];
  readonly value: T;
  readonly onChange: (value: T) => void;
}

function Choice<T extends string>({ label, data, value, onChange }: ChoiceProps<T>) {
  return (
    <div className="fault-choice">
      <div className="field-label">{label}</div>
      <SegmentedControl<T> size="xs" aria-label={label} data={[...data]} value={value} onChange={onChange} />
    </div>
  );
}
