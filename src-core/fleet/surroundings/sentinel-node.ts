// One Sentinel: a connection to it, and what it last told of its masters, their replicas, and the other Sentinels.
import type { Disposable } from '../../base/lifecycle.ts';
import { FailureError, toFailure } from '../../contract/failure-error.ts';
import type { Failure } from '../../contract/failures.ts';
import type { Environment } from '../../contract/labels.ts';
import type { Address } from '../../contract/places.ts';
import type { RemoteServer } from '../../remote/remote-server.ts';
import type { Reply } from '../../remote/role.ts';
import {
  parseSentinelMasters,
  parseSentinelPeers,
  parseSentinelReplicas,
  type SentinelMaster,
  type SentinelPeer,
  type SentinelReplica,
} from '../../remote/sentinel.ts';

/** Masters of one Sentinel that are asked about. */
const mastersMax = 64;

export interface WatchedMaster extends SentinelMaster {
  readonly replicas: readonly SentinelReplica[];
  readonly peers: readonly SentinelPeer[];
}

export interface SentinelReading {
  readonly atMs: number;
  readonly monotonicMs: number;
  /** Its own id, as its peers know it; empty before 6.2, until one of them has said it. */
  readonly id: string;
  readonly masters: readonly WatchedMaster[];
}

export class SentinelNode implements Disposable {
  readonly server: RemoteServer;
  /** Whether nodes that it tells of are connected by themselves. */
  readonly servesFound: boolean;
  readonly environment: Environment;
  reading: SentinelReading | null = null;
  #failure: Failure | null = null;
  #isLooking = false;

  constructor(server: RemoteServer, entry: { readonly servesFound: boolean; readonly environment: Environment }) {
    this.server = server;
    this.servesFound = entry.servesFound;
    this.environment = entry.environment;
  }

  get address(): Address {
    return { host: this.server.address.host, port: this.server.address.port };
  }

  /** Why it cannot be asked; null while it can. */
  get failure(): Failure | null {
    return 'failure' in this.server.state ? this.server.state.failure : this.#failure;
  }

  get isReachable(): boolean {
    return this.server.state.kind === 'up' && this.#failure === null;
  }

  /** Asks it once; what it told before stays when it cannot be asked. */
  async look(): Promise<void> {
    if (this.#isLooking || this.server.state.kind !== 'up') return;
    this.#isLooking = true;
    try {
      this.reading = await readSentinel((commands) => this.server.execute(commands));
      this.#failure = null;
    } catch (error) {
      this.#failure = toFailure(error);
    } finally {
      this.#isLooking = false;
    }
  }

  dispose(): void {
    this.server.dispose();
  }
}

type Execute = (commands: readonly (readonly string[])[]) => Promise<readonly Reply[]>;

/** @throws FailureError when it cannot be asked, or refuses */
export async function readSentinel(execute: Execute): Promise<SentinelReading> {
  const [id, list] = await execute([
    ['SENTINEL', 'MYID'],
    ['SENTINEL', 'MASTERS'],
  ]);
  const masters = parseSentinelMasters(list)?.slice(0, mastersMax);
  if (!masters) throw new FailureError('noPermission', { command: 'SENTINEL MASTERS' });
  const details = await execute(
    masters.flatMap(({ name }) => [
      ['SENTINEL', 'REPLICAS', name],
      ['SENTINEL', 'SENTINELS', name],
    ]),
  );
  return {
    atMs: Date.now(),
    monotonicMs: performance.now(),
    id: typeof id === 'string' ? id : '',
    masters: masters.map((master, index) => ({
      ...master,
      replicas: parseSentinelReplicas(details[index * 2]),
      peers: parseSentinelPeers(details[index * 2 + 1]),
    })),
  };
}
