// What one look at a node told: the fields of INFO and ROLE that Syncline uses, typed; the same for every kind of node.
import type { Address } from '../../contract/places.ts';
import type { InfoField, SyncCounters } from '../../contract/views.ts';
import { isYes, settingNumber } from '../../remote/config.ts';
import { type InfoText, parsePairs } from '../../remote/info.ts';
import type { Role } from '../../remote/role.ts';
import { type NodeFacts, readFacts } from './facts.ts';
import { sameAddress } from './topology.ts';

const nullId = '0'.repeat(40);
/** A link that never was up is down since 1970 for servers before 6.2: no real one is down for so long. */
const downSinceMaxSeconds = 1_000_000_000;

export interface AttachedReplicaReading {
  readonly address: Address;
  /**
   * `snapshot`: a full sync by two connections of which only the one for the snapshot has come so far. `stream`: both
   * are there, and this is the one that carries the writes meanwhile. Not there where one connection carries all.
   */
  readonly channel?: 'snapshot' | 'stream';
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
  /** It receives a snapshot now. Servers before 6.2 do not always say how much of it. */
  readonly isTransferring: boolean;
  readonly downSinceSeconds: number | null;
  /** Applied. */
  readonly offset: number;
  /** Read from the socket; servers before 7.0 do not say. */
  readonly readOffset: number | null;
  /** ROLE's word: connect, connecting, handshake, sync, connected. */
  readonly roleState: string;
}

export interface PersistenceReading {
  /** When the last snapshot that was written to disk ended; null where the server does not say. */
  readonly lastSaveAtMs: number | null;
  /** How long it took; null where none was made yet. */
  readonly lastSaveSeconds: number | null;
  readonly lastForkMicros: number | null;
  readonly lastCopyOnWriteBytes: number | null;
  readonly changesSinceSave: number;
  /** A snapshot is being written, to disk or to replicas. */
  readonly saving: boolean;
  /** How much of it is written, 0 to 1; null while none is, or before 7.0. */
  readonly savedShare: number | null;
  readonly aofEnabled: boolean;
  /** The RDB version of a snapshot of the present data; null where the server does not say: all but embedded nodes. */
  readonly rdbVersion: number | null;
}

/** When a look was taken, by the clock on the wall for people, and by one that never steps for all arithmetic. */
export interface LookTime {
  readonly atMs: number;
  /** Of `performance.now`. */
  readonly monotonicMs: number;
}

export interface NodeReading extends NodeFacts, LookTime {
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
  readonly commandsPerSecond: number;
  readonly loading: boolean;
  /** How far a snapshot is loaded into memory; null while nothing is loaded. */
  readonly loadProgress: { readonly doneBytes: number; readonly totalBytes: number | null } | null;
  readonly persistence: PersistenceReading;
  /** `replica-priority`, by which Sentinel chooses; null where it is not known. */
  readonly priority: number | null;
  /** What `replica-announce-ip` and `-port` say, each where it is set; null where neither is, or not known. */
  readonly announced: { readonly host: string | null; readonly port: number | null } | null;
  readonly readOnly: boolean | null;
  /** A master takes no writes with fewer good replicas than this; null where that is off or not known. */
  readonly minReplicas: { readonly toWrite: number; readonly maxLagSeconds: number } | null;
  /** False where the replica hides from its master's list, and so from Sentinel. */
  readonly replicaAnnounced: boolean | null;
  /** `no-failover`, `waiting-for-sync`, `failover-in-progress`; null before 6.2. */
  readonly masterFailoverState: string | null;
  readonly fields: readonly InfoField[];
}

/**
 * @param role null where ROLE was refused or is unknown: the link's state is then told from INFO alone. Where INFO has
 *   no section on replication, ROLE is believed instead.
 * @param facts of an earlier look, where this one asked for the quick sections alone
 */
