// The sections of INFO and their fields, in the names and the order of Redis 7.0.
// Fields about what this engine has not (modules, scripts, tracking, defragmentation …) are there with their zero, since
// tools look for them.

import type { Clock } from '../../base/ports.ts';
import type { ProcessFacts } from '../../base/process-facts.ts';
import type { ConfigService, Stats } from '../commands/services.ts';
import type { Command, CommandTable } from '../commands/table.ts';
import type { Database } from '../keyspace/database.ts';
import type { Keyspace } from '../keyspace/keyspace.ts';
import type { LoadFigures, LoadWatch } from '../persistence/load-watch.ts';
import type { ClientRegistry } from './client-registry.ts';
import type { PubSub } from './pubsub.ts';
import type { Rates } from './rates.ts';

/** What clients, replicas and Sentinels are told, so that they treat us as what we speak like. */
export const REDIS_VERSION = '7.0.15';

export type InfoField = readonly [name: string, value: string | number];

export interface InfoSources {
  readonly clock: Clock;
  readonly process: ProcessFacts;
  readonly runId: string;
  readonly startedMs: number;
  readonly configFile: () => string;
  readonly tcpPort: () => number;
  /** While a shutdown waits for replicas: for how long at most. */
  readonly shutdownLeftMs: () => number | null;
  readonly config: ConfigService;
  readonly stats: Stats;
  readonly keyspace: Keyspace;
  readonly clients: ClientRegistry;
  readonly pubsub: PubSub;
  readonly table: CommandTable;
  readonly rates: Rates;
  readonly memory: MemoryFigures;
  readonly replication: ReplicationFigures;
  readonly persistence: PersistenceFigures;
  readonly loads: LoadWatch;
}

export interface MemoryFigures {
  /** What the engine held before the first key. */
  readonly startupBytes: number;
  readonly peakBytes: number;
  usedBytes(): number;
}

export interface ReplicationFigures {
  fields(): readonly InfoField[];
  readonly counters: { full: number; partialOk: number; partialErr: number };
  backlogBytes(): number;
}

/** Times in seconds since 1970, -1 where there is none. */
export interface PersistenceFigures {
  readonly savesInProgress: {
    readonly seconds: number;
    readonly keysWritten: number;
    readonly keysTotal: number;
  } | null;
  readonly lastSaveSeconds: number;
  readonly lastSaveWorked: boolean;
  readonly lastSaveTookSeconds: number;
  readonly saves: number;
}

export type SectionName =
  | 'server'
  | 'clients'
  | 'memory'
  | 'persistence'
  | 'stats'
  | 'replication'
  | 'cpu'
  | 'modules'
  | 'commandstats'
  | 'errorstats'
  | 'latencystats'
  | 'cluster'
  | 'keyspace';

export interface InfoSection {
  readonly name: SectionName;
  readonly title: string;
  readonly fields: (sources: InfoSources) => readonly InfoField[];
}

/** Keys looked at for `avg_ttl`. */
const TTL_SAMPLES = 20;
const SECONDS_A_DAY = 86_400;
/** `lru_clock` has 24 bits. */
const LRU_CLOCK_MASK = 0xffffff;

