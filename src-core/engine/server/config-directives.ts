// Which directives there are: one row each, with its old name, its kind and bounds, its default, and who may change it.
import {
  type ConfigValue,
  choiceKind,
  choicesKind,
  integerKind,
  masterAddressKind,
  memoryKind,
  octalKind,
  outputBufferLimitKind,
  saveKind,
  textKind,
  type ValueKind,
  wordsKind,
  yesNoKind,
} from './config-values.ts';

/** One directive, as `redis.conf` names it. */
export interface Directive {
  readonly name: string;
  /** Its former name, which still works everywhere. */
  readonly alias: string | null;
  readonly kind: ValueKind;
  readonly initial: ConfigValue;
  /** Only from the file and the command line, never by CONFIG SET. */
  readonly immutable: boolean;
  /** CONFIG SET needs `enable-protected-configs`. */
  readonly guarded: boolean;
  /** Not among what a pattern finds, as CONFIG GET of Redis leaves out what is for tests only. */
  readonly hidden: boolean;
  /** Never shown in a log. */
  readonly secret: boolean;
  /** False: taken so that a file of Redis starts, but nothing comes of it. */
  readonly honoured: boolean;
}

interface Marks {
  readonly alias?: string;
  readonly immutable?: boolean;
  readonly guarded?: boolean;
  readonly hidden?: boolean;
  readonly secret?: boolean;
}

function row(name: string, kind: ValueKind, initial: ConfigValue, marks: Marks = {}): Omit<Directive, 'honoured'> {
  const { alias = null, immutable = false, guarded = false, hidden = false, secret = false } = marks;
  return { name, alias, kind, initial, immutable, guarded, hidden, secret };
}

const INT = 2147483647;
const UINT = 4294967295;
const LONG = 9223372036854775807n;

function plainFilename(name: string): (text: string) => string | null {
  return (text) => (text.includes('/') ? `${name} can't be a path, just a filename` : null);
}

