// The graph: cards placed by the pure layout, pipes between them, and the drag that asks for an attach.
import {
  Background,
  BackgroundVariant,
  Controls,
  type Edge,
  type Node,
  type NodeChange,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  useStore,
} from '@xyflow/react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import '@xyflow/react/dist/base.css';
import type { NodeView } from '#core/contract/views.ts';
import { whyNotAttach } from '../actions/attach.ts';
import { askPlan } from '../dialogs/plan-store.ts';
import { useFleet } from '../store/fleet-store.ts';
import { endSeeking, select, useSelection } from '../store/selection-store.ts';
import { noteOf } from './card-note.ts';
import { useFlowMotion } from './flow-motion.ts';
import { GhostCard } from './GhostCard.tsx';
import { type CardForm, cardAt, type Layout, layOut } from './layout.ts';
import { NodeCard } from './NodeCard.tsx';
import { Pipe } from './Pipe.tsx';
import './topology.css';
import { type Forest, forestOf, shapeOf } from './tree.ts';

const nodeTypes = { card: NodeCard, ghost: GhostCard };
const edgeTypes = { pipe: Pipe };
const fitOptions = { padding: 0.06, maxZoom: 1, minZoom: 0.2 } as const;
/** Smaller than this, figures cannot be read: cards show who a node is and how it stands, large. */
const farBelowZoom = 0.62;
/** A node that is sought is shown at this size at least. */
const soughtZoom = 0.85;
/** The room is measured in steps, so that a small change of the window does not place all cards anew. */
const roomStepPx = 100;
const ground = { gapPx: 22, dotPx: 1.2 } as const;

export function TopologyGraph() {
  return (
    <ReactFlowProvider>
      <Graph />
    </ReactFlowProvider>
  );
}

interface Dragged {
  readonly id: string;
  readonly x: number;
  readonly y: number;
}