function serverFields(sources: InfoSources): InfoField[] {
  const { clock, process, runId, startedMs, configFile, tcpPort, config } = sources;
  const nowMs = clock.nowMs();
  const shutdownMs = sources.shutdownLeftMs();
  const uptimeSeconds = Math.floor((nowMs - startedMs) / 1000);
  return [
    ['redis_version', REDIS_VERSION],
    ['syncline_version', process.version],
    ['redis_git_sha1', '00000000'],
    ['redis_git_dirty', 0],
    ['redis_build_id', '0'],
    ['redis_mode', 'standalone'],
    ['os', process.os],
    ['arch_bits', process.archBits],
    ['monotonic_clock', 'POSIX clock_gettime'],
    ['multiplexing_api', 'libuv'],
    ['atomicvar_api', 'none'],
    ['gcc_version', '0.0.0'],
    ['process_id', process.pid],
    ['process_supervised', 'no'],
    ['run_id', runId],
    ['tcp_port', tcpPort()],
    ['server_time_usec', Math.floor(nowMs * 1000)],
    ['uptime_in_seconds', uptimeSeconds],
    ['uptime_in_days', Math.floor(uptimeSeconds / SECONDS_A_DAY)],
    ['hz', config.number('hz')],
    ['configured_hz', config.number('hz')],
    ['lru_clock', Math.floor(nowMs / 1000) & LRU_CLOCK_MASK],
    ['executable', process.executable],
    ['config_file', configFile()],
    ['io_threads_active', 0],
    ...(shutdownMs === null ? [] : [['shutdown_in_milliseconds', shutdownMs] as const]),
  ];
}

function clientFields({ clients, config }: InfoSources): InfoField[] {
  let longestInput = 0;
  let longestOutput = 0;
  for (const session of clients.sessions) {
    longestInput = Math.max(longestInput, session.queryBytes);
    longestOutput = Math.max(longestOutput, session.pendingBytes);
  }
  return [
    ['connected_clients', clients.clientCount],
    ['cluster_connections', 0],
    ['maxclients', config.number('maxclients')],
    ['client_recent_max_input_buffer', longestInput],
    ['client_recent_max_output_buffer', longestOutput],
    ['blocked_clients', clients.blockedCount],
    ['tracking_clients', 0],
    ['clients_in_timeout_table', 0],
  ];
}

/** `941008` → `918.95K` */
export function humanBytes(bytes: number): string {
  const units = ['K', 'M', 'G', 'T', 'P'];
  if (bytes < 1024) return `${bytes}B`;
  let amount = bytes;
  let unit = -1;
  while (amount >= 1024 && unit < units.length - 1) {
    amount /= 1024;
    unit++;
  }
  return `${amount.toFixed(2)}${units[unit]}`;
}

function percent(part: number, whole: number): string {
  return `${whole === 0 ? '0.00' : ((part / whole) * 100).toFixed(2)}%`;
}

function memoryFields(sources: InfoSources): InfoField[] {
  const { memory, process, config, replication, clients, stats } = sources;
  const used = memory.usedBytes();
  const peak = Math.max(memory.peakBytes, used);
  const rss = process.rssBytes();
  const backlog = replication.backlogBytes();
  const dataset = Math.max(0, used - memory.startupBytes - backlog);
  const maxmemory = config.number('maxmemory');
  let clientBytes = 0;
  let replicaBytes = 0;
  for (const session of clients.sessions) {
    const bytes = session.queryBytes + session.pendingBytes;
    if (session.isReplica) replicaBytes += bytes;
    else clientBytes += bytes;
  }
  return [
    ['used_memory', used],
    ['used_memory_human', humanBytes(used)],
    ['used_memory_rss', rss],
    ['used_memory_rss_human', humanBytes(rss)],
    ['used_memory_peak', peak],
    ['used_memory_peak_human', humanBytes(peak)],
    ['used_memory_peak_perc', percent(used, peak)],
    ['used_memory_overhead', used - dataset],
    ['used_memory_startup', memory.startupBytes],
    ['used_memory_dataset', dataset],
    ['used_memory_dataset_perc', percent(dataset, used - memory.startupBytes)],
    ['allocator_allocated', used],
    ['allocator_active', used],
    ['allocator_resident', rss],
    ['total_system_memory', process.totalMemoryBytes],
    ['total_system_memory_human', humanBytes(process.totalMemoryBytes)],
    ...scriptFields([...sources.keyspace.libraries.values()]),
    ['maxmemory', maxmemory],
    ['maxmemory_human', humanBytes(maxmemory)],
    ['maxmemory_policy', config.text('maxmemory-policy')],
    ['allocator_frag_ratio', '1.00'],
    ['allocator_frag_bytes', 0],
    ['allocator_rss_ratio', ratio(rss, used)],
    ['allocator_rss_bytes', rss - used],
    ['rss_overhead_ratio', '1.00'],
    ['rss_overhead_bytes', 0],
    ['mem_fragmentation_ratio', ratio(rss, used)],
    ['mem_fragmentation_bytes', rss - used],
    ['mem_not_counted_for_evict', 0],
    ['mem_replication_backlog', backlog],
    ['mem_total_replication_buffers', backlog],
    ['mem_clients_slaves', replicaBytes],
    ['mem_clients_normal', clientBytes],
    ['mem_cluster_links', 0],
    ['mem_aof_buffer', 0],
    ['mem_allocator', 'v8'],
    ['active_defrag_running', 0],
    ['lazyfree_pending_objects', 0],
    ['lazyfreed_objects', stats.lazyFreedObjects],
  ];
}