/** Those that this engine does something about. */
const honoured = [
  row('acl-pubsub-default', choiceKind('allchannels', 'resetchannels'), 'resetchannels'),
  row('aclfile', textKind(), '', { immutable: true }),
  row('acllog-max-len', integerKind(0, LONG), 128),
  row('bind', wordsKind, '* -::*', { immutable: true }),
  row(
    'client-output-buffer-limit',
    outputBufferLimitKind,
    'normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60',
  ),
  row('client-query-buffer-limit', memoryKind(1048576, LONG), 1073741824),
  row('databases', integerKind(1, INT), 16, { immutable: true }),
  row('dbfilename', textKind(plainFilename('dbfilename')), 'dump.rdb', { guarded: true }),
  row('dir', textKind(), '', { guarded: true }),
  row('enable-debug-command', choiceKind('no', 'yes', 'local'), 'no', { immutable: true }),
  row('enable-protected-configs', choiceKind('no', 'yes', 'local'), 'no', { immutable: true }),
  row('hash-max-listpack-entries', integerKind(0, LONG), 512, { alias: 'hash-max-ziplist-entries' }),
  row('hash-max-listpack-value', memoryKind(0, LONG), 64, { alias: 'hash-max-ziplist-value' }),
  row('hz', integerKind(0, INT), 10),
  row('key-load-delay', integerKind(-INT - 1, INT), 0, { hidden: true }),
  row('latency-monitor-threshold', integerKind(0, LONG), 0),
  row('list-max-listpack-size', integerKind(-INT - 1, INT), -2, { alias: 'list-max-ziplist-size' }),
  row('logfile', textKind(), '', { immutable: true }),
  row('loglevel', choiceKind('debug', 'verbose', 'notice', 'warning'), 'notice'),
  row('masterauth', textKind(), '', { secret: true }),
  row('masteruser', textKind(), ''),
  row('maxclients', integerKind(1, UINT), 10000),
  row('min-replicas-max-lag', integerKind(0, INT), 10, { alias: 'min-slaves-max-lag' }),
  row('min-replicas-to-write', integerKind(0, INT), 0, { alias: 'min-slaves-to-write' }),
  row('pidfile', textKind(), '', { immutable: true }),
  row('port', integerKind(0, 65535), 6379, { immutable: true }),
  row('protected-mode', yesNoKind, true),
  row('proto-max-bulk-len', memoryKind(1048576, LONG), 536870912),
  row('rdb-del-sync-files', yesNoKind, false),
  row('rdbchecksum', yesNoKind, true, { immutable: true }),
  row('rdbcompression', yesNoKind, true),
  row('repl-backlog-size', memoryKind(1, LONG, 16384), 1048576),
  row('repl-backlog-ttl', integerKind(0, LONG), 3600),
  row('repl-disable-tcp-nodelay', yesNoKind, false),
  row('repl-diskless-load', choiceKind('disabled', 'on-empty-db', 'swapdb'), 'swapdb'),
  row('repl-diskless-sync', yesNoKind, true),
  row('repl-diskless-sync-delay', integerKind(0, INT), 5),
  row('repl-diskless-sync-max-replicas', integerKind(0, INT), 0),
  row('repl-ping-replica-period', integerKind(1, INT), 10, { alias: 'repl-ping-slave-period' }),
  row('repl-timeout', integerKind(1, INT), 60),
  row('replica-announce-ip', textKind(), '', { alias: 'slave-announce-ip' }),
  row('replica-announce-port', integerKind(0, 65535), 0, { alias: 'slave-announce-port' }),
  row('replica-announced', yesNoKind, true),
  row('replica-lazy-flush', yesNoKind, false, { alias: 'slave-lazy-flush' }),
  row('replica-priority', integerKind(0, INT), 100, { alias: 'slave-priority' }),
  row('replica-read-only', yesNoKind, true, { alias: 'slave-read-only' }),
  row('replica-serve-stale-data', yesNoKind, true, { alias: 'slave-serve-stale-data' }),
  row('replicaof', masterAddressKind, '', { alias: 'slaveof', immutable: true }),
  row('rdb-key-save-delay', integerKind(-INT - 1, INT), 0, { hidden: true }),
  row('requirepass', textKind(), '', { secret: true }),
  row('save', saveKind, '3600 1 300 100 60 10000'),
  row('set-max-intset-entries', integerKind(0, LONG), 512),
  row('shutdown-on-sigint', choicesKind('default', 'save', 'nosave', 'now', 'force'), 'default'),
  row('shutdown-on-sigterm', choicesKind('default', 'save', 'nosave', 'now', 'force'), 'default'),
  row('shutdown-timeout', integerKind(0, INT), 10),
  row('slowlog-log-slower-than', integerKind(-1, LONG), 10000),
  row('slowlog-max-len', integerKind(0, LONG), 128),
  row('stop-writes-on-bgsave-error', yesNoKind, true),
  row('timeout', integerKind(0, INT), 0),
  row('tls-auth-clients', choiceKind('no', 'yes', 'optional'), 'yes'),
  row('tls-ca-cert-dir', textKind(), ''),
  row('tls-ca-cert-file', textKind(), ''),
  row('tls-cert-file', textKind(), ''),
  row('tls-ciphers', textKind(), ''),
  row('tls-ciphersuites', textKind(), ''),
  row('tls-client-cert-file', textKind(), ''),
  row('tls-client-key-file', textKind(), ''),
  row('tls-client-key-file-pass', textKind(), '', { secret: true }),
  row('tls-dh-params-file', textKind(), ''),
  row('tls-key-file', textKind(), ''),
  row('tls-key-file-pass', textKind(), '', { secret: true }),
  row('tls-port', integerKind(0, 65535), 0, { immutable: true }),
  row('tls-prefer-server-ciphers', yesNoKind, false),
  row('tls-protocols', textKind(), ''),
  row('tls-replication', yesNoKind, false),
  row('tls-session-cache-timeout', integerKind(0, INT), 300),
  row('tls-session-caching', yesNoKind, true),
  row('unixsocket', textKind(), '', { immutable: true }),
  row('unixsocketperm', octalKind, 0, { immutable: true }),
  row('zset-max-listpack-entries', integerKind(0, LONG), 128, { alias: 'zset-max-ziplist-entries' }),
  row('zset-max-listpack-value', memoryKind(0, LONG), 64, { alias: 'zset-max-ziplist-value' }),
];

