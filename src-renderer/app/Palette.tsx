// The command palette: every act of the window and of every node, found by typing; those not possible now say why.
import { Spotlight, type SpotlightActionGroupData } from '@mantine/spotlight';
import { IconArrowsJoin, IconArrowsSplit2, IconEye, IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { useShallow } from 'zustand/react/shallow';
import type { NodeId } from '#core/contract/places.ts';
import type { NodeView } from '#core/contract/views.ts';
import { attachCommand, whyNotAttach } from '../actions/attach.ts';
import { actionsFor } from '../actions/node-actions.ts';
import { type Refusal, refusalText } from '../actions/refusal.ts';
import { windowActions } from '../actions/window-actions.ts';
import { useIsHostThere } from '../bridge/host-store.ts';
import { KeyHint } from '../design/KeyHint.tsx';
import { askPlan } from '../dialogs/plan-store.ts';
import { formatAddress } from '../i18n/format.ts';
import { say } from '../i18n/i18n.ts';
import { choose } from '../store/choices-store.ts';
import { useFleet } from '../store/fleet-store.ts';
import { seek } from '../store/selection-store.ts';

type Row = SpotlightActionGroupData['actions'][number];
const hostGone: Refusal = { key: 'act.why.hostGone', params: {} };
const shownRows = 40;

export function Palette() {
  const [isOpen, setOpen] = useState(false);
  return isOpen ? (
    <OpenPalette setOpen={setOpen} />
  ) : (
    <Spotlight actions={[]} shortcut="mod+K" onSpotlightOpen={() => setOpen(true)} />
  );
}

/** Rows are made while it is open only, from the fleet as it was then: figures do not matter here. */
function OpenPalette({ setOpen }: { readonly setOpen: (isOpen: boolean) => void }) {
  const isHostThere = useIsHostThere();
  const order = useFleet((fleet) => fleet.order);
  const nodes = useFleet(useShallow((fleet) => fleet.nodes));
  const groups = [
    { group: say('palette.nodes'), actions: order.flatMap((id) => inspectRow(nodes[id])) },
    { group: say('palette.window'), actions: windowActions.map((action) => windowRow(action, isHostThere)) },
    { group: say('palette.acts'), actions: order.flatMap((id) => nodeRows(nodes[id], nodes, isHostThere)) },
  ];
  return (
    <Spotlight
      actions={groups}
      shortcut="mod+K"
      limit={shownRows}
      scrollable
      maxHeight={420}
      highlightQuery
      overlayProps={{ blur: 0 }}
      attributes={{ content: { 'aria-label': say('palette.placeholder') } }}
      onSpotlightClose={() => setOpen(false)}
      nothingFound={say('palette.nothing')}
      searchProps={{
        leftSection: <IconSearch size={17} />,
        placeholder: say('palette.placeholder'),
        'aria-label': say('palette.placeholder'),
      }}
    />
  );
}

function inspectRow(node: NodeView | undefined): Row[] {
  if (node === undefined) return [];
  return [
    {
      id: `inspect:${node.id}`,
      label: say('act.inspect', { name: node.name }),
      description: formatAddress(node.address),
      leftSection: <IconEye size={17} />,
      onClick: () => {
        seek(node.id);
        choose({ hasInspector: true });
      },
    },
  ];
}

function windowRow(action: (typeof windowActions)[number], isHostThere: boolean): Row {
  const RowIcon = action.icon;
  const refusal = action.needsHost && !isHostThere ? hostGone : null;
  return {
    id: action.id,
    label: say(action.text),
    ...(refusal !== null && { description: notNow(refusal), disabled: true }),
    leftSection: <RowIcon size={17} />,
    rightSection: <KeyHint keys={action.keys} />,
    onClick: () => refusal === null && action.run(),
  };
}

function nodeRows(
  node: NodeView | undefined,
  nodes: Readonly<Record<NodeId, NodeView>>,
  isHostThere: boolean,
): readonly Row[] {
  if (node === undefined) return [];
  const own = actionsFor(node).map((action): Row => {
    const RowIcon = action.icon;
    const refusal = isHostThere ? action.whyNot(node) : hostGone;
    return {
      id: `${action.kind}:${node.id}`,
      label: say('act.onNode', { name: node.name, act: say(action.text(node)) }),
      ...(refusal !== null && { description: notNow(refusal), disabled: true }),
      leftSection: <RowIcon size={17} />,
      ...(action.keys !== null && { rightSection: <KeyHint keys={action.keys} /> }),
      onClick: () => {
        if (refusal === null) void askPlan(action.act(node));
      },
    };
  });
  const attaches = Object.values(nodes).flatMap((master): Row[] => {
    if (!isHostThere || whyNotAttach(node, master, nodes) !== null) return [];
    return [
      {
        id: `attach:${node.id}:${master.id}`,
        label: say('act.attachTo', { name: node.name, master: master.name }),
        description: attachCommand(master),
        leftSection: <IconArrowsJoin size={17} />,
        onClick: () => void askPlan({ kind: 'attach', nodeId: node.id, masterId: master.id }),
      },
    ];
  });
  const moves = Object.values(nodes).flatMap((master): Row[] => {
    if (!isHostThere || master.id === node.id || node.replicas.length === 0) return [];
    return [
      {
        id: `repoint:${node.id}:${master.id}`,
        label: say('act.moveReplicasTo', { name: node.name, master: master.name }),
        description: attachCommand(master),
        leftSection: <IconArrowsSplit2 size={17} />,
        onClick: () => void askPlan({ kind: 'repointReplicas', nodeId: node.id, masterId: master.id }),
      },
    ];
  });
  return [...own, ...attaches, ...moves];
}

function notNow(refusal: Refusal): string {
  return say('palette.notNow', { why: refusalText(refusal) });
}
