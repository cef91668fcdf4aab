// The acts on a node as records: menu, inspector, palette and keys all read these rows and none has rules of its own.
import {
  type Icon,
  IconAdjustments,
  IconArrowsDiff,
  IconArrowsExchange,
  IconArrowUpCircle,
  IconBinaryTree2,
  IconBolt,
  IconBoltOff,
  IconLifebuoy,
  IconPlayerPlay,
  IconPlayerStop,
  IconRefresh,
  IconRefreshAlert,
  IconRotateClockwise2,
  IconTrash,
} from '@tabler/icons-react';
import type { Act, ActKind } from '#core/contract/acts.ts';
import type { NodeView } from '#core/contract/views.ts';
import type { TextKey } from '../i18n/i18n.ts';
import type { Refusal } from './refusal.ts';

/** An act that needs nothing but the node; attaching needs a master too and stands in `attach.ts`. */
export interface NodeAction {
  readonly kind: ActKind;
  readonly text: (node: NodeView) => TextKey;
  readonly icon: Icon;
  /** Drawn as destroying: it can lose data or end a node. */
  readonly isDestroying: boolean;
  readonly keys: string | null;
  /** Whether it has any meaning on this kind of node; where not, menus leave it out. */
  readonly fits: (node: NodeView) => boolean;
  readonly whyNot: (node: NodeView) => Refusal | null;
  readonly act: (node: NodeView) => Act;
}

/** The load that is proposed first: gentle enough to watch, strong enough to see the offset move. */
const proposedLoad = { writesPerSecond: 500, valueBytes: 100 } as const;

const why = (key: TextKey, node: NodeView): Refusal => ({ key, params: { name: node.name } });

function whyNotRunning(node: NodeView): Refusal | null {
  return node.lifecycle.kind === 'running' ? null : why('act.why.notRunning', node);
}

function whyNotReplica(node: NodeView): Refusal | null {
  return whyNotRunning(node) ?? (node.role === 'replica' ? null : why('act.why.notAReplica', node));
}

function whyNotFailover(node: NodeView): Refusal | null {
  return whyNotReplica(node) ?? (node.link?.phase === 'streaming' ? null : why('act.why.notStreaming', node));
}

function whyNotRescue(node: NodeView): Refusal | null {
  return whyNotReplica(node) ?? (node.link?.phase === 'streaming' ? why('act.why.streams', node) : null);
}

const hasReplicas = (node: NodeView) => node.replicas.length > 0;
const isEmbedded = (node: NodeView) => node.kind === 'embedded';
const isReplica = (node: NodeView) => node.role === 'replica';
const isStopped = (node: NodeView) => node.lifecycle.kind === 'stopped' || node.lifecycle.kind === 'failed';

