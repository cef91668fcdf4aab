// What surrounds the nodes of the fleet: servers that are spoken of and not here, Sentinels, and what looking costs.
import type { Failure } from './failures.ts';
import type { Address, NodeId } from './places.ts';

/** Whether Syncline tried to connect to a server that it was told of. */
export type GhostTry =
  /** The connection that told of it does not take in others, or there is no room. */
  | { readonly kind: 'notTried' }
  | { readonly kind: 'trying' }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly nextTryAtMs: number };

/** A server that a node or a Sentinel speaks of, or spoke of, and that is not a node here. */
export interface GhostView {
  /** `ghost:host:port`. */
  readonly id: string;
  readonly address: Address;
  readonly role: 'master' | 'replica' | 'unknown';
  /** The node that it follows, where that is one of ours. */
  readonly masterId: NodeId | null;
  /** Names of the nodes and addresses of the Sentinels that tell of it now; empty where nobody does any more. */
  readonly saidBy: readonly string[];
  /** When somebody last told that it lives. */
  readonly lastSeenAtMs: number;
  readonly attempt: GhostTry;
}

/** What one Sentinel thinks of one master. */
export interface SentinelOpinion {
  readonly masterName: string;
  readonly masterAddress: Address;
  readonly masterId: NodeId | null;
  readonly isDown: boolean;
}

export interface SentinelView {
  readonly address: Address;
  readonly isReachable: boolean;
  readonly lastSeenAtMs: number | null;
  /** Why it cannot be asked; null while it can. */
  readonly failure: Failure | null;
  readonly opinions: readonly SentinelOpinion[];
}

/** What looking at all nodes costs this host. */
export interface ObservingView {
  readonly looksPerSecond: number;
  readonly bytesPerSecond: number;
  /** Share of the time in which the host's own thread is busy, with all that it does, 0 to 1. */
  readonly hostShare: number;
  /** A key is written to masters and read on replicas, to measure the true age of their data. */
  readonly isProbing: boolean;
}

/** What became of a replica that a killed Syncline left behind. */
export type LeftRelayOutcome =
  /** It was pointed back to its master. */
  | { readonly kind: 'mended' }
  /** Nothing was sent: changes are forbidden now. It is pointed back when they are allowed again. */
  | { readonly kind: 'readOnly' }
  /** Nothing is sent to a server in production that nobody asked for. */
  | { readonly kind: 'production' }
  | { readonly kind: 'refused'; readonly failure: Failure };

/** A replica that followed a relay of ours when Syncline was killed: at that address nobody listens any more. */
export interface LeftRelayView {
  readonly nodeId: NodeId;
  readonly name: string;
  readonly relay: Address;
  readonly master: Address;
  readonly outcome: LeftRelayOutcome;
}

export interface Surroundings {
  readonly ghosts: readonly GhostView[];
  readonly sentinels: readonly SentinelView[];
  readonly observing: ObservingView;
  /** Since this start. */
  readonly leftRelays: readonly LeftRelayView[];
}

/** Before anything was looked at. */
export const emptySurroundings: Surroundings = {
  ghosts: [],
  sentinels: [],
  observing: { looksPerSecond: 0, bytesPerSecond: 0, hostShare: 0, isProbing: false },
  leftRelays: [],
};

/** A master that a Sentinel offers, by the name that it has there. */
export interface OfferedMaster {
  readonly name: string;
  readonly address: Address;
  readonly isDown: boolean;
}

/** Either a node, or, where a Sentinel answered, the masters that it knows: one of them is to be chosen by name. */
export type ConnectResult =
  | { readonly kind: 'connected'; readonly nodeId: NodeId }
  | { readonly kind: 'sentinel'; readonly address: Address; readonly masters: readonly OfferedMaster[] };
