// A node of the fleet: what embedded nodes and connections to real servers have in common, and the adapters of both.
import { type Disposable, Emitter } from '../../base/lifecycle.ts';
import { FailureError } from '../../contract/failure-error.ts';
import type { Environment, NodeLabel } from '../../contract/labels.ts';
import type { Address, NodeId } from '../../contract/places.ts';
import type { Lifecycle, LogLine, SyncTrace, WorkloadView } from '../../contract/views.ts';
import type { EmbeddedNode } from '../../nodes/embedded-node.ts';
import type { LoadSettings } from '../../nodes/node-protocol.ts';
import type { ConnectionState, RemoteServer } from '../../remote/remote-server.ts';
import type { Reply } from '../../remote/role.ts';
import { announcedAt } from '../../remote/way.ts';

/** How a node logs in at another: kept in the main process, struck out wherever it is shown. */
export interface Credentials {
  readonly username: string | null;
  readonly password: string | null;
}

export interface FleetNode extends Disposable {
  readonly id: NodeId;
  readonly name: string;
  readonly kind: 'embedded' | 'remote';
  readonly environment: Environment;
  readonly label: NodeLabel | null;
  /** Where we reach it. */
  readonly address: Address;
  /** Where other servers reach it: another place, where there is NAT in between. */
  readonly peerAddress: Address;
  readonly credentials: Credentials;
  readonly tls: boolean;
  /** Whether servers that it tells of are connected too, with its login. */
  readonly servesFound: boolean;
  /** It was told of by another one, and is found again from there. */
  readonly isFound: boolean;
  readonly lifecycle: Lifecycle;
  /** The lifecycle changed, or the node says that it is worth a look now. */
  readonly changed: Emitter<void>;
  readonly logLines: readonly LogLine[];
  readonly logged: Emitter<readonly LogLine[]>;
  readonly syncs: readonly SyncTrace[];
  readonly syncsChanged: Emitter<readonly SyncTrace[]>;
  /** Tries to reach its master that failed in a row, where the node tells. */
  readonly failedTries: number;
  readonly workload: WorkloadView | null;
  /** Runs commands in order; the server's errors are values. @throws FailureError when it cannot be asked */
  execute(commands: readonly (readonly string[])[]): Promise<readonly Reply[]>;
  startLoad(load: LoadSettings): Promise<void>;
  stopLoad(): Promise<void>;
}

export class EmbeddedFleetNode implements FleetNode {
  readonly kind = 'embedded';
  readonly environment = 'lab';
  readonly label = null;
  readonly tls = false;
  readonly servesFound = false;
  readonly isFound = false;
  readonly id: NodeId;
  readonly node: EmbeddedNode;
  readonly changed = new Emitter<void>();

  constructor(id: NodeId, node: EmbeddedNode) {
    this.id = id;
    this.node = node;
    node.stateChanged.on(() => this.changed.emit());
    node.syncsChanged.on(() => this.changed.emit());
  }

  get name(): string {
    return this.node.name;
  }

  get address(): Address {
    return { host: '127.0.0.1', port: this.node.port };
  }

  get peerAddress(): Address {
    return this.address;
  }

  get credentials(): Credentials {
    return { username: null, password: this.node.password };
  }

  get lifecycle(): Lifecycle {
    const state = this.node.state;
    return state.kind === 'running' ? { kind: 'running' } : state;
  }

  get logLines(): readonly LogLine[] {
    return this.node.logLines;
  }

  get logged(): Emitter<readonly LogLine[]> {
    return this.node.logged;
  }

  get syncs(): readonly SyncTrace[] {
    return this.node.syncs;
  }

  get syncsChanged(): Emitter<readonly SyncTrace[]> {
    return this.node.syncsChanged;
  }

  get failedTries(): number {
    return this.node.failedTries;
  }

  get workload(): WorkloadView | null {
    return this.node.load;
  }

  execute(commands: readonly (readonly string[])[]): Promise<readonly Reply[]> {
    return this.node.execute(commands);
  }

