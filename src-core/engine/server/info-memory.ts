// INFO memory: what the data, the clients and the replicas take.
import { humanBytes } from './human-bytes.ts';
import type { InfoField, InfoSources } from './info-sources.ts';

function percent(part: number, whole: number): string {
  return `${whole === 0 ? '0.00' : ((part / whole) * 100).toFixed(2)}%`;
}

export function memoryFields(sources: InfoSources): InfoField[] {
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
