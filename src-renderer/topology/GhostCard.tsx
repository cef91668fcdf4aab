// A server that is spoken of and that is not in this console: when it was last seen, why it is not here, and the offer
// to connect to it.
import { ActionIcon, Button } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { Handle, type Node, type NodeProps, Position } from '@xyflow/react';
import { memo } from 'react';
import type { GhostView } from '#core/contract/surroundings.ts';
import { hostClient } from '../bridge/host-store.ts';
import { StateGlyph } from '../design/StateGlyph.tsx';
import { openDialog } from '../dialogs/dialog-store.ts';
import { formatAddress, formatWholeSeconds } from '../i18n/format.ts';
import { say } from '../i18n/i18n.ts';
import { failureText } from '../i18n/statement-text.ts';
import { useClock } from '../store/clock-store.ts';
import { useFleet } from '../store/fleet-store.ts';
import type { Ghost } from './tree.ts';

export type GhostNode = Node<{ ghost: Ghost }, 'ghost'>;

export const GhostCard = memo(function GhostCard({ data }: NodeProps<GhostNode>) {
  const { ghost } = data;
  const address = formatAddress(ghost.address);
  const known = useFleet((fleet) =>
    fleet.surroundings.ghosts.find((candidate) => formatAddress(candidate.address) === address),
  );
  return (
    <>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <article className="card card-ghost" data-testid={`ghost-card-${ghost.address.port}`}>
        <header className="card-head">
          <StateGlyph tone="unknown" />
          <span className="mono card-ghost-address" title={address}>
            {address}
          </span>
          <span className="badge badge-unknown">{say(`role.${ghost.role}`)}</span>
          <span className="grow" />
          {known !== undefined && known.saidBy.length === 0 && <ForgetButton ghost={known} />}
        </header>
        <div className="card-sub">
          {say('card.ghost')}. {say(`card.ghostKind.${ghost.role}`)}
        </div>
        {known !== undefined && <Sighting ghost={known} />}
        <Button
          size="compact-xs"
          variant="default"
          className="card-ghost-button nodrag"
          onClick={() => openDialog({ kind: 'connect', address: ghost.address })}
        >
          {say('card.ghostConnect')}
        </Button>
      </article>
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </>
  );
});

/** When it was seen, by whom, and how the own try to reach it ended. */
function Sighting({ ghost }: { readonly ghost: GhostView }) {
  const ageSeconds = useClock(({ nowMs }) => Math.max(0, Math.round((nowMs - ghost.lastSeenAtMs) / 1000)));
  const age = formatWholeSeconds(ageSeconds);
  const who = ghost.saidBy.join(', ');
  const seen = who === '' ? say('card.ghostGone', { age }) : say('card.ghostSeen', { age, who });
  const hindrance = ghost.attempt.kind === 'failed' ? failureText(ghost.attempt.failure).what : null;
  return (
    <>
      <div className="card-sub card-ghost-line" data-testid={`ghost-seen-${ghost.address.port}`} title={seen}>
        {seen}
      </div>
      {hindrance !== null && (
        <div className="card-sub card-ghost-line tone-warning" title={hindrance}>
          {hindrance}
        </div>
      )}
      {ghost.attempt.kind === 'trying' && <div className="card-sub card-ghost-line">{say('card.ghostTrying')}</div>}
    </>
  );
}

function ForgetButton({ ghost }: { readonly ghost: GhostView }) {
  const label = say('card.ghostForget', { address: formatAddress(ghost.address) });
  return (
    <ActionIcon
      size={18}
      variant="subtle"
      color="gray"
      className="nodrag"
      aria-label={label}
      title={label}
      onClick={() => void hostClient()?.fleet.forgetGhost(ghost.address)}
    >
      <IconX size={13} />
    </ActionIcon>
  );
}
