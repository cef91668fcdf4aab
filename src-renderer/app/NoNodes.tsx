// What stands in the topology's place while there are no nodes.
import { Button } from '@mantine/core';
import { IconSitemap } from '@tabler/icons-react';
import { EmptyState } from '../design/EmptyState.tsx';
import { openDialog } from '../dialogs/dialog-store.ts';
import { askPlan } from '../dialogs/plan-store.ts';
import { say } from '../i18n/i18n.ts';

export function NoNodes() {
  return (
    <div className="no-nodes" data-testid="no-nodes">
      <EmptyState icon={IconSitemap} title={say('empty.title')} text={say('empty.text')}>
        <div className="no-nodes-buttons">
          <Button onClick={() => void askPlan({ kind: 'startNode' })}>{say('app.startNode')}</Button>
          <Button variant="default" onClick={() => openDialog({ kind: 'connect', address: null })}>
            {say('app.connect')}
          </Button>
          <Button variant="default" onClick={() => openDialog({ kind: 'connections', draft: null })}>
            {say('connections.open')}
          </Button>
        </div>
      </EmptyState>
    </div>
  );
}
