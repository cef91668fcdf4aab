// The top bar: the name, the environments in view, starting and connecting, the palette, and whether the data is live.
import { Button, Tooltip, UnstyledButton } from '@mantine/core';
import { spotlight } from '@mantine/spotlight';
import { IconPlugConnected, IconPlus, IconSearch } from '@tabler/icons-react';
import { useShallow } from 'zustand/react/shallow';
import type { Environment } from '#core/contract/labels.ts';
import { useIsHostThere } from '../bridge/host-store.ts';
import { KeyHint } from '../design/KeyHint.tsx';
import { openDialog } from '../dialogs/dialog-store.ts';
import { askPlan } from '../dialogs/plan-store.ts';
import { say } from '../i18n/i18n.ts';
import { useFleet } from '../store/fleet-store.ts';
import { LivePill } from './LivePill.tsx';
import { ReadOnlyPill } from './ReadOnlyPill.tsx';

export function TopBar() {
  const isHostThere = useIsHostThere();
  return (
    <header className="top-bar">
      <div className="brand">
        <BrandMark />
        <h1>{say('app.name')}</h1>
      </div>
      <EnvironmentPills />
      <Tooltip label={say('app.startNodeHint')}>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconPlus size={14} />}
          disabled={!isHostThere}
          onClick={() => void askPlan({ kind: 'startNode' })}
          data-testid="start-node"
        >
          {say('app.startNode')}
        </Button>
      </Tooltip>
      <Tooltip label={say('app.connectHint')}>
        <Button
          size="compact-sm"
          variant="default"
          className="dashed"
          leftSection={<IconPlugConnected size={14} />}
          disabled={!isHostThere}
          onClick={() => openDialog({ kind: 'connect', address: null })}
          data-testid="connect-open"
        >
          {say('app.connect')}
        </Button>
      </Tooltip>
      <span className="grow" />
      <ReadOnlyPill />
      <UnstyledButton className="pill pill-search" onClick={spotlight.open} data-testid="palette-open">
        <IconSearch size={14} />
        <span className="pill-search-text">{say('app.search')}</span>
        <KeyHint keys="mod+K" />
      </UnstyledButton>
      <LivePill />
    </header>
  );
}

/** The sign of the product: two waves, the second following the first. */
function BrandMark() {
  return (
    <svg width="22" height="22" viewBox="0 0 24 24" className="brand-mark" aria-hidden="true">
      <path d="M2 6c5 0 5 6 10 6s5-6 10-6" />
      <path d="M2 12c5 0 5 6 10 6s5-6 10-6" opacity=".5" />
    </svg>
  );
}

function EnvironmentPills() {
  const counts = useFleet(
    useShallow((fleet) => {
      const found: Partial<Record<Environment, number>> = {};
      for (const node of Object.values(fleet.nodes)) found[node.environment] = (found[node.environment] ?? 0) + 1;
      return found;
    }),
  );
  return (Object.entries(counts) as [Environment, number][]).map(([environment, count]) => (
    <span
      key={environment}
      className={`pill pill-environment env-${environment}`}
      data-testid={`environment-${environment}`}
    >
      <b>{say(`app.environment.${environment}`)}</b>
      {say('app.nodes', { count })}
    </span>
  ));
}
