// Draws a part of the window in a test as the window itself would: with its theme and its texts.
import { MantineProvider } from '@mantine/core';
import { render } from '@testing-library/react';
import type { HostClient } from '../../../../src-renderer/bridge/carrier.ts';
import { useHost } from '../../../../src-renderer/bridge/host-store.ts';
import { startTexts } from '../../../../src-renderer/i18n/i18n.ts';

export async function draw(part: React.ReactNode): Promise<void> {
  await startTexts();
  render(<MantineProvider env="test">{part}</MantineProvider>);
}

/** Lets the window believe in a host; only the calls that the test gives are there. */
export function withHost(calls: object): void {
  useHost.setState({ state: { kind: 'open' }, client: calls as HostClient });
}
