// INFO server, clients and cpu: the process, who is connected, and what that costs.
import type { InfoField, InfoSources } from './info-sources.ts';
import { REDIS_VERSION } from './redis-version.ts';

const SECONDS_A_DAY = 86_400;
/** `lru_clock` has 24 bits. */
const LRU_CLOCK_MASK = 0xffffff;

export function serverFields(sources: InfoSources): InfoField[] {
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

export function clientFields({ clients, config }: InfoSources): InfoField[] {
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

export function cpuFields({ process }: InfoSources): InfoField[] {
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
