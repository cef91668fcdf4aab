// The notice of a replica that a killed Syncline left on a relay: why it stands there, and that it is mended.
import { Notifications, notifications } from '@mantine/notifications';
import { act, cleanup, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import type { LeftRelayOutcome } from '#core/contract/surroundings.ts';
import { emptySurroundings } from '#core/contract/surroundings.ts';
import { LeftRelayNotices } from '../../../../src-renderer/app/LeftRelayNotices.tsx';
import { useFleet } from '../../../../src-renderer/store/fleet-store.ts';
import { draw } from '../support/window.tsx';

const at = (port: number) => ({ host: '127.0.0.1', port });
const left = { nodeId: 'b', name: 'bravo', relay: at(7001), master: at(6379) };

async function tell(outcome: LeftRelayOutcome): Promise<void> {
  // As the host sends them: new objects each time.
  const surroundings = { ...emptySurroundings, leftRelays: [{ ...left, outcome }] };
  await act(async () => useFleet.setState({ surroundings }));
}

afterEach(() => {
  notifications.clean();
  useFleet.setState({ surroundings: emptySurroundings });
  cleanup();
});

test('it says that the replica was held back and why, and gives way to the notice that it is mended', async () => {
  await draw(
    <>
      <LeftRelayNotices />
      <Notifications />
    </>,
  );
  await tell({ kind: 'readOnly' });
  await tell({ kind: 'readOnly' });
  await waitFor(() => expect(screen.getAllByRole('alert')).toHaveLength(1));
  expect(screen.getByRole('alert').textContent).toMatch(/bravo follows a relay that is gone.*7001.*read-only.*6379/);
  await tell({ kind: 'mended' });
  await waitFor(() => expect(screen.getByText(/bravo follows 127.0.0.1:6379 again/)).toBeDefined());
  await waitFor(() => expect(screen.queryByText(/relay that is gone/)).toBeNull());
});

test('a refusal is told with what the server answered', async () => {
  await draw(
    <>
      <LeftRelayNotices />
      <Notifications />
    </>,
  );
  const params = { name: 'bravo', command: 'REPLICAOF', answer: 'NOPERM' };
  await tell({ kind: 'refused', failure: { code: 'commandRefused', params, retryable: false } });
  await waitFor(() => expect(screen.getByRole('alert').textContent).toMatch(/could not point it back.*NOPERM/));
});
