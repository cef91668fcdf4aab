// The directives as the parts of the engine want them: read at the moment of use, so that CONFIG SET takes effect at once.
import type { TlsContext } from '../../base/tls.ts';
import type { ConfigService, ValueLimits } from '../commands/services.ts';
import type { PersistenceSettings } from '../persistence/persistence.ts';
import type { MasterAddress } from '../replication/link-reason.ts';
import type { ReplicationSettings } from '../replication/settings.ts';
import type { OutputLimit } from './client-connection.ts';
import { type BufferClass, parseOutputBufferLimits, parseSavePoints } from './config-values.ts';

export function persistenceSettings(config: ConfigService): PersistenceSettings {
  return {
    get directory() {
      return config.text('dir');
    },
    get fileName() {
      return config.text('dbfilename');
    },
    get compress() {
      return config.flag('rdbcompression');
    },
    get checksum() {
      return config.flag('rdbchecksum');
    },
    get saveDelay() {
      return config.number('rdb-key-save-delay');
    },
    get loadDelay() {
      return config.number('key-load-delay');
    },
    get savePoints() {
      return parseSavePoints(config.text('save'));
    },
  };
}

/** What of replication's settings is no directive. */
export interface ReplicationFacts {
  /** The port that a master is told, in fact bound. */
  listeningPort(): number;
  masterTls(): TlsContext | null;
}

export function replicationSettings(config: ConfigService, facts: ReplicationFacts): ReplicationSettings {
  return {
    get backlogSizeBytes() {
      return config.number('repl-backlog-size');
    },
    get backlogTtlSeconds() {
      return config.number('repl-backlog-ttl');
    },
    get joinsPackets() {
      return config.flag('repl-disable-tcp-nodelay');
    },
    get pingPeriodSeconds() {
      return config.number('repl-ping-replica-period');
    },
    get timeoutSeconds() {
      return config.number('repl-timeout');
    },
    get disklessSync() {
      return config.flag('repl-diskless-sync');
    },
    get disklessSyncDelaySeconds() {
      return config.number('repl-diskless-sync-delay');
    },
    get disklessSyncMaxReplicas() {
      return config.number('repl-diskless-sync-max-replicas');
    },
    get disklessLoad() {
      return config.text('repl-diskless-load') as ReplicationSettings['disklessLoad'];
    },
    get snapshotFileName() {
      return config.text('dbfilename');
    },
    get removesSyncFiles() {
      return config.flag('rdb-del-sync-files') && config.text('save') === '';
    },
    get masterUser() {
      return config.text('masteruser');
    },
    get masterAuth() {
      return config.text('masterauth');
    },
    get masterTls() {
      return facts.masterTls();
    },
    get announceIp() {
      return config.text('replica-announce-ip');
    },
    get announcePort() {
      return config.number('replica-announce-port');
    },
    get announced() {
      return config.flag('replica-announced');
    },
    get priority() {
      return config.number('replica-priority');
    },
    get readOnly() {
      return config.flag('replica-read-only');
    },
    get serveStaleData() {
      return config.flag('replica-serve-stale-data');
    },
    get minReplicasToWrite() {
      return config.number('min-replicas-to-write');
    },
    get minReplicasMaxLagSeconds() {
      return config.number('min-replicas-max-lag');
    },
    get replicaOutputLimit() {
      return outputLimit(config, 'slave');
    },
    get loadDelay() {
      return config.number('key-load-delay');
    },
    get listeningPort() {
      return facts.listeningPort();
    },
    get directory() {
      return config.text('dir');
    },
  };
}

export function outputLimit(config: ConfigService, name: BufferClass): OutputLimit {
  return { ...parseOutputBufferLimits(config.text('client-output-buffer-limit'))[name] };
}

/** The directive `replicaof`; null for none. */
export function configuredMaster(config: ConfigService): MasterAddress | null {
  const [host, port] = config.text('replicaof').split(' ');
  return host === undefined || port === undefined ? null : { host, port: Number(port) };
}

/** Directives that `ValueLimits` holds, with the field that each one fills. */
const LIMIT_FIELDS = {
  'hash-max-listpack-entries': 'hashMaxListpackEntries',
  'hash-max-listpack-value': 'hashMaxListpackValue',
  'set-max-intset-entries': 'setMaxIntsetEntries',
  'zset-max-listpack-entries': 'zsetMaxListpackEntries',
  'zset-max-listpack-value': 'zsetMaxListpackValue',
  'list-max-listpack-size': 'listMaxListpackSize',
  'stream-node-max-bytes': 'streamNodeMaxBytes',
  'stream-node-max-entries': 'streamNodeMaxEntries',
  'hll-sparse-max-bytes': 'hllSparseMaxBytes',
  'proto-max-bulk-len': 'maxBulkBytes',
} as const;

/** The limits as plain numbers, since the hot paths read them; kept up to date from here on. */
export function followValueLimits(config: ConfigService): ValueLimits {
  const limits = Object.fromEntries(
    Object.entries(LIMIT_FIELDS).map(([directive, field]) => [field, config.number(directive)]),
  ) as unknown as ValueLimits;
  for (const [directive, field] of Object.entries(LIMIT_FIELDS)) {
    config.onChange(directive, () => {
      limits[field] = config.number(directive);
    });
  }
  return limits;
}
