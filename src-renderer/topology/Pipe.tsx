// An edge of the graph as a pipe: its line says the link's state, its width the bytes a second, its label the lag.
import { BaseEdge, EdgeLabelRenderer, type EdgeProps, getBezierPath } from '@xyflow/react';
import { memo } from 'react';
import type { NodeView } from '#core/contract/views.ts';
import { say } from '../i18n/i18n.ts';
import { conditionText } from '../i18n/node-words.ts';
import { useCondition, useFleet, useNode } from '../store/fleet-store.ts';
import { FaultMark } from './FaultMark.tsx';
import { type PipeLook, pipeLook } from './pipe-look.ts';

const ghostLook: PipeLook = {
  line: 'dashed',
  tone: 'unknown',
  width: 2,
  label: '',
  isMoving: false,
  filledShare: null,
};

export const Pipe = memo(function Pipe(props: EdgeProps) {
  const replica = useNode(props.target);
  return replica === undefined ? (
    <PipeDrawing edge={props} look={ghostLook} description="" />
  ) : (
    <LivePipe edge={props} replica={replica} />
  );
});

function LivePipe({ edge, replica }: { readonly edge: EdgeProps; readonly replica: NodeView }) {
  const condition = useCondition(replica);
  const masterName = useFleet((fleet) => fleet.nodes[edge.source]?.name ?? edge.source);
  const look = pipeLook(replica, condition);
  const state = conditionText(replica, condition);
  const names = { replica: replica.name, master: masterName };
  const mark = replica.link?.relay ? <FaultMark node={replica} master={masterName} /> : null;
  return <PipeDrawing edge={edge} look={look} description={say('pipe.label', { ...names, state })} mark={mark} />;
}

interface PipeDrawingProps {
  readonly edge: EdgeProps;
  readonly look: PipeLook;
  readonly description: string;
  readonly mark?: React.ReactNode;
}

function PipeDrawing({ edge, look, description, mark = null }: PipeDrawingProps) {
  const [path, labelX, labelY] = getBezierPath({ ...edge, curvature: 0.45 });
  return (
    <g className={`pipe pipe-${look.line} tone-${look.tone}`} data-testid={`pipe-${edge.target}`} data-line={look.line}>
      <title>{description}</title>
      {look.line === 'filling' && <path d={path} className="pipe-trough" strokeWidth={look.width + 4} />}
      <BaseEdge path={path} className="pipe-line" style={{ strokeWidth: look.width }} interactionWidth={0} />
      {look.filledShare !== null && (
        <path
          d={path}
          className="pipe-fill"
          pathLength={1}
          strokeDasharray={`${look.filledShare} 2`}
          strokeWidth={look.width}
        />
      )}
      {look.isMoving && <path d={path} className="pipe-flow" strokeWidth={Math.max(1.6, look.width * 0.45)} />}
      {look.label !== '' && (
        <EdgeLabelRenderer>
          <div
            className={`pipe-label mono tone-${look.tone}`}
            style={{ transform: `translate(-50%, -50%) translate(${labelX}px, ${labelY}px)` }}
          >
            {look.label}
          </div>
        </EdgeLabelRenderer>
      )}
      {mark !== null && (
        <EdgeLabelRenderer>
          <div className="pipe-fault" style={{ transform: `translate(-50%, 60%) translate(${labelX}px, ${labelY}px)` }}>
            {mark}
          </div>
        </EdgeLabelRenderer>
      )}
    </g>
  );
}
