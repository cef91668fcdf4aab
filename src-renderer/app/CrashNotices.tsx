// A notice when a node crashes: it may happen out of view, and it is never to be missed.
import { notifications } from '@mantine/notifications';
import { useEffect } from 'react';
import { failureText } from '../i18n/statement-text.ts';
import { useFleet } from '../store/fleet-store.ts';
import { seek } from '../store/selection-store.ts';

export function CrashNotices() {
  useEffect(
    () =>
      useFleet.subscribe((fleet, before) => {
        if (fleet.nodes === before.nodes) return;
        for (const node of Object.values(fleet.nodes)) {
          const was = before.nodes[node.id]?.lifecycle.kind;
          if (node.lifecycle.kind !== 'failed' || was === undefined || was === 'failed') continue;
          const { what, next } = failureText(node.lifecycle.failure);
          notifications.show({
            id: `crash:${node.id}`,
            color: 'danger',
            title: what,
            message: next,
            autoClose: false,
            onClick: () => seek(node.id),
          });
        }
      }),
    [],
  );
  return null;
}