function ratio(part: number, whole: number): string {
  return (whole === 0 ? 0 : part / whole).toFixed(2);
}

const scriptFields = (libraries: readonly { readonly functions: readonly unknown[] }[]): InfoField[] => [
  ['used_memory_lua', 0],
  ['used_memory_vm_eval', 0],
  ['used_memory_lua_human', '0B'],
  ['used_memory_scripts_eval', 0],
  ['number_of_cached_scripts', 0],
  ['number_of_functions', libraries.reduce((sum, { functions }) => sum + functions.length, 0)],
  ['number_of_libraries', libraries.length],
  ['used_memory_vm_functions', 0],
  ['used_memory_vm_total', 0],
  ['used_memory_vm_total_human', '0B'],
  ['used_memory_functions', 0],
  ['used_memory_scripts', 0],
  ['used_memory_scripts_human', '0B'],
];

function persistenceFields({ persistence, loads, stats, clock }: InfoSources): InfoField[] {
  const { savesInProgress } = persistence;
  const { figures } = loads;
  return [
    ['loading', figures?.kind === 'shut' ? 1 : 0],
    ['async_loading', figures?.kind === 'open' ? 1 : 0],
    ['current_cow_peak', 0],
    ['current_cow_size', 0],
    ['current_cow_size_age', 0],
    ['current_fork_perc', percentDone(savesInProgress).toFixed(2)],
    ['current_save_keys_processed', savesInProgress?.keysWritten ?? 0],
    ['current_save_keys_total', savesInProgress?.keysTotal ?? 0],
    ['rdb_changes_since_last_save', stats.dirty],
    ['rdb_bgsave_in_progress', savesInProgress === null ? 0 : 1],
    ['rdb_last_save_time', persistence.lastSaveSeconds],
    ['rdb_last_bgsave_status', persistence.lastSaveWorked ? 'ok' : 'err'],
    ['rdb_last_bgsave_time_sec', persistence.lastSaveTookSeconds],
    ['rdb_current_bgsave_time_sec', savesInProgress?.seconds ?? -1],
    ['rdb_saves', persistence.saves],
    ['rdb_last_cow_size', 0],
    ['rdb_last_load_keys_expired', loads.keysExpired],
    ['rdb_last_load_keys_loaded', loads.keysLoaded],
    ['aof_enabled', 0],
    ['aof_rewrite_in_progress', 0],
    ['aof_rewrite_scheduled', 0],
    ['aof_last_rewrite_time_sec', -1],
    ['aof_current_rewrite_time_sec', -1],
    ['aof_last_bgrewrite_status', 'ok'],
    ['aof_rewrites', 0],
    ['aof_rewrites_consecutive_failures', 0],
    ['aof_last_write_status', 'ok'],
    ['aof_last_cow_size', 0],
    ['module_fork_in_progress', 0],
    ['module_fork_last_cow_size', 0],
    ...(figures === null ? [] : loadingFields(figures, clock.nowMs())),
  ];
}

