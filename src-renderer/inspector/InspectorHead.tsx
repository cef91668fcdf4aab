// The inspector's head: who the node is, how it stands, and its acts as buttons.
import { ActionIcon, Button, Menu, Tooltip } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { memo } from 'react';
import type { NodeLabel } from '#core/contract/labels.ts';
import type { NodeId } from '#core/contract/places.ts';
import type { NodeView } from '#core/contract/views.ts';
import { ActionItem, AttachItems } from '../actions/NodeMenu.tsx';
import { actionsFor, actsKey, type NodeAction } from '../actions/node-actions.ts';
import { refusalText } from '../actions/refusal.ts';
import { useIsHostThere } from '../bridge/host-store.ts';
import { ProfileDot } from '../connections/ProfileDot.tsx';
import { lineageColour } from '../design/lineage.ts';
import { StateGlyph } from '../design/StateGlyph.tsx';
import { askPlan } from '../dialogs/plan-store.ts';
import { formatAddress, formatBytes, formatPerSecond } from '../i18n/format.ts';
import { say } from '../i18n/i18n.ts';
import { conditionText, roleKey } from '../i18n/node-words.ts';
import { failureText } from '../i18n/statement-text.ts';
import { useCondition, useNode, useSteadyNode } from '../store/fleet-store.ts';

/** Shown as a menu under one button. */
const resyncKinds: ReadonlySet<string> = new Set(['resyncPartial', 'resyncFull']);
/** Acts on more than the node itself: a menu too. */
const treeKinds: ReadonlySet<string> = new Set([
  'failover',
  'rescue',
  'reverseLink',
  'flatten',
  'rollingRestart',
  'changeSettings',
]);
/** Shown as icons beside the name. */
const lifecycleKinds: ReadonlySet<string> = new Set(['stopNode', 'removeNode']);

/** Group and tags of a kept connection. */
function LabelLine({ label }: { readonly label: NodeLabel }) {
  const words = [label.group, ...label.tags].filter((word) => word !== null);
  if (words.length === 0) return null;
  return (
    <div className="faint">
      <ProfileDot label={label} />
      {words.join(' · ')}
    </div>
  );
}

export function InspectorHead({ node }: { readonly node: NodeView }) {
  const condition = useCondition(node);
  const master = useNode(node.link?.masterId ?? null);
  return (
    <div className="inspector-head">
      <div className="inspector-name" style={{ '--lineage': lineageColour(node.replicationId) } as React.CSSProperties}>
        <h2 title={node.name}>{node.name}</h2>
        <span className={`badge badge-${node.role}`}>{say(roleKey(node, master?.role === 'replica'))}</span>
        <span className={`badge badge-env env-${node.environment}`}>{say(`app.environment.${node.environment}`)}</span>
        <span className="grow" />
        <EndButtons nodeId={node.id} />
      </div>
      <div className={`inspector-state tone-${condition.tone}`}>
        <StateGlyph tone={condition.tone} />
        {conditionText(node, condition)}
        <span className="grow" />
        <span className="mono faint nowrap">{formatAddress(node.address)}</span>
      </div>
      {node.label !== null && <LabelLine label={node.label} />}
      <NodeFailure node={node} />
      <ActButtons nodeId={node.id} />
      {node.workload !== null && (
        <div className="inspector-load mono" data-testid="workload" data-value={node.workload.achievedPerSecond}>
          {say('inspector.load')}:{' '}
          {say('inspector.loadFigures', {
            achieved: formatPerSecond(node.workload.achievedPerSecond),
            wanted: formatPerSecond(node.workload.writesPerSecond),
            size: formatBytes(node.workload.valueBytes),
          })}
        </div>
      )}
    </div>
  );
}

function NodeFailure({ node }: { readonly node: NodeView }) {
  const failure = 'failure' in node.lifecycle ? node.lifecycle.failure : undefined;
  if (failure === undefined) return null;
  const text = failureText(failure);
  return (
    <div className="inspector-failure" role="status" data-testid="node-failure" data-code={failure.code}>
      <b>{text.what}</b> {text.next}
    </div>
  );
}