/** Those of Redis 7.0 that it takes and does nothing about. */
const ignored = [
  row('active-defrag-cycle-max', integerKind(1, 99), 25),
  row('active-defrag-cycle-min', integerKind(1, 99), 1),
  row('active-defrag-ignore-bytes', memoryKind(1, LONG), 104857600),
  row('active-defrag-max-scan-fields', integerKind(1, LONG), 1000),
  row('active-defrag-threshold-lower', integerKind(0, 1000), 10),
  row('active-defrag-threshold-upper', integerKind(0, 1000), 100),
  row('active-expire-effort', integerKind(1, 10), 1),
  row('activedefrag', yesNoKind, false),
  row('activerehashing', yesNoKind, true),
  row('always-show-logo', yesNoKind, false, { immutable: true }),
  row('aof-disable-auto-gc', yesNoKind, false),
  row('aof-load-truncated', yesNoKind, true),
  row('aof-rewrite-incremental-fsync', yesNoKind, true),
  row('aof-timestamp-enabled', yesNoKind, false),
  row('aof-use-rdb-preamble', yesNoKind, true),
  row('aof_rewrite_cpulist', textKind(), '', { immutable: true }),
  row('appenddirname', textKind(plainFilename('appenddirname')), 'appendonlydir', { immutable: true }),
  row('appendfilename', textKind(plainFilename('appendfilename')), 'appendonly.aof', { immutable: true }),
  row('appendfsync', choiceKind('everysec', 'always', 'no'), 'everysec'),
  row('appendonly', yesNoKind, false),
  row('auto-aof-rewrite-min-size', memoryKind(0, LONG), 67108864),
  row('auto-aof-rewrite-percentage', integerKind(0, INT), 100),
  row('bgsave_cpulist', textKind(), '', { immutable: true }),
  row('bind-source-addr', textKind(), ''),
  row('bio_cpulist', textKind(), '', { immutable: true }),
  row('busy-reply-threshold', integerKind(0, LONG), 5000, { alias: 'lua-time-limit' }),
  row('cluster-allow-pubsubshard-when-down', yesNoKind, true),
  row('cluster-allow-reads-when-down', yesNoKind, false),
  row('cluster-allow-replica-migration', yesNoKind, true),
  row('cluster-announce-bus-port', integerKind(0, 65535), 0),
  row('cluster-announce-hostname', textKind(), ''),
  row('cluster-announce-ip', textKind(), ''),
  row('cluster-announce-port', integerKind(0, 65535), 0),
  row('cluster-announce-tls-port', integerKind(0, 65535), 0),
  row('cluster-config-file', textKind(), 'nodes.conf', { immutable: true }),
  row('cluster-enabled', yesNoKind, false, { immutable: true }),
  row('cluster-link-sendbuf-limit', memoryKind(0, LONG), 0),
  row('cluster-migration-barrier', integerKind(0, INT), 1),
  row('cluster-node-timeout', integerKind(0, LONG), 15000),
  row('cluster-port', integerKind(0, 65535), 0, { immutable: true }),
  row('cluster-preferred-endpoint-type', choiceKind('ip', 'hostname', 'unknown-endpoint'), 'ip'),
  row('cluster-replica-no-failover', yesNoKind, false, { alias: 'cluster-slave-no-failover' }),
  row('cluster-replica-validity-factor', integerKind(0, INT), 10, { alias: 'cluster-slave-validity-factor' }),
  row('cluster-require-full-coverage', yesNoKind, true),
  row('crash-log-enabled', yesNoKind, true),
  row('crash-memcheck-enabled', yesNoKind, true),
  row('daemonize', yesNoKind, false, { immutable: true }),
  row('disable-thp', yesNoKind, true, { immutable: true }),
  row('dynamic-hz', yesNoKind, true),
  row('enable-module-command', choiceKind('no', 'yes', 'local'), 'no', { immutable: true }),
  row('hll-sparse-max-bytes', memoryKind(0, LONG), 3000),
  row('ignore-warnings', textKind(), ''),
  row('io-threads', integerKind(1, 128), 1, { immutable: true }),
  row('io-threads-do-reads', yesNoKind, false, { immutable: true }),
  row('jemalloc-bg-thread', yesNoKind, true),
  row('latency-tracking', yesNoKind, true),
  row('latency-tracking-info-percentiles', wordsKind, '50 99 99.9'),
  row('lazyfree-lazy-eviction', yesNoKind, false),
  row('lazyfree-lazy-expire', yesNoKind, false),
  row('lazyfree-lazy-server-del', yesNoKind, false),
  row('lazyfree-lazy-user-del', yesNoKind, false),
  row('lazyfree-lazy-user-flush', yesNoKind, false),
  row('lfu-decay-time', integerKind(0, INT), 1),
  row('lfu-log-factor', integerKind(0, INT), 10),
  row('loading-process-events-interval-bytes', memoryKind(1024, INT), 2097152, { hidden: true }),
  row('list-compress-depth', integerKind(0, INT), 0),
  row('maxmemory', memoryKind(0, LONG), 0),
  row('maxmemory-clients', textKind(), '0'),
  row('maxmemory-eviction-tenacity', integerKind(0, 100), 10),
  row(
    'maxmemory-policy',
    choiceKind(
      'volatile-lru',
      'volatile-lfu',
      'volatile-random',
      'volatile-ttl',
      'allkeys-lru',
      'allkeys-lfu',
      'allkeys-random',
      'noeviction',
    ),
    'noeviction',
  ),
  row('maxmemory-samples', integerKind(1, INT), 5),
  row('no-appendfsync-on-rewrite', yesNoKind, false),
  row('notify-keyspace-events', textKind(), ''),
  row('oom-score-adj', choiceKind('no', 'yes', 'relative', 'absolute'), 'no'),
  row('oom-score-adj-values', wordsKind, '0 200 800'),
  row('proc-title-template', textKind(), '{title} {listen-addr} {server-mode}'),
  row('propagation-error-behavior', choiceKind('ignore', 'panic', 'panic-on-replicas'), 'ignore'),
  row('rdb-save-incremental-fsync', yesNoKind, true),
  row('replica-ignore-disk-write-errors', yesNoKind, false),
  row('replica-ignore-maxmemory', yesNoKind, true, { alias: 'slave-ignore-maxmemory' }),
  row('sanitize-dump-payload', choiceKind('no', 'yes', 'clients'), 'no'),
  row('server_cpulist', textKind(), '', { immutable: true }),
  row('set-proc-title', yesNoKind, true),
  row('socket-mark-id', integerKind(0, UINT), 0, { immutable: true }),
  row('stream-node-max-bytes', memoryKind(0, LONG), 4096),
  row('stream-node-max-entries', integerKind(0, LONG), 100),
  row('supervised', choiceKind('upstart', 'systemd', 'auto', 'no'), 'no', { immutable: true }),
  row('syslog-enabled', yesNoKind, false, { immutable: true }),
  row(
    'syslog-facility',
    choiceKind('user', 'local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6', 'local7'),
    'local0',
    { immutable: true },
  ),
  row('syslog-ident', textKind(), 'redis', { immutable: true }),
  row('tcp-backlog', integerKind(0, INT), 511, { immutable: true }),
  row('tcp-keepalive', integerKind(0, INT), 300),
  row('tls-cluster', yesNoKind, false),
  row('tls-session-cache-size', integerKind(0, INT), 20480),
  row('tracking-table-max-keys', integerKind(0, LONG), 1000000),
];

export const directives: readonly Directive[] = [
  ...honoured.map((directive) => ({ ...directive, honoured: true })),
  ...ignored.map((directive) => ({ ...directive, honoured: false })),
];

/** Lines of a file that are no settings and that this engine passes over. */
export const foreignLines: readonly string[] = ['loadmodule', 'rename-command'];