export const nodeActions: readonly NodeAction[] = [
  {
    kind: 'promote',
    text: () => 'act.promote',
    icon: IconArrowUpCircle,
    isDestroying: false,
    keys: 'alt+P',
    fits: isReplica,
    whyNot: whyNotReplica,
    act: (node) => ({ kind: 'promote', nodeId: node.id }),
  },
  {
    kind: 'resyncPartial',
    text: () => 'act.resyncPartial',
    icon: IconRefresh,
    isDestroying: false,
    keys: 'alt+R',
    fits: isReplica,
    whyNot: whyNotReplica,
    act: (node) => ({ kind: 'resyncPartial', nodeId: node.id }),
  },
  {
    kind: 'resyncFull',
    text: () => 'act.resyncFull',
    icon: IconRefreshAlert,
    isDestroying: true,
    keys: 'alt+F',
    fits: isReplica,
    whyNot: whyNotReplica,
    act: (node) => ({ kind: 'resyncFull', nodeId: node.id }),
  },
  {
    kind: 'failover',
    text: () => 'act.failover',
    icon: IconArrowsExchange,
    isDestroying: false,
    keys: 'alt+O',
    fits: isReplica,
    whyNot: whyNotFailover,
    act: (node) => ({ kind: 'failover', nodeId: node.id }),
  },
  {
    kind: 'rescue',
    text: () => 'act.rescue',
    icon: IconLifebuoy,
    isDestroying: true,
    keys: null,
    fits: (node) => isReplica(node) && node.link?.phase !== 'streaming',
    whyNot: whyNotRescue,
    act: (node) => ({ kind: 'rescue', nodeId: node.id }),
  },
  {
    kind: 'reverseLink',
    text: () => 'act.reverseLink',
    icon: IconArrowsDiff,
    isDestroying: false,
    keys: null,
    fits: isReplica,
    whyNot: whyNotFailover,
    act: (node) => ({ kind: 'reverseLink', nodeId: node.id }),
  },
  {
    kind: 'flatten',
    text: () => 'act.flatten',
    icon: IconBinaryTree2,
    isDestroying: false,
    keys: null,
    fits: hasReplicas,
    whyNot: (node) => whyNotRunning(node) ?? (hasReplicas(node) ? null : why('act.why.noReplicas', node)),
    act: (node) => ({ kind: 'flatten', nodeId: node.id }),
  },
  {
    kind: 'rollingRestart',
    text: (node) => (hasReplicas(node) ? 'act.rollingRestart' : 'act.restart'),
    icon: IconRotateClockwise2,
    isDestroying: true,
    keys: null,
    fits: (node) => node.lifecycle.kind === 'running',
    whyNot: whyNotRunning,
    act: (node) => ({ kind: 'rollingRestart', nodeId: node.id }),
  },
  {
    kind: 'changeSettings',
    text: () => 'act.changeSettings',
    icon: IconAdjustments,
    isDestroying: false,
    keys: 'alt+S',
    fits: (node) => node.lifecycle.kind === 'running',
    whyNot: whyNotRunning,
    act: (node) => ({ kind: 'changeSettings', nodeId: node.id }),
  },
  {
    kind: 'startLoad',
    text: () => 'act.startLoad',
    icon: IconBolt,
    isDestroying: false,
    keys: 'alt+W',
    fits: (node) => node.role === 'master',
    whyNot: (node) => whyNotRunning(node),
    act: (node) => ({ kind: 'startLoad', nodeId: node.id, ...proposedLoad, ...loadOf(node) }),
  },
  {
    kind: 'stopLoad',
    text: () => 'act.stopLoad',
    icon: IconBoltOff,
    isDestroying: false,
    keys: null,
    fits: (node) => node.workload !== null,
    whyNot: (node) => (node.workload === null ? why('act.why.noLoad', node) : null),
    act: (node) => ({ kind: 'stopLoad', nodeId: node.id }),
  },
  {
    kind: 'startNode',
    text: () => 'act.startNode',
    icon: IconPlayerPlay,
    isDestroying: false,
    keys: null,
    fits: (node) => isEmbedded(node) && isStopped(node),
    whyNot: (node) => (isStopped(node) ? null : why('act.why.isRunning', node)),
    act: (node) => ({ kind: 'startNode', nodeId: node.id }),
  },
  {
    kind: 'stopNode',
    text: () => 'act.stopNode',
    icon: IconPlayerStop,
    isDestroying: true,
    keys: null,
    fits: (node) => isEmbedded(node) && !isStopped(node),
    whyNot: whyNotRunning,
    act: (node) => ({ kind: 'stopNode', nodeId: node.id }),
  },
  {
    kind: 'removeNode',
    text: (node) => (isEmbedded(node) ? 'act.removeNode' : 'act.forgetNode'),
    icon: IconTrash,
    isDestroying: true,
    keys: null,
    fits: () => true,
    whyNot: () => null,
    act: (node) => ({ kind: 'removeNode', nodeId: node.id }),
  },
];

function loadOf(node: NodeView): Partial<typeof proposedLoad> | { writesPerSecond: number; valueBytes: number } {
  if (node.workload === null) return {};
  return { writesPerSecond: node.workload.writesPerSecond, valueBytes: node.workload.valueBytes };
}

/** All that the acts on a node depend on: two nodes with equal keys have the same acts with the same reasons. */
export function actsKey(node: NodeView): string {
  const load = node.workload;
  const parts = [
    node.id,
    node.name,
    node.kind,
    node.role,
    node.lifecycle.kind,
    load?.writesPerSecond,
    load?.valueBytes,
    node.link !== null,
    node.link?.relay?.phase,
  ];
  return parts.join('\n');
}

/** The rows that mean something on this node, in their order. */
export function actionsFor(node: NodeView): readonly NodeAction[] {
  return nodeActions.filter((action) => action.fits(node));
}
