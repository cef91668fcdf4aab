// The connection to the host as components see it: where it stands, and the client to call while it is open.
import { create } from 'zustand';
import type { Carrier, HostClient } from './carrier.ts';
import { type CarrierEvent, type CarrierState, stepCarrier } from './carrier-state.ts';

interface HostConnection {
  readonly state: CarrierState;
  /** Null unless the state is `open`. A new connection is a new client: streams start again on it. */
  readonly client: HostClient | null;
}

export const useHost = create<HostConnection>(() => ({ state: { kind: 'opening', attempt: 1 }, client: null }));

/** Whether there is a host to call: what calls one is switched off meanwhile. */
export function useIsHostThere(): boolean {
  return useHost((host) => host.client !== null);
}

export function reportCarrier(event: CarrierEvent, carrier?: Carrier): CarrierState {
  const state = stepCarrier(useHost.getState().state, event);
  useHost.setState({ state, client: state.kind === 'open' ? (carrier?.client ?? useHost.getState().client) : null });
  return state;
}

/** The client to call now, or null while the host is away. */
export function hostClient(): HostClient | null {
  return useHost.getState().client;
}
