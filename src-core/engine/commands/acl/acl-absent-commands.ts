// The commands of Redis 7.0 that this engine has not: users may be told of them, so that a file of Redis loads, and its
// users are described in the same words.

/** Categories, and the commands that are in just these, from COMMAND of Redis 7.0.15. One that is here too counts by its own row. */
export const absentCommands: readonly (readonly [categories: string, names: string])[] = [
  ['admin dangerous hyperloglog slow', 'pfselftest'],
  ['admin dangerous hyperloglog slow write', 'pfdebug'],
  [
    'admin dangerous slow',
    'bgrewriteaof cluster|addslots cluster|addslotsrange cluster|bumpepoch cluster|count-failure-reports cluster|delslots cluster|delslotsrange cluster|failover cluster|flushslots cluster|forget cluster|meet cluster|replicas cluster|replicate cluster|reset cluster|saveconfig cluster|set-config-epoch cluster|setslot cluster|slaves latency|graph latency|histogram module|list module|load module|loadex module|unload',
  ],
  ['connection fast', 'asking readonly readwrite'],
  ['connection slow', 'client|caching client|tracking command|getkeysandflags'],
  ['dangerous keyspace slow write', 'migrate restore-asking'],
  ['fast pubsub', 'spublish'],
  ['fast read', 'lolwut'],
  ['pubsub slow', 'ssubscribe sunsubscribe'],
  ['scripting slow', 'script|debug script|help'],
  [
    'slow',
    'cluster cluster|countkeysinslot cluster|getkeysinslot cluster|help cluster|info cluster|keyslot cluster|links cluster|myid cluster|nodes cluster|shards cluster|slots memory|doctor memory|malloc-stats memory|purge memory|stats module module|help',
  ],
];
