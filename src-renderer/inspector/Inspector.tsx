// The inspector: one node closely, with what can be done to it on top and its replication, backlog, syncs and log below.
import { Tabs } from '@mantine/core';
import { IconPointer } from '@tabler/icons-react';
import { memo } from 'react';
import type { NodeId } from '#core/contract/places.ts';
import type { NodeView } from '#core/contract/views.ts';
import { EmptyState } from '../design/EmptyState.tsx';
import { say, type TextKey } from '../i18n/i18n.ts';
import { type Choices, choose, useChoices } from '../store/choices-store.ts';
import { useCondition, useNode } from '../store/fleet-store.ts';
import { useSelection } from '../store/selection-store.ts';
import { BacklogTab } from './BacklogTab.tsx';
import { InspectorHead } from './InspectorHead.tsx';
import './inspector.css';
import { LogTab } from './LogTab.tsx';
import { ReplicationTab } from './ReplicationTab.tsx';
import { SyncTab } from './SyncTab.tsx';

interface TabSpec {
  readonly id: Choices['tab'];
  readonly text: TextKey;
  readonly Body: (props: { readonly node: NodeView }) => React.ReactNode;
}

const tabs: readonly TabSpec[] = [
  { id: 'replication', text: 'inspector.tabReplication', Body: ReplicationTab },
  { id: 'backlog', text: 'inspector.tabBacklog', Body: BacklogTab },
  { id: 'syncs', text: 'inspector.tabSyncs', Body: SyncTab },
  { id: 'log', text: 'inspector.tabLog', Body: LogTab },
];

export function Inspector() {
  const nodeId = useSelection((selection) => selection.nodeId);
  const node = useNode(nodeId);
  const tab = useChoices((choices) => choices.tab);
  if (node === undefined) {
    return (
      <aside className="inspector" aria-label={say('inspector.title')}>
        <EmptyState icon={IconPointer} title={say('inspector.none')} text={say('inspector.noneHint')} />
      </aside>
    );
  }
  return <NodeInspector node={node} tab={tab} />;
}

function NodeInspector({ node, tab }: { readonly node: NodeView; readonly tab: Choices['tab'] }) {
  const { isFaded } = useCondition(node);
  return (
    <aside
      className="inspector"
      aria-label={say('inspector.title')}
      data-testid="inspector"
      data-node={node.name}
      data-faded={isFaded}
    >
      <InspectorHead node={node} />
      <NodeTabs nodeId={node.id} tab={tab} />
    </aside>
  );
}

/** The tabs' frame stands still while the figures in it move. */
const NodeTabs = memo(function NodeTabs({ nodeId, tab }: { readonly nodeId: NodeId; readonly tab: Choices['tab'] }) {
  return (
    <Tabs
      value={tab}
      onChange={(value) => choose({ tab: value as Choices['tab'] })}
      className="inspector-tabs"
      keepMounted={false}
    >
      <Tabs.List>
        {tabs.map(({ id, text }) => (
          <Tabs.Tab key={id} value={id} data-testid={`tab-${id}`}>
            {say(text)}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {tabs.map(({ id, Body }) => (
        <Tabs.Panel key={id} value={id} className="inspector-panel" tabIndex={-1}>
          <TabBody nodeId={nodeId} Body={Body} />
        </Tabs.Panel>
      ))}
    </Tabs>
  );
});

function TabBody({ nodeId, Body }: { readonly nodeId: NodeId; readonly Body: TabSpec['Body'] }) {
  const node = useNode(nodeId);
  return node === undefined ? null : <Body node={node} />;
}
