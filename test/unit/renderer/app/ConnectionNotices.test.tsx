// What is told at the start of connections that did not come up by themselves.
import { Notifications, notifications } from '@mantine/notifications';
import { cleanup, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import type { Profile, ProfilesView } from '#core/contract/profiles.ts';
import { ConnectionNotices, waitingNames } from '../../../../src-renderer/app/ConnectionNotices.tsx';
import { emptyProfile } from '../../../../src-renderer/connections/profile-form.ts';
import { draw, withHost } from '../support/window.tsx';

const kept = (name: string, parts: Partial<Profile>, nodeId: string | null = null) => ({
  profile: { ...emptyProfile(), name, host: 'db', ...parts },
  kept: [],
  nodeId,
});

afterEach(() => {
  notifications.clean();
  cleanup();
});

test('those wait that were to be opened, are not, and have a login', () => {
  const profiles = [
    kept('asks', { login: 'ask' }),
    kept('open', { login: 'ask' }, 'n1'),
    kept('later', { login: 'ask', opensAtStart: false }),
    kept('free', { login: 'none' }),
    kept('sealed', { login: 'saved' }),
  ];
  expect(waitingNames({ profiles })).toEqual(['asks', 'sealed']);
});

test('a damaged file and what waits for a password are told at the start', async () => {
  const view: ProfilesView = {
    profiles: [kept('orders', { login: 'ask' })],
    secrets: { kind: 'file', state: 'new' },
    problem: { kind: 'damaged', keptAs: 'profiles.json.damaged-1' },
  };
  withHost({ profiles: { list: async () => view } });
  await draw(
    <>
      <ConnectionNotices />
      <Notifications />
    </>,
  );
  await waitFor(() => expect(screen.getAllByRole('alert')).toHaveLength(2));
  const told = screen.getAllByRole('alert').map((notice) => notice.textContent ?? '');
  expect(told.some((text) => text.includes('profiles.json.damaged-1'))).toBe(true);
  expect(told.some((text) => /1 connection waits.*orders/.test(text))).toBe(true);
});
