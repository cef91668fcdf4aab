// A server that nodes here speak of and that is not in this console: faded, with the offer to connect to it.
import { Button } from '@mantine/core';
import { Handle, type Node, type NodeProps, Position } from '@xyflow/react';
import { memo } from 'react';
import { StateGlyph } from '../design/StateGlyph.tsx';
import { openDialog } from '../dialogs/dialog-store.ts';
import { formatAddress } from '../i18n/format.ts';
import { say } from '../i18n/i18n.ts';
import type { Ghost } from './tree.ts';

export type GhostNode = Node<{ ghost: Ghost }, 'ghost'>;

export const GhostCard = memo(function GhostCard({ data }: NodeProps<GhostNode>) {
  const { ghost } = data;
  return (
    <>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <article className="card card-ghost" data-testid={`ghost-card-${ghost.address.port}`}>
        <header className="card-head">
          <StateGlyph tone="unknown" />
          <span className="mono">{formatAddress(ghost.address)}</span>
          <span className="badge badge-unknown">{say(`role.${ghost.role}`)}</span>
        </header>
        <div className="card-sub">
          {say('card.ghost')}. {say(ghost.role === 'master' ? 'card.ghostMaster' : 'card.ghostReplica')}
        </div>
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