export function toReading(
  info: InfoText,
  role: Role | null,
  time: LookTime,
  facts: NodeFacts = readFacts(info),
): NodeReading {
  const id = info.text('master_replid');
  const secondId = info.text('master_replid2');
  const { settings } = facts;
  return {
    ...facts,
    atMs: time.atMs,
    monotonicMs: time.monotonicMs,
    role: readRole(info, role),
    replicationId: id,
    secondReplicationId: secondId === nullId ? null : secondId,
    secondOffset: info.number('second_repl_offset') ?? -1,
    offset: info.number('master_repl_offset') ?? (role && role.kind !== 'sentinel' ? role.offset : 0),
    backlog: {
      active: info.number('repl_backlog_active') === 1,
      sizeBytes: info.number('repl_backlog_size') ?? 0,
      firstByte: info.number('repl_backlog_first_byte_offset') ?? 0,
      histlenBytes: info.number('repl_backlog_histlen') ?? 0,
    },
    link: readLink(info, role),
    replicas: readReplicas(info, role),
    counters: {
      full: info.number('sync_full') ?? 0,
      partialOk: info.number('sync_partial_ok') ?? 0,
      partialErr: info.number('sync_partial_err') ?? 0,
    },
    keys: countKeys(info),
    commandsPerSecond: info.number('instantaneous_ops_per_sec') ?? 0,
    loading: isLoading(info),
    loadProgress: isLoading(info)
      ? { doneBytes: info.number('loading_loaded_bytes') ?? 0, totalBytes: info.number('loading_total_bytes') || null }
      : null,
    persistence: readPersistence(info),
    priority: info.number('slave_priority') ?? settingNumber(settings, 'replica-priority'),
    announced: readAnnounced(settings),
    readOnly:
      info.text('slave_read_only') === null ? isYes(settings, 'replica-read-only') : isOne(info, 'slave_read_only'),
    minReplicas: readMinReplicas(settings),
    replicaAnnounced: info.text('replica_announced') === null ? null : isOne(info, 'replica_announced'),
    masterFailoverState: info.text('master_failover_state'),
    fields: [...info.section('replication')].map(([name, value]) => ({ name, value })),
  };
}

function isOne(info: InfoText, name: string): boolean {
  return info.number(name) === 1;
}

/** Redis says -1 for what never happened. */
function unlessNegative(number: number | null): number | null {
  return number === null || number < 0 ? null : number;
}

function readPersistence(info: InfoText): PersistenceReading {
  const lastSaveAtSeconds = info.number('rdb_last_save_time');
  const hasForked = (info.number('total_forks') ?? 1) > 0;
  return {
    lastSaveAtMs: lastSaveAtSeconds === null ? null : lastSaveAtSeconds * 1000,
    lastSaveSeconds: unlessNegative(info.number('rdb_last_bgsave_time_sec')),
    lastForkMicros: hasForked ? info.number('latest_fork_usec') : null,
    lastCopyOnWriteBytes: info.number('rdb_last_cow_size'),
    changesSinceSave: info.number('rdb_changes_since_last_save') ?? 0,
    saving: isOne(info, 'rdb_bgsave_in_progress'),
    savedShare: isOne(info, 'rdb_bgsave_in_progress') ? readSavedShare(info) : null,
    aofEnabled: isOne(info, 'aof_enabled'),
    rdbVersion: info.number('syncline_rdb_version'),
  };
}

/** A child that has just begun says that it has to write nothing. */
function readSavedShare(info: InfoText): number | null {
  const [keys, total] = [info.number('current_save_keys_processed'), info.number('current_save_keys_total')];
  return keys === null || total === null ? null : Math.min(1, keys / Math.max(1, total));
}

function readAnnounced(settings: NodeFacts['settings']): NodeReading['announced'] {
  const host = settings?.get('replica-announce-ip') || null;
  const port = settingNumber(settings, 'replica-announce-port') || null;
  return host === null && port === null ? null : { host, port };
}

function readMinReplicas(settings: NodeFacts['settings']): NodeReading['minReplicas'] {
  const toWrite = settingNumber(settings, 'min-replicas-to-write');
  const maxLagSeconds = settingNumber(settings, 'min-replicas-max-lag');
  return toWrite && maxLagSeconds ? { toWrite, maxLagSeconds } : null;
}

function isLoading(info: InfoText): boolean {
  return info.number('loading') === 1 || info.number('async_loading') === 1;
}

function readRole(info: InfoText, role: Role | null): NodeReading['role'] {
  const word = info.text('role');
  if (word === 'slave') return 'replica';
  if (word === 'master') return 'master';
  return role === null || role.kind === 'sentinel' ? 'unknown' : role.kind;
}

