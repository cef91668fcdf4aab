// The window's keys: those of the window itself, and those of acts on the selected node. All carry a modifier.
import { useHotkeys } from '@mantine/hooks';
import type { NodeAction } from '../actions/node-actions.ts';
import { nodeActions } from '../actions/node-actions.ts';
import { windowActions } from '../actions/window-actions.ts';
import { hostClient } from '../bridge/host-store.ts';
import { askPlan } from '../dialogs/plan-store.ts';
import { findNode } from '../store/fleet-store.ts';
import { useSelection } from '../store/selection-store.ts';

export function Keys() {
  const windowKeys = windowActions.map(
    (action): HotkeyRow => [
      action.keys,
      () => {
        if (!action.needsHost || hostClient() !== null) action.run();
      },
      { usePhysicalKeys: action.keys.startsWith('alt') },
    ],
  );
  const nodeKeys = nodeActions.flatMap((action): HotkeyRow[] =>
    action.keys === null ? [] : [[action.keys, () => runOnSelected(action), { usePhysicalKeys: true }]],
  );
  useHotkeys([...windowKeys, ...nodeKeys]);
  return null;
}

type HotkeyRow = Parameters<typeof useHotkeys>[0][number];

function runOnSelected(action: NodeAction): void {
  const { nodeId } = useSelection.getState();
  const node = nodeId === null ? undefined : findNode(nodeId);
  if (node === undefined || hostClient() === null || !action.fits(node) || action.whyNot(node) !== null) return;
  void askPlan(action.act(node));
}
