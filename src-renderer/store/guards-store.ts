// The guards that the host keeps, as the window shows and sets them.
import { create } from 'zustand';
import { hostClient, useHost } from '../bridge/host-store.ts';

export const useGuards = create<{ readonly isReadOnly: boolean }>(() => ({ isReadOnly: false }));

/** Asks the host anew whenever a connection to it opens. @returns how to end that */
export function followGuards(): () => void {
  const read = async () => {
    const guards = await hostClient()
      ?.guards.get()
      .catch(() => undefined);
    if (guards) useGuards.setState({ isReadOnly: guards.readOnly });
  };
  void read();
  return useHost.subscribe((host, before) => {
    if (host.client !== null && host.client !== before.client) void read();
  });
}

export async function setReadOnly(isReadOnly: boolean): Promise<void> {
  const outcome = await hostClient()
    ?.guards.set({ readOnly: isReadOnly })
    .catch(() => undefined);
  if (outcome?.ok) useGuards.setState({ isReadOnly: outcome.value.readOnly });
}