function percentDone(save: PersistenceFigures['savesInProgress']): number {
  return save === null || save.keysTotal === 0 ? 0 : (save.keysWritten / save.keysTotal) * 100;
}

/** Where the size is not known, the memory that the snapshot says it took is a poor guess at it, as in Redis. */
function loadingFields(loading: LoadFigures, nowMs: number): InfoField[] {
  const { startSeconds, totalBytes, loadedBytes, usedMemoryBytes } = loading;
  const guessedBytes = totalBytes === 0 ? usedMemoryBytes : totalBytes;
  const share = guessedBytes === 0 ? 0 : Math.min(loadedBytes / guessedBytes, totalBytes === 0 ? MOST_GUESSED : 1);
  const leftBytes = guessedBytes === 0 ? 1 : Math.max(totalBytes === 0 ? 1 : 0, guessedBytes - loadedBytes);
  const elapsedSeconds = Math.floor(nowMs / 1000) - startSeconds;
  return [
    ['loading_start_time', startSeconds],
    ['loading_total_bytes', totalBytes],
    ['loading_rdb_used_mem', usedMemoryBytes],
    ['loading_loaded_bytes', loadedBytes],
    ['loading_loaded_perc', (share * 100).toFixed(2)],
    ['loading_eta_seconds', elapsedSeconds === 0 ? 1 : Math.floor((elapsedSeconds * leftBytes) / (loadedBytes + 1))],
  ];
}

/** A guessed share never says that all is there. */
const MOST_GUESSED = 0.9999;

function statsFields({ stats, keyspace, pubsub, rates, replication }: InfoSources): InfoField[] {
  return [
    ['total_connections_received', stats.connectionsReceived],
    ['total_commands_processed', stats.commandsProcessed],
    ['instantaneous_ops_per_sec', Math.round(rates.perSecond('commands'))],
    ['total_net_input_bytes', stats.netInputBytes + stats.netInputReplicationBytes],
    ['total_net_output_bytes', stats.netOutputBytes + stats.netOutputReplicationBytes],
    ['total_net_repl_input_bytes', stats.netInputReplicationBytes],
    ['total_net_repl_output_bytes', stats.netOutputReplicationBytes],
    ['instantaneous_input_kbps', (rates.perSecond('input') / 1024).toFixed(2)],
    ['instantaneous_output_kbps', (rates.perSecond('output') / 1024).toFixed(2)],
    ['instantaneous_input_repl_kbps', (rates.perSecond('replicationInput') / 1024).toFixed(2)],
    ['instantaneous_output_repl_kbps', (rates.perSecond('replicationOutput') / 1024).toFixed(2)],
    ['rejected_connections', stats.rejectedConnections],
    ['sync_full', replication.counters.full],
    ['sync_partial_ok', replication.counters.partialOk],
    ['sync_partial_err', replication.counters.partialErr],
    ['expired_keys', keyspace.expiredKeys],
    ['expired_stale_perc', '0.00'],
    ['expired_time_cap_reached_count', 0],
    ['expire_cycle_cpu_milliseconds', 0],
    ['evicted_keys', 0],
    ['evicted_clients', 0],
    ['total_eviction_exceeded_time', 0],
    ['current_eviction_exceeded_time', 0],
    ['keyspace_hits', keyspace.hits],
    ['keyspace_misses', keyspace.misses],
    ['pubsub_channels', pubsub.channelCount],
    ['pubsub_patterns', pubsub.patternCount],
    ['pubsubshard_channels', 0],
    ['latest_fork_usec', 0],
    ['total_forks', 0],
    ['migrate_cached_sockets', 0],
    ['slave_expires_tracked_keys', keyspace.ownExpiries.size],
    ['active_defrag_hits', 0],
    ['active_defrag_misses', 0],
    ['active_defrag_key_hits', 0],
    ['active_defrag_key_misses', 0],
    ['total_active_defrag_time', 0],
    ['current_active_defrag_time', 0],
    ['tracking_total_keys', 0],
    ['tracking_total_items', 0],
    ['tracking_total_prefixes', 0],
    ['unexpected_error_replies', stats.unexpectedErrorReplies],
    ['total_error_replies', stats.errorReplies],
    ['dump_payload_sanitizations', 0],
    ['total_reads_processed', 0],
    ['total_writes_processed', 0],
    ['io_threaded_reads_processed', 0],
    ['io_threaded_writes_processed', 0],
    ['reply_buffer_shrinks', 0],
    ['reply_buffer_expands', 0],
  ];
}

