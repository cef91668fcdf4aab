// What the window says about its host: a screen before the first snapshot, a banner when the host goes away later.
import { Button, Loader } from '@mantine/core';
import { IconKey, IconPlugConnectedX } from '@tabler/icons-react';
import type { CarrierState } from '../bridge/carrier-state.ts';
import { retryNow } from '../bridge/fleet-feed.ts';
import { useHost } from '../bridge/host-store.ts';
import { EmptyState } from '../design/EmptyState.tsx';
import { formatWholeSeconds } from '../i18n/format.ts';
import { say } from '../i18n/i18n.ts';
import { useClock } from '../store/clock-store.ts';
import { useFleet } from '../store/fleet-store.ts';

/** Fills the window until there is a snapshot to show. */
export function HostScreen() {
  const state = useHost((host) => host.state);
  return (
    <div className="host-screen" data-testid="host-screen" data-state={state.kind}>
      <HostScreenBody state={state} />
    </div>
  );
}

function HostScreenBody({ state }: { readonly state: CarrierState }) {
  if (state.kind === 'refused') {
    return (
      <EmptyState icon={IconKey} title={say('host.refused')} text={say('host.refusedHint')}>
        <RetryButton />
      </EmptyState>
    );
  }
  if (state.kind === 'waiting' || (state.kind === 'opening' && state.attempt > 1)) {
    return (
      <EmptyState icon={IconPlugConnectedX} title={say('host.gone')} text={<NeverText state={state} />}>
        <RetryButton />
      </EmptyState>
    );
  }
  return (
    <div className="empty-state" role="status">
      <Loader size={26} color="var(--syncing)" />
      <h2>{say('host.opening')}</h2>
      <p>{say('host.openingHint')}</p>
    </div>
  );
}

function NeverText({ state }: { readonly state: CarrierState }) {
  const nowMs = useClock((clock) => clock.nowMs);
  const attempt = 'attempt' in state ? state.attempt : 1;
  const waitMs = state.kind === 'waiting' ? Math.max(0, state.untilMs - nowMs) : 0;
  return say('host.neverHint', { attempt, wait: formatWholeSeconds(Math.ceil(waitMs / 1000)) });
}

/** Over the topology while the host is away: the age of what is shown, and the next try. */
export function HostBanner() {
  const state = useHost((host) => host.state);
  if (state.kind === 'open') return null;
  return (
    <div className="host-banner" role="alert" data-testid="host-gone" data-state={state.kind}>
      <IconPlugConnectedX size={20} aria-hidden="true" />
      <div className="grow">
        <b>{say(state.kind === 'refused' ? 'host.refused' : 'host.gone')}</b>
        <div className="soft">{state.kind === 'refused' ? say('host.refusedHint') : <GoneText state={state} />}</div>
      </div>
      <RetryButton />
    </div>
  );
}

function GoneText({ state }: { readonly state: CarrierState }) {
  const nowMs = useClock((clock) => clock.nowMs);
  const receivedAtMs = useFleet((fleet) => fleet.receivedAtMs) ?? nowMs;
  const age = formatWholeSeconds(Math.max(0, Math.floor((nowMs - receivedAtMs) / 1000)));
  if (state.kind !== 'waiting') return say('host.goneNow', { age, attempt: 'attempt' in state ? state.attempt : 1 });
  const wait = formatWholeSeconds(Math.max(0, Math.ceil((state.untilMs - nowMs) / 1000)));
  return say('host.goneHint', { age, attempt: state.attempt, wait });
}

function RetryButton() {
  return (
    <Button size="compact-sm" variant="default" onClick={retryNow} data-testid="host-retry">
      {say('host.retry')}
    </Button>
  );
}
