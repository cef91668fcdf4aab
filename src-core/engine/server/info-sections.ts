// The sections of INFO in the names and the order of Redis 7.0; each one's fields stand in a file of their own.
// Fields about what this engine has not (modules, tracking, defragmentation …) are there with their zero, since tools look
// for them.
import { keyspaceFields } from './info-keyspace.ts';
import { memoryFields } from './info-memory.ts';
import { persistenceFields } from './info-persistence.ts';
import { clientFields, cpuFields, serverFields } from './info-server.ts';
import type { InfoSection } from './info-sources.ts';
import { commandstatsFields, errorstatsFields, statsFields } from './info-stats.ts';

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