  startLoad(load: LoadSettings): Promise<void> {
    return this.node.startLoad(load);
  }

  stopLoad(): Promise<void> {
    return this.node.stopLoad();
  }

  dispose(): void {
    this.changed.dispose();
    this.node.dispose();
  }
}

/** The load on a real server, over its own socket: made by the lab, handed in. */
export interface SocketLoad extends Disposable {
  readonly view: WorkloadView;
}

export type StartSocketLoad = (load: LoadSettings, execute: FleetNode['execute']) => SocketLoad;

/** Throws where the commands may not be sent now. */
export type CommandGate = (commands: readonly (readonly string[])[]) => void;

export interface RemoteNodeOptions {
  readonly id: NodeId;
  readonly name: string;
  readonly environment: Environment;
  readonly label: NodeLabel | null;
  readonly server: RemoteServer;
  readonly servesFound: boolean;
  readonly isFound: boolean;
  readonly profileId: string | null;
  readonly startSocketLoad: StartSocketLoad;
  readonly mayExecute: CommandGate;
}

export class RemoteFleetNode implements FleetNode {
  readonly kind = 'remote';
  readonly id: NodeId;
  readonly name: string;
  readonly environment: Environment;
  readonly label: NodeLabel | null;
  readonly servesFound: boolean;
  readonly isFound: boolean;
  /** The profile that it was opened from. */
  readonly profileId: string | null;
  readonly changed = new Emitter<void>();
  readonly logLines: readonly LogLine[] = [];
  readonly logged = new Emitter<readonly LogLine[]>();
  readonly syncs: readonly SyncTrace[] = [];
  readonly syncsChanged = new Emitter<readonly SyncTrace[]>();
  readonly failedTries = 0;
  readonly server: RemoteServer;
  readonly #startSocketLoad: StartSocketLoad;
  readonly #mayExecute: CommandGate;
  #load: SocketLoad | null = null;

  constructor(options: RemoteNodeOptions) {
    this.id = options.id;
    this.name = options.name;
    this.environment = options.environment;
    this.label = options.label;
    this.servesFound = options.servesFound;
    this.isFound = options.isFound;
    this.profileId = options.profileId;
    this.server = options.server;
    this.#startSocketLoad = options.startSocketLoad;
    this.#mayExecute = options.mayExecute;
    this.server.changed.on(() => this.changed.emit());
  }

  get address(): Address {
    return { host: this.server.address.host, port: this.server.address.port };
  }

  get peerAddress(): Address {
    return announcedAt(this.address, this.server.way);
  }

  get credentials(): Credentials {
    return { username: this.server.address.username, password: this.server.address.password };
  }

  get tls(): boolean {
    return this.server.address.tls;
  }

  get lifecycle(): Lifecycle {
    return toLifecycle(this.server.state);
  }

  get workload(): WorkloadView | null {
    return this.#load?.view ?? null;
  }

  async execute(commands: readonly (readonly string[])[]): Promise<readonly Reply[]> {
    this.#mayExecute(commands);
    if (this.server.state.kind !== 'up') {
      throw new FailureError('nodeNotConnected', { name: this.name });
    }
    return this.server.execute(commands);
  }

  async startLoad(load: LoadSettings): Promise<void> {
    this.#load?.dispose();
    this.#load = this.#startSocketLoad(load, (commands) => this.execute(commands));
  }

  async stopLoad(): Promise<void> {
    this.#load?.dispose();
    this.#load = null;
  }

  dispose(): void {
    this.#load?.dispose();
    this.changed.dispose();
    this.server.dispose();
  }
}

function toLifecycle(state: ConnectionState): Lifecycle {
  switch (state.kind) {
    case 'up':
      return { kind: 'running' };
    case 'closed':
      return { kind: 'stopped' };
    case 'connecting':
      return { kind: 'connecting', attempt: state.attempt, ...(state.failure && { failure: state.failure }) };
    case 'down':
      return { kind: 'unreachable', attempt: state.attempt, sinceMs: state.sinceMs, failure: state.failure };
  }
}