const ActButtons = memo(function ActButtons({ nodeId }: { readonly nodeId: NodeId }) {
  const node = useSteadyNode(nodeId, actsKey);
  const isHostThere = useIsHostThere();
  if (node === undefined) return null;
  const actions = actionsFor(node);
  const grouped = [resyncKinds, treeKinds, lifecycleKinds];
  const plain = actions.filter((action) => !grouped.some((kinds) => kinds.has(action.kind)));
  const resyncs = actions.filter((action) => resyncKinds.has(action.kind));
  const trees = actions.filter((action) => treeKinds.has(action.kind));
  const isRunning = node.lifecycle.kind === 'running' && isHostThere;
  return (
    <div className="act-buttons">
      {node.role === 'master' && <AttachMenu node={node} side="replicas" isPrimary isOn={isRunning} />}
      <AttachMenu node={node} side="masters" isPrimary={node.role !== 'master'} isOn={isRunning} />
      <ActMenu node={node} actions={resyncs} text="act.resync" isOn={isRunning} />
      <ActMenu node={node} actions={trees} text="act.tree" isOn={isRunning} />
      {plain.map((action) => (
        <ActButton key={action.kind} node={node} action={action} isHostThere={isHostThere} />
      ))}
    </div>
  );
});

interface ActMenuProps {
  readonly node: NodeView;
  readonly actions: readonly NodeAction[];
  readonly text: 'act.resync' | 'act.tree';
  readonly isOn: boolean;
}

/** Several acts under one button. */
function ActMenu({ node, actions, text, isOn }: ActMenuProps) {
  if (actions.length === 0) return null;
  return (
    <Menu position="bottom-start" width={260}>
      <Menu.Target>
        <Button
          size="compact-sm"
          variant="default"
          rightSection={<IconChevronDown size={13} />}
          disabled={!isOn}
          data-testid={text === 'act.resync' ? 'act-resync' : 'act-tree'}
        >
          {say(text)}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {actions.map((action) => (
          <ActionItem key={action.kind} node={node} action={action} testId={`act-${action.kind}`} />
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

const EndButtons = memo(function EndButtons({ nodeId }: { readonly nodeId: NodeId }) {
  const node = useSteadyNode(nodeId, actsKey);
  const isHostThere = useIsHostThere();
  if (node === undefined) return null;
  const ends = actionsFor(node).filter((action) => lifecycleKinds.has(action.kind));
  return ends.map((action) => <EndButton key={action.kind} node={node} action={action} isHostThere={isHostThere} />);
});

interface AttachMenuProps {
  readonly node: NodeView;
  readonly side: 'masters' | 'replicas';
  readonly isPrimary: boolean;
  readonly isOn: boolean;
}

function AttachMenu({ node, side, isPrimary, isOn }: AttachMenuProps) {
  return (
    <Menu position="bottom-start" width={260}>
      <Menu.Target>
        <Button
          size="compact-sm"
          variant={isPrimary ? 'filled' : 'default'}
          rightSection={<IconChevronDown size={13} />}
          disabled={!isOn}
          data-testid={side === 'masters' ? 'act-attach' : 'act-attachHere'}
        >
          {say(side === 'masters' ? 'act.attach' : 'act.attachHere')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <AttachItems nodeId={node.id} side={side} />
      </Menu.Dropdown>
    </Menu>
  );
}

interface ActButtonProps {
  readonly node: NodeView;
  readonly action: NodeAction;
  readonly isHostThere: boolean;
}

function useWhyNot({ node, action, isHostThere }: ActButtonProps): string | null {
  if (!isHostThere) return say('act.why.hostGone');
  const refusal = action.whyNot(node);
  return refusal === null ? null : refusalText(refusal);
}

function ActButton(props: ActButtonProps) {
  const why = useWhyNot(props);
  return (
    <Tooltip label={why} disabled={why === null}>
      <Button
        size="compact-sm"
        variant="default"
        {...(why !== null && { 'data-disabled': true })}
        aria-disabled={why !== null}
        onClick={() => why === null && void askPlan(props.action.act(props.node))}
        data-testid={`act-${props.action.kind}`}
      >
        {say(props.action.text(props.node))}
      </Button>
    </Tooltip>
  );
}

function EndButton(props: ActButtonProps) {
  const why = useWhyNot(props);
  const EndIcon = props.action.icon;
  const label = say(props.action.text(props.node));
  return (
    <Tooltip label={why ?? label}>
      <ActionIcon
        variant="default"
        size={26}
        aria-label={label}
        className="act-end"
        {...(why !== null && { 'data-disabled': true })}
        onClick={() => why === null && void askPlan(props.action.act(props.node))}
        data-testid={`act-${props.action.kind}`}
      >
        <EndIcon size={15} />
      </ActionIcon>
    </Tooltip>
  );
}