function cpuFields({ process }: InfoSources): InfoField[] {
  const { user, system } = process.cpuSeconds();
  return [
    ['used_cpu_sys', system.toFixed(6)],
    ['used_cpu_user', user.toFixed(6)],
    ['used_cpu_sys_children', '0.000000'],
    ['used_cpu_user_children', '0.000000'],
    ['used_cpu_sys_main_thread', system.toFixed(6)],
    ['used_cpu_user_main_thread', user.toFixed(6)],
  ];
}

/** Time is not taken for each command, since that would cost more than many a command: `usec` is 0. */
function commandstatsFields({ table }: InfoSources): InfoField[] {
  return table.commands.flatMap((command) => [command, ...(command.subcommands?.commands ?? [])]).flatMap(commandLine);
}

function commandLine({ name, calls, rejectedCalls, failedCalls }: Command): InfoField[] {
  if (calls === 0 && rejectedCalls === 0 && failedCalls === 0) return [];
  const counts = `rejected_calls=${rejectedCalls},failed_calls=${failedCalls}`;
  return [[`cmdstat_${name}`, `calls=${calls},usec=0,usec_per_call=0.00,${counts}`]];
}

function errorstatsFields({ stats }: InfoSources): InfoField[] {
  return [...stats.errorsByPrefix].sort().map(([prefix, count]) => [`errorstat_${prefix}`, `count=${count}`]);
}

function keyspaceFields({ keyspace, clock }: InfoSources): InfoField[] {
  const nowMs = clock.nowMs();
  return keyspace.databases.flatMap((database): InfoField[] => {
    if (database.size === 0) return [];
    const averageMs = averageTtlMs(database, nowMs);
    return [[`db${database.index}`, `keys=${database.size},expires=${database.expiring},avg_ttl=${averageMs}`]];
  });
}

/** Of a few keys with an expiry, spread over all of them. */
function averageTtlMs(database: Database, nowMs: number): number {
  const samples = Math.min(database.expiring, TTL_SAMPLES);
  let sumMs = 0;
  for (let i = 0; i < samples; i++) {
    const place = Math.floor((i * database.expiring) / samples);
    sumMs += Math.max(0, database.expiryMs(database.expiry.at(place)) - nowMs);
  }
  return samples === 0 ? 0 : Math.round(sumMs / samples);
}

export const infoSections: readonly InfoSection[] = [
  { name: 'server', title: 'Server', fields: serverFields },
  { name: 'clients', title: 'Clients', fields: clientFields },
  { name: 'memory', title: 'Memory', fields: memoryFields },
  { name: 'persistence', title: 'Persistence', fields: persistenceFields },
  { name: 'stats', title: 'Stats', fields: statsFields },
  { name: 'replication', title: 'Replication', fields: ({ replication }) => replication.fields() },
  { name: 'cpu', title: 'CPU', fields: cpuFields },
  { name: 'modules', title: 'Modules', fields: () => [] },
  { name: 'commandstats', title: 'Commandstats', fields: commandstatsFields },
  { name: 'errorstats', title: 'Errorstats', fields: errorstatsFields },
  { name: 'latencystats', title: 'Latencystats', fields: () => [] },
  { name: 'cluster', title: 'Cluster', fields: () => [['cluster_enabled', 0]] },
  { name: 'keyspace', title: 'Keyspace', fields: keyspaceFields },
];
