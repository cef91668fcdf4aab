// The menu of a node: the same rows as the inspector and the palette, with the reason where one cannot be chosen now.
import { ActionIcon, Menu } from '@mantine/core';
import {
  IconArrowsJoin,
  IconArrowsSplit2,
  IconClockQuestion,
  IconDots,
  IconEye,
  IconPlugConnected,
  IconPlugConnectedX,
} from '@tabler/icons-react';
import { memo } from 'react';
import type { NodeId } from '#core/contract/places.ts';
import type { NodeView } from '#core/contract/views.ts';
import { useIsHostThere } from '../bridge/host-store.ts';
import { openDialog } from '../dialogs/dialog-store.ts';
import { askPlan } from '../dialogs/plan-store.ts';
import { say } from '../i18n/i18n.ts';
import { choose } from '../store/choices-store.ts';
import { useFleet, useSteadyNode } from '../store/fleet-store.ts';
import { select } from '../store/selection-store.ts';
import { attachCommand, whyNotAttach } from './attach.ts';
import { clearWithNotice, hasLink } from './fault-calls.ts';
import { actionsFor, actsKey, type NodeAction } from './node-actions.ts';
import { type Refusal, refusalText } from './refusal.ts';

const hostGone: Refusal = { key: 'act.why.hostGone', params: {} };

interface NodeMenuProps {
  readonly nodeId: NodeId;
  readonly name: string;
  readonly isOpen: boolean;
  /** Stable between renders: the menu is drawn only when something of it changes. */
  readonly setOpen: (isOpen: boolean) => void;
}

/** The three dots of a card or a row. */
export const NodeMenu = memo(function NodeMenu({ nodeId, name, isOpen, setOpen }: NodeMenuProps) {
  return (
    <Menu opened={isOpen} onChange={setOpen} position="bottom-end" width={250} withinPortal>
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          size="sm"
          color="gray"
          className="node-menu nodrag"
          aria-label={say('card.menu', { name })}
          data-testid={`node-card-${name}-menu`}
        >
          <IconDots size={15} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <NodeMenuItems nodeId={nodeId} />
      </Menu.Dropdown>
    </Menu>
  );
});

function NodeMenuItems({ nodeId }: { readonly nodeId: NodeId }) {
  const node = useSteadyNode(nodeId, actsKey);
  if (node === undefined) return null;
  const inspect = () => {
    select(node.id);
    choose({ hasInspector: true });
  };
  return (
    <>
      <Menu.Item leftSection={<IconEye size={15} />} onClick={inspect} data-testid="menu-inspect">
        {say('act.inspect', { name: node.name })}
      </Menu.Item>
      <Menu.Divider />
      <Menu.Sub position="right-start">
        <Menu.Sub.Target>
          <Menu.Sub.Item leftSection={<IconArrowsJoin size={15} />} data-testid="menu-act-attach">
            {say('act.attach')}
          </Menu.Sub.Item>
        </Menu.Sub.Target>
        <Menu.Sub.Dropdown>
          <AttachItems nodeId={node.id} side="masters" />
        </Menu.Sub.Dropdown>
      </Menu.Sub>
      {node.role === 'replica' && (
        <Menu.Item
          leftSection={<IconClockQuestion size={15} />}
          onClick={() => openDialog({ kind: 'absence', nodeId: node.id })}
          data-testid="menu-absence"
        >
          {say('absence.open')}
        </Menu.Item>
      )}
      {node.replicas.length > 0 && (
        <Menu.Sub position="right-start">
          <Menu.Sub.Target>
            <Menu.Sub.Item leftSection={<IconArrowsSplit2 size={15} />} data-testid="menu-act-repointReplicas">
              {say('act.repointReplicas')}
            </Menu.Sub.Item>
          </Menu.Sub.Target>
          <Menu.Sub.Dropdown>
            <RepointItems nodeId={node.id} />
          </Menu.Sub.Dropdown>
        </Menu.Sub>
      )}
      {actionsFor(node).map((action) => (
        <ActionItem key={action.kind} node={node} action={action} testId={`menu-act-${action.kind}`} />
      ))}
      {hasLink(node) && <FaultItems node={node} />}
    </>
  );
}

