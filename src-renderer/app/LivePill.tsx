// Whether the data is live; pressed, it tells what looking costs, and holds the switch of the probe key.
import { Popover, Switch } from '@mantine/core';
import { probeKey, probeLifeMs } from '#core/contract/settings.ts';
import { hostClient, useHost } from '../bridge/host-store.ts';
import { StateGlyph } from '../design/StateGlyph.tsx';
import { formatPerSecond, formatRate, formatShare, formatWholeSeconds } from '../i18n/format.ts';
import { say } from '../i18n/i18n.ts';
import { useAttention } from '../store/attention-store.ts';
import { restIntervalMs, useFleet } from '../store/fleet-store.ts';

export function LivePill() {
  const isOpen = useHost((host) => host.state.kind === 'open');
  const intervalMs = useFleet((fleet) => fleet.intervalMs);
  const isAttended = useAttention((attention) => attention.isAttended);
  const shownMs = isAttended ? intervalMs : Math.max(intervalMs, restIntervalMs);
  const interval = formatWholeSeconds(shownMs / 1000);
  return (
    <Popover position="bottom-end" width={320} withinPortal>
      <Popover.Target>
        <button
          type="button"
          className={`plain pill tone-${isOpen ? 'healthy' : 'down'}`}
          title={isOpen ? say('app.liveHint', { interval }) : undefined}
          data-testid="live"
          data-live={isOpen}
        >
          <StateGlyph tone={isOpen ? 'healthy' : 'down'} />
          <span role="status">{isOpen ? say('app.live', { interval }) : say('app.notLive')}</span>
        </button>
      </Popover.Target>
      <Popover.Dropdown>
        <Observing isOpen={isOpen} />
      </Popover.Dropdown>
    </Popover>
  );
}

function Observing({ isOpen }: { readonly isOpen: boolean }) {
  const observing = useFleet((fleet) => fleet.surroundings.observing);
  const figures = [
    [say('app.observingLooks'), formatPerSecond(observing.looksPerSecond)],
    [say('app.observingBytes'), formatRate(observing.bytesPerSecond)],
    [say('app.observingHost'), formatShare(observing.hostShare)],
  ] as const;
  return (
    <div className="observing" data-testid="observing">
      <b>{say('app.observing')}</b>
      <dl className="mono">
        {figures.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <Switch
        size="xs"
        label={say('app.observingProbe')}
        description={say('app.observingProbeHint', { key: probeKey, life: formatWholeSeconds(probeLifeMs / 1000) })}
        checked={observing.isProbing}
        disabled={!isOpen}
        onChange={(event) => void hostClient()?.fleet.probe({ isOn: event.currentTarget.checked })}
        data-testid="probe-switch"
      />
    </div>
  );
}
