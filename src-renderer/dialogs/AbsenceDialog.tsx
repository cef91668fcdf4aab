// What if this replica stays away for so long: partial or full when it comes back, by the present write rate.
import { NumberInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { actBounds, type Forecast } from '#core/contract/acts.ts';
import type { NodeId } from '#core/contract/places.ts';
import { hostClient } from '../bridge/host-store.ts';
import { formatCount } from '../i18n/format.ts';
import { say } from '../i18n/i18n.ts';
import { findNode } from '../store/fleet-store.ts';
import { TitledDialog } from './DialogFrames.tsx';
import { closeDialog, useDialog } from './dialog-store.ts';
import { ForecastBox } from './ForecastBox.tsx';

/** Long enough for a restart of a machine. */
const proposedSeconds = 300;
/** The rate moves on: the answer is asked for anew. */
const askAgainMs = 2000;

export function AbsenceDialog() {
  const open = useDialog((dialog) => dialog.open);
  const name = open.kind === 'absence' ? (findNode(open.nodeId)?.name ?? '') : '';
  return (
    <TitledDialog
      isOpen={open.kind === 'absence'}
      onClose={closeDialog}
      size={680}
      title={say('absence.title', { name })}
    >
      {open.kind === 'absence' && <AbsenceBody nodeId={open.nodeId} name={name} />}
    </TitledDialog>
  );
}

function AbsenceBody({ nodeId, name }: { readonly nodeId: NodeId; readonly name: string }) {
  const [seconds, setSeconds] = useState<number | string>(proposedSeconds);
  const forecast = useAbsence(nodeId, Number(seconds));
  const bounds = say('plan.bounds', { min: '0', max: formatCount(actBounds.awaySecondsMax) });
  return (
    <div className="settings-form" data-testid="absence">
      <NumberInput
        label={say('absence.seconds')}
        description={bounds}
        min={0}
        max={actBounds.awaySecondsMax}
        allowDecimal={false}
        hideControls
        value={seconds}
        onChange={setSeconds}
        data-testid="absence-seconds"
      />
      {forecast !== null && <ForecastBox name={name} forecast={forecast} />}
    </div>
  );
}

function useAbsence(nodeId: NodeId, awaySeconds: number): Forecast | null {
  const [forecast, setForecast] = useState<Forecast | null>(null);
  useEffect(() => {
    let isOver = false;
    const ask = async () => {
      const outcome = await hostClient()
        ?.insight.absence({ nodeId, awaySeconds })
        .catch(() => undefined);
      if (!isOver && outcome?.ok) setForecast(outcome.value);
    };
    void ask();
    const timer = setInterval(() => void ask(), askAgainMs);
    return () => {
      isOver = true;
      clearInterval(timer);
    };
  }, [nodeId, awaySeconds]);
  return forecast;
}
