// One real server that a person wants in the fleet: where it is, the way there, and as what it is shown.
import type { ConnectRequest } from '../contract/acts.ts';
import type { Environment, NodeLabel } from '../contract/labels.ts';
import { parseServerAddress } from '../remote/server-address.ts';
import { type Destination, straightWay } from '../remote/way.ts';

export interface Entry {
  readonly destination: Destination;
  /** Null: its address is its name. */
  readonly name: string | null;
  readonly environment: Environment;
  readonly label: NodeLabel | null;
  /** Whether servers that it tells of are connected too, in the same way. */
  readonly servesFound: boolean;
  /** Where the address is a Sentinel's: the name of the master that is wanted. */
  readonly sentinelMaster: string | null;
  /** The profile that it came from. */
  readonly profileId: string | null;
}

/** What was typed, without a profile. @throws FailureError addressInvalid */
export function toEntry(request: ConnectRequest): Entry {
  return {
    destination: { address: parseServerAddress(request), way: straightWay },
    name: request.name || null,
    environment: request.environment ?? 'dev',
    label: null,
    servesFound: request.servesFound ?? false,
    sentinelMaster: request.sentinelMaster ?? null,
    profileId: null,
  };
}
