// A fleet without servers: members with readings as INFO would have given them, for the tests of what is pure.
import { Emitter } from '#core/base/lifecycle.ts';
import type { Environment } from '#core/contract/labels.ts';
import type { Lifecycle, LogLine, SyncTrace } from '#core/contract/views.ts';
import type { FleetNode } from '#core/fleet/observing/fleet-node.ts';
import { Member } from '#core/fleet/observing/member.ts';
import type { LinkReading, NodeReading } from '#core/fleet/observing/reading.ts';

export const sceneNowMs = 1_000_000;
export const historyA = 'a'.repeat(40);
export const historyB = 'b'.repeat(40);

export interface SceneNode {
  readonly name: string;
  readonly port: number;
  readonly kind?: 'embedded' | 'remote';
  readonly environment?: Environment;
  readonly host?: string;
  /** Where its peers reach it, if elsewhere than we. */
  readonly peer?: { readonly host: string; readonly port: number };
  readonly password?: string;
  readonly lifecycle?: Lifecycle;
  readonly hasLoad?: boolean;
  readonly syncs?: readonly SyncTrace[];
  /** Null: never read. */
  readonly reading?: Partial<NodeReading> | null;
}

/** A master of history A at offset 300 that holds bytes 101 to 300 and ten keys, unless the reading says otherwise. */
export function sceneMember(node: SceneNode): Member {
  const member = new Member(new SceneFleetNode(node));
  if (node.reading !== null) member.take(sceneReading(node.port, node.reading));
  return member;
}

export function sceneReading(port: number, reading: Partial<NodeReading> = {}): NodeReading {
  return {
    atMs: sceneNowMs,
    monotonicMs: reading.atMs ?? sceneNowMs,
    server: { family: 'redis', version: '7.0.15', mode: 'standalone' },
    redisVersion: '7.0.15',
    runId: `run-${port}`,
    port,
    role: reading.link ? 'replica' : 'master',
    replicationId: historyA,
    secondReplicationId: null,
    secondOffset: -1,
    offset: 300,
    backlog: { active: true, sizeBytes: 1_048_576, firstByte: 101, histlenBytes: 200 },
    link: null,
    replicas: [],
    counters: { full: 0, partialOk: 0, partialErr: 0 },
    keys: 10,
    memory: {
      usedBytes: 1_000_000,
      rssBytes: 2_000_000,
      systemBytes: 8_000_000_000,
      maxBytes: 0,
      policy: 'noeviction',
      datasetBytes: 900_000,
    },
    settings: null,
    outputBuffers: null,
    cluster: null,
    sentinelListeners: null,
    rights: null,
    commandsPerSecond: 0,
    loading: false,
    loadProgress: null,
    persistence: {
      lastSaveAtMs: null,
      lastSaveSeconds: null,
      lastForkMicros: null,
      lastCopyOnWriteBytes: null,
      changesSinceSave: 0,
      saving: false,
      savedShare: null,
      rdbVersion: null,
      aofEnabled: false,
    },
    priority: null,
    announced: null,
    readOnly: null,
    minReplicas: null,
    replicaAnnounced: null,
    masterFailoverState: null,
    fields: [],
    ...reading,
  };
}

/** A link that streams from the node at this port. */
export function sceneLink(masterPort: number, link: Partial<LinkReading> = {}): LinkReading {
  return {
    masterAddress: { host: '127.0.0.1', port: masterPort },
    up: true,
    syncInProgress: false,
    syncTotalBytes: 0,
    syncReadBytes: 0,
    isTransferring: false,
    downSinceSeconds: null,
    offset: 300,
    readOffset: 300,
    roleState: 'connected',
    ...link,
  };
}

class SceneFleetNode implements FleetNode {
  readonly id: string;
  readonly name: string;
  readonly kind: 'embedded' | 'remote';
  readonly environment: Environment;
  readonly address: { readonly host: string; readonly port: number };
  readonly peerAddress: { readonly host: string; readonly port: number };
  readonly credentials: { readonly username: null; readonly password: string | null };
  readonly tls = false;
  readonly label = null;
  readonly servesFound = false;
  readonly isFound = false;
  readonly lifecycle: Lifecycle;
  readonly changed = new Emitter<void>();
  readonly logLines = [];
  readonly logged = new Emitter<readonly LogLine[]>();
  readonly syncs: readonly SyncTrace[];
  readonly syncsChanged = new Emitter<readonly SyncTrace[]>();
  readonly failedTries = 2;
  readonly workload: { writesPerSecond: number; valueBytes: number; achievedPerSecond: number } | null;

  constructor(node: SceneNode) {
    this.id = `id-${node.name}`;
    this.name = node.name;
    this.kind = node.kind ?? 'embedded';
    this.environment = node.environment ?? 'lab';
    this.address = { host: node.host ?? '127.0.0.1', port: node.port };
    this.peerAddress = node.peer ?? this.address;
    this.credentials = { username: null, password: node.password ?? null };
    this.lifecycle = node.lifecycle ?? { kind: 'running' };
    this.syncs = node.syncs ?? [];
    this.workload = node.hasLoad ? { writesPerSecond: 20, valueBytes: 64, achievedPerSecond: 20 } : null;
  }

  execute(): Promise<never> {
    return Promise.reject(new Error('a node of a scene runs no commands'));
  }

  startLoad = this.execute;
  stopLoad = this.execute;

  dispose(): void {}
}
