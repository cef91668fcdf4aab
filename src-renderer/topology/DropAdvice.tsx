// While a card is dragged, every other card says whether it can take it and what would run.
import { IconArrowBarToDown, IconBan } from '@tabler/icons-react';
import type { NodeView } from '#core/contract/views.ts';
import { attachCommand, whyNotAttach } from '../actions/attach.ts';
import { refusalText } from '../actions/refusal.ts';
import { say } from '../i18n/i18n.ts';
import { useFleet } from '../store/fleet-store.ts';
import { useSelection } from '../store/selection-store.ts';

export function DropAdvice({ node }: { readonly node: NodeView }) {
  const draggedId = useSelection((selection) => selection.draggedId);
  if (draggedId === null || draggedId === node.id) return null;
  return <Advice node={node} draggedId={draggedId} />;
}

function Advice({ node, draggedId }: { readonly node: NodeView; readonly draggedId: string }) {
  const nodes = useFleet((fleet) => fleet.nodes);
  const isOver = useSelection((selection) => selection.overId === node.id);
  const dragged = nodes[draggedId];
  if (dragged === undefined) return null;
  const refusal = whyNotAttach(dragged, node, nodes);
  return (
    <div
      className="card-advice"
      data-can={refusal === null}
      data-over={isOver}
      data-testid={`drop-advice-${node.name}`}
    >
      {refusal === null ? <IconArrowBarToDown size={18} /> : <IconBan size={18} />}
      <div>{refusal === null ? say('drag.can') : refusalText(refusal)}</div>
      {refusal === null && <code className="mono">{attachCommand(node)}</code>}
    </div>
  );
}
