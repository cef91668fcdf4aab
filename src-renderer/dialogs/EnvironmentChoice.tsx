// The choice of an environment, which colours the frame and decides how careful Syncline is.
import { SegmentedControl } from '@mantine/core';
import { useId } from 'react';
import type { Environment } from '#core/contract/labels.ts';
import { environments } from '#core/contract/labels.ts';
import { say } from '../i18n/i18n.ts';

interface EnvironmentChoiceProps {
  readonly label: string;
  readonly hint?: string;
  readonly environment: Environment;
  readonly choose: (environment: Environment) => void;
  readonly testId: string;
}

export function EnvironmentChoice({ label, hint, environment, choose, testId }: EnvironmentChoiceProps) {
  const labelId = useId();
  return (
    <div className="environment-choice">
      <div className="field-label" id={labelId}>
        {label}
      </div>
      <SegmentedControl
        size="xs"
        aria-labelledby={labelId}
        data={environments.map((value) => ({ value, label: say(`app.environment.${value}`) }))}
        value={environment}
        onChange={(value) => choose(value as Environment)}
        data-testid={testId}
      />
      {hint !== undefined && <span className="faint environment-hint">{hint}</span>}
    </div>
  );
}