function readLink(info: InfoText, role: Role | null): LinkReading | null {
  const host = info.text('master_host');
  if (info.text('role') === null && role?.kind === 'replica') return linkOfRole(role);
  if (info.text('role') !== 'slave' || host === null) return null;
  return {
    masterAddress: { host, port: info.number('master_port') ?? 0 },
    up: info.text('master_link_status') === 'up',
    syncInProgress: info.number('master_sync_in_progress') === 1,
    ...readTransfer(info),
    downSinceSeconds: readDownSince(info),
    offset: info.number('slave_repl_offset') ?? 0,
    readOffset: info.number('slave_read_repl_offset'),
    roleState: role?.kind === 'replica' ? role.state : 'unknown',
  };
}

function readDownSince(info: InfoText): number | null {
  const seconds = unlessNegative(info.number('master_link_down_since_seconds'));
  return seconds === null || seconds > downSinceMaxSeconds ? null : seconds;
}

/**
 * Before 6.2 there is only `master_sync_left_bytes`: -1 while no byte has come; without a length, what came with a minus
 * before it; with one, what is left of it, and not of how much.
 */
function readTransfer(info: InfoText): Pick<LinkReading, 'syncTotalBytes' | 'syncReadBytes' | 'isTransferring'> {
  const readBytes = info.number('master_sync_read_bytes');
  if (readBytes !== null) {
    const syncTotalBytes = info.number('master_sync_total_bytes') ?? 0;
    return { syncTotalBytes, syncReadBytes: readBytes, isTransferring: readBytes > 0 };
  }
  const leftBytes = info.number('master_sync_left_bytes') ?? -1;
  const syncReadBytes = leftBytes < -1 ? -leftBytes : 0;
  return { syncTotalBytes: 0, syncReadBytes, isTransferring: leftBytes !== -1 };
}

/** All that ROLE alone tells of a link. */
function linkOfRole({ host, port, state, offset }: Extract<Role, { kind: 'replica' }>): LinkReading {
  return {
    masterAddress: { host, port },
    up: state === 'connected',
    syncInProgress: state === 'sync',
    syncTotalBytes: 0,
    syncReadBytes: 0,
    isTransferring: false,
    downSinceSeconds: null,
    offset,
    readOffset: null,
    roleState: state,
  };
}

function readReplicas(info: InfoText, role: Role | null): AttachedReplicaReading[] {
  if (info.text('role') === null && role?.kind === 'master') {
    return role.replicas.map(({ host, port, offset }) => ({
      address: { host, port },
      state: 'unknown',
      offset,
      ackAgeSeconds: 0,
    }));
  }
  const entries = [...info.section('replication')]
    .filter(([name]) => /^slave\d+$/.test(name))
    .map(([, value]) => readReplica(parsePairs(value)));
  return entries.filter((entry) => entry.channel !== 'snapshot' || !hasStream(entry, entries));
}

function readReplica(words: ReadonlyMap<string, string>): AttachedReplicaReading {
  const state = words.get('state') ?? 'unknown';
  const channel = channelOf(state, words.get('type'));
  return {
    address: { host: words.get('ip') ?? '', port: Number(words.get('port')) || 0 },
    ...(channel && { channel }),
    state,
    offset: Number(words.get('offset')) || 0,
    ackAgeSeconds: Number(words.get('lag')) || 0,
  };
}

/** Valkey lists both connections of a sync by two and says which is which; Redis lists one, with a state of its own. */
function channelOf(state: string, type: string | undefined): AttachedReplicaReading['channel'] | null {
  if (type === 'rdb-channel') return 'snapshot';
  return type === 'main-channel' || state === 'send_bulk_and_stream' ? 'stream' : null;
}

function hasStream(entry: AttachedReplicaReading, entries: readonly AttachedReplicaReading[]): boolean {
  return entries.some(({ channel, address }) => channel === 'stream' && sameAddress(address, entry.address));
}

function countKeys(info: InfoText): number {
  return [...info.section('keyspace').keys()]
    .filter((name) => /^db\d+$/.test(name))
    .reduce((sum, name) => sum + (Number(info.pairs(name).get('keys')) || 0), 0);
}
