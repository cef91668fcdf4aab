// Says in the top bar that nothing may be changed now, for as long as that is so.
import { Tooltip } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { say } from '../i18n/i18n.ts';
import { useGuards } from '../store/guards-store.ts';

export function ReadOnlyPill() {
  const isReadOnly = useGuards((guards) => guards.isReadOnly);
  if (!isReadOnly) return null;
  return (
    <Tooltip label={say('journal.readOnlyHint')}>
      <span className="pill tone-warning" role="status" data-testid="read-only">
        <IconLock size={14} />
        {say('journal.readOnly')}
      </span>
    </Tooltip>
  );
}
