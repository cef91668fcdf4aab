// Notices of kept connections that cannot be opened by themselves at the start: a damaged file, or a password to type.
import { notifications } from '@mantine/notifications';
import { useEffect } from 'react';
import type { ProfilesView } from '#core/contract/profiles.ts';
import { hostClient, useIsHostThere } from '../bridge/host-store.ts';
import { problemText } from '../connections/problem-text.ts';
import { openDialog } from '../dialogs/dialog-store.ts';
import { say } from '../i18n/i18n.ts';

export function ConnectionNotices() {
  const isHostThere = useIsHostThere();
  useEffect(() => {
    if (isHostThere) void tellConnections();
  }, [isHostThere]);
  return null;
}

async function tellConnections(): Promise<void> {
  const view = await hostClient()
    ?.profiles.list()
    .catch(() => undefined);
  if (!view) return;
  if (view.problem) tell('problem', say('connections.problem.title'), problemText(view.problem));
  const waiting = waitingNames(view);
  if (waiting.length === 0) return;
  const isLocked = view.secrets.kind === 'file' && view.secrets.state === 'locked';
  tell(
    'waiting',
    say('connections.waiting.title', { count: waiting.length }),
    `${waiting.join(', ')}. ${say(isLocked ? 'connections.waiting.locked' : 'connections.waiting.ask')}`,
  );
}

/** Those that were to be opened at the start, and have a login that nobody typed yet. */
export function waitingNames({ profiles }: Pick<ProfilesView, 'profiles'>): string[] {
  return profiles
    .filter(({ profile, nodeId }) => profile.opensAtStart && nodeId === null && profile.login !== 'none')
    .map(({ profile }) => profile.name);
}

function tell(what: 'problem' | 'waiting', title: string, message: string): void {
  const id = `connections:${what}`;
  notifications.show({
    id,
    color: 'var(--warning)',
    title,
    message,
    autoClose: false,
    onClick: () => {
      notifications.hide(id);
      openDialog({ kind: 'connections', draft: null });
    },
  });
}
