// What of a node changes seldom, and is asked for at the slow pace: who it is, its memory, settings, buffers, rights.
import type { Address } from '../../contract/places.ts';
import type { RightsView, ServerView } from '../../contract/views.ts';
import type { ClientEntry } from '../../remote/client-list.ts';
import type { ClusterShard } from '../../remote/cluster.ts';
import type { InfoText } from '../../remote/info.ts';

export interface MemoryReading {
  readonly usedBytes: number;
  readonly rssBytes: number;
  /** Of the whole machine; null where the server does not say. */
  readonly systemBytes: number | null;
  /** `maxmemory`; 0 means no limit, null not known. */
  readonly maxBytes: number | null;
  readonly policy: string | null;
  /** Memory of the data alone, without overhead and buffers; null where the server does not say. */
  readonly datasetBytes: number | null;
}

/** What a master keeps in memory for one of its replicas. */
export interface OutputBufferReading {
  /** Where its socket comes from: the host is the replica's, the port is not the one that it listens on. */
  readonly address: Address;
  readonly omemBytes: number;
  readonly qbufBytes: number;
  readonly flags: string;
  /** Of a sync by two connections the one for the snapshot: what waits for the replica waits at the other. */
  readonly isSnapshotOnly?: boolean;
}

export interface ClusterReading {
  /** This node's own id; null where it could not be asked. */
  readonly ownId: string | null;
  /** All shards of the cluster; null where it could not be asked. */
  readonly shards: readonly ClusterShard[] | null;
}

export interface NodeFacts {
  readonly server: ServerView;
  /** The Redis that it is compatible with, as INFO's `redis_version`; decides which snapshots it can load. */
  readonly redisVersion: string;
  readonly runId: string;
  readonly port: number;
  readonly memory: MemoryReading;
  /** CONFIG GET of `replicationDirectives`, secrets struck out; null where it is refused or was not asked yet. */
  readonly settings: ReadonlyMap<string, string> | null;
  /** In the order in which they connected; null where CLIENT LIST TYPE is refused or was not asked yet. */
  readonly outputBuffers: readonly OutputBufferReading[] | null;
  /** Null where the node is not in cluster mode. */
  readonly cluster: ClusterReading | null;
  /** Listeners on the channel of the Sentinels, one each; null where PUBSUB NUMSUB is refused or was not asked yet. */
  readonly sentinelListeners: number | null;
  /** Null until they were looked at. */
  readonly rights: RightsView | null;
}

/** What INFO's sections server and memory tell; the rest is not known until it was asked for. */
export function readFacts(info: InfoText): NodeFacts {
  const server = readServer(info);
  return {
    server,
    redisVersion: info.text('redis_version') ?? '',
    runId: info.text('run_id') ?? '',
    port: info.number('tcp_port') ?? 0,
    memory: {
      usedBytes: info.number('used_memory') ?? 0,
      rssBytes: info.number('used_memory_rss') ?? 0,
      systemBytes: info.number('total_system_memory'),
      maxBytes: info.number('maxmemory'),
      policy: info.text('maxmemory_policy'),
      datasetBytes: info.number('used_memory_dataset'),
    },
    settings: null,
    outputBuffers: null,
    cluster: server.mode === 'cluster' ? { ownId: null, shards: null } : null,
    sentinelListeners: null,
    rights: null,
  };
}

export function toOutputBuffers(clients: readonly ClientEntry[] | null): readonly OutputBufferReading[] | null {
  return (
    clients
      ?.filter(({ flags }) => flags.includes('S'))
      .map(({ address, omemBytes, qbufBytes, flags, command }) => ({
        address,
        omemBytes,
        qbufBytes,
        flags,
        // Redis marks it with a letter, Valkey asks for the snapshot with the older command.
        isSnapshotOnly: flags.includes('C') || command === 'sync',
      })) ?? null
  );
}

function readServer(info: InfoText): ServerView {
  const mode = info.text('redis_mode') ?? info.text('server_mode') ?? 'standalone';
  for (const family of ['syncline', 'valkey']) {
    const version = info.text(`${family}_version`);
    if (version !== null) return { family, version, mode };
  }
  return { family: 'redis', version: info.text('redis_version') ?? '', mode };
}
