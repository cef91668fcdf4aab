// The replicas attached to a node: the master's own word on each one's state, lag and last acknowledgement.
import type { AttachedReplicaView, NodeView, OutputBufferView } from '#core/contract/views.ts';
import { StateGlyph } from '../design/StateGlyph.tsx';
import { formatAddress, formatBytes, formatSize, formatWholeSeconds } from '../i18n/format.ts';
import { say } from '../i18n/i18n.ts';
import { useNode } from '../store/fleet-store.ts';
import type { Tone } from '../store/node-state.ts';
import { seek } from '../store/selection-store.ts';

export function ReplicaList({ node }: { readonly node: NodeView }) {
  if (node.replicas.length === 0) return <div className="faint">{say('inspector.noReplicas')}</div>;
  return (
    <ul className="replicas mono">
      {node.replicas.map((replica) => (
        <ReplicaRow key={formatAddress(replica.address)} replica={replica} />
      ))}
    </ul>
  );
}

function ReplicaRow({ replica }: { readonly replica: AttachedReplicaView }) {
  const known = useNode(replica.nodeId);
  const tone: Tone = replica.state === 'online' ? 'healthy' : 'syncing';
  const name = known?.name ?? formatAddress(replica.address);
  return (
    <li data-testid={`replica-${name}`} data-state={replica.state}>
      <StateGlyph tone={tone} />
      {known === undefined ? (
        <span>{name}</span>
      ) : (
        <button type="button" className="plain replica-name" onClick={() => seek(known.id)}>
          {name}
        </button>
      )}
      <span className="grow" />
      <span className={`tone-${tone}`}>{replica.state}</span>
      <span>{formatBytes(replica.lagBytes)}</span>
      <span className="replica-more">
        {replica.outputBuffer !== null && <BufferFigure name={name} buffer={replica.outputBuffer} />}
        <span className="faint">{say('inspector.replicaAck', { age: formatWholeSeconds(replica.ackAgeSeconds) })}</span>
      </span>
    </li>
  );
}

/** A buffer past this share of its limit is a warning: at the limit the master drops the replica. */
const nearLimit = 0.7;

function BufferFigure({ name, buffer }: { readonly name: string; readonly buffer: OutputBufferView }) {
  const { usedBytes, hardBytes } = buffer;
  const used = formatBytes(usedBytes);
  const isNear = hardBytes !== null && usedBytes > nearLimit * hardBytes;
  return (
    <span
      className={isNear ? 'tone-warning' : 'faint'}
      title={say('inspector.bufferHint')}
      data-testid={`buffer-${name}`}
      data-value={usedBytes}
    >
      {hardBytes === null ? used : say('inspector.buffer', { used, limit: formatSize(hardBytes) })}
    </span>
  );
}
