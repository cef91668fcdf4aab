// What a person may still choose in the plan dialog; each change asks for a new plan, so that what is shown is what would run.
import { NumberInput, PasswordInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { type Act, actBounds } from '#core/contract/acts.ts';
import { say } from '../i18n/i18n.ts';
import { BoundedNumber } from './BoundedNumber.tsx';
import { SettingsForm } from './SettingsForm.tsx';
import { useReplan } from './use-replan.ts';

/** What the host takes when nothing is said. */
const failoverTimeoutShownMs = 5000;

export function PlanForm({ act }: { readonly act: Act }) {
  if (act.kind === 'startNode' && act.nodeId === undefined) return <StartForm first={act} />;
  if (act.kind === 'startLoad') return <LoadForm first={act} />;
  if (act.kind === 'failover') return <FailoverForm first={act} />;
  if (act.kind === 'changeSettings') return <SettingsForm first={act} />;
  return null;
}

type StartAct = Extract<Act, { kind: 'startNode' }>;

function StartForm({ first }: { readonly first: StartAct }) {
  const [name, setName] = useState(first.name ?? '');
  const [port, setPort] = useState<number | string>(first.port ?? '');
  const [password, setPassword] = useState(first.password ?? '');
  const draft: StartAct = {
    kind: 'startNode',
    ...(name.trim() !== '' && { name: name.trim() }),
    ...(typeof port === 'number' && { port }),
    ...(password !== '' && { password }),
  };
  useReplan(draft, first);
  return (
    <div className="plan-form">
      <TextInput
        label={say('plan.name')}
        description={say('plan.nameHint')}
        maxLength={actBounds.nodeNameMaxLength}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        data-testid="start-name"
      />
      <NumberInput
        label={say('plan.port')}
        description={say('plan.portHint')}
        min={0}
        max={65_535}
        allowDecimal={false}
        hideControls
        value={port}
        onChange={setPort}
        data-testid="start-port"
      />
      <PasswordInput
        label={say('plan.password')}
        description={say('plan.passwordHint')}
        autoComplete="new-password"
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        data-testid="start-password"
      />
    </div>
  );
}

type LoadAct = Extract<Act, { kind: 'startLoad' }>;

function LoadForm({ first }: { readonly first: LoadAct }) {
  const [rate, setRate] = useState<number | string>(first.writesPerSecond);
  const [size, setSize] = useState<number | string>(first.valueBytes);
  const draft: LoadAct = { ...first, writesPerSecond: Number(rate), valueBytes: Number(size) };
  useReplan(draft, first);
  return (
    <div className="plan-form">
      <BoundedNumber
        label={say('plan.rate')}
        min={actBounds.writesPerSecondMin}
        max={actBounds.writesPerSecondMax}
        value={rate}
        setValue={setRate}
        testId="load-rate"
      />
      <BoundedNumber
        label={say('plan.size')}
        min={actBounds.valueBytesMin}
        max={actBounds.valueBytesMax}
        value={size}
        setValue={setSize}
        testId="load-size"
      />
    </div>
  );
}

type FailoverAct = Extract<Act, { kind: 'failover' }>;

function FailoverForm({ first }: { readonly first: FailoverAct }) {
  const [timeoutMs, setTimeoutMs] = useState<number | string>(first.timeoutMs ?? failoverTimeoutShownMs);
  const isChosen = first.timeoutMs !== undefined || timeoutMs !== failoverTimeoutShownMs;
  useReplan({ ...first, ...(isChosen && { timeoutMs: Number(timeoutMs) }) }, first);
  return (
    <div className="plan-form">
      <BoundedNumber
        label={say('plan.failoverTimeout')}
        min={actBounds.failoverTimeoutMinMs}
        max={actBounds.failoverTimeoutMaxMs}
        value={timeoutMs}
        setValue={setTimeoutMs}
        testId="failover-timeout"
      />
    </div>
  );
}
