// While a card is dragged, every other card says whether it can take it and what would run; so does the dragged one.
import { IconArrowBarToDown, IconBan } from '@tabler/icons-react';
import type { NodeId } from '#core/contract/places.ts';
import type { NodeView } from '#core/contract/views.ts';
import { attachCommand, whyNotAttach } from '../actions/attach.ts';
import { refusalText } from '../actions/refusal.ts';
import { say } from '../i18n/i18n.ts';
import { useFleet } from '../store/fleet-store.ts';
import { useSelection } from '../store/selection-store.ts';

export function DropAdvice({ node }: { readonly node: NodeView }) {
  const draggedId = useSelection((selection) => selection.draggedId);
  if (draggedId === null) return null;
  return draggedId === node.id ? <OwnAdvice node={node} /> : <Advice node={node} draggedId={draggedId} />;
}

function Advice({ node, draggedId }: { readonly node: NodeView; readonly draggedId: NodeId }) {
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

/** The dragged card lies over the other one's words, so it says the same at its foot. */
function OwnAdvice({ node }: { readonly node: NodeView }) {
  const nodes = useFleet((fleet) => fleet.nodes);
  const overId = useSelection((selection) => selection.overId);
  const master = overId === null ? undefined : nodes[overId];
  if (master === undefined) return null;
  const refusal = whyNotAttach(node, master, nodes);
  return (
    <div className="card-own-advice" data-can={refusal === null}>
      <b>{say('drag.onto', { name: master.name })}</b>
      <span className={refusal === null ? 'mono' : undefined}>
        {refusal === null ? attachCommand(master) : refusalText(refusal)}
      </span>
    </div>
  );
}
