// A node's card in the graph: who it is, how it stands, its figures, and under a master the offset tape.
import { Handle, type NodeProps, Position } from '@xyflow/react';
import { memo, useState } from 'react';
import type { NodeView } from '#core/contract/views.ts';
import { NodeMenu } from '../actions/NodeMenu.tsx';
import { ProfileDot } from '../connections/ProfileDot.tsx';
import { lineageColour } from '../design/lineage.ts';
import { StateGlyph } from '../design/StateGlyph.tsx';
import { formatAddress } from '../i18n/format.ts';
import { say } from '../i18n/i18n.ts';
import { conditionText, roleKey, serverText } from '../i18n/node-words.ts';
import { failureText } from '../i18n/statement-text.ts';
import { useCondition, useFleet, useNode } from '../store/fleet-store.ts';
import { type NodeCondition, phaseOf } from '../store/node-state.ts';
import { select, useSelection } from '../store/selection-store.ts';
import { noteOf } from './card-note.ts';
import { DropAdvice } from './DropAdvice.tsx';
import { MasterFigures } from './MasterFigures.tsx';
import { ReplicaFigures } from './ReplicaFigures.tsx';

export const NodeCard = memo(function NodeCard({ id }: NodeProps) {
  const node = useNode(id);
  return (
    <>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      {node !== undefined && <Card node={node} />}
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </>
  );
});

function Card({ node }: { readonly node: NodeView }) {
  const condition = useCondition(node);
  const isSelected = useSelection((selection) => selection.nodeId === node.id);
  const isDragged = useSelection((selection) => selection.draggedId === node.id);
  const isBelowReplica = useFleet((fleet) => {
    const masterId = node.link?.masterId ?? null;
    return masterId !== null && fleet.nodes[masterId]?.role === 'replica';
  });
  const [isMenuOpen, setMenuOpen] = useState(false);
  const role = say(roleKey(node, isBelowReplica));
  const state = conditionText(node, condition);

  return (
    <article
      className="card"
      data-testid={`node-card-${node.name}`}
      data-selected={isSelected}
      data-dragged={isDragged}
      data-faded={condition.isFaded}
      style={{ '--lineage': lineageColour(node.replicationId) } as React.CSSProperties}
      aria-label={say('card.label', { name: node.name, role, state })}
      onContextMenu={(event) => {
        event.preventDefault();
        setMenuOpen(true);
      }}
    >
      <header className="card-head">
        <StateGlyph tone={condition.tone} />
        {node.label?.colour && <ProfileDot label={node.label} />}
        <CardName node={node} />
        <span className={`badge badge-${node.role}`} data-testid={`node-card-${node.name}-role`} data-role={node.role}>
          {role}
        </span>
        <span className="grow card-server mono">{isNamedByAddress(node) ? '' : serverText(node)}</span>
        <NodeMenu nodeId={node.id} name={node.name} isOpen={isMenuOpen} setOpen={setMenuOpen} />
      </header>
      <CardSub node={node} condition={condition} state={state} />
      <CardNoteLine node={node} />
      <CardFigures node={node} condition={condition} />
      <DropAdvice node={node} />
    </article>
  );
}

function isNamedByAddress(node: NodeView): boolean {
  return node.name === formatAddress(node.address);
}

/** Where the name is an address its end tells more than its beginning, so the beginning gives way. */
function CardName({ node }: { readonly node: NodeView }) {
  return (
    <button
      type="button"
      className={`plain card-name ${isNamedByAddress(node) ? 'card-name-address' : ''}`}
      onClick={() => select(node.id)}
      title={node.name}
    >
      <bdi dir="ltr">{node.name}</bdi>
    </button>
  );
}

function CardFigures({ node, condition }: { readonly node: NodeView; readonly condition: NodeCondition }) {
  switch (node.role) {
    case 'master':
      return <MasterFigures node={node} />;
    case 'replica':
      return <ReplicaFigures node={node} condition={condition} />;
    case 'unknown':
      return <UnknownFigures node={node} />;
  }
}

/** Nothing was read, so there are no figures: what is in the way, where that is known. */
function UnknownFigures({ node }: { readonly node: NodeView }) {
  const failure = 'failure' in node.lifecycle ? node.lifecycle.failure : undefined;
  if (failure === undefined) return null;
  const { what } = failureText(failure);
  return (
    <div className="card-failure" title={what}>
      {what}
    </div>
  );
}

function CardNoteLine({ node }: { readonly node: NodeView }) {
  const note = noteOf(node);
  if (note === null) return null;
  return (
    <div
      className={`card-sub card-note ${note.isWarning ? 'tone-warning' : ''}`}
      data-testid={`node-card-${node.name}-note`}
      title={note.text}
    >
      {note.text}
    </div>
  );
}

/** Address and state; who is called by its address says which server it is instead. */
function CardSub(props: { node: NodeView; condition: NodeCondition; state: string }) {
  const { node, condition, state } = props;
  const place = isNamedByAddress(node) ? serverText(node) : formatAddress(node.address);
  return (
    <div className="card-sub card-place mono">
      {place !== '' && <span className="card-address">{place}</span>}
      <span
        className={`card-state tone-${condition.tone}`}
        data-testid={`node-card-${node.name}-phase`}
        data-phase={phaseOf(node)}
      >
        {state}
      </span>
      {node.environment !== 'lab' && (
        <span className={`badge badge-env env-${node.environment}`}>{say(`app.environment.${node.environment}`)}</span>
      )}
    </div>
  );
}
