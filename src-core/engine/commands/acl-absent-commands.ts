// The commands of Redis 7.0 that this engine has not: users may be told of them, so that a file of Redis loads, and its
// users are described in the same words.

/** Categories, and the commands that are in just these, from COMMAND of Redis 7.0.15. One that is here too counts by its own row. */
export const absentCommands: readonly (readonly [categories: string, names: string])[] = [
  ['admin dangerous hyperloglog slow', 'pfselftest'],
  ['admin dangerous hyperloglog slow write', 'pfdebug'],
  [
    'admin dangerous slow',
    'bgrewriteaof cluster|addslots cluster|addslotsrange cluster|bumpepoch cluster|count-failure-reports cluster|delslots cluster|delslotsrange cluster|failover cluster|flushslots cluster|forget cluster|meet cluster|replicas cluster|replicate cluster|reset cluster|saveconfig cluster|set-config-epoch cluster|setslot cluster|slaves latency|doctor latency|graph latency|histogram latency|history latency|latest latency|reset module|list module|load module|loadex module|unload monitor slowlog|get slowlog|len slowlog|reset',
  ],
  ['blocking read slow stream', 'xread'],
  ['blocking slow stream write', 'xreadgroup'],
  ['connection fast', 'asking readonly readwrite'],
  ['connection slow', 'client|caching client|tracking command|getkeysandflags'],
  ['dangerous keyspace slow write', 'migrate restore-asking'],
  ['fast pubsub', 'spublish'],
  ['fast read', 'lolwut'],
  ['fast read stream', 'xlen'],
  ['fast stream write', 'xack xadd xautoclaim xclaim xdel xsetid'],
  ['geo read slow', 'geodist geohash geopos georadius_ro georadiusbymember_ro geosearch'],
  ['geo slow write', 'geoadd georadius georadiusbymember geosearchstore'],
  ['pubsub slow', 'ssubscribe sunsubscribe'],
  ['read slow', 'memory|usage'],
  ['read slow stream', 'xinfo|consumers xinfo|groups xinfo|stream xpending xrange xrevrange'],
  ['read slow string', 'lcs'],
  [
    'scripting slow',
    'eval eval_ro evalsha evalsha_ro fcall fcall_ro function|dump function|help function|kill function|list function|stats script|debug script|exists script|flush script|help script|kill script|load',
  ],
  ['scripting slow write', 'function|delete function|flush function|load function|restore'],
  [
    'slow',
    'cluster cluster|countkeysinslot cluster|getkeysinslot cluster|help cluster|info cluster|keyslot cluster|links cluster|myid cluster|nodes cluster|shards cluster|slots function latency latency|help memory memory|doctor memory|help memory|malloc-stats memory|purge memory|stats module module|help script slowlog slowlog|help xgroup xinfo',
  ],
  ['slow stream', 'xgroup|help xinfo|help'],
  ['slow stream write', 'xgroup|create xgroup|createconsumer xgroup|delconsumer xgroup|destroy xgroup|setid xtrim'],
];
