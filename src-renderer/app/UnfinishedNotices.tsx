// A notice of runs that Syncline did not finish because it ended: they are told once the host is there again.
import { notifications } from '@mantine/notifications';
import { useEffect } from 'react';
import { hostClient, useIsHostThere } from '../bridge/host-store.ts';
import { openDialog } from '../dialogs/dialog-store.ts';
import { say } from '../i18n/i18n.ts';
import { statementText } from '../i18n/statement-text.ts';

/** Older runs than these were looked at, or are past mending. */
const runsLookedAt = 20;

export function UnfinishedNotices() {
  const isHostThere = useIsHostThere();
  useEffect(() => {
    if (isHostThere) void tellUnfinished();
  }, [isHostThere]);
  return null;
}

async function tellUnfinished(): Promise<void> {
  const outcome = await hostClient()
    ?.journal.read({ count: runsLookedAt })
    .catch(() => undefined);
  if (!outcome?.ok) return;
  for (const run of outcome.value.runs) {
    if (run.state !== 'unfinished' || run.isSettled) continue;
    notifications.show({
      id: `unfinished:${run.runId}`,
      color: 'var(--warning)',
      title: say('journal.unfinishedTitle', { title: statementText(run.title) }),
      message: say('journal.unfinishedNext'),
      autoClose: false,
      onClick: () => openDialog({ kind: 'journal' }),
    });
  }
}