function Graph() {
  const frame = useRef<HTMLDivElement>(null);
  const { forest, layout } = usePlacedForest();
  const isFar = useStore((store) => store.transform[2] < farBelowZoom);
  const [dragged, setDragged] = useState<Dragged | null>(null);
  const { screenToFlowPosition } = useReactFlow();
  useFlowMotion(frame);

  const flowNodes = useMemo(() => toFlowNodes(forest, layout, dragged), [forest, layout, dragged]);
  const flowEdges = useMemo(() => toFlowEdges(layout), [layout]);
  const onNodesChange = useCallback((changes: readonly NodeChange[]) => {
    for (const change of changes) {
      if (change.type === 'position' && change.dragging === true && change.position !== undefined) {
        setDragged({ id: change.id, ...change.position });
      }
    }
  }, []);
  const drop = useCallback(() => {
    const { draggedId, overId } = useSelection.getState();
    useSelection.setState({ draggedId: null, overId: null });
    setDragged(null);
    if (draggedId !== null && overId !== null) askAttach(draggedId, overId);
  }, []);

  return (
    <div className="topology" ref={frame} data-far={isFar}>
      <ReactFlow
        nodes={flowNodes}
        edges={flowEdges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onNodesChange={onNodesChange}
        onNodeClick={(_, node) => node.type === 'card' && select(node.id)}
        onNodeDragStart={(_, node) => useSelection.setState({ draggedId: node.id, overId: null })}
        onNodeDrag={(event, node) => {
          const pointer = screenToFlowPosition(pointOf(event));
          useSelection.setState({ overId: cardAt(layout.cards, pointer.x, pointer.y, node.id) });
        }}
        onNodeDragStop={drop}
        onMoveStart={(event) => event !== null && endSeeking()}
        nodeDragThreshold={4}
        autoPanOnNodeDrag={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        deleteKeyCode={null}
        minZoom={0.2}
        maxZoom={1.5}
        fitView
        fitViewOptions={fitOptions}
        proOptions={{ hideAttribution: true }}
      >
        <Background variant={BackgroundVariant.Dots} gap={ground.gapPx} size={ground.dotPx} color="var(--grid)" />
        <Controls showInteractive={false} fitViewOptions={fitOptions} />
        <KeepInView layout={layout} />
      </ReactFlow>
    </div>
  );
}

/** Forest and layout, made anew only when the shape, a role or the room changes, not when a figure does. */
function usePlacedForest(): { readonly forest: Forest; readonly layout: Layout } {
  const width = useStore((store) => inSteps(store.width));
  const height = useStore((store) => inSteps(store.height));
  const key = useFleet((fleet) => {
    const nodes = fleet.order.flatMap((id) => fleet.nodes[id] ?? []);
    const shape = shapeOf(forestOf(nodes, fleet.surroundings.ghosts));
    return JSON.stringify([shape, nodes.map((node) => [node.role, noteOf(node) !== null])]);
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for all of the state that the shape depends on
  return useMemo(() => {
    const { nodes, order, surroundings } = useFleet.getState();
    const shown = order.flatMap((id): readonly NodeView[] => (nodes[id] === undefined ? [] : [nodes[id]]));
    const forest = forestOf(shown, surroundings.ghosts);
    const room = width > 0 && height > 0 ? { width, height } : undefined;
    return { forest, layout: layOut(forest, (id) => formOf(nodes[id]), room) };
  }, [key, width, height]);
}

function inSteps(sizePx: number): number {
  return Math.round(sizePx / roomStepPx) * roomStepPx;
}

function formOf(node: NodeView | undefined): CardForm {
  return { kind: node?.role ?? 'ghost', isNoted: node !== undefined && noteOf(node) !== null };
}

function toFlowNodes(forest: Forest, layout: Layout, dragged: Dragged | null): Node[] {
  const ghosts = new Map(forest.ghosts.map((ghost) => [ghost.id, ghost]));
  return layout.cards.map((card) => {
    const ghost = ghosts.get(card.id);
    const isDragged = dragged?.id === card.id;
    return {
      id: card.id,
      type: ghost === undefined ? 'card' : 'ghost',
      position: isDragged ? { x: dragged.x, y: dragged.y } : { x: card.x, y: card.y },
      width: card.width,
      height: card.height,
      zIndex: isDragged ? 10 : 0,
      draggable: ghost === undefined,
      data: ghost === undefined ? {} : { ghost },
    };
  });
}

function toFlowEdges(layout: Layout): Edge[] {
  return layout.pipes.map((pipe) => ({ id: pipe.id, type: 'pipe', source: pipe.masterId, target: pipe.replicaId }));
}

function pointOf(event: MouseEvent | TouchEvent): { readonly x: number; readonly y: number } {
  const point = 'clientX' in event ? event : event.changedTouches[0];
  return { x: point?.clientX ?? 0, y: point?.clientY ?? 0 };
}

function askAttach(nodeId: string, masterId: string): void {
  const { nodes } = useFleet.getState();
  const node = nodes[nodeId];
  const master = nodes[masterId];
  if (node === undefined || master === undefined || whyNotAttach(node, master, nodes) !== null) return;
  void askPlan({ kind: 'attach', nodeId, masterId });
}

/**
 * Shows the whole drawing again when cards come, go or change their size, and when the ground changes its size; and a
 * node that was chosen elsewhere, for as long as it is sought.
 */
function KeepInView({ layout }: { readonly layout: Layout }) {
  const { fitView, setCenter, getViewport } = useReactFlow();
  const width = useStore((store) => store.width);
  const height = useStore((store) => store.height);
  const soughtId = useSelection((selection) => selection.soughtId);
  const showSought = useCallback(() => {
    const sought = layout.cards.find(({ id }) => id === useSelection.getState().soughtId);
    if (sought === undefined) return false;
    const { x, y } = middleOf(sought);
    void setCenter(x, y, { zoom: Math.max(getViewport().zoom, soughtZoom) });
    return true;
  }, [layout, setCenter, getViewport]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: these are the reasons to show all again
  useEffect(() => {
    const frame = requestAnimationFrame(() => {
      if (!showSought()) void fitView(fitOptions);
    });
    return () => cancelAnimationFrame(frame);
  }, [layout, width, height, fitView]);
  useEffect(() => {
    if (soughtId !== null) showSought();
  }, [soughtId, showSought]);
  return null;
}

function middleOf({ x, y, width, height }: Layout['cards'][number]): { readonly x: number; readonly y: number } {
  return { x: x + width / 2, y: y + height / 2 };
}
