// Whole views of nodes for the window's tests, with only the differing parts written out.
import type { LinkView, NodeView } from '#core/contract/views.ts';

export const history = 'c88cd043d66193e8f1a2b3c4d5e6f708192a3b4c';

/** A running embedded master at offset 1000. */
export function master(name: string, part: Partial<NodeView> = {}): NodeView {
  return {
    id: name,
    name,
    kind: 'embedded',
    environment: 'lab',
    label: null,
    address: { host: '127.0.0.1', port: 7001 },
    lifecycle: { kind: 'running' },
    observedAtMs: 10_000,
    role: 'master',
    server: { family: 'syncline', version: '0.1.0', mode: 'standalone' },
    runId: null,
    replicationId: history,
    secondReplicationId: null,
    offset: 1000,
    keys: 10,
    memoryBytes: 1_000_000,
    writeBytesPerSecond: 0,
    commandsPerSecond: 0,
    backlog: { active: true, sizeBytes: 1_048_576, firstByte: 1, histlenBytes: 1000, reachSeconds: null },
    link: null,
    replicas: [],
    syncs: null,
    info: [],
    rights: null,
    cost: null,
    supervision: null,
    restart: null,
    announced: null,
    cluster: null,
    workload: null,
    ...part,
  };
}

/** A running embedded replica of a master, streaming, at offset 1000. */
export function replica(name: string, masterId: string, link: Partial<LinkView> = {}, part: Partial<NodeView> = {}) {
  return master(name, { role: 'replica', backlog: null, link: linkTo(masterId, link), ...part });
}

export function linkTo(masterId: string | null, part: Partial<LinkView> = {}): LinkView {
  return {
    masterId,
    masterAddress: { host: '127.0.0.1', port: 7001 },
    phase: 'streaming',
    detail: 'connected',
    retries: 0,
    downSinceMs: null,
    progress: null,
    lagBytes: 0,
    lagSeconds: 0,
    unappliedBytes: 0,
    dataAgeMs: null,
    bytesPerSecond: 0,
    reason: null,
    relay: null,
    ...part,
  };
}

export function byId(...nodes: readonly NodeView[]): Readonly<Record<string, NodeView>> {
  return Object.fromEntries(nodes.map((node) => [node.id, node]));
}
