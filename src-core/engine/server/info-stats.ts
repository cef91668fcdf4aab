// INFO stats, commandstats and errorstats: what was counted since the start, or since CONFIG RESETSTAT.
import type { Command } from '../commands/table.ts';
import type { InfoField, InfoSources } from './info-sources.ts';

export function statsFields({ stats, keyspace, pubsub, rates, replication }: InfoSources): InfoField[] {
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

/** Time is not taken for each command, since that would cost more than many a command: `usec` is 0. */
export function commandstatsFields({ table }: InfoSources): InfoField[] {
  return table.commands.flatMap((command) => [command, ...(command.subcommands?.commands ?? [])]).flatMap(commandLine);
}

function commandLine({ name, calls, rejectedCalls, failedCalls }: Command): InfoField[] {
  if (calls === 0 && rejectedCalls === 0 && failedCalls === 0) return [];
  const counts = `rejected_calls=${rejectedCalls},failed_calls=${failedCalls}`;
  return [[`cmdstat_${name}`, `calls=${calls},usec=0,usec_per_call=0.00,${counts}`]];
}

export function errorstatsFields({ stats }: InfoSources): InfoField[] {
  return [...stats.errorsByPrefix].sort().map(([prefix, count]) => [`errorstat_${prefix}`, `count=${count}`]);
}
