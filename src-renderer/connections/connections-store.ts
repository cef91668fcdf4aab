// The kept connections as the host listed them last, and the calls that change them.
import { create } from 'zustand';
import type { Failure, Outcome } from '#core/contract/failures.ts';
import type { ImportDraft, MissingFile, ProfilesView } from '#core/contract/profiles.ts';
import type { HostClient } from '../bridge/carrier.ts';
import { hostClient } from '../bridge/host-store.ts';
import { say } from '../i18n/i18n.ts';

interface ConnectionsHolder {
  readonly view: ProfilesView | null;
  /** Files that an import of this window could not take over, by profile: they are chosen in the form. */
  readonly missing: Readonly<Record<string, readonly MissingFile[]>>;
}

export const useConnections = create<ConnectionsHolder>(() => ({ view: null, missing: {} }));

export function noteMissing(drafts: readonly ImportDraft[]): void {
  const noted = drafts.filter(({ missing }) => missing.length > 0).map(({ profile, missing }) => [profile.id, missing]);
  useConnections.setState((held) => ({ missing: { ...held.missing, ...Object.fromEntries(noted) } }));
}

/** The form was saved: whatever is still empty was left so by a person. */
export function forgetMissing(profileId: string): void {
  useConnections.setState(({ missing: { [profileId]: _, ...others } }) => ({ missing: others }));
}

export async function loadConnections(): Promise<void> {
  const view = await hostClient()?.profiles.list();
  if (view) useConnections.setState({ view });
}

/** A call of the host, and the list anew after it. A host that is away is a failure too. */
export async function callHost<T>(call: (client: HostClient) => Promise<Outcome<T>>): Promise<Outcome<T>> {
  const lost = (reason: string): { ok: false; failure: Failure } => ({
    ok: false,
    failure: { code: 'internal', params: { reason }, retryable: true },
  });
  const client = hostClient();
  if (!client) return lost(say('act.why.hostGone'));
  try {
    const outcome = await call(client);
    await loadConnections();
    return outcome;
  } catch (error) {
    return lost(error instanceof Error ? error.message : String(error));
  }
}
