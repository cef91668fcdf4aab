// The mark of a relay and its fault on a pipe: an icon with words that opens the dialog, and one click that clears.
import { IconPlugConnectedX, IconX } from '@tabler/icons-react';
import { memo } from 'react';
import type { LinkFaultView } from '#core/contract/faults.ts';
import type { NodeView } from '#core/contract/views.ts';
import { clearWithNotice } from '../actions/fault-calls.ts';
import { openDialog } from '../dialogs/dialog-store.ts';
import { faultText } from '../i18n/fault-words.ts';
import { say } from '../i18n/i18n.ts';
import './fault-mark.css';

interface FaultMarkProps {
  readonly nodeId: string;
  readonly replica: string;
  readonly master: string;
  readonly text: string;
  readonly phase: LinkFaultView['phase'];
}

/** Nothing where the link has no relay. */
export function FaultMark({ node, master }: { readonly node: NodeView; readonly master: string }) {
  const relay = node.link?.relay ?? null;
  if (relay === null) return null;
  return <Mark nodeId={node.id} replica={node.name} master={master} text={faultText(relay)} phase={relay.phase} />;
}

const Mark = memo(function Mark({ nodeId, replica, master, text, phase }: FaultMarkProps) {
  return (
    <span className="fault-mark nodrag nopan" data-phase={phase} data-testid={`fault-mark-${replica}`}>
      <button
        type="button"
        className="fault-mark-text"
        aria-label={say('faults.markLabel', { replica, fault: text })}
        onClick={() => openDialog({ kind: 'faults', nodeId })}
      >
        <IconPlugConnectedX size={13} />
        {text}
      </button>
      <button
        type="button"
        className="fault-mark-clear"
        title={say('faults.clearHint', { replica, master })}
        aria-label={say('faults.clearHint', { replica, master })}
        onClick={() => void clearWithNotice(nodeId)}
        data-testid={`fault-clear-${replica}`}
      >
        <IconX size={12} />
      </button>
    </span>
  );
});