/** The faults of a replica's link, and their end where one is on. */
function FaultItems({ node }: { readonly node: NodeView }) {
  const isHostThere = useIsHostThere();
  return (
    <>
      <Menu.Item
        leftSection={<IconPlugConnectedX size={15} />}
        disabled={!isHostThere}
        onClick={() => openDialog({ kind: 'faults', nodeId: node.id })}
        data-testid="menu-faults"
      >
        {say('faults.open')}
      </Menu.Item>
      {node.link?.relay != null && (
        <Menu.Item
          leftSection={<IconPlugConnected size={15} />}
          disabled={!isHostThere}
          onClick={() => void clearWithNotice(node.id)}
          data-testid="menu-fault-clear"
        >
          {say('faults.clear')}
        </Menu.Item>
      )}
    </>
  );
}

interface ActionItemProps {
  readonly node: NodeView;
  readonly action: NodeAction;
  readonly testId: string;
}

export function ActionItem({ node, action, testId }: ActionItemProps) {
  const isHostThere = useIsHostThere();
  const refusal = isHostThere ? action.whyNot(node) : hostGone;
  const ActionIcon = action.icon;
  return (
    <Menu.Item
      leftSection={<ActionIcon size={15} />}
      disabled={refusal !== null}
      className={action.isDestroying ? 'menu-destroying' : undefined}
      onClick={() => void askPlan(action.act(node))}
      data-testid={testId}
    >
      {say(action.text(node))}
      {refusal !== null && <div className="menu-why">{refusalText(refusal)}</div>}
    </Menu.Item>
  );
}

interface AttachItemsProps {
  readonly nodeId: NodeId;
  /** `masters`: whom this node may follow. `replicas`: who may follow this node. */
  readonly side: 'masters' | 'replicas';
}

/** Every other node, each with what would run or why it cannot. */
export function AttachItems({ nodeId, side }: AttachItemsProps) {
  const nodes = useFleet((fleet) => fleet.nodes);
  const order = useFleet((fleet) => fleet.order);
  const isHostThere = useIsHostThere();
  const node = nodes[nodeId];
  const others = order.flatMap((id) => (id === nodeId || nodes[id] === undefined ? [] : [nodes[id]]));
  if (node === undefined || others.length === 0) return <Menu.Label>{say('act.noTargets')}</Menu.Label>;
  return others.map((other) => {
    const [replica, master] = side === 'masters' ? [node, other] : [other, node];
    const refusal = isHostThere ? whyNotAttach(replica, master, nodes) : hostGone;
    return (
      <Menu.Item
        key={other.id}
        disabled={refusal !== null}
        onClick={() => void askPlan({ kind: 'attach', nodeId: replica.id, masterId: master.id })}
        data-testid={`attach-target-${other.name}`}
      >
        <div className="menu-name" title={other.name}>
          {other.name}
        </div>
        <div className={refusal === null ? 'menu-command mono' : 'menu-why'}>
          {refusal === null ? attachCommand(master) : refusalText(refusal)}
        </div>
      </Menu.Item>
    );
  });
}

/** Every node that could take over the replicas of this one; the host's plan says what each would do. */
function RepointItems({ nodeId }: { readonly nodeId: NodeId }) {
  const nodes = useFleet((fleet) => fleet.nodes);
  const order = useFleet((fleet) => fleet.order);
  const others = order.flatMap((id) => (id === nodeId || nodes[id] === undefined ? [] : [nodes[id]]));
  if (others.length === 0) return <Menu.Label>{say('act.noTargets')}</Menu.Label>;
  return others.map((other) => (
    <Menu.Item
      key={other.id}
      onClick={() => void askPlan({ kind: 'repointReplicas', nodeId, masterId: other.id })}
      data-testid={`repoint-target-${other.name}`}
    >
      <div className="menu-name" title={other.name}>
        {other.name}
      </div>
      <div className="menu-command mono">{attachCommand(other)}</div>
    </Menu.Item>
  ));
}
