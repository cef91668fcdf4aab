// What one look at a node told: the fields of INFO and ROLE that Syncline uses, typed; the same for every kind of node.
import type { Address, InfoField, SyncCounters } from '../contract/views.ts';
import { type InfoText, parsePairs } from '../remote/info.ts';
import type { Role } from '../remote/role.ts';

/** Sections asked for, one command each, in one pipeline: servers before 7.0 take one section a command. */
export const readSections = ['server', 'memory', 'persistence', 'stats', 'replication', 'keyspace'] as const;
/** Everything that the observer sends at one look. */
export const readCommands: readonly (readonly string[])[] = [...readSections.map((name) => ['INFO', name]), ['ROLE']];

const nullId = '0'.repeat(40);

export interface AttachedReplicaReading {
  readonly address: Address;
  readonly state: string;
  readonly offset: number;
  readonly ackAgeSeconds: number;
}

export interface LinkReading {
  readonly masterAddress: Address;
  readonly up: boolean;
  readonly syncInProgress: boolean;
  /** 0 where the master says no length. */
  readonly syncTotalBytes: number;
  readonly syncReadBytes: number;
  readonly downSinceSeconds: number | null;
  /** Applied. */
  readonly offset: number;
  /** Read from the socket; servers before 7.0 do not say. */
  readonly readOffset: number | null;
  /** ROLE's word: connect, connecting, handshake, sync, connected. */
  readonly roleState: string;
}

export interface NodeReading {
  readonly atMs: number;
  readonly server: { readonly family: string; readonly version: string; readonly mode: string };
  /** The Redis that it is compatible with, as INFO's `redis_version`; decides which snapshots it can load. */
  readonly redisVersion: string;
  readonly runId: string;
  readonly port: number;
  readonly role: 'master' | 'replica' | 'unknown';
  readonly replicationId: string | null;
  readonly secondReplicationId: string | null;
  /** The first byte that the second id does not cover; -1 where there is none. */
  readonly secondOffset: number;
  readonly offset: number;
  readonly backlog: {
    readonly active: boolean;
    readonly sizeBytes: number;
    readonly firstByte: number;
    readonly histlenBytes: number;
  };
  readonly link: LinkReading | null;
  readonly replicas: readonly AttachedReplicaReading[];
  readonly counters: SyncCounters;
  readonly keys: number;
  readonly memoryBytes: number;
  readonly commandsPerSecond: number;
  readonly loading: boolean;
  /** How far a snapshot is loaded into memory; null while nothing is loaded. */
  readonly loadProgress: { readonly doneBytes: number; readonly totalBytes: number | null } | null;
  readonly fields: readonly InfoField[];
}

/** @param role null where ROLE was refused or is unknown: the link's state is then told from INFO alone. */
export function toReading(info: InfoText, role: Role | null, atMs: number): NodeReading {
  const id = info.text('master_replid');
  const secondId = info.text('master_replid2');
  return {
    atMs,
    server: readServer(info),
    redisVersion: info.text('redis_version') ?? '',
    runId: info.text('run_id') ?? '',
    port: info.number('tcp_port') ?? 0,
    role: readRole(info),
    replicationId: id,
    secondReplicationId: secondId === nullId ? null : secondId,
    secondOffset: info.number('second_repl_offset') ?? -1,
    offset: info.number('master_repl_offset') ?? 0,
    backlog: {
      active: info.number('repl_backlog_active') === 1,
      sizeBytes: info.number('repl_backlog_size') ?? 0,
      firstByte: info.number('repl_backlog_first_byte_offset') ?? 0,
      histlenBytes: info.number('repl_backlog_histlen') ?? 0,
    },
    link: readLink(info, role),
    replicas: readReplicas(info),
    counters: {
      full: info.number('sync_full') ?? 0,
      partialOk: info.number('sync_partial_ok') ?? 0,
      partialErr: info.number('sync_partial_err') ?? 0,
    },
    keys: countKeys(info),
    memoryBytes: info.number('used_memory') ?? 0,
    commandsPerSecond: info.number('instantaneous_ops_per_sec') ?? 0,
    loading: isLoading(info),
    loadProgress: isLoading(info)
      ? { doneBytes: info.number('loading_loaded_bytes') ?? 0, totalBytes: info.number('loading_total_bytes') || null }
      : null,
    fields: [...info.section('replication')].map(([name, value]) => ({ name, value })),
  };
}

function isLoading(info: InfoText): boolean {
  return info.number('loading') === 1 || info.number('async_loading') === 1;
}

function readServer(info: InfoText): NodeReading['server'] {
  const mode = info.text('redis_mode') ?? info.text('server_mode') ?? 'standalone';
  for (const family of ['syncline', 'valkey']) {
    const version = info.text(`${family}_version`);
    if (version !== null) return { family, version, mode };
  }
  return { family: 'redis', version: info.text('redis_version') ?? '', mode };
}

function readRole(info: InfoText): NodeReading['role'] {
  const role = info.text('role');
  if (role === 'slave') return 'replica';
  return role === 'master' ? 'master' : 'unknown';
}

function readLink(info: InfoText, role: Role | null): LinkReading | null {
  const host = info.text('master_host');
  if (info.text('role') !== 'slave' || host === null) return null;
  const downSinceSeconds = info.number('master_link_down_since_seconds');
  return {
    masterAddress: { host, port: info.number('master_port') ?? 0 },
    up: info.text('master_link_status') === 'up',
    syncInProgress: info.number('master_sync_in_progress') === 1,
    syncTotalBytes: info.number('master_sync_total_bytes') ?? 0,
    syncReadBytes: info.number('master_sync_read_bytes') ?? 0,
    // -1 says that it never was up.
    downSinceSeconds: downSinceSeconds === null || downSinceSeconds < 0 ? null : downSinceSeconds,
    offset: info.number('slave_repl_offset') ?? 0,
    readOffset: info.number('slave_read_repl_offset'),
    roleState: role?.kind === 'replica' ? role.state : 'unknown',
  };
}

function readReplicas(info: InfoText): AttachedReplicaReading[] {
  return [...info.section('replication')]
    .filter(([name]) => /^slave\d+$/.test(name))
    .map(([, value]) => {
      const words = parsePairs(value);
      return {
        address: { host: words.get('ip') ?? '', port: Number(words.get('port')) || 0 },
        state: words.get('state') ?? 'unknown',
        offset: Number(words.get('offset')) || 0,
        ackAgeSeconds: Number(words.get('lag')) || 0,
      };
    });
}

function countKeys(info: InfoText): number {
  return [...info.section('keyspace').keys()]
    .filter((name) => /^db\d+$/.test(name))
    .reduce((sum, name) => sum + (Number(info.pairs(name).get('keys')) || 0), 0);
}
