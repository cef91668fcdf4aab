// The directives of replication reach what obeys them at once, each as the setting that it is.
import { expect, test } from 'vitest';
import { Config } from '#core/engine/server/config.ts';
import { replicationSettings } from '#core/engine/server/settings.ts';

/** Directive, a value that is not its default, and the setting that is read. */
const rows = [
  ['repl-backlog-size', '2mb', 'backlogSizeBytes', 2_097_152],
  ['repl-backlog-ttl', '7', 'backlogTtlSeconds', 7],
  ['repl-disable-tcp-nodelay', 'yes', 'joinsPackets', true],
  ['repl-ping-replica-period', '3', 'pingPeriodSeconds', 3],
  ['repl-timeout', '9', 'timeoutSeconds', 9],
  ['repl-diskless-sync', 'no', 'disklessSync', false],
  ['repl-diskless-sync-delay', '2', 'disklessSyncDelaySeconds', 2],
  ['repl-diskless-sync-max-replicas', '4', 'disklessSyncMaxReplicas', 4],
  ['repl-diskless-load', 'on-empty-db', 'disklessLoad', 'on-empty-db'],
  ['rdb-del-sync-files', 'yes', 'removesSyncFiles', true],
  ['masteruser', 'bob', 'masterUser', 'bob'],
  ['masterauth', 'word', 'masterAuth', 'word'],
  ['replica-announce-ip', '10.0.0.9', 'announceIp', '10.0.0.9'],
  ['replica-announce-port', '4444', 'announcePort', 4444],
  ['replica-announced', 'no', 'announced', false],
  ['replica-priority', '5', 'priority', 5],
  ['replica-read-only', 'no', 'readOnly', false],
  ['replica-serve-stale-data', 'no', 'serveStaleData', false],
  ['min-replicas-to-write', '2', 'minReplicasToWrite', 2],
  ['min-replicas-max-lag', '6', 'minReplicasMaxLagSeconds', 6],
  [
    'client-output-buffer-limit',
    'replica 3mb 2mb 8',
    'replicaOutputLimit',
    { hardBytes: 3_145_728, softBytes: 2_097_152, softSeconds: 8 },
  ],
  ['key-load-delay', '11', 'loadDelay', 11],
] as const;

test.each(rows)('%s %s is the setting %s', (directive, value, setting, expected) => {
  const config = new Config({ resolveFolder: (path) => path });
  const settings = replicationSettings(config, { listeningPort: () => 6379, masterTls: () => null });
  config.setAll([
    ['save', ''],
    [directive, value],
  ]);
  expect(settings[setting]).toEqual(expected);
});
